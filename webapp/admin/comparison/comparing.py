"""Choosing submissions and setting them side by side."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp import regions, search
from webapp.assessment.rubrics import rubric_of
from webapp.models import Listing, Submission
from webapp.report.comparison import FEWEST, MOST, asks_alike
from webapp.report.comparison_order import ComparisonOrder
from webapp.report.edition import Edition
from webapp.report.store import snapshot_of
from webapp.status import SUPERSEDED

Why = Literal["few", "many", "unknown", "withdrawn", "rubrics"]
ON_OFFER = 50
"""How many submissions are offered at a time."""


class CannotCompare(ValueError):
    """These submissions cannot be set side by side.

    `names` are why: the regions that have withdrawn, or the versions of the rubrics that do not ask alike.
    """

    def __init__(self, why: Why, names: Sequence[str] = ()) -> None:
        super().__init__(f"cannot compare: {why}")
        self.why = why
        self.names = names


@dataclass(frozen=True)
class Offered:
    """What may be chosen: `chosen` first, then `others` that fit a search; `more` if these are not all."""

    chosen: tuple[Listing, ...]
    others: tuple[Listing, ...]
    more: bool


def offered(session: Session, text: str, ids: Iterable[int]) -> Offered:
    """The submissions with these ids, and the newest of regions whose name contains `text`, by name.

    Capitals and marks do not count, as in the list's own search.
    """
    wanted = list(dict.fromkeys(ids))
    by_name = Listing.region_key, Listing.submission_id
    chosen = session.scalars(select(Listing).where(Listing.submission_id.in_(wanted)).order_by(*by_name))
    named = Listing.region_key.contains(search.plain(text), autoescape=True)
    query = select(Listing).where(Listing.status.not_in((SUPERSEDED, "withdrawn")), named)
    query = query.where(Listing.submission_id.not_in(wanted))
    others = session.scalars(query.order_by(*by_name).limit(ON_OFFER + 1)).all()
    return Offered(tuple(chosen), tuple(others[:ON_OFFER]), len(others) > ON_OFFER)


def order(session: Session, ids: Iterable[int], edition: Edition) -> ComparisonOrder:
    """What the comparison of the submissions with these ids is made from. Raises CannotCompare."""
    wanted = frozenset(ids)
    if not FEWEST <= len(wanted) <= MOST:
        raise CannotCompare("few" if len(wanted) < FEWEST else "many")
    query = select(Submission).where(Submission.id.in_(wanted)).order_by(Submission.id)
    found = session.scalars(query).all()
    if len(found) < len(wanted):
        raise CannotCompare("unknown")
    if withdrawn := {one.assessment.region for one in found if one.assessment.status == "withdrawn"}:
        raise CannotCompare("withdrawn", sorted(withdrawn))
    rubrics = {digest: rubric_of(session, digest) for digest in dict.fromkeys(one.rubric_digest for one in found)}
    first, *others = rubrics.values()
    if not all(asks_alike(first, other) for other in others):
        raise CannotCompare("rubrics", sorted({rubric.version for rubric in rubrics.values()}))
    return ComparisonOrder(
        snapshots=tuple((snapshot_of(one), one.rubric_digest) for one in found),
        rubrics={digest: rubric.text for digest, rubric in rubrics.items()},
        edition=edition,
    )


def overtaken(session: Session, order: ComparisonOrder) -> frozenset[str]:
    """Digests of those submissions of a comparison after which the region has submitted again."""
    digests = [snapshot.issue.digest for snapshot, _ in order.snapshots]
    shown = session.scalars(select(Submission).where(Submission.digest.in_(digests)))
    return frozenset(one.digest for one in shown if _latest(session, one) != one.id)


def _latest(session: Session, submission: Submission) -> int | None:
    query = select(Submission.id).join(Submission.assessment).where(regions.of_region(submission))
    return session.scalar(query.order_by(Submission.at.desc(), Submission.id.desc()).limit(1))
