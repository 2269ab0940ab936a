"""Second factors: codes of an authenticator app, passkeys, and recovery codes for whoever has lost both."""

import hmac
from typing import Any, cast

from flask import current_app, session
from flask_security import MfRecoveryCodesUtil, Security, Totp, UserMixin
from passlib.exc import UsedTokenError
from sqlalchemy import or_, update
from sqlalchemy.orm import Session

from webapp import audit
from webapp.accounts import browsers
from webapp.current import database, settings
from webapp.models import User

_SAID = "said"
"""What a page is to say once, in the cookie."""


class Codes(Totp):
    """One-time codes, none of which is taken twice, not even by two processes at once."""

    def get_last_counter(self, user: UserMixin) -> int | None:
        """The half minute of the newest code that was used."""
        return cast(User, user).last_code

    def set_last_counter(self, user: UserMixin, tmatch: Any) -> None:
        """Uses a code up. Raises UsedTokenError where somebody was quicker."""
        unused = or_(User.last_code.is_(None), User.last_code < tmatch.counter)
        with database().writing() as writing:
            use = update(User).where(User.id == user.id, unused).values(last_code=tmatch.counter).returning(User.id)
            if not writing.scalars(use).all():
                raise UsedTokenError


class RecoveryCodes(MfRecoveryCodesUtil):
    """Recovery codes, each good for one sign-in, of which only a keyed hash is kept."""

    def create_recovery_codes(self, user: UserMixin) -> list[str]:
        """New codes, instead of all earlier ones: shown now and never again."""
        codes: list[str] = _security().totp_factory.generate_recovery_codes(
            current_app.config["SECURITY_MULTI_FACTOR_RECOVERY_CODES_N"]
        )
        with database().writing() as writing:
            kept = writing.get_one(User, user.id)
            kept.mf_recovery_codes = [_hash(code) for code in codes]
            audit.record(writing, audit.account(kept), "recovery-codes-made", audit.account(kept))
        return codes

    def get_recovery_codes(self, user: UserMixin) -> list[str]:
        """An empty list: nobody can read them again."""
        return []

    def check_recovery_code(self, user: UserMixin, code: str) -> bool:
        """Whether a code is right; if so, it is used up at once, before anybody else can use it."""
        with database().writing() as writing:
            kept = writing.get_one(User, user.id, with_for_update=True)
            codes = list(kept.mf_recovery_codes or ())
            used = next((one for one in codes if hmac.compare_digest(one, _hash(code))), None)
            if used is None:
                return False
            codes.remove(used)
            kept.mf_recovery_codes = codes
            audit.record(writing, audit.account(kept), "recovery-code-used", audit.account(kept), left=len(codes))
        return True

    def delete_recovery_code(self, user: UserMixin, code: str) -> bool:
        """Nothing is left to do: see `check_recovery_code`."""
        return True


def has_codes(user: User) -> bool:
    """Whether an account signs in with codes of an authenticator app."""
    return bool(user.tf_primary_method and user.tf_totp_secret)


def has_any(user: User) -> bool:
    """Whether an account has a second factor."""
    return has_codes(user) or bool(user.webauthn)


def required(user: User) -> bool:
    """Whether an account must have a second factor."""
    return settings().second_factor == "required" and bool(user.has_role("administrator"))


def missing(user: User) -> bool:
    """Whether an account lacks a second factor that it must have."""
    return required(user) and not has_any(user)


def is_last(user: User, without: str) -> bool:
    """Whether an account must keep what goes: `authenticator`, or the passkey with this name."""
    names = {key.name for key in user.webauthn} | ({"authenticator"} if has_codes(user) else set())
    return required(user) and names <= {without}


def drop_useless_codes(writing: Session, account_id: int) -> None:
    """Takes recovery codes away from an account that has no second factor left, which they would stand for."""
    kept = writing.get_one(User, account_id)
    if not has_any(kept):
        kept.mf_recovery_codes = None


def switch_off(writing: Session, user: User, by: str) -> None:
    """Takes all second factors from an account, so that its password alone lets in; ends its sessions."""
    user.tf_primary_method = user.tf_totp_secret = None
    user.mf_recovery_codes = None
    for passkey in tuple(user.webauthn):
        writing.delete(passkey)
    browsers.end_all(writing, user.id)
    audit.record(writing, by, "second-factor-off", audit.account(user))


def say(word: str) -> None:
    """Lets the next page say something once."""
    session[_SAID] = word


def said() -> str | None:
    """What is to be said now."""
    word: str | None = session.pop(_SAID, None)
    return word


def _hash(code: str) -> str:
    """A hash of a code, however it is typed, keyed by a secret that is not in the database."""
    normal = "".join(filter(str.isalnum, code.casefold()))
    return hmac.new(str(current_app.secret_key).encode(), f"recovery\n{normal}".encode(), "sha256").hexdigest()


def _security() -> Security:
    extension: Security = current_app.extensions["security"]
    return extension
