"""Whom or what administrators ask about: a person, entries of the log."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, EmailField, StringField
from wtforms.validators import DataRequired, Email, Length, Optional, Regexp

from rubric.answers import REGION_LENGTH, Line
from webapp.assessment.forms import EMAIL_LENGTH, TIDY, TOO_LONG, Fits, Told
from webapp.governance.places import Person

SHORTEST = 3
"""Characters of a name: fewer stand in every other text."""
PSEUDONYM = r"[a-z0-9][a-z0-9.-]{0,79}\Z"


class PersonForm(Told):
    """By what somebody is known here: an e-mail address, a name, or both."""

    email = EmailField(
        filters=TIDY,
        validators=[
            Optional(),
            Length(max=EMAIL_LENGTH, message=TOO_LONG),
            Email(_l("Please enter an e-mail address like name@example.org.")),
        ],
    )
    name = StringField(
        filters=TIDY,
        validators=[
            Optional(),
            Length(max=REGION_LENGTH, message=TOO_LONG),
            Length(min=SHORTEST, message=_l("Please enter at least %(min)d characters of the name.")),
            Fits(Line),
        ],
    )

    @property
    def person(self) -> Person:
        """Whom it is about."""
        return Person(self.email.data or "", self.name.data or "")

    def validate(self, *arguments: object, **options: object) -> bool:
        """Whether there is an address, a name, or both."""
        fine: bool = super().validate(*arguments, **options)  # type: ignore[arg-type]  # as they come
        if not self.email.data and not self.name.data:
            self.email.errors = [_l("Please enter an e-mail address, a name, or both.")]
            return False
        return fine


class ErasePersonForm(PersonForm):
    """Whom to erase, whether from free text too, and that this is meant."""

    texts = BooleanField()
    confirm = BooleanField(validators=[DataRequired(_l("Please tick the box to say that you mean it."))])


class LogForm(Told):
    """Whose entries of the log, and about what."""

    actor = StringField(
        filters=TIDY,
        validators=[
            Optional(),
            Regexp(PSEUDONYM, message=_l("Nobody has such a name in the log. Copy one from an entry.")),
        ],
    )
    subject = StringField(
        filters=TIDY,
        validators=[
            Optional(),
            Regexp(PSEUDONYM, message=_l("Nothing has such a name in the log. Copy one from an entry.")),
        ],
    )
