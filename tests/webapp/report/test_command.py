"""`octant report FILE -o OUT.pdf`."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.commands import run
from tests.webapp.report.cases import full, result_of
from tests.webapp.report.making import PATIENCE
from webapp.config import ROOT

WITHOUT_PANGO = """
import cffi, ctypes.util
def missing(self, name, flags=0):
    raise OSError(f"cannot load library '{name}'")
cffi.FFI.dlopen = missing
"""
"""Makes Python start as on a machine without Pango: nothing that WeasyPrint asks for can be loaded."""


LOOK = """
import pathlib, sys, time
from tests.webapp.report.cases import sparse
from tests.webapp.report.making import asked
from tests.webapp.report.submitting import submit
from webapp.app import create_app
from webapp.config import Settings
data = pathlib.Path(sys.argv[1])
settings = Settings(data=data, database_url=f"sqlite:///{data}/octant.sqlite")
client = create_app(settings).test_client()
link = submit(client, sparse())
while "Pango" not in client.get(link + "result").text:
    time.sleep(0.1)
for path in ("result", "report.pdf"):
    response = asked(client, link + path)
    said = [word in response.text for word in ("Pango", "install", "Download the report")]
    print(response.status_code, *said)
"""
"""Prints, for the result page and the PDF: status, and which words stand there."""


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    """An answers file."""
    file = tmp_path / "answers.json"
    file.write_text(json.dumps(full().content))
    return file


def test_writes_the_pdf_and_says_nothing(answers: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.pdf"
    done = run("report", answers, "-o", out)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    attached = PdfReader(out).attachments
    assert json.loads(attached["result.json"][0]) == result_of(full()).json()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["answers.json", "out.pdf"]


def test_writes_the_same_bytes_each_time(answers: Path, tmp_path: Path) -> None:
    outs = [tmp_path / "one.pdf", tmp_path / "two.pdf"]
    for out in outs:
        assert run("report", answers, "-o", out).returncode == 0
    assert outs[0].read_bytes() == outs[1].read_bytes()


def test_wrong_input_is_told_and_writes_nothing(answers: Path, tmp_path: Path) -> None:
    answers.write_text('{"region": "R", "answers": {"no-such-question": 1}}')
    done = run("report", answers, "-o", tmp_path / "out.pdf")
    assert done.returncode == 2
    assert "answers.no-such-question: unknown question" in done.stderr
    assert not (tmp_path / "out.pdf").exists()


@pytest.mark.parametrize("out", ["no/such/folder/out.pdf", "."])
def test_a_place_that_cannot_be_written_is_named(answers: Path, tmp_path: Path, out: str) -> None:
    place = tmp_path / out
    done = run("report", answers, "-o", place)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"{place}: cannot be written (")
    assert list(tmp_path.iterdir()) == [answers]


def test_an_old_file_stays_whole_until_the_new_one_is(answers: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.pdf"
    out.write_text("old")
    answers.write_text("not an answers file")
    assert run("report", answers, "-o", out).returncode == 2
    assert out.read_text() == "old"


def test_without_pango_it_names_the_command_that_installs_it(answers: Path, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(WITHOUT_PANGO)
    done = subprocess.run(
        [sys.executable, "-m", "webapp", "report", answers, "-o", tmp_path / "out.pdf"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "Pango" in done.stderr
    assert "install" in done.stderr
    assert not (tmp_path / "out.pdf").exists()


def test_without_pango_the_pages_work_and_say_why_there_is_no_pdf(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(WITHOUT_PANGO)
    done = subprocess.run(
        [sys.executable, "-c", LOOK, tmp_path],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE,
    )
    assert done.stdout.splitlines() == ["200 True True False", "503 True True False"]
