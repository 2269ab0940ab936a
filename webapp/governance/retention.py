"""What has been kept for as long as the settings say, and taking it away.

Results that were told, rubrics and their norms, and entries of the audit log are not touched by any of this.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, Select, case, delete, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from rubric.digests import digest
from webapp import audit
from webapp.config import Retention
from webapp.database import Database
from webapp.governance.erasing import Changed, erase, forget_colleague, forget_contact
from webapp.governance.erasure import locked
from webapp.models import (
    AccountInvitation,
    Assessment,
    Contact,
    Contributor,
    FailedSignIns,
    Mailing,
    PendingImport,
    SignedIn,
    Submission,
    now,
)

Rule = Literal["drafts", "contacts", "submissions", "sessions"]
RULES: tuple[Rule, ...] = get_args(Rule)
AHEAD = dt.timedelta(days=30)
"""How far the preview looks."""
SHOWN = 50
"""So many assessments of a rule are listed by name."""
AT_ONCE = 100
"""So many assessments are changed in one transaction: others wait meanwhile."""
TRACES: Mapping[str, InstrumentedAttribute[dt.datetime]] = {
    "sessions": SignedIn.seen_at,
    "failed-sign-ins": FailedSignIns.at,
    "invitations": AccountInvitation.expires_at,
    "mailings": Mailing.at,
    "uploads": PendingImport.uploaded_at,
}
"""What the rule for sessions takes away, each with the moment from which it counts."""


@dataclass(frozen=True)
class Item:
    """An assessment that a rule is about: when it was last submitted or changed, and when the rule is `due` for it."""

    id: int
    region: str
    last: dt.datetime
    due: dt.datetime


@dataclass(frozen=True)
class Preview:
    """What a rule takes away: `now`, and `soon` after that, by count; `items` are the first of both, by time.

    `days` is None where the rule is off: everything is kept. `state` tells whether what is due is still the same.
    """

    rule: Rule
    days: int | None
    now: int = 0
    soon: int = 0
    items: tuple[Item, ...] = ()
    state: str = ""


def previews(session: Session, periods: Retention) -> tuple[Preview, ...]:
    """What each rule would take away today and in the 30 days after."""
    return tuple(preview(session, periods, rule) for rule in RULES)


def preview(session: Session, periods: Retention, rule: Rule) -> Preview:
    """What one rule would take away."""
    days: int | None = getattr(periods, rule)
    if days is None:
        return Preview(rule, None)
    period, at = dt.timedelta(days=days), now()
    if rule == "sessions":
        due, until = _traces(session, at - period), _traces(session, at + AHEAD - period)
        return Preview(rule, days, sum(due.values()), sum(until.values()) - sum(due.values()), (), digest(due))
    ids = session.scalars(_ids(rule, at - period)).all()
    until_then = session.scalar(select(func.count()).select_from(_ids(rule, at + AHEAD - period).subquery())) or 0
    return Preview(
        rule=rule,
        days=days,
        now=len(ids),
        soon=until_then - len(ids),
        items=tuple(_items(session, rule, at + AHEAD - period, period)),
        state=digest(list(ids)),
    )


def _traces(session: Session, before: dt.datetime) -> dict[str, int]:
    counts = {
        kind: session.scalar(select(func.count()).select_from(moment.class_).where(moment < before))
        for kind, moment in TRACES.items()
    }
    return {kind: count or 0 for kind, count in counts.items()}


def _last() -> ColumnElement[dt.datetime]:
    """When an assessment was last submitted or changed."""
    newest = select(func.max(Submission.at)).where(Submission.assessment_id == Assessment.id).scalar_subquery()
    return case((newest > Assessment.changed_at, newest), else_=Assessment.changed_at)


def _concerned(rule: Rule) -> ColumnElement[bool]:
    """Which assessments a rule is about at all."""
    submitted = select(Submission.id).where(Submission.assessment_id == Assessment.id).exists()
    if rule == "contacts":
        contact = select(Contact.assessment_id).where(Contact.assessment_id == Assessment.id).exists()
        return contact | select(Contributor.id).where(Contributor.assessment_id == Assessment.id).exists()
    return submitted if rule == "submissions" else ~submitted


def _ids(rule: Rule, before: dt.datetime) -> Select[int]:
    return select(Assessment.id).where(_concerned(rule), _last() < before).order_by(Assessment.id)


def _items(session: Session, rule: Rule, before: dt.datetime, period: dt.timedelta) -> Iterator[Item]:
    last = _last().label("last")
    query = select(Assessment.id, Assessment.region, last).where(_concerned(rule), _last() < before)
    for row in session.execute(query.order_by(last, Assessment.id).limit(SHOWN)):
        yield Item(row.id, row.region, row.last, row.last + period)


def apply(database: Database, periods: Retention, rule: Rule, state: str | None, by: str) -> int:
    """Takes away what is due by a rule, and gives its count.

    Raises Changed where it is no longer what was shown with `state` (None: whatever there is). What is changed
    meanwhile is not due any more, and stays.
    """
    with database.reading() as session:
        due = preview(session, periods, rule)
        if state is not None and due.state != state:
            raise Changed
        before = now() - dt.timedelta(days=due.days or 0)
        ids = session.scalars(_ids(rule, before)).all() if due.days and rule != "sessions" else ()
    if not due.now:
        return 0
    if rule == "sessions":
        return _apply_traces(database, before, by)
    return sum(
        _apply(database, rule, ids[start : start + AT_ONCE], before, by) for start in range(0, len(ids), AT_ONCE)
    )


def _apply_traces(database: Database, before: dt.datetime, by: str) -> int:
    with database.writing() as session:
        gone = _traces(session, before)
        for moment in TRACES.values():
            session.execute(delete(moment.class_).where(moment < before))
        audit.record(session, by, "traces-expired", "retention", **gone)
    return sum(gone.values())


def _apply(database: Database, rule: Rule, ids: Sequence[int], before: dt.datetime, by: str) -> int:
    with database.writing() as session:
        locked(session, ids)
        due = set(session.scalars(_ids(rule, before).where(Assessment.id.in_(ids))))  # as it is, now that nobody else…
        assessments = [assessment for assessment in locked(session, ids) if assessment.id in due]
        subjects = [audit.assessment(assessment) for assessment in assessments]
        TAKING[rule](session, assessments)
        for subject in subjects:
            _record(session, by, rule, subject)
    return len(subjects)


def _record(session: Session, by: str, rule: Rule, subject: str) -> None:
    if rule == "drafts":
        audit.record(session, by, "draft-expired", subject)
    elif rule == "contacts":
        audit.record(session, by, "personal-data-expired", subject)
    else:
        audit.record(session, by, "assessment-expired", subject)


def _forget_people(session: Session, assessments: Sequence[Assessment]) -> None:
    for assessment in assessments:
        for contributor in tuple(assessment.contributors):
            forget_colleague(session, contributor)
        forget_contact(session, assessment)


TAKING: Mapping[str, Callable[[Session, Sequence[Assessment]], Any]] = {
    "drafts": erase,
    "contacts": _forget_people,
    "submissions": erase,
}
"""What is done to the assessments for which a rule is due."""
