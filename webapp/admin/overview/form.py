"""What the address of an overview says: which submissions it looks at, and by which step of time."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import cast

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import DateField, Field, StringField
from wtforms.form import BaseForm
from wtforms.validators import Optional, ValidationError

from webapp.admin.overview.regions import BYS, By, Choice, Submitted
from webapp.assessment.forms import TIDY, Told

SHORT = len("sha256:") + 12
"""Of a rubric's digest, as much as tells it from all others here."""
WHICH = ("all", "accepted")
NO_COUNTRY = "none"
"""Stands in an address where no country was said."""
UNKNOWN = _l("There is no such choice here. Please take one of those offered.")
NO_DAY = _l("This is not a day. Please write year, month and day, such as 2026-03-31.")
TOO_EARLY = _l("This is before the first day. Please choose a later one, or change the first.")


def key_of(digest: str) -> str:
    """What an address calls the rubric with this digest."""
    return digest.removeprefix("sha256:")[: SHORT - len("sha256:")]


def _one_of(offered: str) -> StringField:
    """One of the values in the form's attribute `offered`."""

    def check(form: BaseForm, field: Field) -> None:
        if field.data not in getattr(form, offered):
            raise ValidationError(UNKNOWN)

    return StringField(filters=TIDY, validators=[Optional(), check])


class _Day(DateField):
    """A day as browsers send it; what is none is refused in our words, and stays in the field."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        try:
            super().process_formdata(list(valuelist))
        except ValueError:
            raise ValueError(str(NO_DAY)) from None


class OverviewForm(Told):
    """The choice of an overview. `rubrics` are those that may be chosen, by what addresses call them."""

    rubric = _one_of("rubrics")
    which = _one_of("which_ones")
    country = _one_of("countries")
    since = _Day(validators=[Optional()])
    until = _Day(validators=[Optional()])
    by = _one_of("bys")

    which_ones = WHICH
    bys = BYS

    def __init__(
        self, args: MultiDict[str, str], rubrics: Sequence[Submitted], countries: Collection[str] = ()
    ) -> None:
        self.rubrics: Mapping[str, Submitted] = {key_of(each.digest): each for each in rubrics}
        self.countries = {*countries, NO_COUNTRY}
        super().__init__(args)
        self.validate()

    def validate_until(self, field: Field) -> None:
        """Refuses a last day before the first."""
        if isinstance(self.since.data, dt.date) and isinstance(field.data, dt.date) and field.data < self.since.data:
            raise ValidationError(TOO_EARLY)

    @property
    def chosen(self) -> str:
        """What the address calls the rubric that is looked at: by default that of the newest version."""
        name: str = self.rubric.data or next(iter(self.rubrics))
        return name

    @property
    def choice(self) -> Choice:
        """What is asked for. Raises ValueError where that cannot be understood, or where nothing was submitted."""
        if self.errors or not self.rubrics:
            raise ValueError("an overview of nothing")
        by = cast(By, self.by.data or BYS[0])
        return Choice(
            rubric=self.rubrics[self.chosen].digest,
            accepted=self.which.data == "accepted",
            country="" if self.country.data == NO_COUNTRY else self.country.data or None,
            since=self.since.data,
            until=self.until.data,
            by=by,
        )

    @property
    def query(self) -> dict[str, str]:
        """The address's own words for what was chosen."""
        return {field.name: field.raw_data[0] for field in self if field.raw_data and field.raw_data[0]}
