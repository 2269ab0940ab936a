"""Answering the questions of a theme."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from rubric.answers import GRADES, STATES
from tests.webapp.assessment.acting import JSON, as_sent
from tests.webapp.assessment.starting import RUBRIC, SKILLS, dump, start, stored, words
from webapp.database import Database
from webapp.models import Priority

FIRST, SECOND, THIRD = SKILLS[:3]
THEIRS = {FIRST: "3", f"note-{FIRST}": "By a colleague.\r\nIn two lines.", "priority-skills": "3"}


@pytest.mark.one_database
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


@pytest.mark.one_database
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


@pytest.mark.one_database
@pytest.mark.parametrize("value", [*"01234", *STATES])
def test_every_answer_can_be_given(client: FlaskClient, link: str, database: Database, value: str) -> None:
    answer = client.post(link + "skills", data={FIRST: value, f"reason-{FIRST}": "Because."})
    assert answer.status_code == 303
    assert stored(database)[FIRST].answer == value


@pytest.mark.one_database
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
    (f"note-{FIRST}", "one\u2028two", "has a character in it that cannot be kept"),
    (f"reference-{FIRST}", "one\u2029two", "has a character in it that cannot be kept"),
    ("priority-skills", "9", "Please choose one of the answers shown."),
]


@pytest.mark.one_database
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


@pytest.mark.one_database
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


@pytest.mark.one_database
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


@pytest.mark.one_database
def test_what_is_too_large_is_refused_before_it_costs_anything(client: FlaskClient, link: str) -> None:
    answer = client.post(link + "skills", data={f"note-{FIRST}": "x" * 1_100_000})
    assert answer.status_code == 413
    assert "at most one megabyte" in answer.text


@pytest.mark.one_database
def test_notes_are_shown_as_text(client: FlaskClient, link: str) -> None:
    attack = '</textarea><script>alert(1)</script>"onmouseover="x'
    client.post(link + "skills", data={FIRST: "1", f"note-{FIRST}": attack, f"reference-{FIRST}": attack})
    for path in ("skills", "check"):
        page = client.get(link + path).text
        assert "<script>alert" not in page
        assert '"onmouseover' not in page


def opened(client: FlaskClient, link: str) -> dict[str, str]:
    """What the page of the theme sends as long as nobody touches it."""
    return as_sent(client.get(link + "skills").text)


def by_itself(client: FlaskClient, link: str, sent: dict[str, str]) -> dict[str, Any]:
    """What a page that saves itself is told."""
    answer = client.post(link + "skills", data=sent, headers=JSON)
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    told: dict[str, Any] = answer.get_json()
    return told


def priority(database: Database) -> list[int]:
    with database.reading() as session:
        return list(session.scalars(select(Priority.priority)))


@pytest.fixture
def collided(client: FlaskClient, link: str) -> dict[str, str]:
    """What a page sends on which an answer was chosen that a colleague has changed meanwhile."""
    mine = opened(client, link) | {FIRST: "1", f"note-{FIRST}": "Mine."}
    client.post(link + "skills", data=THEIRS)
    return mine


def test_an_old_page_that_nobody_touched_overwrites_nothing(client: FlaskClient, link: str, database: Database) -> None:
    client.post(link + "skills", data={FIRST: "2", f"note-{FIRST}": "One.\nTwo.", SECOND: "1"})
    old = opened(client, link)
    client.post(link + "skills", data=THEIRS)
    client.post(link + "skills", data={SECOND: "", THIRD: "unknown"})
    before = dump(database)
    for headers in ({}, JSON):
        answer = client.post(link + "skills", data=old, headers=headers)
        assert answer.status_code == (200 if headers else 303)
        assert dump(database) == before


def test_what_was_touched_on_an_old_page_is_saved_beside_what_others_changed(
    client: FlaskClient, link: str, database: Database
) -> None:
    old = opened(client, link)
    client.post(link + "skills", data=THEIRS)
    assert client.post(link + "skills", data=old | {SECOND: "4"}).status_code == 303
    assert {name: answer.answer for name, answer in stored(database).items()} == {FIRST: "3", SECOND: "4"}


def test_the_saved_answer_can_be_kept(
    client: FlaskClient, link: str, database: Database, collided: dict[str, str]
) -> None:
    page = client.post(link + "skills", data=collided)
    assert page.status_code == 422
    again = as_sent(page.text)
    assert (again[f"note-{FIRST}"], again["priority-skills"]) == ("Mine.", "3")
    before = dump(database)
    answer = client.post(link + "skills", data=again | {"keep_saved": FIRST})
    assert answer.location == f"{link}skills?saved=skills#{FIRST}"
    assert dump(database) == before
    assert opened(client, link)[f"note-{FIRST}"] == THEIRS[f"note-{FIRST}"]


def test_mine_takes_the_place_of_the_one_that_was_shown_and_of_no_other(
    client: FlaskClient, link: str, database: Database, collided: dict[str, str]
) -> None:
    page = client.post(link + "skills", data=collided).text
    client.post(link + "skills", data={FIRST: "2"})
    pressed = {"put_mine": put_mine(page)}
    again = client.post(link + "skills", data=as_sent(page) | pressed)
    assert again.status_code == 422
    assert stored(database)[FIRST].answer == "2"
    pressed = {"put_mine": put_mine(again.text)}
    answer = client.post(link + "skills?back=check", data=as_sent(again.text) | pressed)
    assert answer.location == f"{link}skills?back=check&saved=skills#{FIRST}"
    assert (stored(database)[FIRST].answer, stored(database)[FIRST].note) == ("1", "Mine.")


def test_mine_may_be_what_stood_there_before(
    client: FlaskClient, link: str, database: Database, collided: dict[str, str]
) -> None:
    again = as_sent(client.post(link + "skills", data=collided).text)
    pressed = again | {FIRST: "", f"note-{FIRST}": ""}
    client.post(
        link + "skills", data=pressed | {"put_mine": put_mine(client.post(link + "skills", data=collided).text)}
    )
    assert (stored(database)[FIRST].answer, stored(database)[FIRST].note) == (None, None)


def test_a_page_with_an_error_overwrites_nothing_else_when_it_is_sent_again(
    client: FlaskClient, link: str, database: Database
) -> None:
    client.post(link + "skills", data={FIRST: "1", SECOND: "1"})
    old = opened(client, link)
    client.post(link + "skills", data=THEIRS | {SECOND: "not-applicable"})
    page = client.post(link + "skills", data=old | {f"note-{THIRD}": "x" * 2001})
    assert page.status_code == 422
    assert "By a colleague." in page.text
    client.post(link + "skills", data=as_sent(page.text) | {f"note-{THIRD}": "Shorter."})
    assert [stored(database)[name].answer for name in (FIRST, SECOND)] == ["3", "not-applicable"]
    assert (stored(database)[THIRD].note, priority(database)) == ("Shorter.", [3])


def test_a_page_that_saves_itself_learns_no_state_that_it_does_not_show(
    client: FlaskClient, link: str, database: Database
) -> None:
    old = opened(client, link)
    client.post(link + "skills", data=THEIRS)
    told = by_itself(client, link, old | {SECOND: "1"})
    assert set(told["seen"]) == {f"revision-{SECOND}"}
    client.post(link + "skills", data=old | {SECOND: "1"} | told["seen"])
    assert (stored(database)[FIRST].answer, priority(database)) == ("3", [3])


def put_mine(page: str) -> str:
    """The value of the button that puts the first answer in place of the saved one."""
    found = re.search(rf'name="put_mine" value="({FIRST}:[^"]+)"', page)
    assert found
    return found[1]


def test_an_answer_is_taken_back_and_what_stands_beside_it_stays(
    client: FlaskClient, link: str, database: Database
) -> None:
    client.post(link + "skills", data=THEIRS)
    answer = client.post(link + "skills", data=opened(client, link) | {"take_back": FIRST})
    assert answer.location == f"{link}skills?saved=skills#{FIRST}"
    assert (stored(database)[FIRST].answer, stored(database)[FIRST].revision) == (None, 2)
    assert stored(database)[FIRST].note == "By a colleague.\nIn two lines."


def test_an_answer_that_others_changed_is_not_taken_back_unseen(
    client: FlaskClient, link: str, database: Database
) -> None:
    client.post(link + "skills", data={FIRST: "2"})
    old = opened(client, link)
    client.post(link + "skills", data=THEIRS)
    assert client.post(link + "skills", data=old | {"take_back": FIRST}).status_code == 422
    assert stored(database)[FIRST].answer == "3"


def test_a_page_that_saves_itself_is_told_what_was_saved(client: FlaskClient, link: str, database: Database) -> None:
    seen = opened(client, link)
    sent = {f"revision-{FIRST}": seen[f"revision-{FIRST}"], FIRST: "3", "priority_seen": "2", "priority-skills": "3"}
    told = by_itself(client, link, sent)
    page = opened(client, link)
    total = len(RUBRIC.questions)
    assert told == {
        "seen": {f"revision-{FIRST}": page[f"revision-{FIRST}"], "priority_seen": "3"},
        "held": [],
        "overtaken": {},
        "errors": [],
        "lacking": [],
        "progress": {
            "position": f"Theme {RUBRIC.number_by_theme['skills']} of {len(RUBRIC.themes)} · 1 of {total} answered",
            "count": f"1 of {len(SKILLS)}",
        },
    }
    again = by_itself(client, link, sent)
    assert again == told, "sent again because the answer was lost"
    assert (stored(database)[FIRST].revision, priority(database)) == (1, [3])
    later = by_itself(client, link, told["seen"] | {f"note-{FIRST}": "Typed."})
    assert later["held"] == []
    assert (stored(database)[FIRST].answer, stored(database)[FIRST].note) == ("3", "Typed.")


def test_a_page_that_saves_itself_is_told_what_is_wrong(client: FlaskClient, link: str, database: Database) -> None:
    sent = {FIRST: "4", f"note-{FIRST}": "x" * 2001, SECOND: "not-applicable", THIRD: "1"}
    told = by_itself(client, link, sent)
    assert told["held"] == [FIRST, f"note-{FIRST}"]
    assert set(told["seen"]) == {f"revision-{SECOND}", f"revision-{THIRD}"}
    assert told["errors"] == [
        {"target": f"note-{FIRST}", "message": "This is too long. Please use at most 2000 characters."}
    ]
    assert told["lacking"] == [SECOND]
    assert told["progress"]["count"] == f"2 of {len(SKILLS)}"
    assert set(stored(database)) == {SECOND, THIRD}


@pytest.mark.parametrize(("field", "value", "message"), WRONG)
def test_a_page_that_saves_itself_is_told_which_fields_are_held(
    client: FlaskClient, link: str, field: str, value: str, message: str
) -> None:
    told = by_itself(client, link, {SECOND: "4", field: value})
    assert told["held"] == [field]
    (error,) = told["errors"]
    assert error["target"] in (field, f"{field}-0", f"{field}-1", f"{field}-none")
    assert message in error["message"]
    assert set(told["seen"]) - {"priority_seen"} == {f"revision-{SECOND}"}
    assert told["seen"].get("priority_seen") == ("2" if field == "priority-skills" else None)


def test_only_what_was_touched_lacks_a_reason(client: FlaskClient, link: str) -> None:
    first = client.post(link + "skills", data=opened(client, link) | {FIRST: "not-applicable"})
    assert first.status_code == 422
    again = as_sent(first.text) | {SECOND: "1"}
    assert by_itself(client, link, again)["lacking"] == []
    assert client.post(link + "skills", data=opened(client, link) | {SECOND: "2"}).status_code == 303
    touched = by_itself(client, link, opened(client, link) | {f"note-{FIRST}": "Typed."})
    assert (touched["lacking"], touched["errors"], touched["held"]) == ([FIRST], [], [])
    assert by_itself(client, link, {f"reason-{FIRST}": "No such body."})["lacking"] == []


def test_a_page_that_saves_itself_gets_both_answers_where_two_collide(
    client: FlaskClient, link: str, database: Database, collided: dict[str, str]
) -> None:
    part = {name: collided[name] for name in (f"revision-{FIRST}", FIRST, f"note-{FIRST}")}
    told = by_itself(client, link, part | {SECOND: "2"})
    assert (told["held"], set(told["seen"])) == ([FIRST, f"note-{FIRST}"], {f"revision-{SECOND}"})
    assert list(told["overtaken"]) == [FIRST]
    panel = words(told["overtaken"][FIRST])
    for text in ("By a colleague.", "Mine.", f'name="keep_saved" value="{FIRST}"', f'id="{FIRST}-overtaken"'):
        assert text in panel
    assert told["errors"] == []
    assert stored(database)[FIRST].answer == "3"
    client.post(link + "skills", data=part | {"put_mine": put_mine(panel)})
    assert stored(database)[FIRST].note == "Mine."


@pytest.mark.parametrize("theirs", ["1", "3"])
def test_a_priority_that_others_chose_is_not_overwritten_unseen(
    client: FlaskClient, link: str, database: Database, theirs: str
) -> None:
    old = opened(client, link)
    client.post(link + "skills", data={"priority-skills": theirs})
    client.post(link + "skills", data=old)
    assert priority(database) == [int(theirs)]
    mine = old | {"priority-skills": "1" if theirs == "3" else "3"}
    told = by_itself(client, link, mine)
    page = client.post(link + "skills", data=mine)
    assert page.status_code == 422
    for messages in (page.text, told["errors"][0]["message"]):
        assert "Somebody else chose another priority meanwhile. To put yours in its place, save again." in messages
    assert told["errors"][0]["target"] == "priority-skills-1"
    assert told["held"] == ["priority-skills"]
    assert priority(database) == [int(theirs)]
    assert as_sent(page.text)["priority_seen"] == told["seen"]["priority_seen"] == theirs
    client.post(link + "skills", data=as_sent(page.text))
    assert priority(database) == [int(mine["priority-skills"])]


def test_a_priority_that_is_put_back_to_the_usual_is_none(client: FlaskClient, link: str, database: Database) -> None:
    client.post(link + "skills", data={"priority-skills": "2"})
    assert priority(database) == []
    for theirs in ("3", "2"):
        told = by_itself(client, link, opened(client, link) | {"priority-skills": theirs})
        assert (told["seen"], told["held"]) == ({"priority_seen": theirs}, [])
        assert priority(database) == ([3] if theirs == "3" else [])
        assert opened(client, link)["priority-skills"] == theirs


MALFORMED = ("x", "-1", "1-", "1-zzzzzzzzzzzz", "٣", "1" * 10, "1-" + "0" * 13, "1\n", "1;2")


@pytest.mark.parametrize("state", MALFORMED)
def test_a_state_that_no_page_shows_replaces_nothing(
    client: FlaskClient, link: str, database: Database, state: str
) -> None:
    sent = {SECOND: "2", f"revision-{SECOND}": state}
    assert client.post(link + "skills", data=sent).status_code == 303, "there is nothing that it could replace"
    client.post(link + "skills", data={FIRST: "3"})
    before = dump(database)
    for mine in ({f"revision-{FIRST}": state}, {"put_mine": f"{FIRST}:{state}"}):
        answer = client.post(link + "skills", data={FIRST: "2"} | mine)
        assert answer.status_code == 422
        assert "Two answers: please choose which one counts" in answer.text
        assert list(by_itself(client, link, {FIRST: "2"} | mine)["overtaken"]) == [FIRST]
        assert dump(database) == before


@pytest.mark.parametrize("state", ["", *MALFORMED])
def test_a_button_of_another_question_says_nothing_of_this_one(
    client: FlaskClient, link: str, database: Database, state: str
) -> None:
    client.post(link + "skills", data={FIRST: "3", SECOND: "1"})
    sent = {FIRST: "2", f"revision-{FIRST}": "", "put_mine": f"{SECOND}:{state}"}
    assert client.post(link + "skills", data=sent).status_code == 303
    assert (stored(database)[FIRST].answer, stored(database)[SECOND].answer) == ("2", "1")


@pytest.mark.one_database
@pytest.mark.parametrize("button", ["take_back", "keep_saved", "put_mine"])
def test_a_button_of_no_question_of_the_theme_does_nothing(
    client: FlaskClient, link: str, database: Database, button: str
) -> None:
    client.post(link + "skills", data=THEIRS)
    before = dump(database)
    for value in ("", ":", "no-such-question", "ten-year-aims", "region", "priority_seen", "é:1"):
        answer = client.post(link + "skills", data=opened(client, link) | {button: value})
        assert answer.location == f"{link}firms?saved=skills"
        assert dump(database) == before


def test_of_a_field_that_is_sent_twice_the_first_counts(client: FlaskClient, link: str, database: Database) -> None:
    sent = {FIRST: ["3", "1"], f"note-{FIRST}": ["First.", "Second."], "then": ["tasks", "check"]}
    answer = client.post(link + "skills", data=sent)
    assert answer.location == f"{link}?saved=skills"
    assert (stored(database)[FIRST].answer, stored(database)[FIRST].note) == ("3", "First.")


def test_a_form_that_is_sent_twice_is_saved_once(client: FlaskClient, link: str, database: Database) -> None:
    form = opened(client, link) | THEIRS
    client.post(link + "skills", data=form)
    before = dump(database)
    assert client.post(link + "skills", data=form).status_code == 303
    assert dump(database) == before
