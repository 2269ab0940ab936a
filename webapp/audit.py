"""The log of who did what: entries are added, each with a hash of itself and all before it, and never changed.

It holds pseudonyms and no personal data, so that it can be kept when persons are erased. Who changes or takes away an
entry has to make all hashes after it anew; whoever has noted a later hash elsewhere sees that.
"""

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from rubric.digests import canonical
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


def account(user: User) -> str:
    """The pseudonym of an account."""
    return f"account-{user.pseudonym}"


def assessment(chosen: Assessment) -> str:
    """The pseudonym of an assessment."""
    return f"assessment-{chosen.id}"


def record(session: Session, actor: str, action: str, subject: str, **details: object) -> None:
    """Adds an entry, to be committed with what it tells of. `details` are plain JSON without personal data.

    Whoever calls holds up all others that add one until the transaction ends.
    """
    session.flush()
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
            hash=_hash(before, at, actor, action, subject, told),
        )
    )
    session.flush()


@dataclass(frozen=True)
class Verified:
    """What became of checking the log: `broken` is the id of the first entry that does not fit, None where all do.

    `entries` were looked at; `head` is the hash of the last that fits.
    """

    entries: int
    head: str
    broken: int | None


def verify(session: Session) -> Verified:
    """Works out all hashes anew, in constant memory."""
    head, count = FIRST, 0
    for entry in _entries(session):
        count += 1
        expected = _hash(head, entry.at, entry.actor, entry.action, entry.subject, entry.details)
        if entry.hash != expected:
            return Verified(count, head, entry.id)
        head = expected
    return Verified(count, head, None)


def _entries(session: Session) -> Iterator[AuditEntry]:
    yield from session.scalars(select(AuditEntry).order_by(AuditEntry.id).execution_options(yield_per=500))


def _hash(before: str, at: dt.datetime, actor: str, action: str, subject: str, details: str) -> str:
    """SHA-256, in hexadecimal, over canonical JSON of an entry and the hash before it."""
    content: Mapping[str, object] = {
        "before": before,
        "at": at.isoformat(),
        "actor": actor,
        "action": action,
        "subject": subject,
        "details": details,
    }
    return hashlib.sha256(canonical(content).encode()).hexdigest()
