"""Migrations give the tables that the models describe, on every kind of database, whoever comes first."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, inspect, select
from sqlalchemy.exc import SQLAlchemyError

from webapp.config import ROOT
from webapp.database import Database
from webapp.migrations import downgrade, upgrade
from webapp.models import Assessment, Base, Priority, StoredRubric

STARTS = 3
START = """
import sys
import webapp.models
from webapp.database import Database
from webapp.migrations import upgrade
print("ready", flush=True)
sys.stdin.readline()
upgrade(Database(sys.argv[1]))
"""


@pytest.fixture
def empty(empty_database_url: str) -> Iterator[Database]:
    """A database without tables."""
    with closing(Database(empty_database_url)) as database:
        yield database


@pytest.fixture
def migrated(database_url: str) -> Iterator[Database]:
    """A database with all tables."""
    with closing(Database(database_url)) as database:
        yield database


def tables(database: Database) -> set[str]:
    """Names of the tables but for Alembic's own."""
    return set(inspect(database.engine).get_table_names()) - {"alembic_version"}


def differences(database: Database) -> list[object]:
    """What `alembic check` would find."""
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        return list(compare_metadata(context, Base.metadata))


def test_migrated_tables_equal_the_models(empty: Database) -> None:
    assert tables(empty) == set()
    upgrade(empty)
    assert tables(empty) == set(Base.metadata.tables)
    assert differences(empty) == []


def test_migrating_again_changes_nothing(migrated: Database) -> None:
    with migrated.writing() as session:
        session.add(StoredRubric(digest="sha256:1", version="2000.1", content="{}"))
    upgrade(migrated)
    with migrated.reading() as session:
        assert session.get(StoredRubric, "sha256:1") is not None


def test_every_step_goes_back_and_forth(migrated: Database) -> None:
    downgrade(migrated, "base")
    assert tables(migrated) == set()
    upgrade(migrated)
    assert differences(migrated) == []


def test_a_migration_that_fails_leaves_nothing_behind(empty: Database) -> None:
    with pytest.raises(SQLAlchemyError), empty.migrating() as connection:
        Base.metadata.create_all(connection)
        connection.exec_driver_sql("SELECT nonsense FROM nowhere")
    assert tables(empty) == set()


def test_making_a_table_anew_keeps_the_rows_that_point_to_it(migrated: Database) -> None:
    with migrated.writing() as session:
        session.add(StoredRubric(digest="sha256:1", version="2000.1", content="{}"))
        session.flush()
        assessment = Assessment(rubric_digest="sha256:1", region="Made-up region")
        assessment.priorities.append(Priority(theme="skills", priority=3))
        session.add(assessment)
    with migrated.migrating() as connection:
        remake(connection, "assessments")
    with migrated.reading() as session:
        assert session.scalars(select(Priority.theme)).all() == ["skills"]
    assert differences(migrated) == []


def remake(connection: Connection, table: str) -> None:
    """Changes `table` as a migration would, by a copy where the database knows no other way."""
    with Operations(MigrationContext.configure(connection)).batch_alter_table(table) as batch:
        batch.alter_column("region", nullable=True)
        batch.alter_column("region", nullable=False)


def test_starting_several_times_at_once_on_nothing_works_for_all(empty_database_url: str) -> None:
    command = [sys.executable, "-c", START, empty_database_url]
    starts = [
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(STARTS)
    ]
    for start in starts:
        assert start.stdout and start.stdout.readline() == "ready\n"
    for start in starts:
        assert start.stdin
        start.stdin.write("now\n")
        start.stdin.flush()
    for start in starts:
        start.communicate()
    assert [start.returncode for start in starts] == [0] * STARTS
    with closing(Database(empty_database_url)) as database:
        assert differences(database) == []
