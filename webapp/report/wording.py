"""How figures, days and lists are written in a language. The words themselves stand in the templates."""

import datetime as dt
from collections.abc import Callable, Iterable
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from babel.dates import format_date, format_datetime
from babel.lists import format_list
from babel.numbers import format_decimal
from jinja2 import Environment
from markupsafe import Markup, escape

from rubric.rounding import rounded

_REGIONS = {"en": "en_GB"}
"""Which country's habits a language follows here: days before months, no comma before "and"."""


def _locale(language: str) -> str:
    return _REGIONS.get(language, language)


def whole(value: float | None) -> str:
    """A score as a whole number; a dash where there is none."""
    return "–" if value is None else str(_half_up(value))


def signed(value: float | None, language: str) -> str:
    """A resemblance with its sign and two decimals; a dash where there is none."""
    return "–" if value is None else format_decimal(value, "+0.00;−0.00" if value else "0.00", locale=_locale(language))


def share(value: float | None, language: str) -> str:
    """A share from 0 to 1, given out to three decimals, in per cent; a dash where there is none."""
    if value is None:
        return "–"
    return f"{format_decimal(rounded(100 * value, 1), '0.0', locale=_locale(language))}\u00a0%"


def _half_up(value: float) -> int:
    """`value`, given out to one decimal, as a whole number by the rule of schoolbooks and spreadsheets."""
    return int(Decimal(str(rounded(value, 1))).quantize(Decimal(1), ROUND_HALF_UP))


def tenths(value: float, language: str) -> str:
    """A figure to one decimal, with a minus sign where it is below 0."""
    return str(format_decimal(rounded(value, 1) + 0, "0.0;−0.0", locale=_locale(language)))


def hundredths(value: float, language: str) -> str:
    """A level, or a mean of levels, to two decimals."""
    return str(format_decimal(value, "0.00", locale=_locale(language)))


def thousandths(value: float, language: str) -> str:
    """A probability to three decimals."""
    return str(format_decimal(value, "0.000", locale=_locale(language)))


@lru_cache
def day(value: dt.date, language: str) -> str:
    """A day, the month in words."""
    return str(format_date(value, "long", locale=_locale(language)))


def moment(value: dt.datetime, language: str) -> str:
    """A moment, to the minute, in UTC."""
    return str(format_datetime(value, "d MMMM y, HH:mm 'UTC'", locale=_locale(language)))


def listed(items: Iterable[object], language: str) -> Markup:
    """`A, B and C`."""
    return Markup(format_list([escape(item) for item in items], locale=_locale(language)))  # noqa: S704  # every item is escaped


def listed_or(items: Iterable[object], language: str) -> Markup:
    """`A, B or C`."""
    return Markup(format_list([escape(item) for item in items], style="or", locale=_locale(language)))  # noqa: S704  # as above


def naming(sentences: Iterable[str], name: str) -> Markup:
    """`sentences` with `name` in bold, where it first stands in them or else before them."""
    text, bold = escape(" ".join(sentences)), Markup("<b>{}</b>").format(name)
    return text.replace(escape(name), bold, 1) if escape(name) in text else bold + " " + text


def capitalised(text: str) -> str:
    """`text` with a capital first letter, as at the beginning of a sentence."""
    return text[:1].upper() + text[1:]


def lower_first(text: str) -> str:
    """`text` as it stands inside a sentence."""
    return text[:1].lower() + text[1:]


def install(environment: Environment, language: Callable[[], str]) -> None:
    """Makes these forms filters of `environment`, in the `language` of the moment."""
    environment.filters |= {
        "whole": whole,
        "capitalised": capitalised,
        "lower_first": lower_first,
        "naming": naming,
    }
    for form in (signed, share, tenths, hundredths, thousandths, day, moment, listed, listed_or):
        environment.filters[form.__name__] = _in(form, language)


def _in(form: Callable[..., str], language: Callable[[], str]) -> Callable[[object], str]:
    return lambda value: form(value, language())
