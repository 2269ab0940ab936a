"""Which assessments are one region: each next one goes on from the one before, also when that is erased since."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Subquery, func, or_, select
from sqlalchemy.orm import Session

from webapp.models import Assessment, Listing, Submission


def region() -> ColumnElement[int]:
    """What stands for an assessment's region: the id of its first assessment, which may be gone."""
    return func.coalesce(Assessment.origin, Assessment.id)


def newest(of: type[Submission] | type[Listing], *which: ColumnElement[bool]) -> Subquery:
    """`region` and `submission_id` of each region's newest submission among those `which` are meant.

    Of two that came in the same second it is that of the later assessment.
    """
    number = Submission.id if of is Submission else Listing.submission_id
    order = of.at.desc(), of.assessment_id.desc(), of.number.desc()
    place = func.row_number().over(partition_by=region(), order_by=order)
    query = select(region().label("region"), number.label("submission_id"), place.label("place"))
    ranked = query.join(Assessment, Assessment.id == of.assessment_id).where(*which).subquery()
    return select(ranked.c.region, ranked.c.submission_id).where(ranked.c.place == 1).subquery()


def of_region(submission: Submission) -> ColumnElement[bool]:
    """Which assessments are of the region that made this submission."""
    first = submission.assessment.origin or submission.assessment_id
    return or_(Assessment.id == first, Assessment.origin == first)


def submissions(session: Session, submission: Submission) -> Sequence[Submission]:
    """All submissions of the region that made this one, the oldest first, whatever rubric they answer."""
    query = select(Submission).join(Submission.assessment).where(of_region(submission))
    return session.scalars(query.order_by(Submission.at, Submission.id)).all()
