"""Taking away for good: an assessment with everything in it, its contact, the name of a colleague.

Only `erase_shown` adds to the audit log. Whoever calls the others knows why it is done, and says so there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from rubric.digests import digest
from webapp import audit, listing
from webapp.assessment import links
from webapp.models import Assessment, Contributor, Rendering, Report, Submission


class Changed(Exception):
    """What was to be taken away is no longer what was shown."""


@dataclass(frozen=True)
class Whole:
    """What goes with an assessment, by count; `state` tells whether it is still the same."""

    assessment: Assessment
    submissions: int
    answers: int
    pdfs: int
    contacts: int
    colleagues: int
    successors: int
    state: str


def whole(session: Session, assessment: Assessment) -> Whole:
    """What erasing an assessment would take away; `successors` were begun with its answers, and stay."""
    digests = [submission.digest for submission in assessment.submissions]
    state = (assessment.id, assessment.revision, assessment.changed_at.isoformat(), digests)
    return Whole(
        assessment=assessment,
        submissions=len(digests),
        answers=len(assessment.answers),
        pdfs=_count(session, Report.submission_digest, digests),
        contacts=1 if assessment.contact else 0,
        colleagues=len(assessment.contributors),
        successors=_count(session, Assessment.previous, digests),
        state=digest(state),
    )


def _count(session: Session, column: InstrumentedAttribute[Any], digests: Sequence[str]) -> int:
    return session.scalar(select(func.count()).select_from(column.class_).where(column.in_(digests))) or 0


def erase_shown(session: Session, assessment: Assessment, state: str, by: str) -> None:
    """Erases an assessment as it was shown. Raises Changed where it is no longer that."""
    shown = whole(session, assessment)
    if shown.state != state:
        raise Changed
    subject = audit.assessment(assessment)
    erase(session, [assessment])
    audit.record(session, by, "assessment-erased", subject, submissions=shown.submissions)


def erase(session: Session, assessments: Sequence[Assessment]) -> None:
    """Erases assessments with their submissions, links and kept PDFs; what others tell about them stays."""
    ids = [assessment.id for assessment in assessments]
    digests = session.scalars(select(Submission.digest).where(Submission.assessment_id.in_(ids))).all()
    for assessment in assessments:
        links.forget(session, assessment)
    session.execute(delete(Assessment).where(Assessment.id.in_(ids)).execution_options(**NOT_LOADED))
    session.expunge_all()  # the database has taken all that belonged to them
    _drop_pdfs(session, digests)


def _drop_pdfs(session: Session, digests: Sequence[str]) -> None:
    """Drops PDFs of submissions that are gone, those of their successors, which show them beside, and comparisons.

    A comparison does not tell whose it is: it may show them, and is made anew when somebody asks for it.
    """
    there = select(Submission.digest)
    after = select(Submission.digest).join(Submission.assessment).where(Assessment.previous.in_(digests))
    for table in (Report, Rendering):
        own = table.submission_digest
        session.execute(delete(table).where(own.not_in(there) | own.in_(after)).execution_options(**NOT_LOADED))


NOT_LOADED = {"synchronize_session": False}
"""Nobody holds what these statements change."""


def forget_contact(session: Session, assessment: Assessment) -> None:
    """Erases whom to ask about an assessment, also from what submissions are found by."""
    assessment.contact = None
    listing.refresh(session, assessment)


def forget_colleague(session: Session, contributor: Contributor) -> None:
    """Erases the name of a colleague and ends their link; what they answered stays, as if the owner had given it."""
    links.forget_contributor(session, contributor)
    contributor.assessment.contributors.remove(contributor)
    session.flush()
