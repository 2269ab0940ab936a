"""The log of who did what: entries are added, each with a hash of itself and all before it, and never changed.

It holds pseudonyms and no personal data, so that it can be kept when persons are erased. Who changes or takes away an
entry has to make all hashes after it anew; whoever has noted a later hash elsewhere sees that.
"""

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Result, Row, func, literal_column, select, text
from sqlalchemy.orm import Session

from rubric.digests import canonical
from webapp.database import WRITING
from webapp.models import Assessment, AuditEntry, User, now

REGION = "region"
"""The actor of whatever comes by an assessment's link."""
COMMAND_LINE = "command-line"
SYSTEM = "octant"
"""The actor of what follows from settings."""
FIRST = "0" * 64
"""Stands for the hash before the first entry."""
LOCK = 0x0C7A48
"""Number of PostgreSQL's lock that is held while an entry is added: any number, always the same."""
_Stored = Row[int, Any, str, str, str, str, str]
"""An entry as it is stored, the columns of AuditEntry in their order."""


def account(user: User) -> str:
    """The pseudonym of an account, which it gets when it is first stored. Raises ValueError before."""
    if not user.pseudonym:
        raise ValueError("an account that was never stored has no pseudonym")
    return f"account-{user.pseudonym}"


def assessment(chosen: Assessment) -> str:
    """The pseudonym of an assessment, likewise."""
    if not chosen.id:
        raise ValueError("an assessment that was never stored has no pseudonym")
    return f"assessment-{chosen.id}"


def record(session: Session, actor: str, action: str, subject: str, **details: object) -> None:
    """Adds an entry, to be committed with what it tells of. `details` are plain JSON without personal data.

    Whoever calls holds up all others that add one until the transaction ends: it is the last thing to do in it. Raises
    RuntimeError in a transaction that only reads, where the entry before might not be the newest.
    """
    session.flush()
    if not session.connection().get_execution_options().get(WRITING):
        raise RuntimeError("an audit entry needs a transaction that writes")
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": LOCK})
    before = session.scalar(select(AuditEntry.hash).order_by(AuditEntry.id.desc()).limit(1)) or FIRST
    at, told = now(), canonical(details)
    session.add(
        AuditEntry(
            at=at,
            actor=actor,
            action=action,
            subject=subject,
            details=told,
            hash=_hash(before, at.isoformat(), actor, action, subject, told),
        )
    )
    session.flush()


@dataclass(frozen=True)
class Head:
    """The newest entry, by its hash: who has noted it can tell later that all entries up to it are still there."""

    entries: int
    hash: str
    at: dt.datetime | None


def head(session: Session) -> Head:
    """Where the log ends; FIRST and no time while it is empty."""
    newest = session.execute(select(AuditEntry.hash, AuditEntry.at).order_by(AuditEntry.id.desc()).limit(1)).first()
    count = session.scalar(select(func.count()).select_from(AuditEntry)) or 0
    return Head(count, *newest) if newest else Head(0, FIRST, None)


@dataclass(frozen=True)
class Verified:
    """What became of checking the log: `broken` is the id of the first entry that does not fit, None where all do.

    `entries` were looked at; `head` is the hash of the last that fits; `found` says whether the noted hash is that of
    an entry that fits, and is true where none was given.
    """

    entries: int
    head: str
    broken: int | None
    found: bool

    @property
    def whole(self) -> bool:
        """Whether nothing was changed or taken away, as far as can be told."""
        return self.broken is None and self.found


def verify(session: Session, noted: str | None = None) -> Verified:
    """Works out all hashes anew, in constant memory. `noted` is a hash of this log that was written down elsewhere.

    Entries taken away from the end leave a log that fits: only a noted hash tells.
    """
    head, count, found = FIRST, 0, noted in (None, FIRST)
    with _entries(session) as entries:
        for entry in entries:
            count += 1
            if entry.hash != _hash_of(head, entry):
                return Verified(count, head, entry.id, found)
            head = entry.hash
            found = found or head == noted
    return Verified(count, head, None, found)


def _entries(session: Session) -> Result[int, Any, str, str, str, str, str]:
    at: ColumnElement[Any] = literal_column("at")  # as it is stored: one that cannot be read is found out in its turn
    columns = (AuditEntry.id, at, AuditEntry.actor, AuditEntry.action, AuditEntry.subject, AuditEntry.details)
    query = select(*columns, AuditEntry.hash).order_by(AuditEntry.id)
    return session.execute(query.execution_options(yield_per=1000))


def _hash_of(before: str, entry: _Stored) -> str | None:
    """What the hash of an entry should be; None where its values cannot be hashed at all."""
    _, at, actor, action, subject, details, _ = entry
    try:
        moment = dt.datetime.fromisoformat(at).replace(tzinfo=dt.UTC) if isinstance(at, str) else at.astimezone(dt.UTC)
        return _hash(before, moment.isoformat(), actor, action, subject, details)
    except (AttributeError, TypeError, ValueError):
        return None


def _hash(before: str, at: str, actor: str, action: str, subject: str, details: str) -> str:
    """SHA-256, in hexadecimal, over canonical JSON of an entry and the hash before it."""
    content = {"before": before, "at": at, "actor": actor, "action": action, "subject": subject, "details": details}
    return hashlib.sha256(canonical(content).encode()).hexdigest()
