"""Colleagues: their links open the themes that they were asked for alone, and their answers bear their name."""

import datetime as dt
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.webapp.assessment.acting import (
    COLLEAGUE,
    JSON,
    addresses,
    as_sent,
    everything,
    heading,
    invite,
    links_shown,
    refusals,
    renew,
)
from tests.webapp.assessment.starting import DECLARED, RUBRIC, SKILLS, dump, start, stored, words
from webapp.assessment.links import MOST_CONTRIBUTORS
from webapp.database import Database
from webapp.models import Contributor, Link, Submission, now
from webapp.report.store import report_on
from webapp.report.wording import day

FIRST = SKILLS[0]
REFUSED = (403, "Your link is for other pages")


def test_a_colleague_sees_their_themes_and_no_others(client: FlaskClient, link: str) -> None:
    theirs = invite(client, link)
    tasks = client.get(theirs).text
    assert set(re.findall(rf'href="{theirs}([^"]+)"', tasks)) == {"skills", "learning"}
    assert "You answer as Ada Example (business) for whoever manages this assessment." in words(tasks)
    asked = [q for name in ("skills", "learning") for q in RUBRIC.questions_by_theme[name]]
    assert f"0 of {len(asked)} questions answered." in tasks
    nav = client.get(theirs + "skills").text.partition('<nav class="themes"')[2]
    assert re.findall(rf'href="{theirs}([^"]*)"', nav) == ["skills", "learning", ""]
    assert client.post(theirs + "skills", data={"then": "next"}).location == theirs + "learning?saved=skills"
    assert client.post(theirs + "learning", data={"then": "next"}).location == theirs + "?saved=learning"
    assert client.post(theirs + "skills", data={"then": "check"}).location == theirs + "learning?saved=skills"


def test_a_colleague_is_let_into_nothing_else(app: Flask, client: FlaskClient, link: str, database: Database) -> None:
    theirs = invite(client, link)
    client.post(link + "skills", data={FIRST: "3"})
    client.post(link + "check", data=DECLARED)
    before = dump(database)
    for endpoint, method, path in addresses(app, theirs, theme="firms"):
        if endpoint != "assessment.tasks":
            answer = client.open(path, method=method, data=everything() if method == "POST" else None)
            assert (answer.status_code, heading(answer.text)) == REFUSED, (method, path)
            assert f'href="{theirs}"' in answer.text
    assert {status for status, _ in refusals(client, app, theirs, theme="no-such-theme")} == {200, 403, 404}
    assert dump(database) == before


def test_no_other_method_opens_a_page_to_a_colleague(
    app: Flask, client: FlaskClient, link: str, database: Database
) -> None:
    theirs = invite(client, link)
    before = dump(database)
    for endpoint, _, path in addresses(app, theirs, theme="firms"):
        for method in ("HEAD", "POST", "PUT", "PATCH", "DELETE"):
            if endpoint != "assessment.tasks":
                answer = client.open(path, method=method, data=everything() if method == "POST" else None)
                assert answer.status_code in (403, 404, 405), (method, path)
    assert dump(database) == before


def test_answers_bear_the_name_also_after_the_link_ended(client: FlaskClient, link: str, database: Database) -> None:
    theirs = invite(client, link)
    client.post(theirs + "skills", data={FIRST: "3"})
    assert "Answered by you on" in client.get(theirs + "skills").text
    named = f"Answered by <bdi>Ada Example</bdi> (business) on {day(stored(database)[FIRST].changed_at, 'en')}."
    for _ in range(2):
        for path in ("skills", "check"):
            assert named in client.get(link + path).text
        client.post(link + "colleagues/1/withdraw")
    page = words(client.get(link + "colleagues").text)
    assert "One answer stands as they gave it." in page
    assert "You ended the link. What they answered is still here." in page
    assert links_shown(client, link) == []
    assert client.get(theirs).status_code == 410
    client.post(link + "skills", data={FIRST: "2"})
    assert stored(database)[FIRST].contributor_id is None
    assert "Ada Example" not in client.get(link + "skills").text


def test_colleagues_are_told_that_another_answered_and_not_who(client: FlaskClient, link: str) -> None:
    ada, ben = invite(client, link), invite(client, link, name="Ben Example", role="civil-society")
    mine = as_sent(client.get(ada + "skills").text) | {FIRST: "1"}
    client.post(ben + "skills", data={FIRST: "3"})
    client.post(link + "skills", data={SKILLS[1]: "3"})
    page = client.get(ada + "skills").text
    collided = client.post(ada + "skills", data=mine)
    by_itself = client.post(ada + "skills", data=mine, headers=JSON).get_json()["overtaken"][FIRST]
    assert collided.status_code == 422
    for told in (page, collided.text, by_itself):
        assert "Answered by a colleague on " in told
        assert "Ben Example" not in told
        assert "civil society" not in told
    assert "Answered by whoever manages this assessment on" in page


@pytest.mark.parametrize("days", ["14", "0"])
def test_a_colleague_is_told_how_long_the_link_works(
    client: FlaskClient, link: str, database: Database, days: str
) -> None:
    theirs = invite(client, link, days=days)
    with database.reading() as session:
        until = session.scalars(select(Link.expires_at).where(Link.contributor_id == 1)).one()
    words_for_it = f", and works until {day(until, 'en')}: keep it" if until else ": keep it"
    assert (until is None) == (days == "0")
    assert f"This link is yours alone{words_for_it} to come back." in client.get(theirs).text


def test_a_new_link_ends_the_one_before(client: FlaskClient, link: str) -> None:
    old, ben = invite(client, link), invite(client, link, name="Ben Example")
    for end in ("again", "withdraw", "again"):
        assert client.post(f"{link}colleagues/1/{end}").status_code == 303
    new, same = links_shown(client, link)
    assert same == ben
    assert (client.get(old).status_code, client.get(new).status_code, client.get(ben).status_code) == (410, 200, 200)


def test_links_outlive_the_owner_s_and_cannot_be_shown_again(client: FlaskClient, link: str) -> None:
    theirs = invite(client, link)
    new = renew(client, link)
    assert client.get(theirs + "skills").status_code == 200
    assert links_shown(client, new) == []
    assert (
        "This link was made before you renewed your own and cannot be shown again."
        in client.get(new + "colleagues").text
    )
    client.post(new + "colleagues/1/again")
    (again,) = links_shown(client, new)
    assert client.get(again).status_code == 200
    assert client.get(theirs).status_code == 410


def test_links_end_with_the_owner_s_where_that_is_wished(client: FlaskClient, link: str) -> None:
    assert 'name="colleagues"' not in client.get(link + "link").text
    theirs = invite(client, link)
    assert as_sent(client.get(link + "link").text)["colleagues"] == "yes"
    new = renew(client, link, colleagues="yes")
    assert client.get(theirs).status_code == 410
    client.post(new + "colleagues/1/again")
    (again,) = links_shown(client, new)
    assert client.get(again).status_code == 200


def test_every_link_is_another(client: FlaskClient, link: str) -> None:
    links = [link, invite(client, link), invite(client, link), start(client)]
    links.append(invite(client, links[-1]))
    assert len({path.split("/")[2] for path in links}) == 5
    assert {len(path.split("/")[2]) for path in links} == {32}


@pytest.mark.parametrize(("days", "ends"), [("14", 14), ("30", 30), ("90", 90), ("0", None)])
def test_a_link_works_as_long_as_was_chosen(
    client: FlaskClient, link: str, database: Database, days: str, ends: int | None
) -> None:
    invite(client, link, days=days)
    with database.reading() as session:
        expires = session.scalars(select(Link.expires_at).where(Link.contributor_id == 1)).one()
    if ends is None:
        assert expires is None
        assert "The link works until you end it." in client.get(link + "colleagues").text
    else:
        assert expires
        assert abs(expires - now() - dt.timedelta(days=ends)) < dt.timedelta(minutes=1)


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"name": " "}, "Please enter a name"),
    ({"name": "x" * 121}, "Please use at most 120 characters."),
    ({"name": "one\x00two"}, "has a character in it that cannot be kept"),
    ({"role": []}, "Please choose whom they speak for."),
    ({"role": "king"}, 'href="#role-government"'),
    ({"themes": []}, "Please choose at least one theme."),
    ({"themes": ["skills", "weather"]}, 'href="#themes-strategy"'),
    ({"days": "3650"}, 'href="#days"'),
    ({"days": "x"}, 'href="#days"'),
]


def test_an_invitation_that_is_wrong_is_told_and_kept(client: FlaskClient, link: str, database: Database) -> None:
    before = dump(database)
    for wrong, told in WRONG:
        answer = client.post(link + "colleagues", data=COLLEAGUE | wrong)
        assert answer.status_code == 422
        assert told in answer.text
        assert ('name="themes" value="learning" checked' in answer.text) == ("themes" not in wrong)
    assert dump(database) == before


def test_a_theme_that_is_sent_twice_is_asked_for_once(client: FlaskClient, link: str, database: Database) -> None:
    theirs = invite(client, link, themes=["skills", "learning", "skills"])
    with database.reading() as session:
        assert session.scalars(select(Contributor.themes)).one() == ["skills", "learning"]
    assert client.get(theirs).text.count(f'href="{theirs}skills"') == 1


def test_no_more_are_asked_than_a_page_can_show(client: FlaskClient, link: str, database: Database) -> None:
    statuses = [client.post(link + "colleagues", data=COLLEAGUE).status_code for _ in range(MOST_CONTRIBUTORS)]
    assert statuses == [303] * 50
    before = dump(database)
    answer = client.post(link + "colleagues", data=COLLEAGUE)
    assert answer.status_code == 422
    assert dump(database) == before
    for page in (answer.text, client.get(link + "colleagues").text):
        assert "You have asked 50 people, which is as many as an assessment can have." in page
        assert 'name="role"' not in page


@pytest.mark.parametrize("what", ["withdraw", "again"])
def test_nobody_ends_the_links_of_another_assessment(
    client: FlaskClient, link: str, database: Database, what: str
) -> None:
    invite(client, link)
    other = start(client)
    before = dump(database)
    for number in (1, 4711, 2**31 - 1, 2**31):
        assert client.post(f"{other}colleagues/{number}/{what}").status_code == 404
    assert dump(database) == before


def test_a_name_is_shown_as_text(client: FlaskClient, link: str) -> None:
    theirs = invite(client, link, name="<script>alert(1)</script>")
    client.post(theirs + "skills", data={FIRST: "3"})
    for page in (theirs, link + "colleagues", link + "skills", link + "check"):
        assert "<script>alert" not in client.get(page).text


def test_no_name_of_a_colleague_is_in_what_is_submitted(
    app: Flask, client: FlaskClient, link: str, database: Database
) -> None:
    theirs = invite(client, link)
    client.post(theirs + "skills", data={FIRST: "3", f"note-{FIRST}": "A note."})
    client.post(link + "check", data=DECLARED)
    with app.test_request_context(), database.reading() as session:
        submission = session.scalars(select(Submission)).one()
        shown = repr(report_on(session, submission, RUBRIC, "en"))
    assert "A note." in shown
    for text in (submission.answers, submission.result, shown, client.get(link + "result").text):
        assert "Ada Example" not in text
        assert "business" not in submission.answers
