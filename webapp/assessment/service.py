"""What can be done with an assessment as a whole: start it, submit it, start the next one, delete it."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session, joinedload

from rubric.answers import Answers, from_content
from rubric.model import Rubric
from rubric.versions import carried, carried_questions
from webapp import audit, listing
from webapp.assessment import links, peers, replies
from webapp.assessment.entries import (
    Change,
    Entry,
    entries,
    entry_in,
    priorities,
    ratings,
    save,
    save_priority,
    tables,
)
from webapp.assessment.rubrics import current, keep, rubric_of
from webapp.assessment.snapshot import snapshot
from webapp.models import Assessment, Contact, Submission, now
from webapp.status import AS_IT_IS, FOLLOWS


@dataclass(frozen=True)
class Previous:
    """The submission that an assessment continues, and what was said in it."""

    number: int
    at: dt.datetime
    entries: dict[str, Entry]


def start(session: Session, region: str, country: str | None, contact: str | None) -> str:
    """Starts an assessment on the current rubric and gives back the secret of its link, which is stored nowhere."""
    return links.make(session, _new(session, region, country, contact))


def _new(session: Session, region: str, country: str | None, contact: str | None) -> Assessment:
    rubric = current(session)
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
    """The same for an assessment that is there already, and may have been submitted. The log is told what changed."""
    said = {"region": region, "country": country, "contact": contact}
    changed = sorted(part for part, before in _described(assessment).items() if before != said[part])
    if not changed:
        return
    describe(assessment, region, country, contact)
    assessment.changed_at = now()
    listing.refresh(session, assessment)
    audit.record(session, audit.REGION, "details-changed", audit.assessment(assessment), changed=changed)


def _described(assessment: Assessment) -> Mapping[str, str | None]:
    contact = assessment.contact.email if assessment.contact else None
    return {"region": assessment.region, "country": assessment.country, "contact": contact}


def start_next(session: Session, submission: Submission) -> str:
    """Starts an assessment with the answers of `submission` as a draft; gives back the secret of its link.

    Under another rubric, answers to questions that are no longer asked in the same words are left behind.
    """
    before = submission.assessment
    contact = before.contact.email if before.contact else None
    assessment = _new(session, before.region, before.country, contact)
    assessment.previous, assessment.origin = submission.digest, before.origin or before.id
    old, new = (
        rubric_of(session, submission.rubric_digest),
        rubric_of(session, assessment.rubric_digest),
    )
    answers, _ = from_content(json.loads(submission.answers), "submission", old)
    taken = carried(answers, old, new).answers
    save(assessment, [Change(name, entry_in(taken, name), None) for name in carried_questions(old, new)])
    for theme, priority in taken.priorities.items():
        save_priority(assessment, theme, priority)
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
    subject = audit.assessment(assessment)
    links.forget(session, assessment)
    session.delete(assessment)
    audit.record(session, audit.REGION, "draft-deleted", subject)


def answers_of(assessment: Assessment, rubric: Rubric) -> Answers:
    """The assessment as an answers file would have it."""
    content = {
        "region": assessment.region,
        "country": assessment.country,
        "rubric": rubric.version,
        "priorities": priorities(assessment),
        **tables(entries(assessment)),
        "vignettes": ratings(assessment),
    }
    answers, _ = from_content({key: value for key, value in content.items() if value is not None}, "assessment", rubric)
    return answers


def submit(session: Session, assessment: Assessment) -> Submission:
    """Takes a snapshot of the assessment, with its result; the last one again if nothing has changed since.

    One that was returned or withdrawn may be submitted as it is. What is replied to reviewers is handed in with it.
    """
    rubric, last = rubric_of(session, assessment.rubric_digest), latest_submission(session, assessment)
    if last and assessment.status not in AS_IT_IS and not changed_since(assessment, last, rubric):
        return last
    submission = add_submission(session, assessment, now())
    told = {"number": submission.number, "digest": submission.digest, "revision": assessment.revision}
    audit.record(session, audit.REGION, "submitted", audit.assessment(assessment), **told)
    return submission


def add_submission(session: Session, assessment: Assessment, at: dt.datetime) -> Submission:
    """Takes the snapshot whatever has changed. The log is not told: that is the last thing to do in a transaction."""
    rubric = rubric_of(session, assessment.rubric_digest)
    number = replies.newest(session, assessment.id) + 1
    made = snapshot(answers_of(assessment, rubric), rubric, number, at)
    submission = Submission(rubric_digest=rubric.digest, **vars(made))
    peers.take_turn(session, rubric.digest)
    assessment.submissions.append(submission)
    assessment.status = FOLLOWS["submit"][assessment.status]
    session.flush()  # so that it counts among the regions itself
    submission.peers = peers.spread(session, rubric.digest, made.at.date())
    replies.hand_in(session, assessment, made.at)
    assessment.revision += 1
    listing.refresh(session, assessment)
    return submission


def _undated(content: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in content.items() if key != "date"}


def earlier(session: Session, submission: Submission) -> Sequence[Row[int, dt.datetime]]:
    """`number` and `at` of the submissions that came before this one of the same assessment; not their texts."""
    same = Submission.assessment_id == submission.assessment_id
    query = select(Submission.number, Submission.at).where(same, Submission.number < submission.number)
    return session.execute(query.order_by(Submission.number)).all()


def submission(session: Session, submission_id: int) -> Submission | None:
    """One submission, with its assessment and contact."""
    query = select(Submission).where(Submission.id == submission_id)
    return session.scalar(query.options(joinedload(Submission.assessment).joinedload(Assessment.contact)))


def latest_submission(session: Session, assessment: Assessment) -> Submission | None:
    """The newest submission of an assessment, if there is one."""
    query = select(Submission).where(Submission.assessment_id == assessment.id).order_by(Submission.number.desc())
    return session.scalar(query.limit(1))


def changed_since(assessment: Assessment, submission: Submission, rubric: Rubric) -> bool:
    """Whether the assessment no longer says what `submission` does."""
    return _undated(json.loads(submission.answers)) != _undated(answers_of(assessment, rubric).content)
