"""New accounts."""

from typing import cast

from flask import current_app
from flask_security import Security, SQLAlchemySessionUserDatastore, hash_password
from flask_security.mail_util import EmailValidateException
from sqlalchemy.orm import Session

from rubric.problems import InputError, Problem, quote
from webapp import audit
from webapp.accounts import roles
from webapp.accounts.passwords import LIKE_ADDRESS, LONGEST, SHORTEST
from webapp.models import Role, User


def new_email(session: Session, email: str) -> str:
    """`email` in its normal form. Raises InputError if it is none, or if an account has it."""
    try:
        normal: str = _security().mail_util.normalize(email)
    except EmailValidateException:
        raise InputError(
            [Problem("EMAIL", f"found {quote(email)}", "an e-mail address like name@example.org")]
        ) from None
    if _datastore(session).find_user(case_insensitive=True, email=normal):
        raise InputError([Problem("EMAIL", f"there is an account for {normal} already", "an address without one")])
    return normal


def create(session: Session, email: str, password: str, role: roles.Role, by: str | None) -> None:
    """Creates an account with `role`. `by` does it, says the log; None: the account itself.

    Raises InputError where something does not fit.
    """
    address = new_email(session, email)
    problems, normal = _security().password_util.validate(password, is_register=True, email=address)
    if problems and LIKE_ADDRESS in problems:
        raise InputError([Problem("password", "is little more than the address", "one of its own")])
    if problems:
        expected = f"{SHORTEST} to {LONGEST} characters"
        raise InputError([Problem("password", f"has {len(normal)} characters", expected)])
    store = _datastore(session)
    user = store.create_user(email=address, password=hash_password(normal), roles=[store.find_or_create_role(role)])
    session.flush()  # from now on it has a pseudonym
    made = audit.account(cast(User, user))
    audit.record(session, by or made, "account-made", made, role=role)


def _datastore(session: Session) -> SQLAlchemySessionUserDatastore:
    return SQLAlchemySessionUserDatastore(session, User, Role)  # type: ignore[arg-type]  # any session will do


def _security() -> Security:
    extension: Security = current_app.extensions["security"]
    return extension
