"""The audit log as a page shows it: newest first, with what pseudonyms stand for as long as that is known."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.models import Assessment, AuditEntry, User

ON_A_PAGE = 50


@dataclass(frozen=True)
class Entry:
    """An entry of the log."""

    id: int
    at: dt.datetime
    actor: str
    action: str
    subject: str
    details: Mapping[str, object]
    hash: str


@dataclass(frozen=True)
class Page:
    """Entries, newest first; `older` is the id after which the next page begins, None on the last.

    `accounts` and `regions` say whom and what pseudonyms stand for; those of erased ones are not among them.
    """

    entries: tuple[Entry, ...]
    older: int | None
    accounts: Mapping[str, str]
    regions: Mapping[str, str]


def page(session: Session, before: int | None = None, actor: str = "", subject: str = "") -> Page:
    """The entries with an id smaller than `before`; of one actor or about one subject, where they are given."""
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(ON_A_PAGE + 1)
    if before is not None:
        query = query.where(AuditEntry.id < before)
    if actor:
        query = query.where(AuditEntry.actor == actor)
    if subject:
        query = query.where(AuditEntry.subject == subject)
    found = session.scalars(query).all()
    entries = tuple(_entry(entry) for entry in found[:ON_A_PAGE])
    named = {name for entry in entries for name in (entry.actor, entry.subject)}
    return Page(
        entries=entries,
        older=entries[-1].id if len(found) > ON_A_PAGE else None,
        accounts=_accounts(session, named),
        regions=_regions(session, named),
    )


def _entry(entry: AuditEntry) -> Entry:
    return Entry(entry.id, entry.at, entry.actor, entry.action, entry.subject, json.loads(entry.details), entry.hash)


def _accounts(session: Session, named: set[str]) -> dict[str, str]:
    pseudonyms = _after("account-", named)
    query = select(User.pseudonym, User.email).where(User.pseudonym.in_(pseudonyms))
    return {f"account-{pseudonym}": email for pseudonym, email in session.execute(query)}


def _regions(session: Session, named: set[str]) -> dict[str, str]:
    ids = [int(number) for number in _after("assessment-", named) if number.isdecimal()]
    query = select(Assessment.id, Assessment.region).where(Assessment.id.in_(ids))
    return {f"assessment-{number}": region for number, region in session.execute(query)}


def _after(prefix: str, named: set[str]) -> list[str]:
    return [name.removeprefix(prefix) for name in named if name.startswith(prefix)]
