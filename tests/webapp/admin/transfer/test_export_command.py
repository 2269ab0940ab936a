"""Exporting at the command line."""

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.commands import run_on
from tests.webapp.admin.transfer.test_export import lines, tables
from webapp import demo
from webapp.config import Settings
from webapp.database import Database
from webapp.models import AuditEntry


def test_a_file_of_all_submissions(settings: Settings, database: Database, tmp_path: Path) -> None:
    list(demo.fill(database, 5))
    file = tmp_path / "all.zip"
    done = run_on(settings, "export", "--format", "csv", "-o", str(file), "--contacts")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == f"Exported 5 submissions to {file}.\n"
    rows, _ = tables(file.read_bytes())
    assert len(rows) == 5 and any(row["contact"] for row in rows)
    run_on(settings, "export", "--format", "jsonl", "-o", str(file), "--notes")
    assert any(line["answers"].get("notes") for line in lines(file.read_bytes()))
    with database.reading() as session:
        query = select(AuditEntry).where(AuditEntry.action == "exported")
        entries = [(entry.actor, json.loads(entry.details)) for entry in session.scalars(query)]
    told = {"submissions": 5, "format": "csv", "notes": False, "contacts": True}
    assert entries[0] == ("command-line", told) and len(entries) == 2


@pytest.mark.parametrize("file", ["nowhere/all.zip", "."])
def test_a_file_that_cannot_be_written_is_told(settings: Settings, tmp_path: Path, file: str) -> None:
    done = run_on(settings, "export", "--format", "xlsx", "-o", str(tmp_path / file))
    assert done.returncode == 1 and "cannot be written" in done.stderr
    assert list(tmp_path.rglob("*.xlsx")) == []


def test_a_format_is_needed(settings: Settings, tmp_path: Path) -> None:
    assert run_on(settings, "export", "-o", str(tmp_path / "all.zip")).returncode == 2
    assert run_on(settings, "export", "--format", "pdf", "-o", str(tmp_path / "all.zip")).returncode == 2
