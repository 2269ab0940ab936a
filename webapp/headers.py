"""What every answer says to the browser, and which requests are not accepted from elsewhere."""

from urllib.parse import urlsplit

from flask import Flask, Response, abort, request

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "font-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
PUBLIC = ("pages.", "static")
"""Beginnings of the endpoints whose answers may be kept by caches and found by search engines."""


def init_app(app: Flask) -> None:
    """Sets the headers of every answer, and refuses forms that another site sends."""
    app.before_request(_refuse_foreign_forms)
    app.after_request(_set_headers)


def _refuse_foreign_forms() -> None:
    """A browser says where a form comes from; pages of the respondent have no cookie that could say it instead."""
    if request.method in SAFE_METHODS:
        return
    origin = request.headers.get("Origin")
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        abort(403)
    if origin is not None and urlsplit(origin).netloc != request.host:
        abort(403)


def _set_headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("X-Frame-Options", "DENY")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
    if not (request.endpoint or "").startswith(PUBLIC):
        headers["Cache-Control"] = "no-store"
        headers["X-Robots-Tag"] = "noindex"
    return response
