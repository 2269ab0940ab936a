"""Accounts of administrators and how they sign in, on Flask-Security-Too.

Only signing in and out is switched on. Whatever else it offers has no address here until it is wanted.
"""

import datetime as dt
from typing import Any

from flask import Flask, Request, current_app, render_template, request
from flask.globals import app_ctx
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_login import user_logged_out
from flask_security import (
    LoginForm,
    Security,
    SQLAlchemySessionUserDatastore,
)
from flask_security.utils import validate_redirect_url
from flask_wtf.csrf import generate_csrf
from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from webapp.config import Settings
from webapp.database import WRITING, Database
from webapp.models import Role, User

PAGES = "/admin"
"""Where the pages of administrators are; the cookie goes nowhere else."""
SIGNED_IN_FOR = dt.timedelta(hours=12)
SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 128
"""In characters. The longest is Flask-Security's own, which cannot be set."""


class SignInForm(LoginForm):
    """E-mail address and password, and nothing that would outlive the session."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        del self.remember
        del self.submit  # a field of this name would hide the form's own `submit()`
        if not validate_redirect_url(self.next.data or ""):
            self.next.data = ""


class AdminSessions(SecureCookieSessionInterface):
    """Sessions on pages of administrators only. Elsewhere there is none to write to, so no cookie can be set."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        return super().open_session(app, request) if request.path.startswith(f"{PAGES}/") else None

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure


class AccountSession(Session):
    """Reads in one transaction and writes in another: on SQLite the one had better not turn into the other."""

    def get_bind(self, *arguments: Any, **options: Any) -> Engine | Connection:
        if self._flushing:
            writing: Engine = self.info[WRITING]
            return writing
        return super().get_bind(*arguments, **options)


def init_app(app: Flask, database: Database, settings: Settings) -> None:
    """Makes signing in work, with the accounts in `database`."""
    app.config.from_mapping(_configuration(settings))
    app.session_interface = AdminSessions()
    app.jinja_env.globals["csrf_token"] = generate_csrf
    session = _scoped_session(database)
    flask_security = Security(
        app,
        SQLAlchemySessionUserDatastore(session, User, Role),
        login_form=SignInForm,
        render_template=_page,  # type: ignore[arg-type]  # its views hand on whatever Flask can answer with
    )
    flask_security.want_json(lambda _: False)
    flask_security.login_manager.request_loader(lambda _: None)  # no tokens in addresses or headers
    user_logged_out.connect(_end_sessions, app)
    app.teardown_appcontext(lambda _: session.remove())


def _configuration(settings: Settings) -> dict[str, object]:
    return {
        "PERMANENT_SESSION_LIFETIME": SIGNED_IN_FOR,
        "SESSION_COOKIE_PATH": PAGES,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the session
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SALT": settings.secret("password"),
        "SECURITY_PASSWORD_LENGTH_MIN": SHORTEST_PASSWORD,
        "SECURITY_LOGIN_URL": f"{PAGES}/login",
        "SECURITY_LOGOUT_URL": f"{PAGES}/logout",
        "SECURITY_LOGOUT_CSRF": True,
        "SECURITY_POST_LOGIN_VIEW": f"{PAGES}/",
        "SECURITY_POST_LOGOUT_VIEW": f"{PAGES}/login",
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        "SECURITY_API_ENABLED_METHODS": ["session"],
        "SECURITY_FLASH_MESSAGES": False,
        "SECURITY_FRESHNESS": dt.timedelta(days=-1),  # off, with its page
        "SECURITY_STATIC_FOLDER": None,
        "SECURITY_CACHE_CONTROL": None,  # webapp.headers has it
        "SECURITY_CLI_USERS_NAME": None,
        "SECURITY_CLI_ROLES_NAME": None,
    }


def _scoped_session(database: Database) -> scoped_session[AccountSession]:
    """One session for each application context, closed with it."""
    writing = database.engine.execution_options(**{WRITING: True})
    make = sessionmaker(database.engine, class_=AccountSession, info={WRITING: writing})
    return scoped_session(make, scopefunc=_context)


def _context() -> int:
    return id(app_ctx._get_current_object())  # type: ignore[attr-defined]  # Flask does not say that it is a proxy


def _page(template: str, **context: Any) -> tuple[str, int]:
    """A page of Flask-Security, with the status that tells programs that a form came back."""
    form = context.get("login_user_form")
    return render_template(template, **context), 422 if form and form.errors else 200


def _end_sessions(_: Flask, user: User) -> None:
    """Makes every session of the account worthless: a copied cookie must not outlive signing out."""
    store = _security().datastore
    store.set_uniquifier(user)
    store.commit()  # type: ignore[no-untyped-call]  # not typed there


def _security() -> Security:
    extension: Security = current_app.extensions["security"]
    return extension
