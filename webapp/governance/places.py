"""Free text: where people may have written somebody's address or name, and how it is taken out again."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, false, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from webapp.models import Answer, Assessment, ReviewNote, ReviewQuestion, ReviewStep, Submission

INSTEAD = "[…]"
"""Stands where an address or a name was taken out."""
TEXTS: tuple[tuple[type[Any], InstrumentedAttribute[Any], str], ...] = (
    (Assessment, Assessment.region, "region"),
    (Answer, Answer.note, "note"),
    (Answer, Answer.reason, "reason"),
    (Answer, Answer.reference, "reference"),
    (ReviewQuestion, ReviewQuestion.text, "review-question"),
    (ReviewQuestion, ReviewQuestion.reply, "review-reply"),
    (ReviewNote, ReviewNote.text, "review-note"),
    (ReviewStep, ReviewStep.text, "review-message"),
)
"""Every column that people write freely in and that may be changed, with what a place in it is called."""
SUBMITTED = {"notes": "note", "reasons": "reason", "references": "reference"}
"""The tables of an answers file that hold free text, with what a place in them is called."""


@dataclass(frozen=True)
class Person:
    """Somebody, by what they are known by here: an e-mail address, a name as it was written, or both."""

    email: str = ""
    name: str = ""

    def is_in(self, text: str) -> bool:
        """Whether a text holds the address or the name, in capitals or not, and not as a part of a longer one."""
        return any(pattern.search(text) for pattern in self._patterns())

    def taken_out_of(self, text: str) -> str:
        """The text with INSTEAD in the place of address and name."""
        for pattern in self._patterns():
            text = pattern.sub(INSTEAD, text)
        return text

    @property
    def rough(self) -> tuple[str, ...]:
        """What every text that holds the address or the name holds too: for a first look by the database."""
        return tuple(max(known.split(), key=len) for known in (self.email, self.name) if known)

    def _patterns(self) -> Iterator[re.Pattern[str]]:
        if self.email:
            yield re.compile(rf"(?<![\w.+%-]){re.escape(self.email)}(?![\w-]|\.\w)", re.IGNORECASE)
        if self.name:
            words = r"\s+".join(map(re.escape, self.name.split()))
            yield re.compile(rf"(?<!\w){words}(?!\w)", re.IGNORECASE)


@dataclass(frozen=True)
class Place:
    """A text that holds somebody's address or name: its kind, its assessment, and the question that it is about, or "".

    `number` is that of a submission, which never changes; None where the text may be changed.
    """

    kind: str
    assessment_id: int
    question: str
    number: int | None
    text: str


def places(session: Session, person: Person) -> tuple[Place, ...]:
    """Every text that holds the address or the name of a person."""
    return (*_changeable(session, person), *_submitted(session, person))


def _changeable(session: Session, person: Person) -> Iterator[Place]:
    for row, column, kind in _found(session, person):
        text = getattr(row, column.key)
        yield Place(kind, _assessment_id(row), getattr(row, "question", ""), None, text)


def _assessment_id(row: Any) -> int:
    found: int = row.id if isinstance(row, Assessment) else row.assessment_id
    return found


def _found(session: Session, person: Person) -> Iterator[tuple[Any, InstrumentedAttribute[Any], str]]:
    for table, column, kind in TEXTS:
        for row in session.scalars(
            select(table).where(roughly(column, person.rough)).order_by(*table.__table__.primary_key)
        ):
            if person.is_in(getattr(row, column.key)):
                yield row, column, kind


def roughly(column: InstrumentedAttribute[Any], words: tuple[str, ...]) -> ColumnElement[bool]:
    """Which rows to look at more closely: those with any of `words` in a column."""
    found: ColumnElement[bool] = false()
    for word in words:  # as it is, too: not every database knows capitals of all languages
        found = found | column.icontains(word, autoescape=True) | column.contains(word, autoescape=True)
    return found


def roughly_in_json(column: InstrumentedAttribute[Any], words: tuple[str, ...]) -> ColumnElement[bool]:
    """The same where a column holds texts as canonical JSON, which writes some characters otherwise."""
    return roughly(column, tuple(json.dumps(word, ensure_ascii=False)[1:-1] for word in words))


def texts(content: Any) -> Iterator[str]:
    """Every text in plain JSON data, also those that name values."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict):
        for key, value in content.items():
            yield key
            yield from texts(value)
    elif isinstance(content, list):
        for value in content:
            yield from texts(value)


def _submitted(session: Session, person: Person) -> Iterator[Place]:
    query = select(Submission.assessment_id, Submission.number, Submission.answers)
    rough = roughly_in_json(Submission.answers, person.rough)
    for row in session.execute(query.where(rough).order_by(Submission.id)):
        content: dict[str, Any] = json.loads(row.answers)
        if person.is_in(content["region"]):
            yield Place("region", row.assessment_id, "", row.number, content["region"])
        for table, kind in SUBMITTED.items():
            for question, text in content.get(table, {}).items():
                if person.is_in(text):
                    yield Place(kind, row.assessment_id, question, row.number, text)


def take_out(session: Session, person: Person) -> dict[int, int]:
    """Takes a person out of all texts that may be changed; gives the number of texts by assessment id."""
    changed: dict[int, int] = {}
    for row, column, _ in _found(session, person):
        setattr(row, column.key, person.taken_out_of(getattr(row, column.key)))
        if isinstance(row, Answer):
            row.revision += 1  # whoever has the page open sees that it was changed
        changed[_assessment_id(row)] = changed.get(_assessment_id(row), 0) + 1
    session.flush()
    return changed
