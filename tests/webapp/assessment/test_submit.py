"""Checking answers and submitting them."""

import json

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from rubric.answers import from_content
from rubric.assess import assess
from tests.webapp.assessment.starting import DECLARED, RUBRIC, SKILLS, dump, start, words
from webapp.database import Database
from webapp.models import StoredRubric, Submission

FIRST, SECOND = SKILLS[:2]


def _submissions(database: Database) -> list[Submission]:
    with database.reading() as session:
        return list(session.scalars(select(Submission).order_by(Submission.number)))


def test_the_check_page_shows_every_question_and_what_is_missing(client: FlaskClient, link: str) -> None:
    client.post(link + "skills", data={FIRST: "3", SECOND: "unknown", f"note-{FIRST}": "A note."})
    page = words(client.get(link + "check").text)
    for question in RUBRIC.questions:
        assert question.text in page
        assert f'href="{link}{question.theme}?back=check#{question.id}"' in page
    assert f"2 of {len(RUBRIC.questions)} questions are answered." in page
    assert page.count("Not answered") == len(RUBRIC.questions) - 2
    assert RUBRIC.question_by_id[FIRST].levels[3] in page
    assert "We don’t know yet" in page
    assert "A note." in page


def test_the_task_list_says_how_far_each_theme_is(client: FlaskClient, link: str) -> None:
    client.post(link + "skills", data={FIRST: "3", SECOND: "unknown"})
    client.post(link + "learning", data={q.id: "0" for q in RUBRIC.questions_by_theme["learning"]})
    page = words(client.get(link).text)
    assert f"6 of {len(RUBRIC.questions)} questions answered." in page
    assert "2 of 5 answered" in page
    assert "All 4 answered" in page
    assert page.count("Not started") == len(RUBRIC.themes) - 2


def test_nothing_to_submit_is_said(client: FlaskClient, link: str, database: Database) -> None:
    answer = client.post(link + "check", data=DECLARED)
    assert answer.status_code == 422
    assert "Answer at least one question before you submit." in answer.text
    assert not _submissions(database)


def test_results_are_not_there_before_submitting(client: FlaskClient, link: str) -> None:
    client.post(link + "skills", data={FIRST: "3"})
    assert client.get(link + "result").location == f"{link}check"
    assert client.get(link + "report.pdf").location == f"{link}check"


def test_a_submission_holds_the_answers_and_what_the_scorer_makes_of_them(
    client: FlaskClient, link: str, database: Database
) -> None:
    sent = {FIRST: "3", f"evidence-{FIRST}": "published", SECOND: "outside-powers", "priority-skills": "3"}
    client.post(link + "skills", data=sent)
    answer = client.post(link + "check", data=DECLARED)
    assert (answer.status_code, answer.location) == (303, f"{link}result")
    (submission,) = _submissions(database)
    content = json.loads(submission.answers)
    assert content == {
        "region": "Made-up region Aldermoor",
        "date": submission.at.date().isoformat(),
        "rubric": RUBRIC.version,
        "answers": {FIRST: 3, SECOND: "outside-powers"},
        "evidence": {FIRST: "published"},
        "priorities": {"skills": 3},
    }
    answers, _ = from_content(content, "test", RUBRIC)
    assert json.loads(submission.result) == assess(answers, RUBRIC).json(submission.digest)
    with database.reading() as session:
        assert json.loads(session.get_one(StoredRubric, submission.rubric_digest).content) == RUBRIC.content


def test_a_reason_goes_only_with_what_does_not_apply(client: FlaskClient, link: str, database: Database) -> None:
    client.post(link + "skills", data={FIRST: "not-applicable", f"reason-{FIRST}": "No courses."})
    client.post(link + "skills", data={FIRST: "3"})
    client.post(link + "check", data=DECLARED)
    assert "reasons" not in json.loads(_submissions(database)[0].answers)


def test_submitting_twice_without_a_change_is_one_submission(
    client: FlaskClient, link: str, database: Database
) -> None:
    client.post(link + "skills", data={FIRST: "3"})
    client.post(link + "check", data=DECLARED)
    again = client.post(link + "check", data=DECLARED)
    assert (again.status_code, again.location) == (303, f"{link}result?unchanged=yes")
    said = "Nothing has changed since submission 1, so no new one was made."
    assert said in client.get(again.location).text
    assert said not in client.get(link + "result").text
    assert [s.number for s in _submissions(database)] == [1]


def test_two_regions_may_say_the_same_at_the_same_time(client: FlaskClient, database: Database) -> None:
    for link in (start(client), start(client)):
        client.post(link + "skills", data={FIRST: "3"})
        assert client.post(link + "check", data=DECLARED).location == f"{link}result"
    assert len(_submissions(database)) == 2


def test_going_on_leaves_earlier_submissions_as_they_were(client: FlaskClient, link: str, database: Database) -> None:
    client.post(link + "skills", data={FIRST: "3"})
    client.post(link + "check", data=DECLARED)
    (first,) = _submissions(database)
    client.post(link + "skills", data={FIRST: "4"})
    client.post(link + "check", data=DECLARED)
    again, second = _submissions(database)
    assert (again.digest, again.answers, again.result) == (first.digest, first.answers, first.result)
    assert (second.number, json.loads(second.answers)["answers"]) == (2, {FIRST: 4})
    assert second.digest != first.digest


@pytest.fixture
def twice(client: FlaskClient, link: str) -> str:
    """The path to an assessment that was submitted twice, under two names."""
    client.post(link + "skills", data={FIRST: "3"})
    client.post(link + "check", data=DECLARED)
    client.post(link + "details", data={"region": "Made-up region Beechworth"})
    client.post(link + "check", data=DECLARED)
    return link


def test_earlier_results_stay_within_reach(client: FlaskClient, twice: str) -> None:
    tasks = client.get(twice).text
    assert f'href="{twice}result?number=1">Result of submission 1</a>' in tasks
    assert f'href="{twice}result?number=2"' not in tasks
    pages = {number: client.get(f"{twice}result{number}").text for number in ("", "?number=1", "?number=2")}
    assert "There is a newer submission." in pages["?number=1"]
    assert f'href="{twice}report.pdf?number=1"' in pages["?number=1"]
    assert "<title>Result – Made-up region Aldermoor" in pages["?number=1"]
    for newest in (pages[""], pages["?number=2"]):
        assert "There is a newer submission." not in newest
        assert f'href="{twice}report.pdf"' in newest
        assert "<title>Result – Made-up region Beechworth" in newest


@pytest.mark.one_database
@pytest.mark.parametrize("number", ["", "0", "3", "-1", "01", "1.0", "x", "²", "9" * 5000])
@pytest.mark.parametrize("page", ["result", "report.pdf"])
def test_there_is_no_result_of_a_submission_that_was_not_made(
    client: FlaskClient, twice: str, page: str, number: str
) -> None:
    assert client.get(twice + page, query_string={"number": number}).status_code == 404


def test_nobody_reads_results_of_another_assessment(client: FlaskClient, twice: str) -> None:
    other = start(client)
    for page in ("result", "report.pdf"):
        assert client.get(other + page, query_string={"number": 1}).status_code == 404


def test_reading_changes_nothing(client: FlaskClient, link: str, database: Database) -> None:
    client.post(link + "skills", data={FIRST: "3"})
    client.post(link + "check", data=DECLARED)
    before = dump(database)
    for path in ("", *(theme.id for theme in RUBRIC.themes), "check", "result"):
        assert client.get(link + path).status_code == 200
        assert client.head(link + path).status_code == 200
    for path in ("/", "/about", "/privacy", "/start", "/healthz"):
        assert client.get(path).status_code == 200
    assert dump(database) == before
