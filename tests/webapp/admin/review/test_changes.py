"""What changed between two submissions, and that every figure of it is the scorer's."""

import json

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from rubric.answers import Answers, from_content
from rubric.assess import assess
from tests.webapp.admin.review.reviewing import FIRST, NAMES, SECOND, THIRD, reviewer, submit, submitted
from tests.webapp.assessment.starting import RUBRIC, words
from webapp.admin.review.changes import changes
from webapp.database import Database
from webapp.models import Submission

pytestmark = pytest.mark.one_database

ALL: dict[str, int | str] = {question.id: place % 5 for place, question in enumerate(RUBRIC.questions)}


def answers(given: dict[str, int | str], **tables: dict[str, object]) -> Answers:
    return from_content({"region": "Made-up region", "answers": given, **tables}, "test", RUBRIC)[0]


def overall(given: Answers) -> float:
    value = assess(given, RUBRIC).scores.overall.value
    assert value is not None
    return value


def test_nothing_changed() -> None:
    found = changes(answers({**ALL}), answers({**ALL}), RUBRIC)
    assert (found.answers, found.unchanged, found.priorities, found.moved) == ((), len(ALL), 0, ())


def test_each_answer_is_scored_as_if_only_it_had_changed() -> None:
    before = answers({**ALL})
    moved: dict[str, int | str] = {FIRST: 4, SECOND: 4, THIRD: "not-applicable"}
    after = answers(ALL | moved)
    found = changes(before, after, RUBRIC)
    assert [changed.before.question.id for changed in found.answers] == [FIRST, SECOND, THIRD]
    assert found.unchanged == len(ALL) - 3
    for changed in found.answers:
        name = changed.before.question.id
        alone = overall(answers(ALL | {name: moved[name]}))
        assert changed.score == pytest.approx(alone, abs=0.05)
        assert changed.moved == pytest.approx(alone - overall(before), abs=0.05)
    assert found.outcome.before.score.value == pytest.approx(overall(before), abs=0.05)
    assert found.outcome.after.score.value == pytest.approx(overall(after), abs=0.05)
    assert [theme.line.id for theme in found.moved] == ["strategy"]


def test_an_answer_may_come_and_go() -> None:
    some: dict[str, int | str] = {FIRST: 3, SECOND: 1}
    found = changes(answers({FIRST: 3}), answers({**some}), RUBRIC)
    assert [(one.before.answer, one.after.answer, one.moved) for one in found.answers] == [(None, 1, -25.0)]
    found = changes(answers({**some}), answers({FIRST: 3}), RUBRIC)
    assert [(one.before.answer, one.after.answer, one.moved) for one in found.answers] == [(1, None, 25.0)]
    found = changes(answers({FIRST: 3}), answers({}), RUBRIC)
    assert [(one.score, one.moved) for one in found.answers] == [(None, None)]
    found = changes(answers({}), answers({FIRST: 3}), RUBRIC)
    assert [(one.score, one.moved) for one in found.answers] == [(75.0, None)]


def test_what_stands_beside_an_answer_moves_no_score() -> None:
    after = answers({**ALL}, notes={FIRST: "New."}, evidence={SECOND: "document"}, priorities={"skills": 3})
    found = changes(answers({**ALL}), after, RUBRIC)
    assert [(one.answer, one.score, one.moved) for one in found.answers] == [(False, None, None)] * 2
    assert found.priorities == 1


@pytest.fixture
def thrice(app: Flask, client: FlaskClient) -> FlaskClient:
    """The region of an assessment that was submitted three times."""
    link = submitted(client)
    client.post(
        link + "strategy", data={FIRST: "4", f"note-{FIRST}": "Since <b>2019</b>.", f"evidence-{FIRST}": "document"}
    )
    submit(client, link)
    client.post(link + "strategy", data={f"note-{FIRST}": "Since 2020.", SECOND: ""})
    submit(client, link)
    return client


def test_the_page_compares_with_the_one_before_or_any_other(
    app: Flask, thrice: FlaskClient, database: Database
) -> None:
    viewer = reviewer(app, database, "viktor@example.org", "viewer")
    page = words(viewer.get("/admin/submissions/2/changes").text)
    assert "One answer changed, 49 stayed as they were." in page
    assert NAMES[FIRST] in page
    assert "<ins><bdi>Since <b>2019</b>.</bdi></ins>" in page
    with database.reading() as session:
        results = [json.loads(text) for text in session.scalars(select(Submission.result).order_by(Submission.id))]
    for result in results[:2]:
        assert str(result["score"]["value"]) in page
    third = words(viewer.get("/admin/submissions/3/changes").text)
    assert "From submission 2 of" in third
    assert "the answer itself did not change" in third
    both = words(viewer.get("/admin/submissions/3/changes?with=1").text)
    assert "From submission 1 of" in both
    first = words(viewer.get("/admin/submissions/1/changes").text)
    assert "to submission 2 of" in first
    for wrong in ("4", "3", "0", "x", "²"):
        assert viewer.get(f"/admin/submissions/3/changes?with={wrong}").status_code == 404


def test_one_submission_alone_has_nothing_beside_it(app: Flask, client: FlaskClient, database: Database) -> None:
    submitted(client)
    viewer = reviewer(app, database, "viktor@example.org", "viewer")
    page = viewer.get("/admin/submissions/1/changes")
    assert page.status_code == 200
    assert "there is nothing to compare" in page.text
    assert "/changes" not in viewer.get("/admin/submissions/1").text
    assert viewer.get("/admin/submissions/4711/changes").status_code == 404
