"""What stands in the way of submitting, and whether what was submitted is still what the assessment says."""

import re

import pytest
from flask.testing import FlaskClient

from tests.webapp.assessment.starting import DECLARED, RUBRIC, SKILLS, dump, words
from webapp.database import Database

pytestmark = pytest.mark.one_database

FIRST, SECOND = SKILLS[:2]
OUTDATED = "You changed something "


def targets(page: str) -> list[str]:
    """What the summary of errors links to; each of it is on the page."""
    found = re.findall(r'href="#([^"]+)"', page[page.index('class="error-summary"') : page.index("</section>")])
    assert all(f'id="{target}"' in page for target in found)
    return found


@pytest.mark.parametrize(
    ("answered", "sent", "leads"),
    [
        ({FIRST: "3"}, {}, ["declaration"]),
        ({FIRST: "3"}, {"declaration": ""}, ["declaration"]),
        ({}, DECLARED, [RUBRIC.themes[0].id]),
        ({f"note-{FIRST}": "Only a note."}, DECLARED, [RUBRIC.themes[0].id]),
        ({FIRST: "not-applicable", SECOND: "1"}, DECLARED, [f"answer-{FIRST}"]),
        (
            {FIRST: "not-applicable", SECOND: "not-applicable"},
            {},
            [f"answer-{FIRST}", f"answer-{SECOND}", "declaration"],
        ),
    ],
)
def test_what_stands_in_the_way_is_told_with_its_place(
    client: FlaskClient,
    link: str,
    database: Database,
    answered: dict[str, str],
    sent: dict[str, str],
    leads: list[str],
) -> None:
    client.post(link + "skills", data=answered)
    before = dump(database)
    answer = client.post(link + "check", data=sent)
    assert answer.status_code == 422
    assert "<title>Error: " in answer.text
    assert targets(answer.text) == leads
    assert dump(database) == before


def test_a_missing_reason_is_shown_on_every_page_until_it_is_given(client: FlaskClient, link: str) -> None:
    client.post(link + "skills", data={FIRST: "not-applicable"})
    assert "One reason is missing" in client.get(link).text
    assert "Still missing:" in client.get(link + "check").text
    client.post(link + "skills", data={f"reason-{FIRST}": "No courses."})
    assert "One reason is missing" not in client.get(link).text
    assert client.post(link + "check", data=DECLARED).location == link + "result"


@pytest.mark.parametrize(
    "change", [{FIRST: "4"}, {FIRST: ""}, {f"note-{FIRST}": "New."}, {SECOND: "unknown"}, {"priority-skills": "1"}]
)
def test_a_result_says_when_it_is_out_of_date(client: FlaskClient, link: str, change: dict[str, str]) -> None:
    client.post(link + "skills", data={FIRST: "3"})
    client.post(link + "check", data=DECLARED)
    for path in ("", "result"):
        assert OUTDATED not in client.get(link + path).text
    client.post(link + "skills", data=change)
    for path in ("", "result"):
        assert OUTDATED in client.get(link + path).text
    client.post(link + "skills", data={FIRST: "3", SECOND: "", f"note-{FIRST}": "", "priority-skills": "2"})
    for path in ("", "result"):
        assert OUTDATED not in client.get(link + path).text, "back to what was submitted"


def test_the_check_page_lists_the_questions_without_an_answer(client: FlaskClient, link: str) -> None:
    client.post(link + "skills", data={FIRST: "3"})
    page = words(client.get(link + "check").text)
    assert f"The {len(RUBRIC.questions) - 1} questions without an answer" in page
    opened = page[page.index('class="open-questions"') : page.index("</details>", page.index("open-questions"))]
    assert re.findall(r"#([a-z-]+)\"", opened) == [q.id for q in RUBRIC.questions if q.id != FIRST]
