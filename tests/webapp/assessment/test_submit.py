"""Checking answers and submitting them."""

import json

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
    client.post(link + "check", data=DECLARED)
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
