"""Which requests are taken at all: whole, from our own pages, and with addresses that can be read."""

from urllib.parse import urlsplit

from flask import Flask, abort, request
from gunicorn.http.errors import ParseException

from webapp.config import LARGEST_REQUEST

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
AIMS = ("next",)
"""Fields that name the page to go on to."""


def init_app(app: Flask) -> None:
    """Refuses what is not taken, before anything else is done with it."""
    app.before_request(_refuse_foreign_forms)
    app.before_request(_take_whole)
    app.before_request(_refuse_unreadable_aims)


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
    try:
        body = request.get_data()
    except ParseException:
        abort(400)
    if request.content_length is None and len(body) >= LARGEST_REQUEST:  # in pieces, of which only so much was read
        abort(413)
    if len(body) < (request.content_length or 0):
        abort(400)


def _refuse_unreadable_aims() -> None:
    for aim in (value for name in AIMS for value in request.values.getlist(name)):
        try:
            urlsplit(aim)
        except ValueError:
            abort(400)
