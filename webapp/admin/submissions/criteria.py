"""What a list of submissions can be asked for: which of them, in which order, from which place on."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal, get_args

Sort = Literal["newest", "oldest", "high", "low", "region", "region-back", "theme-high", "theme-low"]
"""`high` and `low` are by the overall score, `theme-…` by that of the theme in the filters, the others by name."""
SORTS: tuple[Sort, ...] = get_args(Sort)


@dataclass(frozen=True)
class Filters:
    """Which submissions are wanted. None says that it does not matter; so does an empty `search`.

    `search`: words that must all occur, each at the beginning of a word; also in the contact's address where `contacts`
    says so. `country` and `nearest` are codes, "" for none. `theme` is an id or `webapp.listing.OVERALL`: wanted is
    what has a score in it, in that `quarter` (0 to 3) of the scale if one is said. `rubric` is a version's name.
    `since` and `until` are days in UTC, both included. `reviewer` is an account's id or `webapp.listing.NOBODY`.
    `latest` leaves out what a later submission of the same assessment has followed.
    """

    search: str = ""
    contacts: bool = False
    status: str | None = None
    country: str | None = None
    theme: str | None = None
    quarter: int | None = None
    verdict: str | None = None
    nearest: str | None = None
    rubric: str | None = None
    since: dt.date | None = None
    until: dt.date | None = None
    reviewer: int | None = None
    latest: bool = False


@dataclass(frozen=True)
class Place:
    """A place in the list: that of the submission with this id and this value of what is sorted by.

    The page wanted is the one that follows it, or the one before it where `back` says so.
    """

    value: dt.datetime | float | str
    id: int
    back: bool = False
