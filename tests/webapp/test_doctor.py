"""`octant doctor` finds what was broken on purpose, says how to mend it, and touches nothing."""

import datetime as dt
import re
import shutil
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text, update

from tests import mail_server
from tests.commands import Done, run
from tests.server import free_port
from webapp import demo, doctor, migrations
from webapp.config import Settings
from webapp.database import Database
from webapp.doctor import Finding
from webapp.models import Submission, now


@pytest.fixture
def here(settings: Settings) -> dict[str, str]:
    """An environment that names a database with tables, and a data folder of its own."""
    settings.data.mkdir(mode=0o700)
    return {"OCTANT_DATA": str(settings.data), "OCTANT_DATABASE_URL": settings.database_url}


def told(environment: Mapping[str, str]) -> Done:
    """What the command says."""
    with pytest.MonkeyPatch.context() as changed:
        for name, value in environment.items():
            changed.setenv(name, value)
        return run("doctor")


def found(environment: Mapping[str, str], about: str) -> Finding:
    """The one finding about something."""
    (one,) = [finding for finding in doctor.examine(environment) if finding.about == about]
    return one


def stood(environment: Mapping[str, str], about: str) -> tuple[str, str]:
    one = found(environment, about)
    return one.state, one.what


def test_a_sound_machine_is_called_so(here: dict[str, str]) -> None:
    done = told(here | {"OCTANT_CONTROLLER": "Made-up agency"})
    assert (done.returncode, done.stderr) == (0, "")
    assert "BROKEN" not in done.stdout
    assert done.stdout.endswith("Nothing is broken.\n")
    for line in ("Settings: all", "Pango: makes PDFs", "Tables: those of this version", "Clock: "):
        assert f"ok       {line}" in done.stdout


def test_nothing_is_made(tmp_path: Path) -> None:
    done = told({"OCTANT_DATA": str(tmp_path / "data"), "OCTANT_DATABASE_URL": ""})
    assert done.returncode == 0
    assert "is made at the first start" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_all_settings_that_are_wrong_are_named_at_once(here: dict[str, str]) -> None:
    wrong = {"OCTANT_SECOND_FACTOR": "perhaps", "OCTANT_KEEP_DRAFTS_DAYS": "soon", "OCTANT_SMTP_URL": "nonsense"}
    done = told(here | wrong)
    assert done.returncode == 1
    for name in (*wrong, "OCTANT_MAIL_FROM", "OCTANT_SITE_URL"):
        assert f"{name}: " in done.stdout
    assert "Pango" in done.stdout  # what does not depend on settings is looked at all the same


def test_a_folder_that_others_may_enter_or_nobody_may_write_to(here: dict[str, str], settings: Settings) -> None:
    assert stood(here, "folder") == ("fine", "own")
    settings.data.chmod(0o755)
    assert stood(here, "folder") == ("look", "open")
    settings.data.rmdir()
    settings.data.write_text("This is no folder.")
    assert stood(here, "folder") == ("broken", "unwritable")


def test_secrets_that_others_may_read_or_that_are_empty(here: dict[str, str], settings: Settings) -> None:
    assert stood(here, "secrets") == ("fine", "new")
    settings.secret("session")
    assert stood(here, "secrets") == ("fine", "own")
    file = settings.data / "session.secret"
    file.chmod(0o640)
    done = told(here)
    assert done.returncode == 1 and f"chmod 600 '{file}'" in done.stdout
    file.chmod(0o600)
    file.write_text("")
    assert stood(here, "secrets") == ("broken", "unreadable")


def test_a_database_that_is_not_there(here: dict[str, str], tmp_path: Path) -> None:
    nobody = f"postgresql://name:hush@127.0.0.1:{free_port()}/octant"
    (tmp_path / "no.sqlite").write_bytes(b"This is no database. " * 50)
    for url in (nobody, f"sqlite:///{tmp_path / 'no.sqlite'}"):
        done = told(here | {"OCTANT_DATABASE_URL": url})
        assert done.returncode == 1
        assert "BROKEN   Database: cannot be opened (" in done.stdout
        assert "hush" not in done.stdout + done.stderr


def test_tables_of_other_versions(here: dict[str, str], database_url: str) -> None:
    with closing(Database(database_url)) as database:
        migrations.downgrade(database, "0003")
        assert stood(here, "tables") == ("look", "older")
        with database.writing() as session:
            session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert stood(here, "tables") == ("broken", "unknown")


def test_a_database_without_tables(tmp_path: Path, empty_database_url: str) -> None:
    with closing(Database(empty_database_url)):
        pass
    assert stood({"OCTANT_DATABASE_URL": empty_database_url, "OCTANT_DATA": str(tmp_path)}, "tables") == (
        "fine",
        "none",
    )


def test_an_older_database_is_worth_a_look(here: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "TESTED", {"sqlite": (99, 0), "postgresql": (99, 0)})
    done = told(here)
    assert done.returncode == 0
    assert re.search(r"look     Database: \w+ [\d.]+\. It is tested from 99\.0 on", done.stdout)


def test_a_clock_behind_what_was_stored(here: dict[str, str], database_url: str) -> None:
    assert stood(here, "clock") == ("fine", "")
    with closing(Database(database_url)) as database:
        list(demo.fill(database, 1))
        with database.writing() as session:
            session.execute(update(Submission).values(at=now() + dt.timedelta(hours=1)))
    assert stood(here, "clock") == ("broken", "behind")


def test_the_mail_server_is_asked(here: dict[str, str]) -> None:
    assert stood(here, "mail") == ("fine", "none")
    mail = here | {"OCTANT_MAIL_FROM": "octant@example.org", "OCTANT_SITE_URL": "https://octant.example.org"}
    with mail_server.running() as mailbox:
        assert stood(mail | {"OCTANT_SMTP_URL": mailbox.url}, "mail") == ("fine", "reached")
        assert mailbox.messages == []
    gone = mail | {"OCTANT_SMTP_URL": f"smtp://name:hush@127.0.0.1:{free_port()}"}
    done = told(gone)
    assert done.returncode == 1 and "BROKEN   E-mail: 127.0.0.1 does not take messages" in done.stdout
    assert "hush" not in done.stdout


def test_a_disk_that_is_full(here: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    free = shutil.disk_usage(here["OCTANT_DATA"]).free
    for least, little, state in ((2 * free, 4 * free, "broken"), (0, 2 * free, "look"), (0, 0, "fine")):
        monkeypatch.setattr(doctor, "LEAST_FREE", least)
        monkeypatch.setattr(doctor, "LITTLE_FREE", little)
        assert found(here, "disk").state == state
