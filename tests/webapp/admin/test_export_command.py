"""Exporting at the command line."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.webapp.admin.test_export import lines, tables
from webapp import demo
from webapp.config import ROOT, Settings
from webapp.database import Database
from webapp.models import AuditEntry


def run(settings: Settings, *arguments: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "OCTANT_DATA": str(settings.data), "OCTANT_DATABASE_URL": settings.database_url}
    command = [sys.executable, "-m", "webapp", "export", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_a_file_of_all_submissions(settings: Settings, database: Database, tmp_path: Path) -> None:
    list(demo.fill(database, 5))
    file = tmp_path / "all.zip"
    done = run(settings, "--format", "csv", "-o", str(file), "--contacts")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == f"Exported 5 submissions to {file}.\n"
    rows, _ = tables(file.read_bytes())
    assert len(rows) == 5 and any(row["contact"] for row in rows)
    run(settings, "--format", "jsonl", "-o", str(file), "--notes")
    assert any(line["answers"].get("notes") for line in lines(file.read_bytes()))
    with database.reading() as session:
        query = select(AuditEntry).where(AuditEntry.action == "exported")
        entries = [(entry.actor, json.loads(entry.details)) for entry in session.scalars(query)]
    told = {"submissions": 5, "format": "csv", "notes": False, "contacts": True}
    assert entries[0] == ("command-line", told) and len(entries) == 2


@pytest.mark.parametrize("file", ["nowhere/all.zip", "."])
def test_a_file_that_cannot_be_written_is_told(settings: Settings, tmp_path: Path, file: str) -> None:
    done = run(settings, "--format", "xlsx", "-o", str(tmp_path / file))
    assert done.returncode == 1 and "cannot be written" in done.stderr
    assert list(tmp_path.rglob("*.xlsx")) == []


def test_a_format_is_needed(settings: Settings, tmp_path: Path) -> None:
    assert run(settings, "-o", str(tmp_path / "all.zip")).returncode == 2
    assert run(settings, "--format", "pdf", "-o", str(tmp_path / "all.zip")).returncode == 2
