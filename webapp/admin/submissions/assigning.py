"""Giving many assessments to a reviewer at once: only those that were seen, each told to the log."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp import audit, listing
from webapp.admin.submissions import lists
from webapp.assessment.forms import fingerprint
from webapp.models import Assessment, Submission, User
from webapp.status import CLOSED

MOST = 1000
"""So many submissions at most are assigned at once, so that nobody else has to wait long."""


class TooMany(Exception):
    """More submissions are asked for than are assigned at once."""


@dataclass(frozen=True)
class Chosen:
    """Submissions that were asked for, and the assessments to which they belong, by their ids.

    Of the assessments, so many are `taken`, that is assigned to somebody, and so many `closed`: accepted or withdrawn.
    """

    submissions: tuple[int, ...]
    assessments: Sequence[int]
    taken: int
    closed: int

    @property
    def mark(self) -> str:
        """Twelve hexadecimal digits that tell these submissions from any others."""
        return fingerprint(" ".join(map(str, sorted(self.submissions))))


def choose(session: Session, ids: Iterable[int]) -> Chosen:
    """The submissions with these ids, as far as they are there. Raises TooMany."""
    wanted = tuple(islice(ids, MOST + 1))
    if len(wanted) > MOST:
        raise TooMany
    there = lists.there(session, wanted)
    assessments = tuple(dict.fromkeys(there.values()))
    among = select(func.count()).select_from(Assessment).where(Assessment.id.in_(assessments))
    taken = session.scalar(among.where(Assessment.reviewer_id.is_not(None))) or 0
    closed = session.scalar(among.where(Assessment.status.in_(CLOSED))) or 0
    return Chosen(tuple(there), assessments, taken, closed)


def assign(session: Session, chosen: Chosen, reviewer: User | None, by: User) -> int:
    """Leaves the review of all assessments to an account, None for nobody; gives how many were not left to it before.

    Nobody else changes them until the transaction ends.
    """
    to = reviewer.id if reviewer else None
    query = select(Assessment).where(Assessment.id.in_(chosen.assessments)).order_by(Assessment.id)
    locked = session.scalars(query.with_for_update(of=Assessment).execution_options(populate_existing=True))
    changed = [assessment for assessment in locked if assessment.reviewer_id != to]
    for assessment in changed:
        assessment.reviewer_id = to
        assessment.revision += 1
    session.flush()
    ids = [assessment.id for assessment in changed]
    listing.assign(session, ids, to or listing.NOBODY)
    numbers = _newest(session, ids)
    who, told = audit.account(by), audit.account(reviewer) if reviewer else None
    for assessment in changed:
        details = {"number": numbers[assessment.id], "revision": assessment.revision, "to": told}
        audit.record(session, who, "reviewer-assigned", audit.assessment(assessment), **details)
    return len(changed)


def _newest(session: Session, ids: Sequence[int]) -> dict[int, int]:
    query = select(Submission.assessment_id, func.max(Submission.number).label("number")).where(
        Submission.assessment_id.in_(ids)
    )
    rows = session.execute(query.group_by(Submission.assessment_id))
    return {row.assessment_id: row.number for row in rows}
