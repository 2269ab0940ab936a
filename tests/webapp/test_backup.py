"""A backup holds all that cannot be made again, is put in place whole or not at all, and into either database."""

import json
import shutil
import stat
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from zipfile import ZipFile

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.commands import run_on
from tests.postgresql import Server
from tests.webapp.accounts.signing_in import sign_in
from tests.webapp.report.making import in_this_process
from webapp import current, demo, migrations
from webapp.app import create_app
from webapp.assessment import service
from webapp.config import Settings
from webapp.database import Database
from webapp.models import Assessment, Listing, Report, Submission
from webapp.report.background import background


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """Another machine: nothing is stored there yet."""
    folder = tmp_path / "other"
    if request.param == "sqlite":
        yield Settings(folder, f"sqlite:///{folder}/octant.sqlite", second_factor="optional")
        return
    server: Server = request.getfixturevalue("postgresql_server")
    server.create("other_machine", template="template0")
    yield Settings(folder, server.url("other_machine"), second_factor="optional")
    server.drop("other_machine")


@pytest.fixture
def filled(app: Flask, database: Database, account: None) -> Database:
    """An account, made-up regions with all that can become of them, and numbers that were given to what is gone."""
    list(demo.fill(database, 12))
    with database.writing() as session:
        service.start(session, "Made-up region that goes", None, None)
        session.flush()
        session.delete(session.scalars(select(Assessment).order_by(Assessment.id.desc()).limit(1)).one())
    return database


def members(file: Path) -> dict[str, bytes]:
    with ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def copied(settings: Settings, file: Path) -> dict[str, bytes]:
    """All that a backup holds, but for the moment at which it was made."""
    done = run_on(settings, "backup", file)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    found = members(file)
    about = json.loads(found.pop("octant.json"))
    return found | {"about": json.dumps([about["rows"], about["numbers"]]).encode()}


def test_the_copy_is_equal_in_either_database(
    settings: Settings, filled: Database, empty: Settings, tmp_path: Path
) -> None:
    first = copied(settings, tmp_path / "first.zip")
    done = run_on(empty, "restore", tmp_path / "first.zip")
    assert done.returncode == 0, done.stderr
    assert copied(empty, tmp_path / "second.zip") == first
    assert {f"secrets/{name}.secret" for name in ("session", "password", "totp")} <= set(first)
    with closing(Database(empty.database_url)) as database, database.writing() as session:
        of = {table: session.scalar(select(func.count()).select_from(table)) for table in (Submission, Listing)}
        assert of[Submission] == of[Listing] == 12
        last = session.scalar(select(func.max(Assessment.id))) or 0
        service.start(session, "Made-up region that comes", None, None)
        session.flush()
        assert session.scalar(select(func.max(Assessment.id))) == last + 2  # the number of what is gone stays its own


def test_whoever_could_sign_in_still_can(settings: Settings, filled: Database, empty: Settings, tmp_path: Path) -> None:
    run_on(settings, "backup", tmp_path / "all.zip")
    run_on(empty, "restore", tmp_path / "all.zip")
    app = create_app(empty, in_this_process)
    client = app.test_client()
    assert sign_in(client).status_code == 302
    assert "Made-up region Aldermoor" in client.get("/admin/").text
    with app.app_context():
        background().close()
        current.database().close()


def test_it_is_for_its_owner_alone_and_holds_no_pdf(
    settings: Settings, filled: Database, administrator: FlaskClient, tmp_path: Path
) -> None:
    with filled.writing() as session:
        session.add(Report(submission_digest="sha256:", template_version="v", language="en", pdf=b"%PDF-"))
    found = copied(settings, tmp_path / "all.zip")
    assert stat.S_IMODE((tmp_path / "all.zip").stat().st_mode) == 0o600
    assert not any(b"%PDF" in content or "reports" in name for name, content in found.items())


def test_it_is_of_one_moment_though_others_write(settings: Settings, filled: Database, tmp_path: Path) -> None:
    over = threading.Event()

    def write() -> None:
        while not over.is_set():
            with filled.writing() as session:
                service.start(session, "Made-up region", None, None)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        found = copied(settings, tmp_path / "busy.zip")
    finally:
        over.set()
        thread.join()
    started = [line for line in found["tables/assessments.jsonl"].splitlines() if b'"Made-up region"' in line]
    links = {json.loads(line)["assessment_id"] for line in found["tables/links.jsonl"].splitlines()}
    assert {json.loads(line)["id"] for line in started} <= links


def test_nothing_is_written_over(settings: Settings, filled: Database, tmp_path: Path) -> None:
    before = copied(settings, tmp_path / "all.zip")
    done = run_on(settings, "restore", tmp_path / "all.zip")
    assert done.returncode == 2
    assert "something is stored there already; expected an empty database" in done.stderr
    assert copied(settings, tmp_path / "again.zip") == before


def test_a_machine_keeps_its_own_secret(settings: Settings, filled: Database, empty: Settings, tmp_path: Path) -> None:
    run_on(settings, "backup", tmp_path / "all.zip")
    empty.secret("session")
    done = run_on(empty, "restore", tmp_path / "all.zip")
    assert done.returncode == 2 and "another secret than the backup has" in done.stderr


@pytest.mark.parametrize("what", ["no archive", "another archive", "cut off", "damaged", "rows missing", "newer"])
def test_what_is_no_whole_backup_is_refused_and_leaves_nothing(
    settings: Settings, filled: Database, tmp_path: Path, what: str
) -> None:
    good, bad = tmp_path / "good.zip", tmp_path / "bad.zip"
    run_on(settings, "backup", good)
    content = good.read_bytes()
    found = members(good)
    if what == "no archive":
        bad.write_text("This is no archive.")
    elif what == "another archive":
        with ZipFile(bad, "w") as archive:
            archive.writestr("answers.json", "{}")
    elif what == "cut off":
        bad.write_bytes(content[: len(content) // 2])
    elif what == "damaged":
        middle = content.index(b"tables/submissions.jsonl") + 2000
        bad.write_bytes(content[:middle] + bytes(50) + content[middle + 50 :])
    else:
        about = json.loads(found["octant.json"])
        if what == "newer":
            about["revision"] = "9999"
        else:
            found["tables/submissions.jsonl"] = b"\n".join(found["tables/submissions.jsonl"].splitlines()[:-1]) + b"\n"
        with ZipFile(bad, "w") as archive:
            for name, each in (found | {"octant.json": json.dumps(about).encode()}).items():
                archive.writestr(name, each)
    folder = tmp_path / "nowhere"
    there = Settings(folder, f"sqlite:///{folder}/octant.sqlite")
    done = run_on(there, "restore", bad)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert not list(folder.glob("*.secret"))
    shutil.rmtree(folder, ignore_errors=True)
    assert run_on(there, "restore", good).returncode == 0


def test_an_older_backup_is_brought_up_to_date(settings: Settings, empty: Settings, tmp_path: Path) -> None:
    with closing(Database(settings.database_url)) as database:
        migrations.downgrade(database, "0004")
    assert run_on(settings, "backup", tmp_path / "older.zip").returncode == 0
    assert json.loads(members(tmp_path / "older.zip")["octant.json"])["revision"] == "0004"
    assert run_on(empty, "restore", tmp_path / "older.zip").returncode == 0
    assert run_on(empty, "admin", "list").returncode == 0
