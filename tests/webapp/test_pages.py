"""Pages that belong to nobody."""

import io
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader

from rubric import load
from rubric.model import Rubric
from tests.webapp.assessment.starting import words
from tests.webapp.report.making import PATIENCE, asked
from tests.webapp.report.test_command import WITHOUT_PANGO
from webapp.config import ROOT
from webapp.report.background import Background, NotReady
from webapp.report.questionnaires import Questionnaires

pytestmark = pytest.mark.one_database

RUBRIC = load.rubric()
LOOK = """
import pathlib, sys
from webapp.app import create_app
from webapp.config import Settings
from tests.webapp.report.making import asked
data = pathlib.Path(sys.argv[1])
client = create_app(Settings(data=data, database_url=f"sqlite:///{data}/octant.sqlite")).test_client()
response = asked(client, "/questionnaire.pdf")
print(response.status_code, "Pango" in response.text, "install" in response.text, "report" in response.text)
"""
"""Prints what is answered where the questionnaire is asked for: status, and which words stand there."""


def test_the_start_page_says_what_it_is_how_long_and_where_data_go(client: FlaskClient) -> None:
    page, rubric = words(client.get("/").text), load.rubric()
    for text in ("47 practices from eight countries", "About 40 to 60 minutes", "nothing goes elsewhere"):
        assert text in page
    assert f"{len(rubric.questions)} questions" in page
    for theme in rubric.themes:
        assert theme.title in page


def test_the_page_on_the_method_shows_each_countrys_number_of_questions(client: FlaskClient) -> None:
    page = " ".join(words(client.get("/about").text).split())
    rubric = load.rubric()
    for country in rubric.countries:
        asked = sum(country.code in rubric.countries_of(q) for q in rubric.questions)
        practices = sum(p.country == country.code for p in rubric.practices)
        row = f'<th scope="row">{country.name}</th><td class="number">{practices}</td><td class="number">{asked}</td>'
        assert row in page
    assert rubric.digest in page


def test_the_page_on_data_says_what_is_kept(client: FlaskClient) -> None:
    page = words(client.get("/privacy").text)
    assert "Of links only fingerprints" in page
    assert "Answering sets no cookie." in page


def test_health_is_for_programs(client: FlaskClient) -> None:
    assert client.get("/healthz").json == {"status": "ok"}


def test_what_is_not_there_is_said(client: FlaskClient) -> None:
    answer = client.get("/nothing")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.text
    assert client.post("/about").status_code == 405


def test_the_questionnaire_is_offered_to_be_saved(client: FlaskClient) -> None:
    response = asked(client, "/questionnaire.pdf")
    assert (response.status_code, response.content_type) == (200, "application/pdf")
    name = f"octant-questionnaire-{RUBRIC.version}.pdf"
    assert response.headers["Content-Disposition"] == f"attachment; filename={name}"
    assert f"Rubric {RUBRIC.version}" in PdfReader(io.BytesIO(response.data)).pages[0].extract_text()


def test_without_pango_the_page_says_why_there_is_no_questionnaire(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(WITHOUT_PANGO)
    done = subprocess.run(
        [sys.executable, "-c", LOOK, tmp_path],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["503", "True", "True", "False"]


@pytest.fixture
def patient() -> Iterator[Background]:
    """Where those who ask wait."""
    with closing(Background(PATIENCE)) as background:
        yield background


def test_a_questionnaire_is_made_once_for_all_who_ask(patient: Background) -> None:
    made: list[str] = []
    all_there = threading.Barrier(4)

    def make(rubric: Rubric, language: str) -> bytes:
        made.append(language)
        return b"made"

    kept, given = Questionnaires(patient, make), list[bytes]()

    def ask() -> None:
        all_there.wait()
        given.append(kept.pdf(RUBRIC, "en"))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (made, given) == (["en"], [b"made"] * 4)


def test_each_language_has_a_questionnaire_of_its_own(patient: Background) -> None:
    kept = Questionnaires(patient, lambda _, language: language.encode())
    assert [kept.pdf(RUBRIC, language) for language in ("en", "de", "en")] == [b"en", b"de", b"en"]


def test_nobody_waits_for_ever_for_a_questionnaire() -> None:
    go_on, made = threading.Event(), threading.Event()

    def held_up(rubric: Rubric, language: str) -> bytes:
        go_on.wait(60)
        made.set()
        return b"made"

    kept = Questionnaires(Background(patience=0), held_up)
    for _ in range(2):
        with pytest.raises(NotReady):
            kept.pdf(RUBRIC, "en")
    go_on.set()
    made.wait(60)
    assert ready(kept) == b"made"


def ready(kept: Questionnaires) -> bytes:
    """The questionnaire, asked for until it is there."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with suppress(NotReady):
            return kept.pdf(RUBRIC, "en")
        time.sleep(0.02)
    raise TimeoutError


def test_a_failure_is_not_kept(patient: Background) -> None:
    outcomes = iter([b"", b"made"])

    def make(rubric: Rubric, language: str) -> bytes:
        if not (outcome := next(outcomes)):
            raise RuntimeError("made up")
        return outcome

    kept = Questionnaires(patient, make)
    with pytest.raises(RuntimeError):
        kept.pdf(RUBRIC, "en")
    assert kept.pdf(RUBRIC, "en") == b"made"
