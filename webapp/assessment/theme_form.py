"""The form of one theme: five kinds of fields for each of its questions. Field names are a stable interface."""

from collections.abc import Callable, Container, Mapping, Set
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import Field
from wtforms.fields.core import UnboundField
from wtforms.form import BaseForm

from rubric.answers import DEFAULT_PRIORITY, GRADES, PRIORITIES, STATES
from rubric.model import TOP_LEVEL, Question, Rubric, Theme
from webapp.assessment.entries import NEEDS_REASON, Change, Entry, Seen, fingerprint
from webapp.assessment.forms import Mistake, choice, long_text, short_text

PRIORITY_OVERTAKEN = _l(
    "Somebody else chose another priority after you opened the page. To put yours in its place, save again."
)
ANSWERS = (*map(str, range(TOP_LEVEL + 1)), *STATES)
OVERTAKEN = _l("Somebody else changed this answer after you opened the page. Please choose which one counts.")
KINDS: dict[str, Callable[[], "UnboundField[Any]"]] = {
    "answer": lambda: choice(ANSWERS),
    "reason": long_text,
    "note": long_text,
    "evidence": lambda: choice(GRADES),
    "reference": short_text,
}
"""Each part of an entry and the field that takes it."""


def field_name(kind: str, question: str) -> str:
    """Name of the form field for one part of the entry to a question."""
    return question if kind == "answer" else f"{kind}-{question}"


FIRST_CHOICE = {"answer": "0", "evidence": GRADES[0]}
"""Value of the first choice of each part that is chosen and not typed."""


@dataclass(frozen=True)
class QuestionFields:
    """The bound fields of one question, by kind."""

    question: Question
    fields: Mapping[str, Field]

    @property
    def errors(self) -> list[Mistake]:
        """Every error of this question's fields."""
        return [
            Mistake(f"{field.name}-{FIRST_CHOICE[kind]}" if kind in FIRST_CHOICE else field.name, self.question.name, e)
            for kind, field in self.fields.items()
            for e in field.errors
        ]

    @property
    def entry(self) -> Entry:
        """What is in the fields now: what was sent, and beside it what is stored."""
        return Entry(**{kind: field.data for kind, field in self.fields.items()})

    def entry_as_sent(self, sent: Container[str]) -> Entry:
        """Only what was sent: a page that nobody has touched sends just what it shows."""
        return Entry(**{kind: field.data if field.name in sent else None for kind, field in self.fields.items()})


class ThemeForm:
    """The questions of one theme. A field that was not sent keeps what is stored: nothing is lost by leaving it out.

    Besides the fields, a form may send the questions whose answer is to be taken back (`take_back`), or, of two that
    collide, the saved one kept (`keep_saved`) or replaced (`put_mine`, with the revision that it replaces).
    """

    def __init__(
        self,
        rubric: Rubric,
        theme: Theme,
        stored: Mapping[str, Entry],
        priority: int | None,
        sent: MultiDict[str, str] | None = None,
    ) -> None:
        asked = rubric.questions_by_theme[theme.id]
        names = {(q.id, kind): field_name(kind, q.id) for q in asked for kind in KINDS}
        priority_name = f"priority-{theme.id}"
        form = BaseForm(
            {
                **{name: KINDS[kind]() for (_, kind), name in names.items()},
                priority_name: choice(tuple(map(str, PRIORITIES))),
            }
        )
        self._sent = _decided(sent)
        data = {name: getattr(stored.get(q, Entry()), kind) for (q, kind), name in names.items()}
        form.process(self._sent if sent is not None else None, data={**data, priority_name: _priority(priority)})
        self._form = form
        self.priority = form[priority_name]
        self.priority_seen = _priority(priority)
        self.questions = [QuestionFields(q, {k: form[names[q.id, k]] for k in KINDS}) for q in asked]
        self._unfit: set[str] = set()

    def validate(self) -> bool:
        """Checks everything; errors stand at the fields. A reason that is missing is told, but keeps nothing back."""
        fits = self._form.validate()
        self._unfit = {q.question.id for q in self.questions if q.errors}
        fits = self._priority_is_free() and fits
        return all([self._has_reason(q) for q in self.questions]) and fits

    def _has_reason(self, question: QuestionFields) -> bool:
        reason = question.fields["reason"]
        if question.fields["answer"].data != NEEDS_REASON or reason.data or reason.errors:
            return True
        if not self._is_sent(question):
            return True
        reason.errors = [*reason.errors, _l("Please say in a few words why this does not apply.")]
        return False

    def _priority_is_free(self) -> bool:
        """Whether nobody else chose another priority after the page was opened."""
        seen = self._sent.get("priority_seen", self.priority_seen)
        if self.priority_seen in (seen, self.priority.data) or self.priority.data == seen:
            return True
        self.priority.errors = [*self.priority.errors, PRIORITY_OVERTAKEN]
        return False

    def _is_sent(self, question: QuestionFields) -> bool:
        return any(field.name in self._sent for field in question.fields.values())

    def mistakes(self, overtaken: Set[str]) -> list[Mistake]:
        """What the respondent has to look at, from top to bottom; `overtaken` questions were changed by others."""
        priority = [Mistake(f"{self.priority.name}-{PRIORITIES[0]}", None, error) for error in self.priority.errors]
        return [mistake for q in self.questions for mistake in self._mistakes(q, overtaken)] + priority

    def _mistakes(self, asked: QuestionFields, overtaken: Set[str]) -> list[Mistake]:
        question = asked.question
        if question.id not in overtaken:
            return asked.errors
        return [Mistake(f"{question.id}-overtaken", question.name, OVERTAKEN), *asked.errors]

    @property
    def changes(self) -> list[Change]:
        """What to save: what was touched and is without an error, even where others have one."""
        touched = filter(self._is_touched, self.questions)
        return [Change(q.question.id, q.entry, self._revision(q.question.id)) for q in touched]

    def _is_touched(self, asked: QuestionFields) -> bool:
        name, seen = asked.question.id, self._seen(asked.question.id)
        if name in self._unfit or not self._is_sent(asked):
            return False
        return seen is None or seen.fingerprint != fingerprint(asked.entry_as_sent(self._sent))

    def _seen(self, question: str) -> Seen | None:
        return Seen.parse(self._sent.get(f"revision-{question}", ""))

    def _revision(self, question: str) -> int | None:
        """The revision that a change of `question` replaces."""
        name, _, shown = self._sent.get("put_mine", "").partition(":")
        seen = Seen.parse(shown) if name == question else self._seen(question)
        return seen.revision if seen else None

    @property
    def sent(self) -> set[str]:
        """The questions to which something was sent."""
        return {asked.question.id for asked in self.questions if self._is_sent(asked)}

    def not_saved(self, overtaken: Set[str]) -> dict[str, Seen | None]:
        """The questions whose entry was not saved, each with the state that the respondent saw, not a newer one."""
        return {name: self._seen(name) for name in overtaken | self._unfit}

    @property
    def decided(self) -> str | None:
        """The question at which a button was pressed that saves and stays there."""
        pressed = (self._sent.get(name, "").partition(":")[0] for name in DECISIONS)
        return next((name for name in pressed if name in {q.question.id for q in self.questions}), None)

    @property
    def chosen_priority(self) -> int | None:
        """The theme's priority, 1 to 3, where another was chosen, and well."""
        chosen, seen = self.priority.data, self._sent.get("priority_seen")
        return None if self.priority.errors or not chosen or chosen == seen else int(chosen)


DECISIONS = ("take_back", "keep_saved", "put_mine")
"""Buttons that stand at a question. The underscore keeps their names apart from those of questions."""


def _decided(sent: MultiDict[str, str] | None) -> MultiDict[str, str]:
    """What was sent, without an answer that is taken back, and without the entry that yields to the saved one."""
    decided: MultiDict[str, str] = MultiDict(sent or ())
    if "take_back" in decided:
        decided.setlist(decided["take_back"], [""])
    for kind in KINDS if "keep_saved" in decided else ():
        decided.poplist(field_name(kind, decided["keep_saved"]))
    return decided


def _priority(priority: int | None) -> str:
    return str(priority or DEFAULT_PRIORITY)
