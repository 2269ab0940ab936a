"""Rubric versions: those kept in the database, so that they outlive the program's own files, and the chosen one."""

import datetime as dt
import json
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from rubric import load
from rubric.model import Rubric
from rubric.norms import Norm, Told
from rubric.problems import InputError, Problem, quote
from rubric.versions import compare, questions_name
from webapp import audit
from webapp.models import StoredRubric, now

_NEWEST_FIRST = StoredRubric.kept_at.desc(), StoredRubric.version.desc()
ONE_SECOND = dt.timedelta(seconds=1)


@dataclass(frozen=True)
class Version:
    """A version by its name. It is not kept as long as nothing uses it and nobody has added it."""

    version: str
    digest: str
    kept_at: dt.datetime | None = None
    norms_from: tuple[int, ...] | None = None


def keep(session: Session, rubric: Rubric, measured: Told | None = None) -> None:
    """Sees to it that `rubric` is in the database; `measured` are its norms, where they were measured here."""
    if session.get(StoredRubric, rubric.digest) is None:
        kept = StoredRubric(digest=rubric.digest, version=rubric.version, content=rubric.text)
        if measured:
            kept.norms_from = sorted(measured.regions)
            kept.norms_told = [vars(norm) for norm in measured.norms.values()]
        with suppress(IntegrityError), session.begin_nested():  # another may keep it at this moment
            session.add(kept)


def current(session: Session) -> Rubric:
    """The rubric with which new assessments begin: the one chosen last, or else the program's newest."""
    query = select(StoredRubric.digest).where(StoredRubric.chosen_at.is_not(None))
    chosen = session.scalar(query.order_by(StoredRubric.chosen_at.desc()).limit(1))
    return rubric_of(session, chosen) if chosen else load.rubric()


def measured(session: Session) -> Iterator[tuple[Rubric, Told]]:
    """All rubrics whose norms were measured here, the newest first, with what they told."""
    query = select(StoredRubric.content, StoredRubric.norms_from, StoredRubric.norms_told)
    query = query.where(StoredRubric.norms_from.is_not(None))
    for content, regions, norms in session.execute(query.order_by(*_NEWEST_FIRST)):
        told = (Norm(**norm) for norm in norms or ())
        yield _parsed(content), Told(frozenset(regions or ()), {norm.question: norm for norm in told})


def rubric_of(session: Session, rubric_digest: str) -> Rubric:
    """The rubric with this digest: the newest, or one kept in the database. Raises NoResultFound."""
    newest = load.rubric()
    if newest.digest == rubric_digest:
        return newest
    return _parsed(session.get_one(StoredRubric, rubric_digest).content)


def find(session: Session, rubric_digest: str) -> Rubric | None:
    """The rubric with this digest, kept or one that comes with the program, if there is one."""
    if kept := session.get(StoredRubric, rubric_digest):
        return _parsed(kept.content)
    return next((rubric for rubric in map(load.rubric, load.versions()) if rubric.digest == rubric_digest), None)


def versions(session: Session) -> tuple[Version, ...]:
    """All versions there are: those kept, the newest first, and those of the program that are not kept yet."""
    query = select(StoredRubric.version, StoredRubric.digest, StoredRubric.kept_at, StoredRubric.norms_from)
    rows = session.execute(query.order_by(*_NEWEST_FIRST)).all()
    kept = [Version(v, digest, at, None if ids is None else tuple(ids)) for v, digest, at, ids in rows]
    there = {version.digest for version in kept}
    own = (load.rubric(name) for name in reversed(load.versions()))
    return (*(Version(r.version, r.digest) for r in own if r.digest not in there), *kept)


def add(session: Session, rubric: Rubric, by: str, measured: Told | None = None) -> bool:
    """Keeps `rubric`, says the log that `by` did; False where it was kept already, and nothing is done.

    Raises InputError where another rubric has its name, or where the name says of it that it asks the same questions as
    a version that asks others.
    """
    alone(session)
    there = versions(session)
    if any(version.digest == rubric.digest and version.kept_at for version in there):
        return False
    _require_own_name(session, rubric, there)
    keep(session, rubric, measured)
    details = {"regions": len(measured.regions)} if measured else {}
    audit.record(session, by, "rubric-kept", subject(rubric), digest=rubric.digest, **details)
    return True


def choose(session: Session, rubric: Rubric, by: str) -> None:
    """Lets new assessments begin with `rubric`, says the log that `by` did; those that run stay on theirs."""
    before = current(session)
    keep(session, rubric)
    last = session.scalar(select(func.max(StoredRubric.chosen_at)))
    at = max(now(), last + ONE_SECOND) if last else now()  # times are whole seconds, and the last choice counts
    session.get_one(StoredRubric, rubric.digest).chosen_at = at
    audit.record(session, by, "rubric-chosen", subject(rubric), digest=rubric.digest, before=before.digest)


def alone(session: Session) -> None:
    """Waits until nobody else adds or chooses a version; others wait until this transaction ends."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE rubrics IN SHARE ROW EXCLUSIVE MODE"))


def subject(rubric: Rubric) -> str:
    """What the audit log calls a version."""
    return f"rubric-{rubric.version}"


def _require_own_name(session: Session, rubric: Rubric, there: Collection[Version]) -> None:
    where, name = "rubric.toml: version", rubric.version
    for version in there:
        if version.version == name and version.digest != rubric.digest:
            found = f"{quote(name)} is the name of another rubric, with the digest {version.digest}"
            raise InputError([Problem(where, found, "a name that no version has")])
    named_alike = [version for version in there if questions_name(version.version) == questions_name(name)]
    if named_alike and not any(_asks_the_same(find(session, version.digest), rubric) for version in named_alike):
        found = f"{quote(name)} says that it asks the questions of {quote(named_alike[0].version)}, but it asks others"
        raise InputError([Problem(where, found, "another name")])


def _asks_the_same(one: Rubric | None, other: Rubric) -> bool:
    return one is not None and len(compare(one, other).carried) == len(one.questions) == len(other.questions)


@lru_cache(maxsize=8)
def _parsed(content: str) -> Rubric:
    return load.from_content(json.loads(content))
