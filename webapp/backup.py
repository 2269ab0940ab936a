"""All that cannot be made again as one file, and back: rows and secrets in a ZIP archive, from and to either database.

Tables are taken as they are, column by column, so that a backup of an older version is restored as such and then
brought up to date. What is drawn from submissions is left out: lists, what can be searched for, and PDFs.
"""

import base64
import datetime as dt
import json
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, DateTime, Integer, LargeBinary, MetaData, Table, func, insert, select, text
from sqlalchemy.types import TypeEngine

from rubric.digests import canonical
from rubric.problems import InputError, Problem
from webapp import listing, migrations
from webapp.config import Settings, write_once
from webapp.database import Database, batches
from webapp.models import now

FORMAT = "octant-backup/1"
ABOUT, TABLES, SECRETS = "octant.json", "tables/", "secrets/"
MADE_AGAIN = frozenset({"listings", "theme_scores", "renderings", "reports"})
"""Tables that are drawn from the others."""
OWN = frozenset({"alembic_version"})
AT_ONCE = 500
LARGEST_ABOUT = 1_000_000


@dataclass(frozen=True)
class Copied:
    """What a backup holds: when it was made, of which version of the tables, and how many rows of each."""

    at: dt.datetime
    revision: str
    rows: Mapping[str, int]


def write(database: Database, settings: Settings, out: IO[bytes]) -> Copied:
    """Writes everything as it is at one moment, while others go on reading and writing."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, _at_one_moment(database) as connection:
        kept = _tables(connection)
        rows = {table.name: _write_rows(archive, connection, table) for table in kept}
        for file in sorted(settings.data.glob("*.secret")):
            archive.writestr(SECRETS + file.name, file.read_bytes())
        copied = Copied(now(), migrations.revision(connection) or "", rows)
        about = {"format": FORMAT, "at": copied.at.isoformat(), "revision": copied.revision, "rows": rows}
        archive.writestr(ABOUT, canonical(about | {"numbers": _numbers(connection, kept)}))
    return copied


def restore(database: Database, settings: Settings, file: Path) -> Copied:
    """Puts a backup in place, all of it or nothing, where nothing was stored yet. Raises InputError."""
    try:
        with zipfile.ZipFile(file) as archive:
            return _restore(database, settings, archive, file)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError, zlib.error) as error:
        raise _refused(file, f"cannot be read ({error})", "a file that ./octant backup wrote") from None


def _restore(database: Database, settings: Settings, archive: zipfile.ZipFile, file: Path) -> Copied:
    about = _about(archive, file)
    if damaged := archive.testzip():
        raise _refused(file, f"{damaged} is damaged", "a file as ./octant backup wrote it")
    secrets = {name: archive.read(name) for name in archive.namelist() if name.startswith(SECRETS)}
    for name, content in secrets.items():
        there = settings.data / Path(name).name
        if there.exists() and there.read_bytes() != content:
            raise _refused(there, "another secret than the backup has", "a data folder without secrets")
    if not migrations.is_known(about["revision"]):
        raise _refused(file, "of a newer version", "a backup of this version of Octant or an older one")
    migrations.upgrade(database, about["revision"])
    with database.migrating() as connection:
        tables = {table.name: table for table in _tables(connection)}
        if any(connection.scalar(select(func.count()).select_from(table)) for table in tables.values()):
            raise _refused("OCTANT_DATABASE_URL", "something is stored there already", "an empty database")
        for name, table in tables.items():
            read = _read_rows(archive, table)
            count = sum(_insert(connection, table, some) for some in batches(read, AT_ONCE))
            if count != about["rows"].get(name, 0):
                raise _refused(file, f"{name}: {count} rows", f"{about['rows'].get(name, 0)}, as it says")
        _set_numbers(connection, tables.values(), about["numbers"])
        for name, content in secrets.items():
            write_once(settings.data / Path(name).name, content.decode("ascii"))
    migrations.upgrade(database)
    listing.complete(database)
    return Copied(dt.datetime.fromisoformat(about["at"]), about["revision"], about["rows"])


def _about(archive: zipfile.ZipFile, file: Path) -> dict[str, Any]:
    try:
        with archive.open(ABOUT) as part:
            about: dict[str, Any] = json.loads(part.read(LARGEST_ABOUT))
        if about["format"] == FORMAT:
            return about
    except (KeyError, ValueError, TypeError):
        pass
    raise _refused(file, "no backup", "a file that ./octant backup wrote")


def _refused(where: object, found: str, expected: str) -> InputError:
    return InputError([Problem(str(where), found, expected)])


@contextmanager
def _at_one_moment(database: Database) -> Iterator[Connection]:
    engine = database.engine
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    with engine.connect() as connection, connection.begin():
        yield connection


def _tables(connection: Connection) -> list[Table]:
    """The tables that are kept, each after those that it points to."""
    found = MetaData()
    found.reflect(connection, only=lambda name, _: not name.startswith("search"))
    return [table for table in found.sorted_tables if table.name not in MADE_AGAIN | OWN]


def _write_rows(archive: zipfile.ZipFile, connection: Connection, table: Table) -> int:
    count = 0
    query = select(table).order_by(*table.primary_key.columns)
    with archive.open(f"{TABLES}{table.name}.jsonl", "w", force_zip64=True) as part:
        for row in connection.execution_options(yield_per=AT_ONCE).execute(query).mappings():
            plain = {column.name: _plain(row[column]) for column in table.columns}
            part.write(canonical(plain).encode() + b"\n")
            count += 1
    return count


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return (value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)).isoformat()
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _read_rows(archive: zipfile.ZipFile, table: Table) -> Iterator[dict[str, Any]]:
    name = f"{TABLES}{table.name}.jsonl"
    if name not in archive.namelist():
        return
    types = {column.name: column.type for column in table.columns}
    with archive.open(name) as part:
        for line in part:
            yield {key: _as_stored(value, types[key]) for key, value in json.loads(line).items()}


def _as_stored(value: Any, kind: TypeEngine[Any]) -> Any:
    if value is None:
        return None
    if isinstance(kind, DateTime):
        return dt.datetime.fromisoformat(value)
    return base64.b64decode(value) if isinstance(kind, LargeBinary) else value


def _insert(connection: Connection, table: Table, rows: Iterable[Mapping[str, Any]]) -> int:
    values = list(rows)
    connection.execute(insert(table), values)
    return len(values)


def _numbers(connection: Connection, tables: Iterable[Table]) -> dict[str, int]:
    """The last number that each table gave to a row: none is given twice, also where the row is gone."""
    given = {table.name: connection.scalar(select(func.max(table.c.id))) or 0 for table in _numbered(tables)}
    if _keeps_numbers(connection):
        last = {row.name: row.seq for row in connection.execute(text("SELECT name, seq FROM sqlite_sequence"))}
    elif connection.dialect.name == "sqlite":
        last = {}
    else:
        query = "SELECT schemaname || '.' || sequencename AS name, last_value AS last FROM pg_sequences"
        by_name = {row.name: row.last or 0 for row in connection.execute(text(query))}
        last = {name: by_name.get(_sequence(connection, name), 0) for name in given}
    return {name: max(number, last.get(name, 0)) for name, number in given.items()}


def _set_numbers(connection: Connection, tables: Iterable[Table], numbers: Mapping[str, int]) -> None:
    for table in _numbered(tables):
        last = numbers.get(table.name, 0)
        if _keeps_numbers(connection):
            known = {"name": table.name, "last": last}
            connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), known)
            connection.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)"), known)
        elif last and connection.dialect.name == "postgresql":
            known = {"sequence": _sequence(connection, table.name), "last": last}
            connection.execute(text("SELECT setval(:sequence, :last)"), known)


def _keeps_numbers(connection: Connection) -> bool:
    """Whether this is SQLite with a table that remembers which number it gave last: older versions had none."""
    query = "SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'"
    return connection.dialect.name == "sqlite" and connection.scalar(text(query)) is not None


def _numbered(tables: Iterable[Table]) -> list[Table]:
    return [table for table in tables if "id" in table.c and isinstance(table.c.id.type, Integer)]


def _sequence(connection: Connection, table: str) -> str:
    found: str = connection.scalar(text("SELECT pg_get_serial_sequence(:name, 'id')"), {"name": table}) or ""
    return found
