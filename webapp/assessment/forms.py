"""The forms of the respondent but for the questions: whose assessment it is, who helps, vignettes, submitting."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from pydantic import ValidationError as Unfit
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    EmailField,
    Field,
    FileField,
    Form,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # the stubs are older
from wtforms.fields.core import UnboundField
from wtforms.form import BaseForm
from wtforms.validators import AnyOf, DataRequired, Email, Length, Optional, ValidationError

from rubric.answers import (
    LINE_LENGTH,
    NOTE_LENGTH,
    NOTE_LINES,
    REGION_LENGTH,
    Answers,
    Line,
    Note,
    Region,
    adapter,
    territories,
)
from rubric.model import TOP_LEVEL, Rubric
from webapp.assessment.entries import Entry, lacks_reason
from webapp.assessment.links import ROLES, Invitation, in_days

EMAIL_LENGTH = 254
USUAL_DAYS = 30
DAYS = {14: _l("two weeks"), USUAL_DAYS: _l("a month"), 90: _l("three months"), 0: _l("until I end it")}
"""For how long a contributor's link may work."""


class Fits:
    """Validator: the text is what an answers file may hold. Says nothing where an earlier validator has."""

    def __init__(self, kind: Any) -> None:
        self.kind = kind

    def __call__(self, form: BaseForm, field: Field) -> None:
        if field.errors:
            return
        try:
            field.data = adapter(self.kind).validate_python(field.data)
        except Unfit:
            raise ValidationError(_l("This has a character in it that cannot be kept. Please type it again.")) from None


def _newlines(value: str | None) -> str | None:
    """Line breaks as everywhere else; browsers send two characters for each."""
    return value.replace("\r\n", "\n") if value else value


def _stripped(value: str | None) -> str | None:
    return value.strip() or None if value else None


TIDY = (_newlines, _stripped)


def fingerprint(text: str) -> str:
    """Twelve hexadecimal digits that tell a text from others, however a browser breaks its lines."""
    for tidy in TIDY:
        text = tidy(text) or ""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


TOO_LONG = _l("This is too long. Please use at most %(max)d characters.")
NO_CHOICE = _l("Please choose one of the answers shown.")


@dataclass(frozen=True)
class Mistake:
    """Something to look at: `target` is the id of the control to go to, `about` the question's name or None."""

    target: str
    about: str | None
    message: str


def mistakes_in(form: BaseForm) -> list[Mistake]:
    """What the respondent has to look at in `form`, from top to bottom."""
    return [Mistake(_first_control(field), None, error) for field in form for error in field.errors]


class Told(Form):
    """A form that can say what is wrong in it."""

    @property
    def mistakes(self) -> list[Mistake]:
        """What the respondent has to look at, from top to bottom."""
        return mistakes_in(self)


def _first_control(field: Field) -> str:
    """Id of the control that a link to `field` should lead to: of several choices the first."""
    if not isinstance(field, RadioField | SelectMultipleField):
        return str(field.name)
    return f"{field.name}-{next(iter(field.iter_choices()))[0]}"


def _name(missing: str) -> StringField:
    """A name of up to one line; `missing` is said where there is none."""
    checks = [DataRequired(missing), Length(max=REGION_LENGTH, message=TOO_LONG), Fits(Region)]
    return StringField(filters=TIDY, validators=checks)


class StartForm(Told):
    """Whose assessment this is."""

    region = _name(_l("Please enter the name of your region."))
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


class BeginForm(StartForm):
    """Whose assessment a new one is, and the file with answers that it goes on from, if any."""

    file = FileField()

    def take(self, answers: Answers) -> None:
        """Says whose assessment it is as `answers` do, where nobody typed it."""
        self.region.data = self.region.data or answers.region
        self.country.data = self.country.data or answers.country

    def refuse_file(self, message: str) -> None:
        """Says of the file, beside all else that is wrong, why it was not taken."""
        self.validate()
        self.file.errors = [message]
        if not self.region.data:
            self.region.errors = []  # the mended file may bring it


class InviteForm(Told):
    """Whom the owner asks to answer some themes, and for how long their link works. Made by `invite_form`."""

    name = _name(_l("Please enter a name, so that answers can show who gave them."))
    role = RadioField(
        choices=[SelectChoice(role) for role in ROLES],
        validators=[DataRequired(_l("Please choose whom they speak for."))],
    )
    themes = SelectMultipleField(validators=[DataRequired(_l("Please choose at least one theme."))])
    days = SelectField(
        choices=[SelectChoice(days, label) for days, label in DAYS.items()], coerce=int, default=USUAL_DAYS
    )

    @property
    def invitation(self) -> Invitation:
        """What was filled in well."""
        return Invitation(
            self.name.data or "", self.role.data, tuple(dict.fromkeys(self.themes.data or ())), in_days(self.days.data)
        )


def invite_form(rubric: Rubric, sent: MultiDict[str, str] | None = None) -> InviteForm:
    """The form with the themes of `rubric` to choose from."""
    form = InviteForm(sent)
    form.themes.choices = [SelectChoice(theme.id, theme.title) for theme in rubric.themes]
    return form


class SubmitForm(Told):
    """Submitting, which takes a declaration."""

    declaration = BooleanField(
        validators=[DataRequired(_l("Please confirm the declaration. Without it the answers are not submitted."))]
    )

    def mistakes_with(self, given: Mapping[str, Entry], rubric: Rubric) -> list[Mistake]:
        """What stands in the way of submitting: in the answers `given` so far, by question id, and in this form."""
        lacking = [q for q in rubric.questions if lacks_reason(given.get(q.id, Entry()))]
        mistakes = [Mistake(f"answer-{q.id}", q.name, _l("Please say why this does not apply.")) for q in lacking]
        if not any(entry.answer is not None for entry in given.values()):
            mistakes.append(Mistake(rubric.themes[0].id, None, _l("Answer at least one question before you submit.")))
        return mistakes + self.mistakes


class UploadForm(Told):
    """An answers file to take over."""

    file = FileField(validators=[DataRequired(_l("Please choose a file first."))])


def ratings_form(rubric: Rubric, stored: Mapping[str, int], sent: MultiDict[str, str] | None = None) -> BaseForm:
    """One choice for each vignette of `rubric`, named by its id."""
    levels = tuple(map(str, range(TOP_LEVEL + 1)))
    form = BaseForm({vignette.id: choice(levels) for vignette in rubric.vignettes})
    form.process(sent, data={vignette: str(level) for vignette, level in stored.items()})
    return form


def _few_lines(form: BaseForm, field: Field) -> None:
    if field.data.count("\n") >= NOTE_LINES:
        raise ValidationError(_l("This has too many lines. Please use at most %(max)d.", max=NOTE_LINES))


def long_text() -> "UnboundField[Any]":
    """A note: many lines of text."""
    return UnboundField(
        TextAreaField,
        filters=TIDY,
        validators=[Optional(), Length(max=NOTE_LENGTH, message=TOO_LONG), _few_lines, Fits(Note)],
    )


def short_text() -> "UnboundField[Any]":
    """A reference: one line of text."""
    return UnboundField(
        StringField, filters=TIDY, validators=[Optional(), Length(max=LINE_LENGTH, message=TOO_LONG), Fits(Line)]
    )


def choice(values: tuple[str, ...]) -> "UnboundField[Any]":
    """One of `values`, or none."""
    return UnboundField(
        RadioField,
        choices=values,
        filters=TIDY,
        validate_choice=False,
        validators=[Optional(), AnyOf(values, message=NO_CHOICE)],
    )
