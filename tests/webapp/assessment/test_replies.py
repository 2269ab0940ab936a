"""What reviewers asked, at the region's link: who sees it, how it is replied to, and that nothing typed is lost."""

import datetime as dt

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.webapp.admin.review.reviewing import (
    FIRST,
    NAMES,
    SECOND,
    asked,
    listed,
    press,
    returned,
    reviewer,
    state,
    submit,
    submitted,
)
from tests.webapp.assessment.acting import JSON, as_sent, invite
from tests.webapp.assessment.starting import SKILLS, dump, words
from webapp.database import Database

REPLY = f"reply-{FIRST}"


@pytest.fixture
def anna(app: Flask, database: Database) -> FlaskClient:
    """A reviewer."""
    return reviewer(app, database, "anna@example.org")


@pytest.fixture
def link(client: FlaskClient, anna: FlaskClient) -> str:
    """The path to an assessment that came back with two questions on one theme and one on another."""
    link = submitted(client)
    client.post(link + "skills", data={SKILLS[0]: "3"})
    submit(client, link)
    press(anna, "begin", submission=2)
    for question in (FIRST, SECOND, SKILLS[0]):
        press(anna, "keep", {f"ask-{question}": f"What of {question}?"}, submission=2)
    press(anna, "return", {"message": "Please look."}, submission=2)
    return link


def opened(client: FlaskClient, link: str) -> dict[str, str]:
    return as_sent(client.get(link + "strategy").text)


def replies(database: Database) -> dict[str, tuple[str | None, bool]]:
    """What is replied to each question, and whether it is handed in."""
    return {one.question: (one.reply, one.replied_at is not None) for one in asked(database)}


def test_the_task_list_leads_to_each_question(client: FlaskClient, link: str) -> None:
    page = words(client.get(link).text)
    assert "3 questions from the reviewers" in page
    assert "Please look." in page
    assert f'<a href="{link}strategy#reply-{FIRST}-asked">{NAMES[FIRST]}</a>' in page
    assert "2 questions from the reviewers</span> · " in page
    theme = words(client.get(link + "strategy").text)
    assert f"What of {FIRST}?" in theme
    assert f"What of {SKILLS[0]}?" not in theme
    assert theme.index(f'id="reply-{FIRST}-asked"') < theme.index(f'id="{FIRST}"')


def test_colleagues_see_what_is_asked_about_their_themes(client: FlaskClient, link: str) -> None:
    theirs = invite(client, link, themes=["skills"])
    page = words(client.get(theirs).text)
    assert "One question from the reviewers" in page
    assert f"What of {FIRST}?" not in page
    assert f"What of {SKILLS[0]}?" in words(client.get(theirs + "skills").text)
    client.post(theirs + "skills", data={f"reply-{SKILLS[0]}": "Theirs.", REPLY: "Not theirs."})
    assert "Theirs.</textarea>" in client.get(link + "skills").text
    assert f'id="{REPLY}"' in client.get(link + "strategy").text
    assert "Not theirs." not in client.get(link + "strategy").text
    other = invite(client, link, themes=["learning"])
    assert "They are about other themes than yours." in words(client.get(other).text)


@pytest.mark.parametrize("headers", [{}, JSON])
def test_a_reply_is_saved_with_the_page_and_seen_when_it_is_submitted(
    client: FlaskClient, anna: FlaskClient, link: str, database: Database, headers: dict[str, str]
) -> None:
    sent = opened(client, link) | {REPLY: " Yes.\r\nIndeed. "}
    answer = client.post(link + "strategy", data=sent, headers=headers)
    assert answer.status_code == (200 if headers else 303)
    if headers:
        assert answer.json is not None
        assert answer.json["seen"].keys() >= {f"reply_seen-{FIRST}"}
        assert (answer.json["held"], answer.json["errors"]) == ([], [])
    assert replies(database)[FIRST] == ("Yes.\nIndeed.", False)
    assert "Indeed." not in anna.get("/admin/submissions/2").text
    assert "replied" in words(client.get(link).text)
    submit(client, link)
    assert replies(database) == {FIRST: ("Yes.\nIndeed.", True), SECOND: (None, False), SKILLS[0]: (None, False)}
    assert "Indeed." in anna.get("/admin/submissions/3").text


def test_it_is_submitted_again_though_no_answer_changed(client: FlaskClient, link: str, database: Database) -> None:
    page = words(client.get(link + "check").text)
    assert "3 questions from the reviewers are still open" in page
    client.post(link + "strategy", data={REPLY: "Yes.", SECOND: "4"})
    page = words(client.get(link + "check").text)
    assert "One question from the reviewers is still open" in page
    client.post(link + "strategy", data={SECOND: "2"})
    assert submit(client, link).location == f"{link}result"
    assert (state(database)[0], len(listed(database))) == ("resubmitted", 3)
    assert submit(client, link).location == f"{link}result?unchanged=yes"


def test_a_page_that_nobody_touched_overwrites_no_reply(client: FlaskClient, link: str, database: Database) -> None:
    old = opened(client, link)
    client.post(link + "strategy", data={REPLY: "Colleague's."})
    before = dump(database)
    for headers in ({}, JSON):
        assert client.post(link + "strategy", data=old, headers=headers).status_code in (200, 303)
    assert dump(database) == before


@pytest.mark.parametrize("theirs", ["Colleague's.", ""])
def test_two_replies_are_both_there_until_one_is_chosen(
    client: FlaskClient, link: str, database: Database, theirs: str
) -> None:
    client.post(link + "strategy", data={REPLY: "First."})
    old = opened(client, link)
    client.post(link + "strategy", data={REPLY: theirs})
    answer = client.post(link + "strategy", data=old | {REPLY: "Mine."})
    text = words(answer.text)
    assert answer.status_code == 422
    assert "Mine.</textarea>" in text
    assert (f"“{theirs}”" if theirs else "took the reply out") in text
    assert replies(database)[FIRST][0] == (theirs or None)
    again = client.post(link + "strategy", data=old | {REPLY: "Mine."}, headers=JSON).json
    assert again is not None
    assert again["held"] == [REPLY]
    assert again["errors"][0]["target"] == REPLY
    assert client.post(link + "strategy", data=as_sent(answer.text)).status_code == 303
    assert replies(database)[FIRST][0] == "Mine."


def test_what_does_not_fit_is_told_and_everything_else_is_saved(
    client: FlaskClient, link: str, database: Database
) -> None:
    answer = client.post(link + "strategy", data=opened(client, link) | {REPLY: "x" * 2001, SECOND: "4"})
    assert answer.status_code == 422
    assert f'href="#{REPLY}"' in answer.text
    assert "x" * 2001 in answer.text
    assert replies(database)[FIRST][0] is None
    assert "answer changed" in words(client.get(link).text)


def test_a_reply_that_comes_too_late_is_not_lost_silently(
    client: FlaskClient, anna: FlaskClient, link: str, database: Database
) -> None:
    old = opened(client, link)
    submit(client, link)
    press(anna, "begin", submission=3)
    press(anna, "accept", submission=3)
    answer = client.post(link + "strategy", data=old | {REPLY: "Late."})
    assert answer.status_code == 422
    assert "This reply is not kept" in answer.text
    assert "Late.</textarea>" in answer.text
    saved = client.post(link + "strategy", data=old | {REPLY: "Late."}, headers=JSON).json
    assert saved is not None
    assert saved["held"] == [REPLY]
    assert replies(database)[FIRST] == (None, False)


def test_after_it_is_handed_in_a_reply_can_be_read_but_not_changed(client: FlaskClient, link: str) -> None:
    client.post(link + "strategy", data={REPLY: "Yes."})
    submit(client, link)
    page = words(client.get(link + "strategy").text)
    assert "<b>Your reply:</b> <bdi>Yes.</bdi>" in page
    assert f'name="{REPLY}"' not in page
    assert "Submission 3 has arrived" in words(client.get(link).text)


def test_the_status_is_told_in_plain_words(client: FlaskClient, anna: FlaskClient) -> None:
    link = submitted(client)
    colleague = invite(client, link)
    for where in (link, colleague):
        assert "Submission 1 has arrived" in words(client.get(where).text)
    press(anna, "begin")
    assert "Reviewers are reading submission 1" in words(client.get(link).text)
    assert "Reviewers are reading submission 1 at the moment." in words(client.get(link + "check").text)
    press(anna, "accept")
    page = words(client.get(link).text)
    assert "Submission 1 is accepted" in page
    assert f"The reviewers accepted it on {dt.datetime.now(dt.UTC).day} " in page


def test_a_draft_has_nothing_of_all_this(client: FlaskClient) -> None:
    link = client.post("/start", data={"region": "Made-up region"}).location
    assert 'id="review"' not in client.get(link).text
    assert "Nothing to take back" in client.get(link + "take-back").text
    assert client.post(link + "take-back", data={"revision": "0"}).status_code == 409


def test_taking_back_and_submitting_again_as_it_is(client: FlaskClient, anna: FlaskClient, database: Database) -> None:
    link = submitted(client)
    press(anna, "begin")
    press(anna, "accept")
    answer = client.post(link + "take-back", data=as_sent(client.get(link + "take-back").text))
    assert answer.location == f"{link}#review"
    assert (state(database), listed(database)) == (("withdrawn", None), ["withdrawn"])
    assert "You took submission 1 back" in words(client.get(link).text)
    assert "is withdrawn already" in client.get(link + "take-back").text
    assert submit(client, link).location == f"{link}result"
    assert (state(database), listed(database)) == (("resubmitted", None), ["superseded", "resubmitted"])


def test_a_colleague_takes_nothing_back(client: FlaskClient, database: Database) -> None:
    link = submitted(client)
    theirs = invite(client, link)
    assert client.get(theirs + "take-back").status_code == 403
    assert client.post(theirs + "take-back", data={"revision": "1"}).status_code == 403
    assert state(database)[0] == "received"


def test_a_second_round_asks_anew(client: FlaskClient, anna: FlaskClient) -> None:
    link = submitted(client)
    returned(anna, FIRST)
    client.post(link + "strategy", data={REPLY: "Yes."})
    submit(client, link)
    press(anna, "begin", submission=2)
    press(anna, "keep", {f"ask-{FIRST}": "Really?"}, submission=2)
    press(anna, "return", submission=2)
    page = words(client.get(link + "strategy").text)
    assert "Really?" in page
    assert f"What of {FIRST}?" not in page
    assert "Yes.</textarea>" not in page
    desk = words(anna.get("/admin/submissions/2").text)
    assert f"What of {FIRST}?" in desk
    assert "Yes." in desk
