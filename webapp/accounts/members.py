"""All accounts, as administrators see and change them. Nobody changes their own; one administrator is always left."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from webapp import audit
from webapp.accounts import browsers, second_factor
from webapp.accounts.roles import ROLES
from webapp.accounts.roles import Role as Level
from webapp.models import Role, User


class OwnAccount(Exception):
    """Somebody else has to change an account's role, or to close it."""


class LastAdministrator(Exception):
    """Without this account nobody could manage accounts any more."""


@dataclass(frozen=True)
class Member:
    """An account without its secrets. `role` is the one that may do most, None where it has none."""

    id: int
    email: str
    role: Level | None
    active: bool
    seen_at: dt.datetime | None
    second_factor: bool
    last: bool


def members(session: Session) -> tuple[Member, ...]:
    """All accounts, by address."""
    query = select(User).options(selectinload(User.roles), selectinload(User.webauthn)).order_by(User.email)
    users = session.scalars(query).all()
    able = [user.id for user in users if user.active and role_of(user) == ROLES[-1]]
    return tuple(
        Member(
            id=user.id,
            email=user.email,
            role=role_of(user),
            active=user.active,
            seen_at=user.seen_at,
            second_factor=second_factor.has_any(user),
            last=able == [user.id],
        )
        for user in users
    )


def reviewers(session: Session) -> Sequence[User]:
    """The accounts that may review, by address."""
    able = User.roles.any(Role.name.in_(ROLES[ROLES.index("reviewer") :]))
    return session.scalars(select(User).where(able, User.active.is_(True)).order_by(User.email)).all()


def role_of(user: User) -> Level | None:
    """The role of an account that may do most."""
    return next((role for role in reversed(ROLES) if user.has_role(role)), None)


def hold_administrators(session: Session) -> None:
    """Lets others who would take an administrator away wait until this transaction ends: they see what it did."""
    session.scalars(select(Role).where(Role.name == ROLES[-1]).with_for_update()).all()


def is_last(session: Session, user: User) -> bool:
    """Whether an account may do everything, and no other that works may. Who acts on it holds administrators before."""
    able = select(User.id).join(User.roles).where(Role.name == ROLES[-1], User.active.is_(True))
    return list(session.scalars(able)) == [user.id]


def set_role(session: Session, user: User, role: Level, by: User) -> None:
    """Gives an account a role instead of the one it has. Raises OwnAccount, LastAdministrator."""
    before = role_of(user)
    if before == role:
        return
    _may_change(session, user, by, able=role == ROLES[-1])
    user.roles[:] = [_role(session, role)]
    audit.record(session, audit.account(by), "role-changed", audit.account(user), before=before, role=role)


def set_active(session: Session, user: User, active: bool, by: User) -> None:
    """Opens an account again, or closes it and ends its sessions. Raises OwnAccount, LastAdministrator."""
    if user.active == active:
        return
    _may_change(session, user, by, able=active)
    user.active = active
    if not active:
        browsers.end_all(session, user.id)
    audit.record(session, audit.account(by), "account-opened" if active else "account-closed", audit.account(user))


def _may_change(session: Session, user: User, by: User, able: bool) -> None:
    if user.id == by.id:
        raise OwnAccount
    if able:
        return
    hold_administrators(session)
    if is_last(session, user):
        raise LastAdministrator


def _role(session: Session, name: Level) -> Role:
    found = session.scalar(select(Role).where(Role.name == name))
    if found is None:
        session.add(found := Role(name=name))
    return found
