"""Whose an assessment is: for the region that has lost its link."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from webapp.models import Assessment, Contact, Submission

ON_A_PAGE = 50


@dataclass(frozen=True)
class Holder:
    """An assessment, submitted or not, by what tells whose it is. No answer is shown."""

    id: int
    region: str
    country: str | None
    started_at: dt.datetime
    contact: str | None
    submissions: int


def holders(session: Session, text: str) -> tuple[Holder, ...]:
    """Assessments whose region or contact contains `text`, newest first, at most as many as stand on a page."""
    said = Assessment.region.icontains(text, autoescape=True) | Contact.email.icontains(text, autoescape=True)
    count = select(func.count()).where(Submission.assessment_id == Assessment.id).scalar_subquery()
    query = select(Assessment, Contact.email, count).outerjoin(Contact).where(said).order_by(Assessment.id.desc())
    rows = session.execute(query.limit(ON_A_PAGE))
    return tuple(Holder(a.id, a.region, a.country, a.started_at, email, number) for a, email, number in rows)


def assessment(session: Session, assessment_id: int) -> Assessment | None:
    """One assessment, with its contact; nobody else changes it until the transaction ends."""
    query = select(Assessment).where(Assessment.id == assessment_id).with_for_update(of=Assessment)
    return session.scalar(query.options(joinedload(Assessment.contact)))
