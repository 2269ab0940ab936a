"""Answering the questions of a theme."""

import re

import pytest
from flask.testing import FlaskClient

from rubric.answers import GRADES, STATES
from tests.webapp.assessment.starting import RUBRIC, SKILLS, dump, start, stored, words
from webapp.database import Database

FIRST, SECOND, THIRD = SKILLS[:3]


def test_every_theme_has_a_page_with_its_questions(client: FlaskClient, link: str) -> None:
    for theme in RUBRIC.themes:
        page = words(client.get(link + theme.id).text)
        for question in RUBRIC.questions_by_theme[theme.id]:
            for text in (question.text, question.why, question.evidence, *question.levels):
                assert text in page
            for value in (*"01234", *STATES):
                assert f'type="radio" id="{question.id}-{value}" name="{question.id}" value="{value}"' in page
            for prefix in ("reason", "note", "evidence", "reference"):
                assert f'name="{prefix}-{question.id}"' in page
        assert f'name="priority-{theme.id}"' in page


def test_nothing_is_chosen_beforehand_but_the_usual_priority(client: FlaskClient, link: str) -> None:
    assert re.findall(r'name="([^"]+)" value="([^"]+)" checked', client.get(link + "skills").text) == [
        ("priority-skills", "2")
    ]


def test_answers_notes_and_evidence_are_kept_and_shown_again(
    client: FlaskClient, link: str, database: Database
) -> None:
    sent = {
        FIRST: "3",
        f"note-{FIRST}": " First line.\r\nSecond line. ",
        f"evidence-{FIRST}": "document",
        f"reference-{FIRST}": "Council decision 12/2019",
        SECOND: "not-applicable",
        f"reason-{SECOND}": "No such body.",
        "priority-skills": "3",
    }
    assert client.post(link + "skills", data=sent).status_code == 303
    first, second = stored(database)[FIRST], stored(database)[SECOND]
    assert (first.answer, first.note, first.evidence) == ("3", "First line.\nSecond line.", "document")
    assert first.reference == "Council decision 12/2019"
    assert (second.answer, second.reason) == ("not-applicable", "No such body.")
    page = client.get(link + "skills").text
    assert f'id="{FIRST}-3" name="{FIRST}" value="3" checked' in page
    assert "First line.\nSecond line.</textarea>" in page
    assert 'name="priority-skills" value="3" checked' in page


@pytest.mark.parametrize("value", [*"01234", *STATES])
def test_every_answer_can_be_given(client: FlaskClient, link: str, database: Database, value: str) -> None:
    answer = client.post(link + "skills", data={FIRST: value, f"reason-{FIRST}": "Because."})
    assert answer.status_code == 303
    assert stored(database)[FIRST].answer == value


@pytest.mark.parametrize("grade", GRADES)
def test_every_grade_of_evidence_can_be_given(client: FlaskClient, link: str, database: Database, grade: str) -> None:
    client.post(link + "skills", data={FIRST: "2", f"evidence-{FIRST}": grade})
    assert stored(database)[FIRST].evidence == grade


def test_saving_goes_on_to_the_next_theme_and_says_so(client: FlaskClient, link: str) -> None:
    answer = client.post(link + "skills", data={FIRST: "2", "then": "next"})
    assert answer.location == f"{link}firms?saved=skills"
    assert "“Skills and talent” is saved." in client.get(answer.location).text
    assert client.post(link + "skills", data={FIRST: "2", "then": "tasks"}).location == f"{link}?saved=skills"
    assert client.post(link + "learning", data={}).location == f"{link}check?saved=learning"


WRONG = [
    (FIRST, "5", "Please choose one of the answers shown."),
    (FIRST, "-1", "Please choose one of the answers shown."),
    (f"evidence-{FIRST}", "rumour", "Please choose one of the answers shown."),
    (f"note-{FIRST}", "x" * 2001, "Please use at most 2000 characters."),
    (f"reference-{FIRST}", "x" * 501, "Please use at most 500 characters."),
    (f"note-{FIRST}", "\n".join("x" * 41), "Please use at most 40."),
    (f"note-{FIRST}", "one\x00two", "has a character in it that cannot be kept"),
    ("priority-skills", "9", "Please choose one of the answers shown."),
]


@pytest.mark.parametrize(("field", "value", "message"), WRONG)
def test_wrong_input_comes_back_and_the_rest_is_saved(
    client: FlaskClient, link: str, database: Database, field: str, value: str, message: str
) -> None:
    answer = client.post(link + "skills", data={FIRST: "1", SECOND: "4", f"note-{SECOND}": "Kept.", field: value})
    page = words(answer.text)
    assert answer.status_code == 422
    assert "<title>Error: " in page
    assert message in page
    if "note" in field or "reference" in field:
        assert value.replace("\x00", "") in page.replace("\x00", "")
    assert stored(database)[SECOND].note == "Kept."
    if field != "priority-skills":
        assert FIRST not in stored(database)


def test_the_summary_of_errors_links_to_the_fields(client: FlaskClient, link: str) -> None:
    sent = {FIRST: "5", f"note-{SECOND}": "x" * 2001, THIRD: "not-applicable"}
    page = client.post(link + "skills", data=sent).text
    summary = page[page.index('class="error-summary"') : page.index("</section>")]
    targets = re.findall(r'href="#([^"]+)"', summary)
    assert targets == [f"{FIRST}-0", f"note-{SECOND}", f"reason-{THIRD}"]
    for target in targets:
        assert f'id="{target}"' in page


def test_not_applicable_asks_for_a_reason_and_is_kept_without(
    client: FlaskClient, link: str, database: Database
) -> None:
    answer = client.post(link + "skills", data={FIRST: "not-applicable", f"note-{FIRST}": "Typed."})
    assert answer.status_code == 422
    assert "Please say in a few words why this does not apply." in answer.text
    assert "Typed.</textarea>" in answer.text
    assert f'id="{FIRST}-not-applicable" name="{FIRST}" value="not-applicable" checked' in answer.text
    assert (stored(database)[FIRST].answer, stored(database)[FIRST].note) == ("not-applicable", "Typed.")


def test_a_field_that_is_not_sent_keeps_what_is_stored(client: FlaskClient, link: str, database: Database) -> None:
    client.post(link + "skills", data={FIRST: "3", f"note-{FIRST}": "Kept."})
    client.post(link + "skills", data={SECOND: "1"})
    client.post(link + "skills", data={FIRST: "2"})
    assert (stored(database)[FIRST].answer, stored(database)[FIRST].note) == ("2", "Kept.")


def test_a_note_can_be_taken_back(client: FlaskClient, link: str, database: Database) -> None:
    client.post(link + "skills", data={FIRST: "3", f"note-{FIRST}": "Typed."})
    client.post(link + "skills", data={f"note-{FIRST}": ""})
    assert (stored(database)[FIRST].answer, stored(database)[FIRST].note) == ("3", None)


def test_revisions_count_changes_only(client: FlaskClient, link: str, database: Database) -> None:
    for answer in ("3", "3", "2"):
        client.post(link + "skills", data={FIRST: answer})
    assert stored(database)[FIRST].revision == 2


def test_an_older_page_overwrites_nothing_and_is_told(client: FlaskClient, link: str, database: Database) -> None:
    client.post(link + "skills", data={FIRST: "1", f"revision-{FIRST}": "0"})
    client.post(link + "skills", data={FIRST: "3", f"note-{FIRST}": "By a colleague.", f"revision-{FIRST}": "1"})
    late = client.post(
        link + "skills", data={FIRST: "4", SECOND: "2", f"revision-{FIRST}": "1", f"revision-{SECOND}": "0"}
    )
    page = words(late.text)
    assert late.status_code == 422
    assert "Two answers: please choose which one counts" in page
    assert "<b>Reaching most</b>" in page
    assert "By a colleague." in page
    assert f'id="{FIRST}-4" name="{FIRST}" value="4" checked' in page
    assert (stored(database)[FIRST].answer, stored(database)[SECOND].answer) == ("3", "2")

    again = {FIRST: "4", f"revision-{FIRST}": "1"}
    assert client.post(link + "skills", data=again).status_code == 422, "not without choosing"
    mine = re.search(rf'name="put_mine" value="({FIRST}:[^"]+)"', page)
    assert mine
    client.post(link + "skills", data={**again, "put_mine": mine[1]})
    assert stored(database)[FIRST].answer == "4"


def test_made_up_fields_change_nothing(client: FlaskClient, link: str, database: Database) -> None:
    before = dump(database)
    sent = {"no-such-question": "3", "ten-year-aims": "3", "region": "Other", "revision-x": "1", "priority-firms": "3"}
    assert client.post(link + "skills", data=sent).status_code == 303
    assert dump(database) == before


def test_a_wrong_link_or_theme_says_so(client: FlaskClient, link: str) -> None:
    assert client.get(link + "no-such-theme").status_code == 404
    for path in ("", "skills", "check", "result", "report.pdf"):
        answer = client.get(f"/a/{'x' * 32}/{path}")
        assert answer.status_code == 404
        assert "This link leads to no assessment" in answer.text
    assert client.post(f"/a/{'x' * 32}/skills", data={FIRST: "1"}).status_code == 404


def test_a_link_opens_only_its_own_assessment(client: FlaskClient, link: str) -> None:
    client.post(link + "skills", data={FIRST: "4", f"note-{FIRST}": "For my eyes."})
    other = start(client, "Made-up region Elsewhere")
    assert "For my eyes." not in client.get(other + "skills").text
    assert "For my eyes." in client.get(link + "skills").text


def test_what_is_too_large_is_refused_before_it_costs_anything(client: FlaskClient, link: str) -> None:
    answer = client.post(link + "skills", data={f"note-{FIRST}": "x" * 1_100_000})
    assert answer.status_code == 413
    assert "at most one megabyte" in answer.text


def test_notes_are_shown_as_text(client: FlaskClient, link: str) -> None:
    attack = '</textarea><script>alert(1)</script>"onmouseover="x'
    client.post(link + "skills", data={FIRST: "1", f"note-{FIRST}": attack, f"reference-{FIRST}": attack})
    for path in ("skills", "check"):
        page = client.get(link + path).text
        assert "<script>alert" not in page
        assert '"onmouseover' not in page
