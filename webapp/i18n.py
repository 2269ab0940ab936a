"""The language of pages and reports. English is the only complete one, and lives in the templates themselves."""

import unicodedata
from functools import lru_cache
from gettext import NullTranslations
from typing import cast

from babel import Locale
from flask import Flask, g
from flask_babel import Babel, get_locale, get_translations

from rubric.answers import territories
from webapp.config import TRANSLATIONS

DEFAULT_LANGUAGE = "en"


def init_app(app: Flask) -> None:
    """Makes gettext and date formats available to templates."""
    app.config["BABEL_DEFAULT_LOCALE"] = DEFAULT_LANGUAGE
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(TRANSLATIONS)
    Babel(app, locale_selector=lambda: DEFAULT_LANGUAGE)
    app.jinja_env.install_gettext_callables(_gettext, _ngettext, newstyle=True)  # type: ignore[attr-defined]  # by the extension
    app.jinja_env.globals["language"] = language
    app.jinja_env.globals["country_name"] = country_name


def _translations() -> NullTranslations:
    """The translations of this request, looked up once: a page asks for hundreds of texts."""
    if "translations" not in g:
        g.translations = get_translations()
    return cast(NullTranslations, g.translations)


def _gettext(text: str) -> str:
    return _translations().gettext(text)


def _ngettext(one: str, many: str, number: int) -> str:
    return _translations().ngettext(one, many, number)


def language() -> str:
    """Code of the language of this request, as in HTML's `lang`."""
    if "language" not in g:
        g.language = str(get_locale() or DEFAULT_LANGUAGE)
    return cast(str, g.language)


@lru_cache
def country_names(language: str) -> tuple[tuple[str, str], ...]:
    """Code and name of every country of the world, by name."""
    names = Locale.parse(language).territories
    return tuple(sorted(((code, names[code]) for code in territories()), key=lambda pair: _without_marks(pair[1])))


def _without_marks(name: str) -> str:
    """`name` as it is looked up in a list: Åland under A."""
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()


def country_name(code: str) -> str:
    """Name of the country with this ISO 3166-1 code, in the language of this request."""
    return _names_by_code(language())[code]


@lru_cache
def _names_by_code(language: str) -> dict[str, str]:
    return dict(country_names(language))
