"""Versions of the rubric stand beside each other: one is chosen for what begins, what was begun stays on its own."""

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete

from rubric import load
from rubric.norms import Norm, with_norms
from rubric.problems import InputError
from tests.commands import run_on
from tests.webapp.assessment.starting import dump, start, words
from tests.webapp.governance.governing import log, send
from tests.webapp.report.cases import reworded
from tests.webapp.versions.versioning import BASE, RUBRIC, added, deposited, kept, levels, stored, written
from webapp import audit
from webapp.assessment import rubrics
from webapp.config import Settings
from webapp.database import Database
from webapp.models import Assessment, Report
from webapp.versions import kept as kept_versions

FIRST, SECOND = RUBRIC.questions[:2]
COMMONPLACE = "Commonplace practices raise the countries known for them."
NEW = load.from_content(
    {
        **reworded(RUBRIC, lambda q: {"text": "Is it otherwise?"} if q.id == FIRST.id else {}).content,
        "version": "2027.1",
    }
)
NORMED = with_norms(RUBRIC, [Norm(q.id, 30, 1.5, 1.5) for q in RUBRIC.questions], "2026.1-norms-1")


def choose(client: FlaskClient, address: str, seen: str = RUBRIC.digest, **fields: str) -> int:
    return send(client, f"{address}/choose", seen=seen, **fields).status_code


def test_new_assessments_begin_with_the_chosen_version_and_others_stay(
    administrator: FlaskClient, database: Database
) -> None:
    link, address = start(administrator), added(database, NEW)
    page = " ".join(words(administrator.get(f"{address}/choose").text).split())
    assert "Until now they begin with version 2026.1. One question is changed. Answers to 49 of 50 questions" in page
    assert "One draft on 2026.1 goes on with it" in page
    before = dump(database)
    assert choose(administrator, address) == 422
    assert choose(administrator, address, "sha256:0", confirm="yes") == 409
    assert dump(database) == before
    assert choose(administrator, address, confirm="yes") == 303
    assert log(database)[-1][1:] == ("rubric-chosen", "rubric-2027.1")
    other = start(administrator)
    assert "Is it otherwise?" in administrator.get(f"{other}{FIRST.theme}").text
    assert "Is it otherwise?" not in administrator.get(f"{link}{FIRST.theme}").text
    page = words(administrator.get("/admin/rubrics").text)
    assert re.search(r"2027\.1 <span class=\"status status-done\">.{0,60}for new assessments", page)
    assert "There is nothing to do." in administrator.get(f"{address}/choose").text
    with database.reading() as session:
        assert [session.get_one(Assessment, n).rubric_digest for n in (1, 2)] == [RUBRIC.digest, NEW.digest]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_submissions_and_their_reports_stay_to_the_byte(administrator: FlaskClient, database: Database) -> None:
    deposited(database, range(1))
    submissions, report = stored(database), "/admin/submissions/1/report.pdf?brief=1"
    before = administrator.get(report).data
    assert before.startswith(b"%PDF-")
    assert choose(administrator, added(database, NORMED), confirm="yes") == 303
    with database.writing() as session:
        session.execute(delete(Report))  # so that it is made anew
    assert administrator.get(report).data == before
    assert stored(database) == submissions


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_with_norms_nothing_is_said_of_commonplace_practices(administrator: FlaskClient, database: Database) -> None:
    assert choose(administrator, added(database, NORMED), confirm="yes") == 303
    said = {question: str(level) for question, level in levels(1).items()}
    pages = []
    for chosen in (NORMED, RUBRIC):
        link = start(administrator)
        for theme in chosen.themes:
            administrator.post(link + theme.id, data={q.id: said[q.id] for q in chosen.questions_by_theme[theme.id]})
        assert administrator.post(link + "check", data={"declaration": "yes"}).status_code == 303
        pages.append(words(administrator.get(link + "result").text))
        choose(administrator, BASE, NORMED.digest, confirm="yes")
    assert COMMONPLACE not in pages[0] and COMMONPLACE in pages[1]


def test_differences_are_shown_question_by_question(administrator: FlaskClient, database: Database) -> None:
    assert "There is no other version" in administrator.get(f"{BASE}/changes").text
    address, normed = added(database, NEW), added(database, NORMED)
    page = words(administrator.get(f"{address}/changes", query_string={"from": RUBRIC.digest}).text)
    assert "Questions that are changed" in page and FIRST.name in page and SECOND.name not in page
    assert "Answers do not carry over: the question or its levels say something else." in page
    assert re.search(r"<ins>.*otherwise\?.*</ins>", page) and re.search(r"<del>.*</del>", page)
    page = words(administrator.get(f"{normed}/changes", query_string={"from": RUBRIC.digest}).text)
    assert "50 questions have another typical level." in page and "All answers carry over." in page
    assert f'{FIRST.name}</th><td class="number">–</td><td class="number">1.50</td>' in page
    assert administrator.get(f"{address}/changes", query_string={"from": "sha256:0"}).status_code == 404


def test_scoring_under_another_version_splits_the_change_and_writes_nothing(
    administrator: FlaskClient, database: Database
) -> None:
    deposited(database, range(1), ("submit", "begin", "accept", "submit"))
    link = 'href="/admin/submissions/1/rescore"'
    assert link not in administrator.get("/admin/submissions/1").text
    assert "There is no other version" in administrator.get("/admin/submissions/1/rescore").text
    added(database, NEW)
    added(database, NORMED)
    assert link in administrator.get("/admin/submissions/1").text
    before = dump(database)
    alone = words(administrator.get("/admin/submissions/1/rescore", query_string={"under": NEW.digest}).text)
    assert "Courses" not in alone.partition("Answers that do not carry over")[0]
    assert FIRST.name in alone.partition("Answers that do not carry over")[2]
    both = administrator.get("/admin/submissions/2/rescore", query_string={"under": NEW.digest, "with": "1"})
    rows = re.findall(r'<tr role="row"><th scope="row".*?</tr>', words(both.text), re.DOTALL)
    figures = [[float(cell.replace("−", "-")) for cell in re.findall(r">([+−]?\d+\.\d+)<", row)] for row in rows]
    assert len(figures) == 11
    for first, last, total, rubric, answers in figures:
        assert round(last - first, 2) == total == round(rubric + answers, 2)
    assert any(rubric for *_, rubric, _ in figures) and not any(answers for *_, answers in figures)
    normed = words(administrator.get("/admin/submissions/1/rescore", query_string={"under": NORMED.digest}).text)
    assert "All answers carry over" in normed
    for wrong in ({"under": "sha256:0"}, {"with": "99"}):
        assert administrator.get("/admin/submissions/1/rescore", query_string=wrong).status_code == 404
    assert dump(database) == before


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_versions_at_the_command_line(settings: Settings, database: Database, tmp_path: Path) -> None:
    reword = ("as the skills in demand change?", "whenever the skills in demand change?")
    folder = written(tmp_path / "new", "2027.1", reword)
    diff = run_on(settings, "rubric", "diff", "2026.1", str(folder))
    assert diff.returncode == 0
    assert "Answers to 49 of 50 questions carry over." in diff.stdout
    assert "course-renewal (answers do not carry over)" in diff.stdout
    assert "[-as-]" in diff.stdout and "{+whenever+}" in diff.stdout
    assert "2027.1" not in kept(database)

    done = run_on(settings, "rubric", "add", str(folder))
    assert (done.returncode, done.stderr) == (0, "")
    assert "New assessments still begin with 2026.1." in done.stdout
    chosen = run_on(settings, "rubric", "choose", "2027.1")
    assert "New assessments begin with rubric 2027.1 from now on" in chosen.stdout
    assert [entry[1:] for entry in log(database)] == [
        ("rubric-kept", "rubric-2027.1"),
        ("rubric-chosen", "rubric-2027.1"),
    ]


def test_a_version_is_added_once_and_its_name_tells_the_truth(database: Database) -> None:
    added(database, NEW)
    with database.writing() as session:
        assert not rubrics.add(session, NEW, audit.COMMAND_LINE)
        with pytest.raises(InputError) as lying:
            rubrics.add(session, load.from_content({**NEW.content, "version": "2026.1-norms-7"}), audit.COMMAND_LINE)
        with pytest.raises(InputError) as clash:
            rubrics.add(session, load.from_content({**RUBRIC.content, "version": "2027.1"}), audit.COMMAND_LINE)
    assert "but it asks others" in str(lying.value)
    assert str(clash.value) == (
        f"rubric.toml: version: '2027.1' is the name of another rubric, with the digest {NEW.digest}; "
        "expected a name that no version has"
    )
    assert kept(database)["2027.1"].digest == NEW.digest
    assert len(log(database)) == 1
    with database.reading() as session, pytest.raises(InputError) as unknown:
        kept_versions.named(session, "2028.1", "VERSION")
    assert str(unknown.value).startswith("VERSION: no version '2028.1'; expected 202")
