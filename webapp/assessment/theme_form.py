"""The form of one theme: five kinds of fields for each of its questions. Field names are a stable interface."""

from collections.abc import Callable, Mapping, Set
from functools import cached_property
from typing import Any

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import Field
from wtforms.fields.core import UnboundField
from wtforms.form import BaseForm

from rubric.answers import DEFAULT_PRIORITY, GRADES, PRIORITIES, STATES
from rubric.model import TOP_LEVEL, Question, Rubric, Theme
from webapp.assessment.entries import Change, Entry, Seen, fingerprint, lacks_reason
from webapp.assessment.forms import Mistake, choice, long_text, short_text

ANSWERS = (*map(str, range(TOP_LEVEL + 1)), *STATES)
NO_REASON = _l("Please say in a few words why this does not apply.")
PRIORITY_OVERTAKEN = _l("Somebody else chose another priority meanwhile. To put yours in its place, save again.")
OVERTAKEN = _l("This was answered elsewhere too after you opened the page. Please choose which answer counts.")
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


class QuestionForm:
    """One question: what was sent to it, over what is stored. A field that was not sent keeps what is stored.

    What was sent untouched, as the page showed it, yields to what is stored, which others may have changed since.
    """

    def __init__(self, question: Question, stored: Entry, sent: MultiDict[str, str]) -> None:
        self.question = question
        self.stored = stored
        self.is_sent = any(field_name(kind, question.id) in sent for kind in KINDS)
        self.unfit = False
        self._sent = sent

    def _bound(self, sent: MultiDict[str, str] | None) -> BaseForm:
        form = BaseForm({field_name(kind, self.question.id): make() for kind, make in KINDS.items()})
        data = {field_name(kind, self.question.id): given for kind, given in vars(self.stored).items()}
        form.process(sent, data=data)
        return form

    @cached_property
    def _sent_form(self) -> BaseForm:
        return self._bound(self._sent)

    @cached_property
    def _form(self) -> BaseForm:
        return self._sent_form if self.is_touched else self._bound(None)

    @cached_property
    def fields(self) -> dict[str, Field]:
        """The bound fields, by kind; made only where they are looked at."""
        return {kind: self._form[field_name(kind, self.question.id)] for kind in KINDS}

    @property
    def entry(self) -> Entry:
        """What is in the fields now."""
        if not self.is_touched:
            return self.stored
        return Entry(**{kind: field.data for kind, field in self.fields.items()})

    @property
    def errors(self) -> list[Mistake]:
        """Every error of this question's fields."""
        kinds = self.fields.items() if self.is_sent else ()
        return [
            Mistake(_target(kind, field.name), self.question.name, e) for kind, field in kinds for e in field.errors
        ]

    @property
    def seen(self) -> Seen | None:
        """The state of the entry that the sender saw."""
        return Seen.parse(self._sent.get(f"revision-{self.question.id}", ""))

    @property
    def replaces(self) -> Seen | None:
        """The state that the sender saw beside their own, and chose to replace."""
        name, _, shown = self._sent.get("put_mine", "").partition(":")
        return Seen.parse(shown) if name == self.question.id else None

    @property
    def revision(self) -> int | None:
        """The revision that a change replaces; None if the sender does not say."""
        seen = self.replaces or self.seen
        return seen.revision if seen else None

    @cached_property
    def is_touched(self) -> bool:
        """Whether anything was sent that the page did not show already, or was put in place of what is stored."""
        if not self.is_sent or self.replaces:
            return self.is_sent
        names = {kind: field_name(kind, self.question.id) for kind in KINDS}
        sent = {kind: self._sent_form[name].data for kind, name in names.items() if name in self._sent}
        return self.seen is None or self.seen.fingerprint != fingerprint(Entry(**sent))

    def validate(self) -> bool:
        """Checks what was sent. A reason that is missing is told, but keeps nothing back."""
        if not self.is_touched:
            return True
        self.unfit = not self._form.validate()
        if self.lacks_reason:
            self.fields["reason"].errors = [NO_REASON]
        return not self.lacks_reason and not self.unfit

    @property
    def lacks_reason(self) -> bool:
        """Whether what was sent says that the question does not apply, but not why."""
        return self.is_touched and not self.unfit and lacks_reason(self.entry)


def _target(kind: str, name: str) -> str:
    """Id of the control that a link to a field should lead to."""
    return f"{name}-{FIRST_CHOICE[kind]}" if kind in FIRST_CHOICE else name


class ThemeForm:
    """The questions of one theme, and its priority. Nothing is lost by leaving a field out.

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
        self._sent = _decided(sent)
        asked = rubric.questions_by_theme[theme.id]
        self.questions = [QuestionForm(q, stored.get(q.id, Entry()), self._sent) for q in asked]
        self.priority_seen = str(priority or DEFAULT_PRIORITY)
        name = f"priority-{theme.id}"
        self._priority_is_touched = name in self._sent and self._sent[name] != self._sent.get("priority_seen")
        self._priority_form = BaseForm({name: choice(tuple(map(str, PRIORITIES)))})
        self._priority_form.process(self._sent if self._priority_is_touched else None, data={name: self.priority_seen})
        self.priority = self._priority_form[name]

    def validate(self) -> bool:
        """Checks everything that was sent; errors stand at the fields."""
        checked = [question.validate() for question in self.questions]
        return all([*checked, self._priority_form.validate(), self._priority_is_free()])

    def _priority_is_free(self) -> bool:
        """Whether nobody else chose another priority after the page was opened."""
        seen = self._sent.get("priority_seen", self.priority_seen)
        if not self._priority_is_touched or self.priority_seen in (seen, self.priority.data):
            return True
        self.priority.errors = [*self.priority.errors, PRIORITY_OVERTAKEN]
        return False

    def mistakes(self, overtaken: Set[str]) -> list[Mistake]:
        """What the respondent has to look at, from top to bottom; `overtaken` questions were changed by others."""
        asked = [mistake for asked in self.questions for mistake in _mistakes(asked, overtaken)]
        return asked + self._priority_mistakes

    @property
    def _priority_mistakes(self) -> list[Mistake]:
        return [Mistake(f"{self.priority.name}-{PRIORITIES[0]}", None, error) for error in self.priority.errors]

    @property
    def changes(self) -> list[Change]:
        """What to save: what was touched and is without an error, even where others have one."""
        touched = (asked for asked in self.questions if asked.is_touched and not asked.unfit)
        return [Change(asked.question.id, asked.entry, asked.revision) for asked in touched]

    def not_saved(self, overtaken: Set[str]) -> dict[str, Seen | None]:
        """The questions whose entry was not saved, each with the state that the respondent saw, not a newer one."""
        return {q.question.id: q.seen for q in self.questions if q.unfit or q.question.id in overtaken}

    @property
    def decided(self) -> str | None:
        """The question at which a button was pressed that saves and stays there."""
        pressed = (self._sent.get(name, "").partition(":")[0] for name in DECISIONS)
        return next((name for name in pressed if name in {q.question.id for q in self.questions}), None)

    @property
    def chosen_priority(self) -> int | None:
        """The theme's priority, 1 to 3, where another was chosen, and well."""
        chosen = self.priority.data if self._priority_is_touched and not self.priority.errors else None
        return int(chosen) if chosen else None

    @property
    def priority_to_see(self) -> dict[str, str]:
        """The hidden field that says which priority was seen: the chosen one, or the one that it was refused for."""
        if self.priority.errors:
            return {"priority_seen": self.priority_seen}
        return {"priority_seen": str(self.chosen_priority)} if self.chosen_priority else {}

    @property
    def refusals(self) -> list[Mistake]:
        """The mistakes that keep something from being saved, but for two answers that collide."""
        return [m for asked in self.questions if asked.unfit for m in asked.errors] + self._priority_mistakes

    def held(self, overtaken: Set[str]) -> list[str]:
        """Names of the fields that were sent and not saved."""
        names = [field_name(kind, question) for question in self.not_saved(overtaken) for kind in KINDS]
        return [name for name in names if name in self._sent] + [self.priority.name] * bool(self.priority.errors)


def _mistakes(asked: QuestionForm, overtaken: Set[str]) -> list[Mistake]:
    question = asked.question
    if question.id not in overtaken:
        return asked.errors
    return [Mistake(f"{question.id}-overtaken", question.name, OVERTAKEN), *asked.errors]


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
