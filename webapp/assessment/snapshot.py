"""What a submission holds: its answers and their result as texts, and the digest that tells it from all others."""

import datetime as dt
from dataclasses import dataclass

from rubric.answers import Answers, submission_digest
from rubric.assess import assess
from rubric.digests import canonical
from rubric.model import Rubric


@dataclass(frozen=True)
class Snapshot:
    """One submission before it is stored: number (1, 2, …) and time, answers and result as canonical JSON."""

    number: int
    at: dt.datetime
    digest: str
    answers: str
    result: str


def snapshot(answers: Answers, rubric: Rubric, number: int, at: dt.datetime) -> Snapshot:
    """The submission of `answers` to `rubric` at that time; they are dated by its day."""
    dated = answers.model_copy(update={"date": at.date()})
    own = submission_digest(dated, number, at)
    return Snapshot(number, at, own, canonical(dated.content), canonical(assess(dated, rubric).json(own)))
