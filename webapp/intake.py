"""Which requests are taken at all: whole, from our own pages, and with addresses that can be read."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, request
from gunicorn.http.errors import ParseException

from webapp.config import LARGEST_REQUEST

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
AIMS = ("next",)
"""Fields that name the page to go on to."""
P = ParamSpec("P")
T = TypeVar("T")


def init_app(app: Flask) -> None:
    """Refuses what is not taken, before anything else is done with it."""
    app.before_request(_refuse_foreign_forms)
    app.before_request(_take_whole)
    app.before_request(_refuse_unreadable_aims)


def takes(most: int) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Marks a view that takes requests of so many bytes, instead of LARGEST_REQUEST."""

    def mark(view: Callable[P, T]) -> Callable[P, T]:
        view.largest_request = most  # type: ignore[attr-defined]  # read by `_take_whole`
        return view

    return mark


def _refuse_foreign_forms() -> None:
    """A browser says where a form comes from; pages of the respondent have no cookie that could say it instead."""
    if request.method in SAFE_METHODS:
        return
    origin = request.headers.get("Origin")
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        abort(403)
    if origin is not None and origin not in (f"http://{request.host}", f"https://{request.host}"):
        abort(403)


def _take_whole() -> None:
    """Reads the body to its end, so that no transaction waits for a slow sender and no half of a text is saved."""
    if request.method in SAFE_METHODS:
        return
    view = current_app.view_functions.get(request.endpoint or "")
    largest: int = getattr(view, "largest_request", LARGEST_REQUEST)
    request.max_content_length = largest
    try:
        body = request.get_data()
    except ParseException:
        abort(400)
    if request.content_length is None and len(body) >= largest:  # in pieces, of which only so much was read
        abort(413)
    if len(body) < (request.content_length or 0):
        abort(400)


def _refuse_unreadable_aims() -> None:
    for aim in (value for name in AIMS for value in request.values.getlist(name)):
        try:
            urlsplit(aim)
        except ValueError:
            abort(400)
