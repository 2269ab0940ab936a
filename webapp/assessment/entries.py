"""What respondents gave to the questions, and how it is saved so that nobody overwrites what they have not seen."""

import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rubric.answers import DEFAULT_PRIORITY, Answers
from rubric.digests import canonical
from rubric.model import Question
from webapp.models import Answer, Assessment, Contributor, Priority, Rating, now

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

    @property
    def has_text(self) -> bool:
        """Whether anything is written in it, besides what is chosen."""
        return any((self.reason, self.note, self.reference))


@dataclass(frozen=True)
class Change:
    """An entry to save. `revision` is the one that the respondent saw, or None if the sender does not say."""

    question: str
    entry: Entry
    revision: int | None


NEVER = -1
"""A revision that no entry has."""
_SEEN = re.compile(r"(?P<revision>[0-9]{1,9})(?:-(?P<fingerprint>[0-9a-f]{12}))?", re.ASCII)


@dataclass(frozen=True)
class Seen:
    """The state of an entry that a page shows: its revision, and its fingerprint (None if the sender does not say).

    By the fingerprint a page that nobody has touched is told from one on which something was changed.
    """

    revision: int
    fingerprint: str | None

    @classmethod
    def parse(cls, text: str) -> "Seen | None":
        """What a form sends back: None for nothing, and a state that never was for what no page of ours holds."""
        found = _SEEN.fullmatch(text)
        if not found:
            return cls(NEVER, None) if text else None
        return cls(int(found["revision"]), found["fingerprint"])

    def __str__(self) -> str:
        return f"{self.revision}-{self.fingerprint}"


@dataclass(frozen=True)
class Given:
    """How an answer came to be: when it was last changed, and by whom (None: by the owner)."""

    at: dt.datetime
    contributor: Contributor | None


def entries(assessment: Assessment) -> dict[str, Entry]:
    """What was given, by question id."""
    return {a.question: _entry(a) for a in assessment.answers}


def given(assessment: Assessment, questions: Iterable[Question]) -> dict[str, Given]:
    """How the answers to `questions` came to be, by question id."""
    asked = {question.id for question in questions}
    those = [answer for answer in assessment.answers if answer.question in asked]
    by_others = any(answer.contributor_id for answer in those)
    people = {contributor.id: contributor for contributor in assessment.contributors} if by_others else {}
    return {a.question: Given(a.changed_at, people.get(a.contributor_id or 0)) for a in those}


def seen(assessment: Assessment, questions: Iterable[Question]) -> dict[str, Seen]:
    """The state of the entry to each of `questions`, by id."""
    stored = {a.question: a for a in assessment.answers}
    return {q.id: _seen(stored.get(q.id)) for q in questions}


def _seen(answer: Answer | None) -> Seen:
    return Seen(answer.revision, fingerprint(_entry(answer))) if answer else Seen(0, fingerprint(Entry()))


def fingerprint(entry: Entry) -> str:
    """Twelve hexadecimal digits that tell whether an entry is still the one that a page showed."""
    return hashlib.sha256(canonical(vars(entry)).encode()).hexdigest()[:12]


def _entry(answer: Answer) -> Entry:
    return Entry(answer.answer, answer.reason, answer.note, answer.evidence, answer.reference)


def entry_in(answers: Answers, question: str) -> Entry:
    """What an answers file says to one question."""
    answer = answers.answers.get(question)
    return Entry(
        answer=None if answer is None else str(answer),
        reason=answers.reasons.get(question),
        note=answers.notes.get(question),
        evidence=answers.evidence.get(question),
        reference=answers.references.get(question),
    )


def tables(given: Mapping[str, Entry]) -> dict[str, dict[str, int | str]]:
    """What was given, by question id, as the tables of an answers file; a reason only where the answer takes one."""
    return {
        "answers": {q: _plain(e.answer) for q, e in given.items() if e.answer is not None},
        "reasons": {q: e.reason for q, e in given.items() if e.reason and e.answer == NEEDS_REASON},
        "notes": {q: e.note for q, e in given.items() if e.note},
        "evidence": {q: e.evidence for q, e in given.items() if e.evidence},
        "references": {q: e.reference for q, e in given.items() if e.reference},
    }


def _plain(answer: str) -> int | str:
    return int(answer) if answer.isdigit() else answer


def lacks_reason(entry: Entry) -> bool:
    """Whether an entry says that a question does not apply, but not why."""
    return entry.answer == NEEDS_REASON and not entry.reason


def save(assessment: Assessment, changes: Iterable[Change], contributor: Contributor | None = None) -> set[str]:
    """Saves what differs from what is stored; gives back the questions that were changed by others meanwhile.

    Those are left as they are: the sender, `contributor` or the owner, saw an older revision and must decide.
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
        _write(assessment, answer, change, contributor)
    return overtaken


def _write(assessment: Assessment, answer: Answer | None, change: Change, contributor: Contributor | None) -> None:
    if answer is None:
        answer = Answer(question=change.question, revision=0)
        assessment.answers.append(answer)
    for field, value in vars(change.entry).items():
        setattr(answer, field, value)
    answer.revision += 1
    answer.contributor_id = contributor.id if contributor else None
    answer.changed_at = assessment.changed_at = now()


def priorities(assessment: Assessment) -> dict[str, int]:
    """How much each theme matters (1-3), by theme id, where the respondent said so."""
    return {p.theme: p.priority for p in assessment.priorities}


def save_priority(assessment: Assessment, theme: str, priority: int) -> None:
    """Says how much a theme matters; the default is not stored."""
    kept = next((p for p in assessment.priorities if p.theme == theme), None)
    if kept and priority == DEFAULT_PRIORITY:
        assessment.priorities.remove(kept)
    elif kept:
        kept.priority = priority
    elif priority != DEFAULT_PRIORITY:
        assessment.priorities.append(Priority(theme=theme, priority=priority))


def ratings(assessment: Assessment) -> dict[str, int]:
    """At which level the respondent placed each vignette, by its id."""
    return {rating.vignette: rating.level for rating in assessment.ratings}


def rate(assessment: Assessment, levels: Mapping[str, int | None]) -> None:
    """Places vignettes, by id, at levels; None takes one back."""
    there = {rating.vignette: rating for rating in assessment.ratings}
    for vignette, level in levels.items():
        if level is None:
            assessment.ratings[:] = [rating for rating in assessment.ratings if rating.vignette != vignette]
        elif vignette in there:
            there[vignette].level = level
        else:
            assessment.ratings.append(Rating(vignette=vignette, level=level))
