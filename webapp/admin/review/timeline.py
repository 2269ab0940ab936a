"""What happened to an assessment: from the audit log, and from what was submitted, asked, told and noted."""

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp import audit
from webapp.models import Assessment, AuditEntry, ReviewNote, ReviewQuestion, ReviewStep, Submission, User

DRAFTS = frozenset(("question-drafted", "question-dropped", "message-drafted"))
"""Actions that only tell that reviewers are writing."""
ACCOUNT = "account-"
Row = TypeVar("Row", ReviewQuestion, ReviewNote, ReviewStep)


@dataclass(frozen=True)
class Event:
    """Something that happened, newer than those of a lower `revision` of the review (None: it does not count there).

    `who`: `audit.REGION`, another fixed actor, an e-mail address, or None for an account that is gone. `to` is who was
    assigned, alike, where somebody was: `assigned`. `number` is the submission at that time, `text` what was written,
    `questions` what was asked.
    """

    at: dt.datetime
    what: str
    who: str | None
    number: int | None = None
    revision: int | None = None
    text: str = ""
    questions: tuple[ReviewQuestion, ...] = ()
    to: str | None = None
    assigned: bool = False


@dataclass(frozen=True)
class Written:
    """All that was written in the review of an assessment, as it is stored, oldest first."""

    questions: Sequence[ReviewQuestion]
    notes: Sequence[ReviewNote]
    steps: Sequence[ReviewStep]
    people: Mapping[int, User]

    def address(self, account_id: int | None) -> str | None:
        """The address of an account, None where it is gone."""
        user = self.people.get(account_id or 0)
        return user.email if user else None


def written(session: Session, assessment: Assessment) -> Written:
    """What reviewers and region wrote to each other about an assessment."""
    questions = _rows(session, ReviewQuestion, assessment)
    notes = _rows(session, ReviewNote, assessment)
    steps = _rows(session, ReviewStep, assessment)
    ids = {q.account_id for q in questions} | {n.account_id for n in notes} | {s.account_id for s in steps}
    people = session.scalars(select(User).where(User.id.in_(ids | {assessment.reviewer_id})))
    return Written(questions, notes, steps, {user.id: user for user in people})


def _rows(session: Session, kind: type[Row], assessment: Assessment) -> Sequence[Row]:
    return session.scalars(select(kind).where(kind.assessment_id == assessment.id).order_by(kind.id)).all()


def timeline(session: Session, assessment: Assessment, said: Written) -> tuple[Event, ...]:
    """All that happened, newest first; what is only being written is left out but for its revision."""
    query = select(AuditEntry).where(AuditEntry.subject == audit.assessment(assessment)).order_by(AuditEntry.id)
    entries = [(entry, json.loads(entry.details)) for entry in session.scalars(query)]
    known = _addresses(session, entries)
    events = [*_logged(entries, known, said), *_unlogged(session, assessment, entries, said)]
    return tuple(sorted(events, key=lambda event: (event.at, event.revision or 0), reverse=True))


def since(events: Iterable[Event], revision: int) -> tuple[Event, ...]:
    """What happened in the review after this revision of it, oldest first."""
    return tuple(reversed([event for event in events if event.revision is not None and event.revision > revision]))


Entries = Sequence[tuple[AuditEntry, dict[str, Any]]]


def _addresses(session: Session, entries: Entries) -> dict[str, str]:
    """Addresses of the accounts that the log names, by what it calls them."""
    named = {name for entry, details in entries for name in (entry.actor, str(details.get("to")))}
    pseudonyms = [name.removeprefix(ACCOUNT) for name in named if name.startswith(ACCOUNT)]
    users = session.scalars(select(User).where(User.pseudonym.in_(pseudonyms)))
    return {audit.account(user): user.email for user in users}


def _logged(entries: Entries, known: Mapping[str, str], said: Written) -> Iterator[Event]:
    notes = {note.id: note.text for note in said.notes}
    steps = {step.id: step.text for step in said.steps}
    for entry, details in entries:
        asked = details.get("questions", ())
        yield Event(
            at=entry.at,
            what=entry.action,
            who=known.get(entry.actor) if entry.actor.startswith(ACCOUNT) else entry.actor,
            number=details.get("number"),
            revision=details.get("revision"),
            text=notes.get(details.get("note", 0)) or steps.get(details.get("step", 0)) or "",
            questions=tuple(question for question in said.questions if question.id in asked),
            to=known.get(details.get("to") or ""),
            assigned=details.get("to") is not None,
        )


def _unlogged(session: Session, assessment: Assessment, entries: Entries, said: Written) -> Iterator[Event]:
    """What came without an entry of its own, as made-up regions do."""
    told = [details for _, details in entries]
    numbers = {details.get("number") for entry, details in entries if entry.action in ("submitted", "imported")}
    query = select(Submission.number, Submission.at).where(Submission.assessment_id == assessment.id)
    for number, at in session.execute(query):
        if number not in numbers:
            yield Event(at, "submitted", audit.REGION, number)
    notes = {details.get("note") for details in told}
    for note in said.notes:
        if note.id not in notes:
            yield Event(note.at, "note-written", said.address(note.account_id), text=note.text)
    yield from _returned({id for details in told for id in details.get("questions", ())}, said)


def _returned(logged: set[int], said: Written) -> Iterator[Event]:
    sent = [question for question in said.questions if question.sent_at and question.id not in logged]
    for at in dict.fromkeys(question.sent_at for question in sent):
        asked = tuple(question for question in sent if question.sent_at == at)
        who = said.address(asked[0].account_id)
        if at:
            yield Event(at, "returned", who, asked[0].number, questions=asked)
