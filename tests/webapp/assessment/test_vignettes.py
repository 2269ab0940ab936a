"""Made-up regions to rate: optional, kept beside the answers, and without a say in any figure."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from rubric.answers import from_content
from rubric.assess import assess
from tests.webapp.assessment.acting import JSON
from tests.webapp.assessment.starting import DECLARED, RUBRIC, SKILLS, dump, words
from webapp.database import Database
from webapp.models import Rating, Submission

pytestmark = pytest.mark.one_database

FIRST, SECOND = (vignette.id for vignette in RUBRIC.vignettes[:2])


def ratings(database: Database) -> dict[str, int]:
    with database.reading() as session:
        return {rating.vignette: rating.level for rating in session.scalars(select(Rating))}


def submitted(client: FlaskClient, link: str, database: Database) -> dict[str, Any]:
    """The answers file of the newest submission, once more is submitted."""
    client.post(link + "skills", data={SKILLS[0]: "3"})
    client.post(link + "check", data=DECLARED)
    with database.reading() as session:
        answers = session.scalars(select(Submission.answers).order_by(Submission.number.desc())).first()
    content: dict[str, Any] = json.loads(answers or "")
    return content


def test_each_is_described_with_its_question(client: FlaskClient, link: str) -> None:
    page = words(client.get(link + "vignettes").text)
    for vignette in RUBRIC.vignettes:
        asked = RUBRIC.question_by_id[vignette.question]
        for text in (vignette.text, asked.text, *asked.levels):
            assert text in page
        assert vignette.because not in page
    assert '" checked' not in page


def test_ratings_are_given_changed_and_taken_back(client: FlaskClient, link: str, database: Database) -> None:
    total = len(RUBRIC.vignettes)
    assert "Optional, three minutes" in client.get(link).text
    for sent, kept, told in (
        ({FIRST: "0"}, {FIRST: 0}, f"1 of {total} rated"),
        ({FIRST: "4", SECOND: "2"}, {FIRST: 4, SECOND: 2}, f"2 of {total} rated"),
        ({SECOND: "3"}, {FIRST: 4, SECOND: 3}, f"2 of {total} rated"),
        ({FIRST: "", SECOND: "3"}, {SECOND: 3}, f"1 of {total} rated"),
        ({SECOND: ""}, {}, "Optional, three minutes"),
    ):
        answer = client.post(link + "vignettes", data=sent)
        assert (answer.status_code, answer.location) == (303, link + "?rated=yes")
        assert "Your ratings are saved." in client.get(answer.location).text
        assert "Your ratings are saved." not in client.get(link).text
        assert ratings(database) == kept
        assert told in client.get(link).text
        page = client.get(link + "vignettes").text
        for vignette, level in kept.items():
            assert f'name="{vignette}" value="{level}" checked' in page


@pytest.mark.parametrize("wrong", ["5", "-1", "x", "1.0", "unknown", "٣"])
def test_what_is_no_level_is_told_and_the_rest_is_saved(
    client: FlaskClient, link: str, database: Database, wrong: str
) -> None:
    client.post(link + "vignettes", data={FIRST: "1", SECOND: "3"})
    answer = client.post(link + "vignettes", data={FIRST: "2", SECOND: wrong, "made-up": "1"})
    assert answer.status_code == 422
    assert f'href="#{SECOND}-0"' in answer.text
    assert "Please choose one of the answers shown." in answer.text
    assert ratings(database) == {FIRST: 2, SECOND: 3}
    before = dump(database)
    assert client.post(link + "vignettes", data={SECOND: wrong}).status_code == 422
    assert dump(database) == before


NO_CHOICE = "Please choose one of the answers shown."


@pytest.mark.parametrize(
    ("sent", "kept", "held"),
    [
        ({}, {FIRST: 1}, []),
        ({SECOND: "3"}, {FIRST: 1, SECOND: 3}, []),
        ({FIRST: ""}, {}, []),
        ({FIRST: "2", SECOND: "x"}, {FIRST: 2}, [SECOND]),
        ({"made-up": "1"}, {FIRST: 1}, []),
    ],
)
def test_a_page_that_saves_itself_is_told_what_was_saved(
    client: FlaskClient, link: str, database: Database, sent: dict[str, str], kept: dict[str, int], held: list[str]
) -> None:
    client.post(link + "vignettes", data={FIRST: "1"})
    answer = client.post(link + "vignettes", data=sent, headers=JSON)
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    assert answer.get_json() == {
        "seen": {},
        "held": held,
        "overtaken": {},
        "errors": [{"target": f"{name}-0", "message": NO_CHOICE} for name in held],
        "lacking": [],
        "progress": {},
    }
    assert ratings(database) == kept


def test_they_are_submitted_beside_the_answers_and_change_no_figure(
    client: FlaskClient, link: str, database: Database
) -> None:
    plain = submitted(client, link, database)
    client.post(link + "vignettes", data={FIRST: "4", SECOND: "0"})
    assert "You changed something since" in client.get(link).text
    rated = submitted(client, link, database)
    assert rated == plain | {"vignettes": {FIRST: 4, SECOND: 0}}
    results = [assess(from_content(content, "test", RUBRIC)[0], RUBRIC).json(None) for content in (plain, rated)]
    assert results[0] == results[1]
    assert client.get(link + "answers.json").json["vignettes"] == rated["vignettes"]  # type: ignore[index]  # it is JSON
