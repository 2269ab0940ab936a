"""Where the review of an assessment stands, and what may follow."""

from collections.abc import Mapping
from typing import Literal, get_args

Status = Literal["draft", "received", "in-review", "returned", "resubmitted", "accepted", "withdrawn"]
STATUSES: tuple[Status, ...] = get_args(Status)
SUPERSEDED = "superseded"
"""What the list says of a submission that a later one has taken the place of."""

Step = Literal["submit", "begin", "return", "accept", "withdraw"]
FOLLOWS: Mapping[Step, Mapping[str, Status]] = {
    "submit": {
        "draft": "received",
        **dict.fromkeys(("received", "in-review", "returned", "resubmitted", "accepted", "withdrawn"), "resubmitted"),
    },
    "begin": dict.fromkeys(("received", "returned", "resubmitted", "accepted", "withdrawn"), "in-review"),
    "return": {"in-review": "returned"},
    "accept": {"in-review": "accepted"},
    "withdraw": dict.fromkeys(("received", "in-review", "returned", "resubmitted", "accepted"), "withdrawn"),
}
"""For each step: from which statuses it may be taken, and to which it leads."""
WAITING: tuple[Status, ...] = ("received", "resubmitted")
"""Where it is for reviewers to begin."""
CLOSED: tuple[Status, ...] = ("accepted", "withdrawn")
"""Where there is nothing left to do, unless somebody begins anew."""
AS_IT_IS: tuple[Status, ...] = ("returned", "withdrawn")
"""Where a region may submit again though no answer has changed: it says so in words, or changes its mind."""


class Overtaken(Exception):
    """Something has happened in the review since the page was shown."""


def may_follow(status: str) -> frozenset[Step]:
    """The steps that may be taken from `status`."""
    return frozenset(step for step, leads in FOLLOWS.items() if status in leads)
