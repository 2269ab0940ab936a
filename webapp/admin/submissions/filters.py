"""What stands in the address of a list of submissions: which of them it shows, in which order, from where on."""

import datetime as dt
import re
from collections.abc import Callable, Collection

from flask_babel import lazy_gettext as _l
from flask_login import current_user
from werkzeug.datastructures import MultiDict
from wtforms import Field, SearchField, StringField
from wtforms.form import BaseForm
from wtforms.validators import Length, Optional, ValidationError

from rubric import load
from rubric.answers import territories
from webapp.accounts.roles import may
from webapp.admin.submissions.criteria import SORTS, Filters, Place, Sort
from webapp.admin.submissions.place import place_from
from webapp.assessment.forms import TIDY, TOO_LONG, Mistake, Told
from webapp.listing import NOBODY, OVERALL, QUARTERS
from webapp.models import LARGEST_ID
from webapp.search import sought_in
from webapp.status import STATUSES, SUPERSEDED

SEARCH_LENGTH = 200
NONE = "none"
"""Stands in an address where no country was said, and where none is nearest."""
ME, NO_ONE = "me", "nobody"
YES = "yes"
OFFERED_STATUSES = (*STATUSES[1:], SUPERSEDED)
VERDICTS = ("clear", "leaning", NONE)
PLACES = ("after", "before")
UNKNOWN = _l("“%(said)s” is no choice of this list. Please take one of those offered.")
NO_WORD = _l("There is no word in this that could be searched for.")
NO_DAY = _l("“%(said)s” is not a day. Please write year, month and day, such as 2026-03-31.")
TOO_EARLY = _l("The last day is before the first. Please change one of them.")
NO_THEME = _l("To sort by the score of a theme, choose the theme as well.")
NO_PLACE = _l("The address names a page that cannot be found in this order. This is the first page.")
NONE_TICKED = _l("No submission is ticked. Please tick at least one in the list, or choose all of them above it.")
STRANGE = _l("The address says something about “%(name)s” that this list does not understand; it is passed over.")
_VERSION = re.compile(r"[0-9A-Za-z._-]{1,20}")
_ACCOUNT = re.compile(r"[1-9][0-9]{0,9}")


class BrokenQuery(ValueError):
    """What an address asks for cannot be understood; `form` says what of it, and holds the rest."""

    def __init__(self, form: "FilterForm") -> None:
        super().__init__("an address that asks for what there is not")
        self.form = form


def _one_of(allowed: Callable[[], Collection[str]]) -> StringField:
    def check(_: BaseForm, field: Field) -> None:
        if field.data not in allowed():
            raise ValidationError(UNKNOWN % {"said": field.data[:40]})

    return StringField(filters=TIDY, validators=[Optional(), check])


def _fitting(pattern: re.Pattern[str], *names: str) -> StringField:
    def check(_: BaseForm, field: Field) -> None:
        if field.data not in names and not pattern.fullmatch(field.data):
            raise ValidationError(UNKNOWN % {"said": field.data[:40]})

    return StringField(filters=TIDY, validators=[Optional(), check])


def _day() -> StringField:
    def check(_: BaseForm, field: Field) -> None:
        try:
            dt.date.fromisoformat(field.data)
        except ValueError:
            raise ValidationError(NO_DAY % {"said": field.data[:40]}) from None

    return StringField(filters=TIDY, validators=[Optional(), check])


def _place() -> StringField:
    def check(form: BaseForm, field: Field) -> None:
        if form["sort"].errors or place_from(field.data, form["sort"].data or SORTS[0]) is None:
            raise ValidationError(NO_PLACE)

    return StringField(validators=[Optional(), check])


class FilterForm(Told):
    """The filters and the order as they stand in an address. What is wrong in it counts as not said."""

    search = SearchField(filters=TIDY, validators=[Optional(), Length(max=SEARCH_LENGTH, message=TOO_LONG)])
    status = _one_of(lambda: OFFERED_STATUSES)
    country = _one_of(lambda: {NONE, *territories()})
    theme = _one_of(lambda: {OVERALL, *load.rubric().theme_by_id})
    quarter = _one_of(lambda: [str(quarter) for quarter in range(QUARTERS)])
    verdict = _one_of(lambda: VERDICTS)
    nearest = _one_of(lambda: {NONE, *load.rubric().country_by_code})
    rubric = _fitting(_VERSION)
    since = _day()
    until = _day()
    reviewer = _fitting(_ACCOUNT, ME, NO_ONE)
    latest = _one_of(lambda: (YES,))
    sort = _one_of(lambda: SORTS)
    after = _place()
    before = _place()

    def __init__(self, args: MultiDict[str, str]) -> None:
        super().__init__(args)
        if not may("reviewer"):
            del self.reviewer  # who reviews what is for reviewers to know
        self.strange = [name for name in args if name not in self or len(args.getlist(name)) > 1]
        self.unticked = False
        self.whole = self.validate() and not self.strange

    def validate_search(self, field: Field) -> None:
        """Refuses what has no word in it."""
        if field.data and not sought_in(field.data):
            raise ValidationError(NO_WORD)

    def validate_until(self, field: Field) -> None:
        """Refuses a last day before the first."""
        since, until = _date(_good(self.since)), _date(_good(field))
        if since and until and until < since:
            raise ValidationError(TOO_EARLY)

    def validate_sort(self, field: Field) -> None:
        """Refuses the order of a theme where there is none."""
        if (field.data or "").startswith("theme-") and not (_good(self.theme) or _good(self.quarter)):
            raise ValidationError(NO_THEME)

    @property
    def mistakes(self) -> list[Mistake]:
        """What is wrong in the address, from top to bottom."""
        strange = [Mistake("filters", None, STRANGE % {"name": name[:40]}) for name in self.strange]
        unticked = [Mistake("list", None, NONE_TICKED)] if self.unticked else []
        return [self._told(mistake) for mistake in super().mistakes] + strange + unticked

    @staticmethod
    def _told(mistake: Mistake) -> Mistake:
        return Mistake("list", None, mistake.message) if mistake.target in PLACES else mistake

    @property
    def query(self) -> dict[str, str]:
        """The parts of the address that say which submissions are wanted, as far as they are understood."""
        return {field.name: field.data for field in self if _good(field) and field.name not in ("sort", *PLACES)}

    @property
    def address(self) -> dict[str, str]:
        """All of the address that is understood but for the place: which submissions, and in which order."""
        order = {} if self.order == SORTS[0] else {"sort": self.order}
        return self.query | order

    @property
    def said(self) -> dict[str, str]:
        """What is asked for, the overall score where no theme is named beside a part of the scale."""
        return {"theme": OVERALL, **self.query} if "quarter" in self.query else self.query

    @property
    def offered(self) -> dict[str, tuple[str, ...]]:
        """What may be chosen in the fields whose choices do not depend on what was submitted."""
        themed = "theme" in self.query
        return {
            "status": OFFERED_STATUSES,
            "theme": tuple(load.rubric().theme_by_id),
            "quarter": tuple(map(str, range(QUARTERS))),
            "verdict": VERDICTS,
            "nearest": (*load.rubric().country_by_code, NONE),
            "sort": tuple(sort for sort in SORTS if themed or not sort.startswith("theme-")),
        }

    @property
    def chosen(self) -> tuple[str, ...]:
        """Names of the fields that leave something out. Where a part of a theme's scale does, `quarter` says both."""
        return tuple(name for name in self.query if name != "theme" or "quarter" not in self.query)

    def without(self, name: str) -> dict[str, str]:
        """The address without what the field of this name leaves out, and without an order that needs it."""
        gone = {"theme", "quarter"} if name in ("theme", "quarter") else {name}
        kept = {key: said for key, said in self.address.items() if key not in gone}
        if "theme" in gone and self.order.startswith("theme-"):
            kept.pop("sort")
        return kept

    @property
    def order(self) -> Sort:
        """The order that is asked for, newest first by default."""
        said = _good(self.sort)
        return next((sort for sort in SORTS if sort == said), SORTS[0])

    @property
    def place(self) -> Place | None:
        """Where the page begins or ends that is asked for; None for the first one."""
        name = next((name for name in PLACES if _good(self[name])), None)
        return place_from(self[name].data, self.order, back=name == "before") if name else None

    @property
    def filters(self) -> Filters:
        """What is asked for by whoever sends this request."""
        said = self.query
        theme, quarter = said.get("theme"), said.get("quarter")
        return Filters(
            search=said.get("search", ""),
            contacts=may("reviewer"),
            status=said.get("status"),
            country=_code(said.get("country")),
            theme=theme or (OVERALL if quarter else None),
            quarter=int(quarter) if quarter else None,
            verdict=said.get("verdict"),
            nearest=_code(said.get("nearest")),
            rubric=said.get("rubric"),
            since=_date(said.get("since")),
            until=_date(said.get("until")),
            reviewer=_account(said.get("reviewer")),
            latest=said.get("latest") == YES,
        )


def from_query(args: MultiDict[str, str]) -> Filters:
    """The filters that the address of this request asks for. Raises BrokenQuery."""
    form = FilterForm(args)
    if not form.whole:
        raise BrokenQuery(form)
    return form.filters


def address_of(args: MultiDict[str, str]) -> dict[str, list[str]]:
    """What of an address belongs to it: the ids and the filters, and no word that would mean something to `url_for`."""
    known = {"id", *FilterForm(MultiDict())._fields}
    return {name: said for name, said in args.to_dict(flat=False).items() if name in known}


def ids_from(args: MultiDict[str, str]) -> tuple[int, ...]:
    """The submissions that an address names by their ids, each once; none where it does not. Raises LookupError."""
    said = args.getlist("id")
    if any(not (text.isascii() and text.isdigit() and 0 < int(text) <= LARGEST_ID) for text in said):
        raise LookupError("an id that no submission can have")
    return tuple(dict.fromkeys(map(int, said)))


def _good(field: Field) -> str | None:
    return field.data if field.data and not field.errors else None


def _code(said: str | None) -> str | None:
    return "" if said == NONE else said


def _date(said: str | None) -> dt.date | None:
    return dt.date.fromisoformat(said) if said else None


def _account(said: str | None) -> int | None:
    if said is None:
        return None
    names = {ME: current_user.id, NO_ONE: NOBODY}
    return names[said] if said in names else int(said)
