"""What an administrator can look up: the list of submissions, and one of them with everything that belongs to it."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, select, tuple_
from sqlalchemy.orm import Session, joinedload

from webapp.models import Assessment, Contact, Submission

ON_A_PAGE = 50


@dataclass(frozen=True)
class Place:
    """A place in the list, newest first: just after the submission with this time and id."""

    at: dt.datetime
    id: int


@dataclass(frozen=True)
class Listed:
    """A submission as the list shows it. The score is 0-100, None without an answered question."""

    id: int
    number: int
    at: dt.datetime
    region: str
    country: str | None
    rubric: str
    score: float | None
    interval: tuple[float, float] | None
    verdict: str
    nearest: str | None


@dataclass(frozen=True)
class Page:
    """A page of the list. `older` is where the next one begins, None on the last; `total` counts the whole list."""

    submissions: tuple[Listed, ...]
    older: Place | None
    total: int


def page(session: Session, after: Place | None = None) -> Page:
    """The submissions that come after a place in the list; what arrives meanwhile moves none of them."""
    query = select(Submission.id, Submission.number, Submission.at, Submission.result)
    if after:
        query = query.where(tuple_(Submission.at, Submission.id) < tuple_(after.at, after.id))
    rows = session.execute(query.order_by(Submission.at.desc(), Submission.id.desc()).limit(ON_A_PAGE + 1)).all()
    shown = tuple(_listed(row) for row in rows[:ON_A_PAGE])
    older = Place(shown[-1].at, shown[-1].id) if len(rows) > ON_A_PAGE else None
    return Page(shown, older, session.scalar(select(func.count()).select_from(Submission)) or 0)


def submission(session: Session, submission_id: int) -> Submission | None:
    """One submission, with its assessment and contact."""
    query = select(Submission).where(Submission.id == submission_id)
    return session.scalar(query.options(joinedload(Submission.assessment).joinedload(Assessment.contact)))


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


def siblings(session: Session, chosen: Submission) -> tuple[Listed, ...]:
    """The other submissions of the same assessment, newest first."""
    query = select(Submission.id, Submission.number, Submission.at, Submission.result)
    query = query.where(Submission.assessment_id == chosen.assessment_id, Submission.id != chosen.id)
    return tuple(_listed(row) for row in session.execute(query.order_by(Submission.number.desc())))


def _listed(row: Row[int, int, dt.datetime, str]) -> Listed:
    result: dict[str, Any] = json.loads(row.result)
    score, exemplars = result["score"], result["exemplars"]
    return Listed(
        id=row.id,
        number=row.number,
        at=row.at,
        region=result["region"],
        country=result["country"],
        rubric=result["rubric"]["version"],
        score=score["value"],
        interval=tuple(score["interval"]) if score["interval"] else None,
        verdict=exemplars["verdict"],
        nearest=_nearest(exemplars["ranking"]),
    )


def _nearest(ranking: Sequence[dict[str, Any]]) -> str | None:
    """Code of the country that ranks first, where there is a resemblance at all."""
    return ranking[0]["country"] if ranking and ranking[0]["resemblance"] is not None else None
