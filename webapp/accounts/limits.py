"""How often somebody may be wrong before they have to wait, so that passwords and codes cannot be tried out.

Failures are counted in the database, so for all processes, by keys from which neither addresses nor names can be worked
out. An attempt counts before it is looked at, and what it counted for is forgotten when it turns out right: many at
once are no way around. Nobody can lock out somebody else: a password is counted for the address together with the
network that it comes from, and a browser that has been in the account before is counted by itself alone. The last
limit, for an address from everywhere, is for attackers with many networks; such a browser is not held up by it either.
Only codes have a last limit for all such browsers together: whoever tries codes has the password.
"""

import datetime as dt
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network

from flask import current_app, request
from sqlalchemy import delete, text
from sqlalchemy.orm import Session

from webapp.accounts import browsers
from webapp.current import database
from webapp.models import FailedSignIns, User, now

FIRST_WAIT, LONGEST_WAIT = dt.timedelta(seconds=30), dt.timedelta(hours=1)
FORGOTTEN_AFTER = dt.timedelta(days=1)
"""Without another failure."""
PREFIXES = {4: 24, 6: 48}
"""Bits of an address that make its network: what one household or company usually has."""
LOCK = 0x0C7A49
"""Number of PostgreSQL's lock that is held while an attempt is counted: any number, always the same."""


@dataclass(frozen=True)
class Limit:
    """Something that is counted: `free` failures in a row are nothing, each after that doubles the wait."""

    key: str
    free: int = 5

    def wait(self, failures: int) -> dt.timedelta:
        """How long to wait after so many failures in a row."""
        if failures < self.free:
            return dt.timedelta(0)
        doubled: dt.timedelta = FIRST_WAIT * 2 ** min(failures - self.free, 20)
        return min(doubled, LONGEST_WAIT)


FREE_FROM_EVERYWHERE = 100
FREE_REQUESTS = 3


def for_password(email: str) -> tuple[Limit, ...]:
    """What trying a password counts for, whether or not there is an account with this address."""
    browser, address = browsers.known(email), _normal(email)
    if browser:
        return (Limit(_key("password by a known browser", address, browser)),)
    return (
        Limit(_key("password from a network", address, network())),
        Limit(_key("password from everywhere", address), FREE_FROM_EVERYWHERE),
    )


def for_code(user: User) -> tuple[Limit, ...]:
    """What trying a code of any kind counts for, once the password was right."""
    browser = browsers.known(user.email)
    if browser:  # who knew the password when it alone let in may have made any number of browsers known
        return (
            Limit(_key("code by a known browser", user.pseudonym, browser)),
            Limit(_key("code by known browsers", user.pseudonym), FREE_FROM_EVERYWHERE),
        )
    return (Limit(_key("code", user.pseudonym)),)


def for_reset(email: str) -> tuple[Limit, ...]:
    """What asking for a new password counts for."""
    return (Limit(_key("reset from a network", _normal(email), network()), FREE_REQUESTS),)


def attempt(limits: Sequence[Limit]) -> int:
    """Counts an attempt as failed, and gives 0; where it comes too early, counts nothing and gives the seconds left."""
    with database().writing() as session:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": LOCK})
        session.execute(delete(FailedSignIns).where(FailedSignIns.at < now() - FORGOTTEN_AFTER))
        left = max(_left(session.get(FailedSignIns, limit.key), limit) for limit in limits)
        if left > dt.timedelta(0):
            return max(1, int(left.total_seconds()))
        for limit in limits:
            _count(session, limit)
    return 0


def forget(limits: Sequence[Limit]) -> None:
    """Forgets the failures, as the last attempt was right."""
    with database().writing() as session:
        session.execute(delete(FailedSignIns).where(FailedSignIns.key_hash.in_([limit.key for limit in limits])))


def network() -> str:
    """The network that this request comes from, "" where that cannot be told.

    A proxy on this machine says whom it speaks for in the last entry of X-Forwarded-For; nobody else is believed.
    """
    try:
        address = ip_address(request.remote_addr or "")
        if address.is_loopback and (told := request.headers.get("X-Forwarded-For")):
            address = ip_address(_without_port(told.rpartition(",")[2].strip()))
    except ValueError:
        return ""
    if isinstance(address, IPv6Address):
        address = address.ipv4_mapped or address
    return str(ip_network((address, PREFIXES[address.version]), strict=False))


def _without_port(told: str) -> str:
    """An address as some proxies write it: `203.0.113.5:4711`, `[2001:db8::1]:443`."""
    if told.startswith("["):
        return told[1:].partition("]")[0]
    return told.partition(":")[0] if told.count(":") == 1 else told


def _left(row: FailedSignIns | None, limit: Limit) -> dt.timedelta:
    return row.at + limit.wait(row.failures) - now() if row else dt.timedelta(0)


def _count(session: Session, limit: Limit) -> None:
    row = session.get(FailedSignIns, limit.key)
    if row is None:
        session.add(FailedSignIns(key_hash=limit.key, failures=1))
    else:
        row.failures, row.at = row.failures + 1, now()


def _normal(email: str) -> str:
    return email.strip().casefold()


def _key(*parts: str) -> str:
    return hmac.new(str(current_app.secret_key).encode(), "\n".join(parts).encode(), "sha256").hexdigest()
