"""The connection to SQLite or PostgreSQL, and the ways to use it: reading, writing, and changing the tables."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.orm import Session

from rubric.problems import InputError, Problem

WRITING = "octant_writing"
"""Execution option of a connection whose transaction will write."""
BUSY_SECONDS = 15
"""How long a transaction waits for another that writes."""
MIGRATION_LOCK = 0x0C7A47
"""Number of PostgreSQL's lock that is held while tables change: any number, always the same."""

Value = TypeVar("Value")


class Database:
    """One database. Every use is a transaction that is either `reading` or `writing`.

    Raises InputError where `url` cannot be read or the folder of an SQLite file cannot be made.
    """

    def __init__(self, url: str) -> None:
        try:
            parts = make_url(url)
        except (ArgumentError, ValueError):
            raise _unusable("not an address that can be read") from None
        self.engine = _sqlite(parts) if parts.get_backend_name() == "sqlite" else _postgresql(parts)

    def close(self) -> None:
        """Closes all connections that are not in use."""
        self.engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session to read with; nothing is committed."""
        with Session(self.engine) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session whose changes are committed at the end, or undone when an exception leaves the block."""
        with (
            Session(self.engine.execution_options(**{WRITING: True}), expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """A transaction that changes tables, all of it or nothing; whoever comes second waits.

        Raises InputError where the database cannot be opened.
        """
        try:
            connection = self.engine.execution_options(**{WRITING: True}).connect()
        except OperationalError as error:
            raise _unusable(str(error.orig)) from None
        change = _migrating_sqlite if connection.dialect.name == "sqlite" else _migrating_postgresql
        with connection:
            yield from change(connection)

    @contextmanager
    def completing(self) -> Iterator[Session]:
        """As `writing`, but whoever else changes tables or completes what is in them waits."""
        with self.writing() as session:
            if session.get_bind().dialect.name == "postgresql":
                _lock(session.connection())
            yield session


def batches(values: Iterable[Value], size: int) -> Iterator[tuple[Value, ...]]:
    """`values` by so many at a time, as one query names them; none where there are none."""
    left = iter(values)
    while some := tuple(islice(left, size)):
        yield some


def _unusable(reason: str) -> InputError:
    # The driver's words: they name host, port and database, but no password.
    return InputError([Problem("OCTANT_DATABASE_URL", " ".join(reason.split()), "a database that can be opened")])


def _sqlite(url: URL) -> Engine:
    """SQLite that survives a power cut and lets readers go on while one writes."""
    path = url.database
    if path and path != ":memory:":
        try:
            Path(path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            Path(path).touch(mode=0o600)
            with suppress(PermissionError):  # somebody else's file, whose rights are theirs to set
                Path(path).chmod(0o600)  # SQLite gives its other files the same
        except OSError as error:
            raise _unusable(f"{error.filename}: {error.strerror}") from None
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _: object) -> None:
    connection.isolation_level = None  # so that the driver leaves BEGIN to `_begin_sqlite`
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")
    connection.create_function("lower", 1, _lower, deterministic=True)  # SQLite's own leaves all but ASCII as it is


def _lower(text: str | None) -> str | None:
    return text.lower() if text else text


def _begin_sqlite(connection: Connection) -> None:
    # A deferred transaction that turns to writing fails at once when another has written meanwhile, without waiting.
    writing = connection.get_execution_options().get(WRITING, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _migrating_sqlite(connection: Connection) -> Iterator[Connection]:
    # A column is changed by making the table anew and dropping the old one, with which enforced foreign keys would take
    # the rows of other tables. They can be switched only outside of a transaction, so this connection is used once.
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys = OFF")
    connection.detach()
    with connection.begin():
        yield connection
        broken = connection.execute(text("PRAGMA foreign_key_check")).all()
        if broken:
            raise RuntimeError(f"The change of tables would leave {len(broken)} rows that point nowhere.")


def _migrating_postgresql(connection: Connection) -> Iterator[Connection]:
    with connection.begin():
        _lock(connection)
        yield connection


def _lock(connection: Connection) -> None:
    connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": MIGRATION_LOCK})


def _postgresql(url: URL) -> Engine:
    return create_engine(url, hide_parameters=True, pool_pre_ping=True)
