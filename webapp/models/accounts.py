"""Accounts of those who administer submissions, and how they come in."""

import datetime as dt
import secrets

from flask_security.models import sqla as security
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.models.base import Base, UtcTime, now


def _pseudonym() -> str:
    return secrets.token_hex(4)


security.FsModels.set_db_info(  # type: ignore[no-untyped-call]  # the package is only partly typed
    base_model=Base, user_table_name="accounts", role_table_name="roles", webauthn_table_name="passkeys"
)


class Role(Base, security.FsRoleMixin):
    """What an account may do."""

    __tablename__ = "roles"


class User(Base, security.FsUserMixin):
    """An account of somebody who administers submissions. The audit log knows it by its `pseudonym`.

    `last_code` counts the half minutes up to the newest one-time code that was used: none is taken twice.
    """

    __tablename__ = "accounts"
    __table_args__ = {"sqlite_autoincrement": True}

    pseudonym: Mapped[str] = mapped_column(String(8), unique=True, default=_pseudonym)
    seen_at: Mapped[dt.datetime | None] = mapped_column(UtcTime)
    last_code: Mapped[int | None]


class WebAuthn(Base, security.FsWebAuthnMixin):
    """A passkey of an account."""

    __tablename__ = "passkeys"


class SignedIn(Base):
    """A browser that has signed in to an account. Of its key only a hash is kept; `browser` is its name and system."""

    __tablename__ = "signed_in"

    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    browser: Mapped[str] = mapped_column(String(80))
    made_at: Mapped[dt.datetime] = mapped_column(UtcTime, default=now)
    seen_at: Mapped[dt.datetime] = mapped_column(UtcTime, default=now)


class FailedSignIns(Base):
    """How often signing in has failed in a row, for what `key_hash` stands for: it holds no name and no address."""

    __tablename__ = "failed_sign_ins"

    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    at: Mapped[dt.datetime] = mapped_column(UtcTime, default=now, index=True)


class AccountInvitation(Base):
    """A link by which somebody makes an account with a role.

    Personal: gone when it is used; once it has expired, with the next invitation or the period for sessions.
    """

    __tablename__ = "account_invitations"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    email: Mapped[str] = mapped_column(String(255))
    role: Mapped[str] = mapped_column(String(80))
    made_at: Mapped[dt.datetime] = mapped_column(UtcTime, default=now)
    expires_at: Mapped[dt.datetime] = mapped_column(UtcTime)
