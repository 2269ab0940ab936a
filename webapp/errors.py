"""Error pages that say what happened and what to do, and a log that holds no address with a link in it."""

import logging
import re
import secrets
import traceback
from collections.abc import Iterator
from http import HTTPStatus
from types import TracebackType

from flask import Flask, g, render_template, request
from flask.globals import request_ctx
from werkzeug.exceptions import HTTPException, InternalServerError

EXPLAINED = (400, 403, 404, 405, 413, 415)
"""Statuses with a page of their own; all others share one."""

_LINK = re.compile(r"(/(?:a|admin/invitation|admin/reset)/)[^/\s\"'?]+")

type_of_exc_info = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class Octant(Flask):
    """Flask, but for a log that names the rule and not the address: an assessment's address is its key."""

    def log_exception(self, exc_info: type_of_exc_info) -> None:
        """Logs an unexpected exception under the id that the error page shows."""
        g.error_id = secrets.token_hex(4)
        rule = request.url_rule.rule if request.url_rule else "no rule"
        self.logger.error("error %s at %s %s\n%s", g.error_id, request.method, rule, "".join(trace(exc_info[1])))


def trace(error: BaseException | None) -> Iterator[str]:
    """Lines that say where an error and its causes arose, without their messages, which may quote what people typed."""
    while error is not None:
        yield f"{type(error).__name__}:\n"
        yield from traceback.format_tb(error.__traceback__)
        yield from getattr(error, "frames", ())  # where it arose in another process, see webapp.report.pool
        error = error.__cause__ or error.__context__


class WithoutLinks(logging.Filter):
    """Takes the secret part of assessments' addresses out of whatever is logged."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = _LINK.sub(r"\1…", record.getMessage())
        record.args = ()
        return True


def init_app(app: Flask) -> None:
    """Registers the error pages."""
    app.register_error_handler(HTTPException, _page)


def _page(error: HTTPException) -> tuple[str, int, list[tuple[str, str]]]:
    status = error.code or InternalServerError.code
    if request_ctx.url_adapter is None:  # the host cannot be read: nothing on a page could have an address
        return HTTPStatus(status).phrase, status, []
    kind = status if status in EXPLAINED else InternalServerError.code
    page = render_template(
        "pages/error.html",
        status=kind,
        error_id=g.get("error_id"),
        size=request.content_length,
    )
    return page, status, [header for header in error.get_headers() if header[0] != "Content-Type"]
