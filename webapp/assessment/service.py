"""What can be done with an assessment: start it, find it by its link, save answers, submit."""

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from rubric import load
from rubric.answers import DEFAULT_PRIORITY, Answers, from_content
from rubric.assess import assess
from rubric.digests import canonical, digest
from rubric.model import Question, Rubric, Theme
from webapp.models import Answer, Assessment, Contact, Priority, StoredRubric, Submission, now

TOKEN_BYTES = 24
NEEDS_REASON = "not-applicable"
"""The answer that goes with a reason; of any other a reason is not handed on."""


@dataclass(frozen=True)
class Entry:
    """What the respondent gave to one question; every part may be missing (None), none is empty text."""

    answer: str | None = None
    reason: str | None = None
    note: str | None = None
    evidence: str | None = None
    reference: str | None = None


@dataclass(frozen=True)
class Change:
    """An entry to save. `revision` is the one that the respondent saw, or None if the sender does not say."""

    question: str
    entry: Entry
    revision: int | None


@dataclass(frozen=True)
class Progress:
    """How far a theme is: `answered` counts levels and off-scale answers."""

    theme: Theme
    answered: int
    questions: int


def start(session: Session, region: str, country: str | None, contact: str | None) -> str:
    """Starts an assessment on the newest rubric and gives back the secret of its link, which is stored nowhere."""
    rubric = load.rubric()
    _keep(session, rubric)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    assessment = Assessment(token_hash=_hash(token), rubric_digest=rubric.digest, region=region, country=country)
    if contact:
        assessment.contact = Contact(email=contact)
    session.add(assessment)
    return token


def _keep(session: Session, rubric: Rubric) -> None:
    if session.get(StoredRubric, rubric.digest) is None:
        kept = StoredRubric(digest=rubric.digest, version=rubric.version, content=canonical(rubric.content))
        with suppress(IntegrityError), session.begin_nested():  # another may keep it at this moment
            session.add(kept)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def assessment_by_token(session: Session, token: str, lock: bool = False) -> Assessment | None:
    """The assessment that a link leads to; with `lock`, nobody else changes it until the transaction ends."""
    query = select(Assessment).where(Assessment.token_hash == _hash(token))
    return session.scalar(query.with_for_update() if lock else query)


def rubric_of(session: Session, rubric_digest: str) -> Rubric:
    """The rubric with this digest: the newest, or one kept in the database."""
    newest = load.rubric()
    if newest.digest == rubric_digest:
        return newest
    return _parsed(session.get_one(StoredRubric, rubric_digest).content)


@lru_cache(maxsize=8)
def _parsed(content: str) -> Rubric:
    return load.from_content(json.loads(content))


def entries(assessment: Assessment) -> dict[str, Entry]:
    """What was given, by question id."""
    return {a.question: _entry(a) for a in assessment.answers}


def revisions(assessment: Assessment) -> dict[str, int]:
    """How often each question's entry was changed, by question id."""
    return {a.question: a.revision for a in assessment.answers}


def priorities(assessment: Assessment) -> dict[str, int]:
    """How much each theme matters (1-3), by theme id, where the respondent said so."""
    return {p.theme: p.priority for p in assessment.priorities}


def _entry(answer: Answer) -> Entry:
    return Entry(answer.answer, answer.reason, answer.note, answer.evidence, answer.reference)


def progress(rubric: Rubric, given: Mapping[str, Entry]) -> tuple[Progress, ...]:
    """How far each theme is."""
    return tuple(
        Progress(theme, _answered(rubric.questions_by_theme[theme.id], given), len(rubric.questions_by_theme[theme.id]))
        for theme in rubric.themes
    )


def _answered(questions: Iterable[Question], given: Mapping[str, Entry]) -> int:
    return sum(given.get(q.id, Entry()).answer is not None for q in questions)


def save(assessment: Assessment, changes: Iterable[Change]) -> set[str]:
    """Saves what differs from what is stored; gives back the questions that were changed by others meanwhile.

    Those are left as they are: the sender saw an older revision and must decide.
    """
    stored = {a.question: a for a in assessment.answers}
    overtaken = set()
    for change in changes:
        answer = stored.get(change.question)
        if change.entry == (_entry(answer) if answer else Entry()):
            continue
        if answer and change.revision is not None and change.revision != answer.revision:
            overtaken.add(change.question)
            continue
        _write(assessment, answer, change)
    return overtaken


def _write(assessment: Assessment, answer: Answer | None, change: Change) -> None:
    if answer is None:
        answer = Answer(question=change.question, revision=0)
        assessment.answers.append(answer)
    for field, value in vars(change.entry).items():
        setattr(answer, field, value)
    answer.revision += 1
    answer.changed_at = assessment.changed_at = now()


def save_priority(assessment: Assessment, theme: str, priority: int) -> None:
    """Says how much a theme matters; the default is stored only in place of something else."""
    kept = next((p for p in assessment.priorities if p.theme == theme), None)
    if kept:
        kept.priority = priority
    elif priority != DEFAULT_PRIORITY:
        assessment.priorities.append(Priority(theme=theme, priority=priority))


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
    if last and _undated(json.loads(last.answers)) == _undated(answers.content):
        return last
    number, at = last.number + 1 if last else 1, now()
    answers = answers.model_copy(update={"date": at.date()})
    own = digest({"answers": answers.content, "number": number, "at": at.isoformat()})
    submission = Submission(
        number=number,
        at=at,
        digest=own,
        rubric_digest=rubric.digest,
        answers=canonical(answers.content),
        result=canonical(assess(answers, rubric).json(own)),
    )
    assessment.submissions.append(submission)
    return submission


def _undated(content: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in content.items() if key != "date"}


def latest_submission(session: Session, assessment: Assessment) -> Submission | None:
    """The newest submission of an assessment, if there is one."""
    query = select(Submission).where(Submission.assessment_id == assessment.id).order_by(Submission.number.desc())
    return session.scalar(query.limit(1))


def can_submit(assessment: Assessment) -> bool:
    """Whether there is anything to submit: a single answer is enough."""
    return any(answer.answer is not None for answer in assessment.answers)
