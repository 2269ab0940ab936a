"""What pages weigh on the wire: compressed answers, and static files that browsers fetch once."""

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, request, url_for
from flask_compress import Compress

from webapp.config import ROOT

FOLDER = ROOT / "static"
FONTS = "fonts/"
"""Files that the stylesheet names, and therefore without a version: they change only with their package."""
FOR_EVER, A_WEEK = 365 * 24 * 3600, 7 * 24 * 3600
UNCOMPRESSED = "/admin/"
"""Beginning of the addresses whose pages hold a form's token: its length must not be guessable (the BREACH attack)."""


def init_app(app: Flask) -> None:
    """Compresses answers and lets browsers keep static files."""
    app.config.from_mapping(COMPRESS_REGISTER=False, COMPRESS_ALGORITHM=["br", "gzip"])
    compress = Compress(app)
    app.jinja_env.globals["asset"] = asset

    @app.after_request
    def lighten(response: Response) -> Response:
        if request.endpoint == "static" and response.status_code == 200:
            response.cache_control.no_cache = None
            response.cache_control.public = True
            _let_keep(response)
            response.direct_passthrough = False
            response.make_sequence()  # Flask-Compress forgets to close a file that it sends in pieces
        private = request.path.startswith(UNCOMPRESSED)
        return response if private else compress.after_request(response)


def _let_keep(response: Response) -> None:
    name = (request.view_args or {}).get("filename", "")
    if request.args.get("v") == version(name):
        response.cache_control.max_age, response.cache_control.immutable = FOR_EVER, True
    elif name.startswith(FONTS):
        response.cache_control.max_age = A_WEEK


def asset(name: str) -> str:
    """The address of a static file, which changes with its content."""
    return _address(name, request.script_root)


@lru_cache
def _address(name: str, root: str) -> str:
    if name.startswith(FONTS):
        return url_for("static", filename=name)
    return url_for("static", filename=name, v=version(name))


@lru_cache
def version(name: str) -> str | None:
    """Eight hexadecimal digits of the content of a static file; None where there is none."""
    file = Path(FOLDER, name)
    return hashlib.sha256(file.read_bytes()).hexdigest()[:8] if file.is_file() else None
