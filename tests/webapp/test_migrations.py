"""Migrations give the tables that the models describe, on every kind of database, whoever comes first."""

import datetime as dt
import hashlib
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, inspect, select, text
from sqlalchemy.exc import SQLAlchemyError

from rubric import load
from rubric.digests import canonical
from webapp.assessment import links, peers, service
from webapp.config import ROOT
from webapp.database import Database
from webapp.migrations import downgrade, upgrade
from webapp.models import Assessment, Base, Contact, Link, Priority, StoredRubric, User

STARTS = 3
COMPARISON = {
    "compare_server_default": True,
    "include_name": lambda name, kind, _: kind != "table" or not name.startswith("search"),
}
RUBRIC = load.rubric()
TOKENS = ("first-token", "second-token")
ANSWER_COLUMNS = "assessment_id, question, answer, reason, note, evidence, reference, revision, changed_at"
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
    """Names of the tables but for Alembic's own and those of the search, which each database has in its own way."""
    names = inspect(database.engine).get_table_names()
    return {name for name in names if name != "alembic_version" and not name.startswith("search")}


def differences(database: Database) -> list[object]:
    """What `alembic check` would find."""
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=COMPARISON)
        return list(compare_metadata(context, Base.metadata))


def test_migrated_tables_equal_the_models(empty: Database) -> None:
    assert tables(empty) == set()
    upgrade(empty)
    assert tables(empty) == set(Base.metadata.tables)
    assert differences(empty) == []


def test_no_number_is_given_twice_where_the_log_names_rows_by_it(migrated: Database) -> None:
    """Alembic does not compare this."""
    kept = [table for table in Base.metadata.sorted_tables if table.dialect_options["sqlite"]["autoincrement"]]
    assert {table.name for table in kept} == {"accounts", "assessments", "audit", "contributors", "submissions"}
    with migrated.reading() as session:
        if session.get_bind().dialect.name == "sqlite":
            made = {row.name: row.sql for row in session.execute(text("SELECT name, sql FROM sqlite_master"))}
            assert [table.name for table in kept if "AUTOINCREMENT" not in made[table.name]] == []
    with migrated.writing() as session:
        session.add(StoredRubric(digest="sha256:1", version="2000.1", content="{}"))
        session.flush()
        for _ in range(2):
            session.add(gone := Assessment(rubric_digest="sha256:1", region="Made-up region"))
            session.flush()
            session.delete(gone)
            session.flush()
        session.add(last := Assessment(rubric_digest="sha256:1", region="Made-up region"))
        session.flush()
        assert last.id == 3


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


DIGEST = "sha256:" + "0" * 64
AT = dt.datetime(2026, 3, 31, 12, tzinfo=dt.UTC)
AT_0001: list[tuple[str, dict[str, object]]] = [
    (
        "INSERT INTO rubrics (digest, version, content) VALUES (:digest, :version, :content)",
        {"digest": RUBRIC.digest, "version": RUBRIC.version, "content": canonical(RUBRIC.content)},
    ),
    *(
        (
            "INSERT INTO assessments (id, token_hash, rubric_digest, region, started_at, changed_at) "
            "VALUES (:id, :hash, :digest, :region, :at, :at)",
            {
                "id": number,
                "hash": hashlib.sha256(token.encode()).hexdigest(),
                "digest": RUBRIC.digest,
                "region": f"Made-up region {number}",
                "at": AT,
            },
        )
        for number, token in enumerate(TOKENS, start=1)
    ),
    ("INSERT INTO contacts (assessment_id, email) VALUES (1, 'a@example.org')", {}),
    (
        "INSERT INTO answers (assessment_id, question, answer, revision, changed_at) "
        "VALUES (1, :question, '3', 2, :at)",
        {"question": RUBRIC.questions[0].id, "at": AT},
    ),
    (
        "INSERT INTO submissions (assessment_id, number, at, digest, rubric_digest, answers, result) "
        "VALUES (1, 1, :at, :own, :digest, '{}', '{}')",
        {"at": AT, "own": DIGEST, "digest": RUBRIC.digest},
    ),
]


@pytest.fixture
def before_links(empty: Database) -> Database:
    """A database with rows in it, as it was when an assessment held the hash of its one link."""
    upgrade(empty, "0001")
    with empty.writing() as session:
        for statement, values in AT_0001:
            session.execute(text(statement), values)
    return empty


def rows_of(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """The rows of the tables of the first version, in its columns."""
    columns = "id, token_hash, rubric_digest, region, country, started_at, changed_at"
    tables = {"assessments": columns, "contacts": "*", "answers": ANSWER_COLUMNS, "submissions": "*"}
    with database.reading() as session:
        return {
            table: sorted(tuple(row) for row in session.execute(text(f"SELECT {names} FROM {table}")))
            for table, names in tables.items()
        }


def test_links_go_on_working_as_tables_change_and_back(before_links: Database) -> None:
    before = rows_of(before_links)
    upgrade(before_links)
    assert differences(before_links) == []
    with before_links.reading() as session:
        for number, token in enumerate(TOKENS, start=1):
            visit = links.visit(session, token)
            assert (visit.assessment.region, visit.contributor) == (f"Made-up region {number}", None)
        assert session.scalars(select(Link.made_at)).all() == [AT, AT]
        first = links.visit(session, TOKENS[0]).assessment
        assert [answer.answer for answer in first.answers] == ["3"]
        assert (first.contact and first.contact.email, len(first.submissions)) == ("a@example.org", 1)
    downgrade(before_links, "0001")
    assert rows_of(before_links) == before


def test_going_back_keeps_the_owners_newest_link_alone(before_links: Database) -> None:
    upgrade(before_links)
    with before_links.writing() as session:
        owner = links.visit(session, TOKENS[0])
        links.invite(session, owner, links.Invitation("Ada Example", "business", ("skills",), None))
        new = links.renew(session, owner.assessment)
        service.delete(session, links.visit(session, TOKENS[1]).assessment)
    downgrade(before_links, "0001")
    (row,) = rows_of(before_links)["assessments"]
    assert row[1] == hashlib.sha256(new.encode()).hexdigest()
    upgrade(before_links)
    with before_links.reading() as session:
        assert links.visit(session, new).assessment.region == "Made-up region 1"


def test_how_the_regions_stood_is_added_to_submissions_and_taken_away_alone(before_links: Database) -> None:
    upgrade(before_links, "0002")
    before = submissions_of(before_links)
    upgrade(before_links, "0003")
    assert submissions_of(before_links) == [(*row, None) for row in before]
    with before_links.writing() as session:
        session.execute(text("UPDATE submissions SET peers = '{}'"))
    downgrade(before_links, "0002")
    assert submissions_of(before_links) == before


def submissions_of(database: Database) -> list[tuple[object, ...]]:
    """All rows of submissions, in all columns."""
    with database.reading() as session:
        return [tuple(row) for row in session.execute(text("SELECT * FROM submissions"))]


OTHER_RUBRIC = "sha256:" + "1" * 64
OLDER, NEWER = '{"regions":6}', '{"regions":11}'
SUBMITTED = (
    (1, 2, RUBRIC.digest, OLDER),
    (2, 1, RUBRIC.digest, NEWER),
    (2, 2, RUBRIC.digest, None),
    (2, 3, OTHER_RUBRIC, None),
)
"""Assessment, number, rubric, and how the regions stood."""
ACCOUNTS: tuple[dict[str, object], ...] = (
    {"id": 1, "email": "1@example.org", "active": True},
    {"id": 2, "email": "2@example.org", "active": False},
)
AT_0004: list[tuple[str, dict[str, object]]] = [
    ("INSERT INTO rubrics (digest, version, content) VALUES (:digest, '2000.1', '{}')", {"digest": OTHER_RUBRIC}),
    (
        "INSERT INTO assessments (id, rubric_digest, region, started_at, changed_at) "
        "VALUES (3, :digest, 'Made-up region 3', :at, :at)",
        {"digest": RUBRIC.digest, "at": AT},
    ),
    *(
        (
            "INSERT INTO submissions (assessment_id, number, at, digest, rubric_digest, answers, result, peers) "
            "VALUES (:assessment, :number, :at, :own, :rubric, '{}', '{}', :peers)",
            {"assessment": assessment, "number": number, "rubric": rubric, "peers": told, "at": AT}
            | {"own": "sha256:" + f"{assessment}{number}" * 32},
        )
        for assessment, number, rubric, told in SUBMITTED
    ),
    ("INSERT INTO roles (id, name) VALUES (1, 'administrator')", {}),
    *(
        (
            "INSERT INTO accounts (id, email, active, password, fs_uniquifier, tf_totp_secret) "
            "VALUES (:id, :email, :active, 'hash', :email, 'secret')",
            account,
        )
        for account in ACCOUNTS
    ),
    ("INSERT INTO roles_users (user_id, role_id) VALUES (1, 1)", {}),
    (
        "INSERT INTO passkeys (credential_id, public_key, backup_state, device_type, lastuse_datetime, name, usage, "
        "user_id) VALUES (:bytes, :bytes, :no, 'single_device', CURRENT_TIMESTAMP, 'key', 'secondary', 2)",
        {"bytes": b"1", "no": False},
    ),
]


@pytest.fixture
def before_review(before_links: Database) -> Database:
    """A database with rows in it, as it was before there were reviews: accounts had no pseudonyms."""
    upgrade(before_links, "0004")
    with before_links.writing() as session:
        for statement, values in AT_0004:
            session.execute(text(statement), values)
    return before_links


def test_accounts_and_what_was_told_of_regions_outlive_the_coming_of_reviews(before_review: Database) -> None:
    before = everything(before_review)
    for _ in range(2):
        upgrade(before_review)
        assert differences(before_review) == []
        with before_review.reading() as session:
            users = session.scalars(select(User).order_by(User.id)).all()
            assert [(user.email, user.active, len(user.webauthn)) for user in users] == [
                ("1@example.org", True, 0),
                ("2@example.org", False, 1),
            ]
            assert [role.name for role in users[0].roles] == ["administrator"]
            assert all(re.fullmatch("[0-9a-f]{8}", user.pseudonym) for user in users)
            assert users[0].pseudonym != users[1].pseudonym
            assert peers.last_told(session, RUBRIC.digest) == NEWER
            assert peers.last_told(session, OTHER_RUBRIC) is None
            stand = session.execute(select(Assessment.id, Assessment.status, Assessment.revision)).all()
            assert sorted(map(tuple, stand)) == [(1, "received", 0), (2, "received", 0), (3, "draft", 0)]
            assert session.scalars(select(Contact.email)).all() == ["a@example.org"]
        downgrade(before_review, "0004")
        assert everything(before_review) == before


def everything(database: Database) -> dict[str, list[str]]:
    """All rows of all tables, with the names of their columns, which SQLite does not keep in order."""
    with database.reading() as session:
        return {
            table: sorted(
                str(sorted(row.items())) for row in session.execute(text(f"SELECT * FROM {table}")).mappings()
            )
            for table in tables(database)
        }
