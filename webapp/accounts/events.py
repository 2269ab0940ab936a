"""What follows from somebody signing in or out, and from changes of passwords and second factors."""

from threading import Thread
from typing import Any, Literal

from flask import Flask, Response, after_this_request, current_app
from flask_login import user_logged_in, user_logged_out
from flask_security import (
    Security,
    hash_password,
    password_changed,
    password_reset,
    reset_password_instructions_sent,
    tf_disabled,
    tf_profile_changed,
    wan_deleted,
    wan_registered,
)
from sqlalchemy.orm import Session

from webapp import audit, mail
from webapp.accounts import browsers, second_factor
from webapp.current import database
from webapp.models import User

RESET = "/admin/reset"
"""Where links to a new password lead."""


def init_app(app: Flask) -> None:
    """Listens to Flask-Security."""
    for signal, act in {
        user_logged_in: _signed_in,
        user_logged_out: _signed_out,
        password_changed: _password_changed,
        password_reset: _password_reset,
        reset_password_instructions_sent: _reset_asked,
        tf_profile_changed: _codes_on,
        tf_disabled: _codes_off,
        wan_registered: _passkey_on,
        wan_deleted: _passkey_off,
    }.items():
        signal.connect(act, app)


def _signed_in(_: Flask, user: User, **__: Any) -> None:
    _keep()
    if user.active:  # it may have been closed between password and second factor
        browsers.sign_in(user)


def _signed_out(_: Flask, **__: Any) -> None:
    _keep()
    browsers.end_this()


def _password_changed(_: Flask, user: User, **__: Any) -> None:
    _keep()
    with database().writing() as session:
        browsers.end_others(session, user.id)
        _record(session, user, "password-changed")


def _password_reset(_: Flask, user: User, **__: Any) -> None:
    _keep()
    with database().writing() as session:
        browsers.end_all(session, user.id)
        _record(session, user, "password-reset")
    browsers.remember(user.email)  # whoever has the link reads the mail of the account


def _codes_on(_: Flask, user: User, **__: Any) -> None:
    _switched_on(user, "authenticator-on")


def _codes_off(_: Flask, user: User, **__: Any) -> None:
    _keep()
    with database().writing() as session:
        second_factor.drop_useless_codes(session, user.id)
        _record(session, user, "authenticator-off")


def _passkey_on(_: Flask, user: User, **__: Any) -> None:
    _switched_on(user, "passkey-added")


def _switched_on(user: User, action: Literal["authenticator-on", "passkey-added"]) -> None:
    """Ends what the password alone had opened: whoever knows only that must not be in, nor get in by earlier codes."""
    account_id = user.id
    with database().reading() as session:
        first = not second_factor.has_any(session.get_one(User, account_id))  # as it was before: see `_keep`
    _keep()
    with database().writing() as session:
        kept = session.get_one(User, account_id)
        if first:
            kept.mf_recovery_codes = None
        browsers.end_others(session, account_id)
        _record(session, kept, action)


def _passkey_off(_: Flask, user: User, **__: Any) -> None:
    account_id = user.id

    @after_this_request
    def record(response: Response) -> Response:
        """Once the passkey is gone: Flask-Security tells before."""
        with database().writing() as session:
            second_factor.drop_useless_codes(session, account_id)
            _record(session, session.get_one(User, account_id), "passkey-removed")
        return response


def _reset_asked(app: Flask, user: User, reset_token: str, **_: Any) -> None:
    """Mails the link, beside the request: how long the answer takes must not tell whether there is an account."""
    hash_password("as long as where there is no account")
    if mail.configured():
        email = user.email
        Thread(target=_mail_link, args=(app, email, reset_token), name="reset-mail").start()


def _mail_link(app: Flask, email: str, token: str) -> None:
    with app.app_context():
        with database().writing() as session:
            may = mail.may_send(session, email)
        if may:
            try:
                mail.send(email, "security/reset-mail.txt", f"{RESET}/{token}")
            except mail.NotSent:
                app.logger.error("The mail server did not take a message with a link to a new password.")


def _record(
    session: Session,
    user: User,
    action: Literal[
        "authenticator-off",
        "authenticator-on",
        "passkey-added",
        "passkey-removed",
        "password-changed",
        "password-reset",
    ],
) -> None:
    audit.record(session, audit.account(user), action, audit.account(user))


def _keep() -> None:
    """Commits what Flask-Security has changed: what follows is written by a transaction of its own."""
    security: Security = current_app.extensions["security"]
    security.datastore.commit()  # type: ignore[no-untyped-call]  # not typed there
