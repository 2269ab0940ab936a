"""What can be done with an assessment as a whole: start it, submit it, start the next one, delete it."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from rubric import load
from rubric.answers import Answers, from_content, submission_digest
from rubric.assess import assess
from rubric.digests import canonical
from rubric.model import Rubric
from webapp import audit, listing
from webapp.assessment import links, peers
from webapp.assessment.entries import (
    NEEDS_REASON,
    Change,
    Entry,
    entries,
    entry_in,
    priorities,
    ratings,
    save,
    save_priority,
)
from webapp.assessment.rubrics import keep, rubric_of
from webapp.models import Assessment, Contact, Submission, now
from webapp.status import FOLLOWS


@dataclass(frozen=True)
class Previous:
    """The submission that an assessment continues, and what was said in it."""

    number: int
    at: dt.datetime
    entries: dict[str, Entry]


def start(session: Session, region: str, country: str | None, contact: str | None) -> str:
    """Starts an assessment on the newest rubric and gives back the secret of its link, which is stored nowhere."""
    return links.make(session, _new(session, region, country, contact))


def _new(session: Session, region: str, country: str | None, contact: str | None) -> Assessment:
    rubric = load.rubric()
    keep(session, rubric)
    assessment = Assessment(rubric_digest=rubric.digest)
    session.add(assessment)
    describe(assessment, region, country, contact)
    return assessment


def describe(assessment: Assessment, region: str, country: str | None, contact: str | None) -> None:
    """Says whose assessment it is, and whom to ask about it."""
    assessment.region, assessment.country = region, country
    if contact is None:
        assessment.contact = None
    elif assessment.contact is None:
        assessment.contact = Contact(email=contact)
    else:
        assessment.contact.email = contact


def describe_anew(
    session: Session, assessment: Assessment, region: str, country: str | None, contact: str | None
) -> None:
    """The same for an assessment that may have been submitted."""
    describe(assessment, region, country, contact)
    listing.refresh(session, assessment)


def start_next(session: Session, submission: Submission) -> str:
    """Starts an assessment with the answers of `submission` as a draft; gives back the secret of its link.

    Under a newer rubric, answers to questions that are no longer asked in the same words are left behind.
    """
    before = submission.assessment
    contact = before.contact.email if before.contact else None
    assessment = _new(session, before.region, before.country, contact)
    assessment.previous = submission.digest
    old, new = (
        rubric_of(session, submission.rubric_digest),
        rubric_of(session, assessment.rubric_digest),
    )
    answers, _ = from_content(json.loads(submission.answers), "submission", old)
    same = (q.id for q in new.questions if q == old.question_by_id.get(q.id))
    save(assessment, [Change(name, entry_in(answers, name), None) for name in same])
    for theme in new.theme_by_id.keys() & answers.priorities.keys():
        save_priority(assessment, theme, answers.priorities[theme])
    return links.make(session, assessment)


def previous(session: Session, assessment: Assessment) -> Previous | None:
    """The submission that `assessment` continues, if it does and it is still there."""
    if assessment.previous is None:
        return None
    found = session.scalars(select(Submission).where(Submission.digest == assessment.previous).limit(1)).first()
    if found is None:
        return None
    answers, rubric = from_content(json.loads(found.answers), "submission", rubric_of(session, found.rubric_digest))
    return Previous(found.number, found.at, {q.id: entry_in(answers, q.id) for q in rubric.questions})


def next_begun(session: Session, assessment: Assessment) -> dt.datetime | None:
    """When the newest assessment was begun that continues one of this one's submissions."""
    digests = select(Submission.digest).where(Submission.assessment_id == assessment.id)
    return session.scalar(select(func.max(Assessment.started_at)).where(Assessment.previous.in_(digests)))


def delete(session: Session, assessment: Assessment) -> None:
    """Deletes a draft with all that belongs to it. Raises ValueError where it was submitted."""
    if assessment.submissions:
        raise ValueError("an assessment that was submitted is kept")
    links.forget(session, assessment)
    session.delete(assessment)


def answers_of(assessment: Assessment, rubric: Rubric) -> Answers:
    """The assessment as an answers file would have it."""
    given = entries(assessment)
    content = {
        "region": assessment.region,
        "country": assessment.country,
        "rubric": rubric.version,
        "priorities": priorities(assessment),
        "answers": {q: _plain(e.answer) for q, e in given.items() if e.answer is not None},
        "reasons": {q: e.reason for q, e in given.items() if e.reason and e.answer == NEEDS_REASON},
        "notes": {q: e.note for q, e in given.items() if e.note},
        "evidence": {q: e.evidence for q, e in given.items() if e.evidence},
        "references": {q: e.reference for q, e in given.items() if e.reference},
        "vignettes": ratings(assessment),
    }
    answers, _ = from_content({key: value for key, value in content.items() if value is not None}, "assessment", rubric)
    return answers


def _plain(answer: str) -> int | str:
    return int(answer) if answer.isdigit() else answer


def submit(session: Session, assessment: Assessment) -> Submission:
    """Takes a snapshot of the assessment, with its result; the last one again if nothing has changed since."""
    rubric = rubric_of(session, assessment.rubric_digest)
    answers = answers_of(assessment, rubric)
    last = latest_submission(session, assessment)
    if last and not changed_since(assessment, last, rubric):
        return last
    number, at = last.number + 1 if last else 1, now()
    answers = answers.model_copy(update={"date": at.date()})
    own = submission_digest(answers, number, at)
    submission = Submission(
        number=number,
        at=at,
        digest=own,
        rubric_digest=rubric.digest,
        answers=canonical(answers.content),
        result=canonical(assess(answers, rubric).json(own)),
    )
    peers.take_turn(session, rubric.digest)
    assessment.submissions.append(submission)
    session.flush()  # so that it counts among the regions itself
    submission.peers = peers.spread(session, rubric.digest, at.date())
    assessment.status = FOLLOWS["submit"][assessment.status]
    assessment.revision += 1
    audit.record(session, audit.REGION, "submitted", audit.assessment(assessment), number=number, digest=own)
    listing.refresh(session, assessment)
    return submission


def _undated(content: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in content.items() if key != "date"}


def earlier(session: Session, submission: Submission) -> Sequence[Row[int, dt.datetime]]:
    """`number` and `at` of the submissions that came before this one of the same assessment; not their texts."""
    same = Submission.assessment_id == submission.assessment_id
    query = select(Submission.number, Submission.at).where(same, Submission.number < submission.number)
    return session.execute(query.order_by(Submission.number)).all()


def latest_submission(session: Session, assessment: Assessment) -> Submission | None:
    """The newest submission of an assessment, if there is one."""
    query = select(Submission).where(Submission.assessment_id == assessment.id).order_by(Submission.number.desc())
    return session.scalar(query.limit(1))


def changed_since(assessment: Assessment, submission: Submission, rubric: Rubric) -> bool:
    """Whether the assessment no longer says what `submission` does."""
    return _undated(json.loads(submission.answers)) != _undated(answers_of(assessment, rubric).content)
