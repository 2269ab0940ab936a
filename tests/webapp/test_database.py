"""Reading and writing, by several at once, and what is told when there is nothing to read."""

import stat
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from rubric.problems import InputError
from webapp.database import Database
from webapp.migrations import upgrade
from webapp.models import Priority, StoredRubric

WRITERS, WRITES = 8, 25


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh database without an application."""
    with closing(Database(database_url)) as database:
        yield database


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    """An SQLite database without tables."""
    with closing(Database(f"sqlite:///{tmp_path / 'octant.sqlite'}")) as database:
        yield database


def rubric(number: int) -> StoredRubric:
    """A row that depends on no other."""
    return StoredRubric(digest=f"sha256:{number}", version="2000.1", content="{}")


@pytest.mark.parametrize(
    ("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 15_000)]
)
def test_sqlite_is_safe_and_patient_in_every_transaction(sqlite: Database, pragma: str, value: object) -> None:
    upgrade(sqlite)
    with sqlite.reading() as session:
        assert session.scalar(text(f"PRAGMA {pragma}")) == value
    with sqlite.writing() as session:
        assert session.scalar(text(f"PRAGMA {pragma}")) == value


def test_written_rows_are_there_for_others(database: Database) -> None:
    with database.writing() as session:
        session.add(rubric(1))
    with database.reading() as session:
        assert session.get(StoredRubric, "sha256:1") is not None


def test_nothing_is_written_when_the_block_fails(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.writing() as session:
        session.add(rubric(1))
        session.flush()
        raise ZeroDivisionError
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(StoredRubric)) == 0


def test_foreign_keys_are_enforced(database: Database) -> None:
    with pytest.raises(IntegrityError), database.writing() as session:
        session.add(Priority(assessment_id=404, theme="skills", priority=1))


def test_many_writers_at_once_all_succeed(database: Database) -> None:
    """Each reads first and writes then, which fails on SQLite unless the transaction begins as one that writes."""
    with database.writing() as session:
        session.add(rubric(0))
    together = threading.Barrier(WRITERS)

    def write(writer: int) -> None:
        together.wait()
        for turn in range(WRITES):
            with database.writing() as session:
                first = session.get_one(StoredRubric, "sha256:0", with_for_update=True)
                first.content += "."
                session.add(rubric(1 + writer * WRITES + turn))

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(StoredRubric)) == 1 + WRITERS * WRITES
        assert len(session.get_one(StoredRubric, "sha256:0").content) == len("{}") + WRITERS * WRITES


def test_readers_see_the_last_state_while_another_writes(database: Database) -> None:
    with database.writing() as writing:
        writing.add(rubric(1))
        writing.flush()
        with database.reading() as reading:
            assert reading.get(StoredRubric, "sha256:1") is None


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////dev/null/octant.sqlite",
        "postgresql+psycopg://me:hunter2@/octant?host=/nowhere",
        "postgresql+psycopg://me:hunter2@localhost:hunter2/octant",
    ],
)
def test_a_database_that_cannot_be_opened_is_told_without_the_password(url: str) -> None:
    with pytest.raises(InputError) as caught, closing(Database(url)) as database:
        upgrade(database)
    assert "OCTANT_DATABASE_URL" in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_an_old_file_is_closed_to_others(tmp_path: Path) -> None:
    file = tmp_path / "old.sqlite"
    file.touch(mode=0o644)
    with closing(Database(f"sqlite:///{file}")):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
