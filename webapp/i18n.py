"""The language of pages and reports. English is the only complete one, and lives in the templates themselves."""

from functools import lru_cache

from babel import Locale
from flask import Flask
from flask_babel import Babel, get_locale

from rubric.answers import territories
from webapp.config import TRANSLATIONS

DEFAULT_LANGUAGE = "en"


def init_app(app: Flask) -> None:
    """Makes gettext and date formats available to templates."""
    app.config["BABEL_DEFAULT_LOCALE"] = DEFAULT_LANGUAGE
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(TRANSLATIONS)
    Babel(app, locale_selector=lambda: DEFAULT_LANGUAGE)
    app.jinja_env.globals["language"] = language
    app.jinja_env.globals["country_name"] = country_name


def language() -> str:
    """Code of the language of this request, as in HTML's `lang`."""
    return str(get_locale() or DEFAULT_LANGUAGE)


@lru_cache
def country_names(language: str) -> tuple[tuple[str, str], ...]:
    """Code and name of every country of the world, by name."""
    names = Locale.parse(language).territories
    return tuple(sorted(((code, names[code]) for code in territories()), key=lambda pair: pair[1]))


def country_name(code: str) -> str:
    """Name of the country with this ISO 3166-1 code, in the language of this request."""
    return dict(country_names(language()))[code]
