"""The forms of the respondent, built from the rubric. Field names are a stable interface."""

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from pydantic import TypeAdapter
from pydantic import ValidationError as Unfit
from werkzeug.datastructures import MultiDict
from wtforms import EmailField, Field, Form, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.core import UnboundField
from wtforms.form import BaseForm
from wtforms.validators import AnyOf, DataRequired, Email, Length, Optional, ValidationError

from rubric.answers import (
    DEFAULT_PRIORITY,
    GRADES,
    LINE_LENGTH,
    NOTE_LENGTH,
    NOTE_LINES,
    PRIORITIES,
    REGION_LENGTH,
    STATES,
    Line,
    Note,
    Region,
    territories,
)
from rubric.model import TOP_LEVEL, Question, Rubric, Theme
from webapp.assessment.service import NEEDS_REASON, Change, Entry

ANSWERS = (*map(str, range(TOP_LEVEL + 1)), *STATES)
EMAIL_LENGTH = 254


class Fits:
    """Validator: the text is what an answers file may hold. Says nothing where an earlier validator has."""

    def __init__(self, kind: Any) -> None:
        self.adapter: TypeAdapter[str] = TypeAdapter(kind)

    def __call__(self, form: BaseForm, field: Field) -> None:
        if field.errors:
            return
        try:
            field.data = self.adapter.validate_python(field.data)
        except Unfit:
            raise ValidationError(_l("This has a character in it that cannot be kept. Please type it again.")) from None


def _newlines(value: str | None) -> str | None:
    """Line breaks as everywhere else; browsers send two characters for each."""
    return value.replace("\r\n", "\n") if value else value


def _stripped(value: str | None) -> str | None:
    return value.strip() or None if value else None


TIDY = (_newlines, _stripped)
TOO_LONG = _l("This is too long. Please use at most %(max)d characters.")
NO_CHOICE = _l("Please choose one of the answers shown.")
OVERTAKEN = _l("Changed in another window after you opened this page.")


@dataclass(frozen=True)
class Mistake:
    """Something to look at: `target` is the id of the control to go to, `about` the question's name or None."""

    target: str
    about: str | None
    message: str


class StartForm(Form):
    """Whose assessment this is."""

    region = StringField(
        filters=TIDY,
        validators=[
            DataRequired(_l("Please enter the name of your region.")),
            Length(max=REGION_LENGTH, message=TOO_LONG),
            Fits(Region),
        ],
    )
    country = SelectField(
        filters=TIDY,
        validate_choice=False,
        validators=[Optional(), AnyOf(territories(), message=_l("Please choose a country from the list."))],
    )
    contact = EmailField(
        filters=TIDY,
        validators=[
            Optional(),
            Length(max=EMAIL_LENGTH, message=TOO_LONG),
            Email(_l("Please enter an e-mail address like name@example.org, or leave this empty.")),
        ],
    )

    @property
    def mistakes(self) -> list[Mistake]:
        """What the respondent has to look at, from top to bottom."""
        return [Mistake(field.name, None, error) for field in self for error in field.errors]


def _few_lines(form: BaseForm, field: Field) -> None:
    if field.data.count("\n") >= NOTE_LINES:
        raise ValidationError(_l("This has too many lines. Please use at most %(max)d.", max=NOTE_LINES))


def _long_text() -> "UnboundField[Any]":
    return UnboundField(
        TextAreaField,
        filters=TIDY,
        validators=[Optional(), Length(max=NOTE_LENGTH, message=TOO_LONG), _few_lines, Fits(Note)],
    )


def _short_text() -> "UnboundField[Any]":
    return UnboundField(
        StringField, filters=TIDY, validators=[Optional(), Length(max=LINE_LENGTH, message=TOO_LONG), Fits(Line)]
    )


def _choice(values: tuple[str, ...]) -> "UnboundField[Any]":
    return UnboundField(
        RadioField,
        choices=values,
        filters=TIDY,
        validate_choice=False,
        validators=[Optional(), AnyOf(values, message=NO_CHOICE)],
    )


KINDS: dict[str, Callable[[], "UnboundField[Any]"]] = {
    "answer": lambda: _choice(ANSWERS),
    "reason": _long_text,
    "note": _long_text,
    "evidence": lambda: _choice(GRADES),
    "reference": _short_text,
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
        return Entry(**{kind: field.data for kind, field in self.fields.items()})


class ThemeForm:
    """The questions of one theme. A field that was not sent keeps what is stored: nothing is lost by leaving it out."""

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
                priority_name: _choice(tuple(map(str, PRIORITIES))),
            }
        )
        data = {name: getattr(stored.get(q, Entry()), kind) for (q, kind), name in names.items()}
        form.process(sent, data={**data, priority_name: str(priority or DEFAULT_PRIORITY)})
        self._form = form
        self._sent: MultiDict[str, str] = sent if sent is not None else MultiDict()
        self.priority = form[priority_name]
        self.questions = [QuestionFields(q, {k: form[names[q.id, k]] for k in KINDS}) for q in asked]

    def validate(self) -> bool:
        """Checks everything; errors stand at the fields."""
        fits = self._form.validate()
        return all([self._has_reason(q) for q in self.questions]) and fits

    def _has_reason(self, question: QuestionFields) -> bool:
        reason = question.fields["reason"]
        if question.fields["answer"].data != NEEDS_REASON or reason.data or reason.errors:
            return True
        reason.errors = [*reason.errors, _l("Please say in a few words why this does not apply.")]
        return False

    def mistakes(self, overtaken: Set[str]) -> list[Mistake]:
        """What the respondent has to look at, from top to bottom; `overtaken` questions were changed by others."""
        priority = [Mistake(f"{self.priority.name}-{PRIORITIES[0]}", None, error) for error in self.priority.errors]
        return [mistake for q in self.questions for mistake in self._mistakes(q, overtaken)] + priority

    def _mistakes(self, asked: QuestionFields, overtaken: Set[str]) -> list[Mistake]:
        question = asked.question
        if question.id not in overtaken:
            return asked.errors
        return [Mistake(f"{question.id}-{FIRST_CHOICE['answer']}", question.name, OVERTAKEN), *asked.errors]

    @property
    def changes(self) -> list[Change]:
        """What to save: the entries without an error, even where others have one."""
        return [Change(q.question.id, q.entry, self._revision(q.question.id)) for q in self.questions if not q.errors]

    def _revision(self, question: str) -> int | None:
        revision = self._sent.get(f"revision-{question}", "")
        return int(revision) if revision.isascii() and revision.isdigit() and len(revision) < 10 else None

    @property
    def chosen_priority(self) -> int | None:
        """The theme's priority, 1 to 3, where it was chosen well."""
        return None if self.priority.errors or not self.priority.data else int(self.priority.data)
