"""Importing at the command line."""

from pathlib import Path

from sqlalchemy import select

from tests.commands import run_on
from tests.webapp.admin.transfer.answers_files import as_json, as_lines, packed
from webapp.config import Settings
from webapp.database import Database
from webapp.models import Assessment, AuditEntry


def test_first_a_dry_run_then_the_same_for_good(settings: Settings, database: Database, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(as_json("Made-up region A", 0))
    (tmp_path / "more.ndjson").write_bytes(as_lines("Made-up region B", "Made-up region C"))
    (tmp_path / "d.zip").write_bytes(packed({"d.json": as_json("Made-up region D", 4)}))
    files = [str(tmp_path / name) for name in ("a.json", "more.ndjson", "d.zip")]
    dry = run_on(settings, "import", *files, "--dry-run")
    assert (dry.returncode, dry.stderr) == (0, "")
    assert "line 2 of more.ndjson: Made-up region C (PT), 50 of 50 questions answered\n" in dry.stdout
    assert dry.stdout.endswith("4 assessments would be made. Nothing was changed.\n")
    assert regions(database) == []
    done = run_on(settings, "import", *files)
    assert done.stdout.endswith("4 assessments made.\n")
    assert regions(database) == [f"Made-up region {name}" for name in "ABCD"]
    again = run_on(settings, "import", *files)
    assert again.returncode == 0
    assert again.stdout.count("left out") == 4 and again.stdout.endswith("0 assessments made.\n")
    with database.reading() as session:
        actors = session.scalars(select(AuditEntry.actor).where(AuditEntry.action == "imported")).all()
    assert actors == ["command-line"] * 4


def test_wrong_files_are_told_and_nothing_is_imported(settings: Settings, database: Database, tmp_path: Path) -> None:
    (tmp_path / "good.json").write_bytes(as_json("Made-up region A"))
    (tmp_path / "bad.json").write_bytes(as_json("Made-up region B", 9))
    done = run_on(settings, "import", str(tmp_path / "good.json"), str(tmp_path / "bad.json"))
    assert done.returncode == 2
    assert "Nothing was imported" in done.stdout
    assert "bad.json: answers." in done.stderr
    missing = run_on(settings, "import", str(tmp_path / "nowhere.json"))
    assert (missing.returncode, missing.stdout) == (2, "")
    assert "nowhere.json: No such file" in missing.stderr
    assert regions(database) == []


def regions(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(Assessment.region).order_by(Assessment.id)))
