"""What every answer says to the browser."""

from flask import Flask, Response, request

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "font-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
PUBLIC = ("pages.", "static")
"""Beginnings of the endpoints whose answers may be kept by caches and found by search engines."""


def init_app(app: Flask) -> None:
    """Sets the headers of every answer."""
    app.after_request(_set_headers)


def _set_headers(response: Response) -> Response:
    headers = response.headers
    if response.location and response.location.startswith(request.host_url):  # the host is the sender's word
        rest = response.location.removeprefix(request.host_url)
        response.location = "/" + rest.lstrip("/\\")  # two slashes would lead to another host
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
