"""Accounts of administrators and how they sign in, on Flask-Security-Too.

Switched on are signing in and out, changing and resetting passwords, codes of authenticator apps, passkeys as a second
factor, and recovery codes. Whatever else it offers has no address here until it is wanted.
"""

import datetime as dt
from typing import Any

from flask import Flask, Request, abort, current_app, redirect, render_template, request, session, url_for
from flask.globals import app_ctx
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_login import current_user
from flask_security import Security, SQLAlchemySessionUserDatastore
from flask_security.recoverable import reset_password_token_status
from flask_wtf import FlaskForm
from flask_wtf.csrf import generate_csrf
from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session, scoped_session, sessionmaker
from werkzeug.wrappers import Response

from webapp import mail, qr
from webapp.accounts import browsers, events, second_factor, signing_in
from webapp.accounts.passwords import SHORTEST, Passwords
from webapp.config import Settings
from webapp.database import WRITING, Database
from webapp.models import Role, User, WebAuthn

PAGES = "/admin"
"""Where the pages of administrators are; the cookie goes nowhere else."""
FRESH_FOR, MORE_FOR = dt.timedelta(minutes=30), dt.timedelta(minutes=10)
"""How long after signing in second factors may be changed without the password, and how long after each such change."""
RESET_WITHIN = dt.timedelta(hours=2)
"""How long a link to a new password works."""
CODE_SECONDS = 30
"""How far the clock of an authenticator app may be off."""
RECOVERY_CODES = 10


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
    accounts = _scoped_session(database)
    flask_security = Security(
        app,
        SQLAlchemySessionUserDatastore(accounts, User, Role, WebAuthn),
        login_form=signing_in.SignInForm,
        verify_form=signing_in.AgainForm,
        change_password_form=signing_in.ChangeForm,
        forgot_password_form=signing_in.ForgotForm,
        reset_password_form=signing_in.ResetForm,
        two_factor_verify_code_form=signing_in.CodeForm,
        two_factor_setup_form=signing_in.SetUpForm,
        two_factor_rescue_form=signing_in.RescueForm,
        mf_recovery_form=signing_in.RecoveryForm,
        wan_register_form=signing_in.PasskeyNamedForm,
        wan_register_response_form=signing_in.PasskeyMadeForm,
        wan_signin_response_form=signing_in.PasskeyForm,
        wan_delete_form=signing_in.PasskeyRemovedForm,
        password_util_cls=Passwords,
        totp_cls=second_factor.Codes,
        mf_recovery_codes_util_cls=second_factor.RecoveryCodes,
        render_template=_page,  # type: ignore[arg-type]  # its views hand on whatever Flask can answer with
    )
    flask_security.want_json(lambda _: False)
    flask_security.login_manager.request_loader(lambda _: None)  # no tokens in addresses or headers
    _load_only_signed_in(flask_security)
    _tell_pages_more(flask_security)
    app.before_request(_close_doors)
    events.init_app(app)
    app.teardown_appcontext(lambda _: accounts.remove())


def _load_only_signed_in(flask_security: Security) -> None:
    """Lets nobody be somebody whose session was ended."""
    load = flask_security.login_manager._user_callback

    def load_signed_in(user_id: str) -> User | None:
        user: User | None = load(user_id)
        return user if user and browsers.is_signed_in(user) else None

    flask_security.login_manager.user_loader(load_signed_in)


def _tell_pages_more(flask_security: Security) -> None:
    flask_security.context_processor(lambda: {"recovery_codes_number": RECOVERY_CODES})
    flask_security.tf_setup_context_processor(_setting_up)
    for page in (flask_security.wan_register_context_processor, flask_security.wan_signin_context_processor):
        page(lambda: {"said": second_factor.said()})
    flask_security.forgot_password_context_processor(lambda: {"mails": mail.configured()})


def _setting_up() -> dict[str, object]:
    """The secret that an authenticator app is being set up with, also after a wrong code."""
    secret, said = session.get("tf_totp_secret"), second_factor.said()
    if not secret or session.get("tf_state") != "validating_profile":
        return {"said": said, "setting_up": None}
    codes = _security().totp_factory
    state = {"totp_secret": secret, "method": signing_in.AUTHENTICATOR, "phone": None}
    return {
        "said": said,
        "setting_up": {
            "token": _security().tf_setup_serializer.dumps(state),
            "key": codes.get_totp_pretty_key(secret),
            "uri": codes.get_totp_uri(current_user.email, secret),
            "qr": qr.drawing(codes.get_totp_uri(current_user.email, secret)),
        },
    }


def _close_doors() -> Response | tuple[str, int] | None:
    """Shuts what Flask-Security opens and nobody wants."""
    if request.is_json and request.path.startswith(f"{PAGES}/"):
        abort(415)  # Flask-Security would take any JSON for a form
    if not (request.endpoint or "").startswith("security."):
        return None
    if any(map(signing_in.misleads, request.values.getlist("next"))):
        abort(400)
    if request.endpoint == "security.two_factor_rescue":
        abort(404)
    return _lead_on()


def _lead_on() -> Response | tuple[str, int] | None:
    """Leads to where something has to be done first, and says of a link to a new password that it has ended."""
    if request.endpoint == "security.two_factor_token_validation" and "tf_user_id" not in session:
        return redirect(f"{PAGES}/login")  # it would sign out whoever is signed in
    if request.endpoint == "security.mf_recovery_codes" and _has_no_second_factor():
        return redirect(url_for("account.second_factors"))  # codes would lie in wait for one to come
    if request.endpoint == "security.reset_password" and request.view_args:
        expired, invalid, user = reset_password_token_status(request.view_args["token"])  # type: ignore[no-untyped-call]  # not typed there
        if expired or invalid or not user or not user.active:
            return render_template("security/reset-ended.html"), 404
    return None


def _has_no_second_factor() -> bool:
    return bool(current_user.is_authenticated) and not second_factor.has_any(current_user)


def _configuration(settings: Settings) -> dict[str, object]:
    return {
        "PERMANENT_SESSION_LIFETIME": browsers.SIGNED_IN_FOR,
        "SESSION_COOKIE_PATH": PAGES,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the session
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SALT": settings.secret("password"),
        "SECURITY_PASSWORD_LENGTH_MIN": SHORTEST,
        "SECURITY_LOGIN_URL": f"{PAGES}/login",
        "SECURITY_LOGOUT_URL": f"{PAGES}/logout",
        "SECURITY_LOGOUT_CSRF": True,
        "SECURITY_POST_LOGIN_VIEW": f"{PAGES}/",
        "SECURITY_POST_LOGOUT_VIEW": f"{PAGES}/login",
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False},  # nobody's name server is asked
        "SECURITY_API_ENABLED_METHODS": ["session"],
        "SECURITY_FLASH_MESSAGES": False,
        "SECURITY_FRESHNESS": FRESH_FOR,
        "SECURITY_FRESHNESS_GRACE_PERIOD": MORE_FOR,
        "SECURITY_VERIFY_URL": f"{PAGES}/again",
        "SECURITY_POST_VERIFY_VIEW": f"{PAGES}/account",
        "SECURITY_STATIC_FOLDER": None,
        "SECURITY_CACHE_CONTROL": None,  # webapp.headers has it
        "SECURITY_CLI_USERS_NAME": None,
        "SECURITY_CLI_ROLES_NAME": None,
        **_passwords(),
        **_second_factors(settings),
    }


def _passwords() -> dict[str, object]:
    return {
        "SECURITY_CHANGEABLE": True,
        "SECURITY_CHANGE_URL": f"{PAGES}/account/password",
        "SECURITY_POST_CHANGE_VIEW": f"{PAGES}/account?done=password",
        "SECURITY_SEND_PASSWORD_CHANGE_EMAIL": False,
        "SECURITY_RECOVERABLE": True,
        "SECURITY_RESET_URL": events.RESET,
        "SECURITY_POST_RESET_VIEW": f"{PAGES}/login?done=reset",
        "SECURITY_RESET_PASSWORD_WITHIN": RESET_WITHIN,
        "SECURITY_SEND_PASSWORD_RESET_EMAIL": False,  # webapp.accounts.events sends it
        "SECURITY_SEND_PASSWORD_RESET_NOTICE_EMAIL": False,
    }


def _second_factors(settings: Settings) -> dict[str, object]:
    return {
        "SECURITY_TWO_FACTOR": True,
        "SECURITY_TWO_FACTOR_ENABLED_METHODS": [signing_in.AUTHENTICATOR],
        "SECURITY_TWO_FACTOR_AUTHENTICATOR_VALIDITY": CODE_SECONDS,
        "SECURITY_TWO_FACTOR_RESCUE_EMAIL": False,
        "SECURITY_TWO_FACTOR_SETUP_URL": f"{PAGES}/account/authenticator",
        "SECURITY_TWO_FACTOR_POST_SETUP_VIEW": f"{PAGES}/account/second-factor",
        "SECURITY_TWO_FACTOR_TOKEN_VALIDATION_URL": f"{PAGES}/login/code",
        "SECURITY_TWO_FACTOR_RESCUE_URL": f"{PAGES}/login/rescue",
        "SECURITY_TWO_FACTOR_SELECT_URL": f"{PAGES}/login/choose",
        "SECURITY_TOTP_SECRETS": {"1": settings.secret("totp")},
        "SECURITY_TOTP_ISSUER": "Octant",
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES": True,
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_N": RECOVERY_CODES,
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_URL": f"{PAGES}/account/recovery-codes",
        "SECURITY_MULTI_FACTOR_RECOVERY_URL": f"{PAGES}/login/recovery",
        "SECURITY_WEBAUTHN": True,
        "SECURITY_WAN_ALLOW_AS_FIRST_FACTOR": False,
        "SECURITY_WAN_ALLOW_AS_MULTI_FACTOR": False,
        "SECURITY_WAN_ALLOW_AS_VERIFY": None,
        "SECURITY_WAN_RP_NAME": "Octant",
        "SECURITY_WAN_REGISTER_URL": f"{PAGES}/account/passkeys",
        "SECURITY_WAN_POST_REGISTER_VIEW": f"{PAGES}/account/second-factor",
        "SECURITY_WAN_DELETE_URL": f"{PAGES}/account/passkeys/remove",
        "SECURITY_WAN_SIGNIN_URL": f"{PAGES}/login/passkey",
    }


def _scoped_session(database: Database) -> scoped_session[AccountSession]:
    """One session for each application context, closed with it."""
    writing = database.engine.execution_options(**{WRITING: True})
    make = sessionmaker(database.engine, class_=AccountSession, info={WRITING: writing})
    return scoped_session(make, scopefunc=_context)


def _context() -> int:
    return id(app_ctx._get_current_object())  # type: ignore[attr-defined]  # Flask does not say that it is a proxy


def _page(template: str, **context: Any) -> tuple[str, int] | tuple[str, int, dict[str, str]]:
    """A page of Flask-Security, with the status that tells programs that a form came back, or came too early."""
    forms = [form for form in context.values() if isinstance(form, FlaskForm)]
    wait = max((getattr(form, "wait", 0) for form in forms), default=0)
    words = {"seconds": wait, "minutes": -(-wait // 60)} if wait else None
    page = render_template(template, wait=words, **context)
    if wait:
        return page, 429, {"Retry-After": str(wait)}
    return page, 422 if any(form.errors for form in forms) else 200


def _security() -> Security:
    extension: Security = current_app.extensions["security"]
    return extension
