"""Invitations: a link with which somebody makes their own account with a role that an administrator chose."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Sequence
from typing import cast

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from rubric.problems import InputError
from webapp import audit
from webapp.accounts import creating
from webapp.accounts.roles import Role
from webapp.models import AccountInvitation, AuditEntry, User, now

LIFETIME = dt.timedelta(days=7)


class NoInvitation(Exception):
    """There is no such link: it was never given, used, taken back, or has ended."""


def invite(session: Session, email: str, role: Role, by: str) -> str:
    """Gives the secret of a new link, which ends earlier ones for the address.

    Raises InputError where it is no address, or has an account.
    """
    address = creating.new_email(session, email)
    ended = (AccountInvitation.email == address) | (AccountInvitation.expires_at <= now())
    session.execute(delete(AccountInvitation).where(ended))
    token = secrets.token_urlsafe(24)
    mark = _hash(token)
    session.add(AccountInvitation(token_hash=mark, email=address, role=role, expires_at=now() + LIFETIME))
    audit.record(session, by, "account-invited", _subject(mark), role=role)
    return token


def pending(session: Session) -> Sequence[AccountInvitation]:
    """All links that work, the newest first."""
    query = select(AccountInvitation).where(AccountInvitation.expires_at > now())
    return session.scalars(query.order_by(AccountInvitation.made_at.desc(), AccountInvitation.email)).all()


def revoke(session: Session, mark: str, by: str) -> None:
    """Ends a link, by the hash of its secret. Raises NoInvitation."""
    _take(session, mark)
    audit.record(session, by, "account-uninvited", _subject(mark))


def revoke_given_by(session: Session, user: User, by: str) -> None:
    """Ends all links that work and that an account gave which may give none any more."""
    given = select(AuditEntry.subject).where(
        AuditEntry.actor == audit.account(user), AuditEntry.action == "account-invited"
    )
    subjects = set(session.scalars(given))
    for invitation in pending(session):
        if _subject(invitation.token_hash) in subjects:
            revoke(session, invitation.token_hash, by)


def open_link(session: Session, token: str) -> AccountInvitation:
    """What a link invites to. Raises NoInvitation."""
    found = session.get(AccountInvitation, _hash(token))
    if found is None or found.expires_at <= now():
        raise NoInvitation
    return found


def accept(session: Session, token: str, password: str) -> str:
    """Makes the account that a link invites to, and gives its address; the link has ended then.

    Raises NoInvitation, also where the address has an account by now, and InputError where the password will not do.
    """
    invitation = open_link(session, token)
    role = cast(Role, invitation.role)
    try:
        email = creating.new_email(session, invitation.email)
    except InputError:
        raise NoInvitation from None
    _take(session, invitation.token_hash)  # of two at once the second waits here, and finds nothing
    creating.create(session, email, password, role, None)
    return email


def _take(session: Session, mark: str) -> None:
    gone = delete(AccountInvitation).where(AccountInvitation.token_hash == mark)
    if not session.scalars(gone.returning(AccountInvitation.token_hash)).all():
        raise NoInvitation


def _subject(mark: str) -> str:
    """What the log calls an invitation."""
    return f"invitation-{mark[:8]}"


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
