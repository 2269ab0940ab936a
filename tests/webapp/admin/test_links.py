"""Lost links: found by region or contact, given to the contact on record alone."""

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, null, select
from werkzeug.test import TestResponse

from tests import mail_server
from tests.mail_server import Mailbox
from tests.webapp.accounts.signing_in import csrf_token, sign_in
from tests.webapp.assessment.acting import invite, links_shown
from tests.webapp.assessment.starting import DECLARED, SKILLS, dump, words
from tests.webapp.mailing import SITE, SUBJECT, mailing_app
from webapp.config import Settings
from webapp.database import Database

CONTACT = "Contact_1@example.org"


@pytest.fixture
def links(client: FlaskClient, account: None) -> dict[str, str]:
    """Paths to assessments by their region, made before the administrator signs in."""
    regions = {
        "Made-up Åland": CONTACT,
        "50% made-up": "other@example.org",
        "Region_x": "",
        "<b>Bold</b>": "b@example.org",
    }
    paths = {
        region: client.post("/start", data={"region": region, "contact": contact, "country": "FI"}).location
        for region, contact in regions.items()
    }
    client.post(paths["Made-up Åland"] + "skills", data={SKILLS[0]: "3", f"note-{SKILLS[0]}": "For few eyes."})
    client.post(paths["Made-up Åland"] + "check", data=DECLARED)
    client.post(paths["50% made-up"] + "skills", data={SKILLS[0]: "4", f"note-{SKILLS[0]}": "For few eyes."})
    assert sign_in(client).status_code == 302
    return paths


def search(client: FlaskClient, text: str) -> str:
    return client.get("/admin/links", query_string={"text": text}).text


def give(client: FlaskClient, number: int, **other: str) -> TestResponse:
    """Presses the button of an assessment, or sends what its form would."""
    token = csrf_token(client.get("/admin/").text)
    return client.post(f"/admin/links/{number}", data={"csrf_token": token} | other)


FOUND = {
    "Made-up": ["50% made-up", "Made-up Åland"],
    "  MADE-UP Åland ": ["Made-up Åland"],
    "contact_1@": ["Made-up Åland"],
    "example.org": ["<b>Bold</b>", "50% made-up", "Made-up Åland"],
    "%": ["50% made-up"],
    "_": ["Region_x", "Made-up Åland"],
    "//": [],
    "\\": [],
    "' OR 1=1 --": [],
    "For few eyes": [],
}


def test_assessments_are_found_by_region_or_contact(client: FlaskClient, links: dict[str, str]) -> None:
    for sought, found in FOUND.items():
        page = search(client, sought)
        assert [words(name) for name in re.findall(r"<b><bdi>(.*?)</bdi></b>", page)] == found, sought
        assert ("Nothing found" in page) == (not found)
        assert "<b>Bold" not in page


def test_on_sqlite_case_does_not_matter_beyond_ascii_either(tmp_path: Path) -> None:
    with closing(Database(f"sqlite:///{tmp_path}/octant.sqlite")) as database, database.reading() as session:
        assert session.scalar(select(func.lower("ÅLAND"))) == "åland"
        assert session.scalar(select(func.lower(null()))) is None


def test_nothing_is_listed_before_anything_is_sought(client: FlaskClient, links: dict[str, str]) -> None:
    for address in ("/admin/links", "/admin/links?text=", "/admin/links?text=%20"):
        page = client.get(address).text
        assert "Made-up" not in page
        assert "Nothing found" not in page


def test_drafts_are_shown_without_any_answer_and_without_a_link(client: FlaskClient, links: dict[str, str]) -> None:
    page = words(search(client, "made-up"))
    assert "Finland · begun on " in page
    assert page.count("· one submission") == page.count("· not submitted") == 1
    assert "For few eyes" not in page
    assert all(path.split("/")[2] not in page for path in links.values())


def test_a_new_link_is_shown_once_and_ends_the_old_one(
    client: FlaskClient, links: dict[str, str], database: Database
) -> None:
    assert "Make a new link for the contact" in search(client, "Åland")
    page = words(give(client, 1).text)
    assert f"Send this new one to {CONTACT} and to nobody else: it is shown only now." in page
    shown = re.search(r"http://localhost(/a/[^<]+/)", page)
    assert shown
    assert client.get(shown[1]).status_code == 200
    assert "It was replaced by a new link on" in client.get(links["Made-up Åland"]).text
    for address in ("/admin/links?text=made-up", "/admin/submissions/1"):
        assert shown[1] not in client.get(address).text
    assert shown[1].split("/")[2] not in str(dump(database))
    assert client.get(links["50% made-up"]).status_code == 200


def test_a_new_link_ends_colleagues_links_too(client: FlaskClient, links: dict[str, str]) -> None:
    theirs, others = invite(client, links["Made-up Åland"]), invite(client, links["50% made-up"])
    shown = re.search(r"http://localhost(/a/[^<]+/)", give(client, 1).text)
    assert shown
    ended = client.get(theirs)
    assert ended.status_code == 410
    assert "It was replaced by a new link on" in ended.text
    assert client.get(others).status_code == 200
    client.post(shown[1] + "colleagues/1/again")
    (again,) = links_shown(client, shown[1])
    assert client.get(again).status_code == 200


def test_no_link_is_given_where_no_contact_is_on_record(
    client: FlaskClient, links: dict[str, str], database: Database
) -> None:
    assert "no contact on record: the link cannot be given again" in search(client, "Region_x")
    assert "csrf_token" not in search(client, "Region_x").partition('class="tasks"')[2]
    before = dump(database)
    for number in (3, 0, 4711, 2**31 - 1, 2**31):
        assert give(client, number, contact="evil@example.com").status_code == 404
    assert dump(database) == before


def test_the_form_needs_its_own_token(client: FlaskClient, links: dict[str, str], database: Database) -> None:
    before = dump(database)
    for token in ({}, {"csrf_token": ""}, {"csrf_token": "x"}):
        assert client.post("/admin/links/1", data=token).status_code == 400
    assert client.get("/admin/links/1").status_code == 405
    assert dump(database) == before


def test_only_administrators_get_there(
    app: Flask, client: FlaskClient, links: dict[str, str], database: Database
) -> None:
    token = csrf_token(client.get("/admin/").text)
    before = dump(database)
    stranger = app.test_client()
    for method, address in (("GET", "/admin/links?text=made"), ("POST", "/admin/links/1")):
        answer = stranger.open(address, method=method, data={"csrf_token": token} if method == "POST" else None)
        assert answer.status_code == 302
        assert answer.location.startswith("/admin/login")
        assert "Åland" not in answer.text
    assert dump(database) == before


@pytest.fixture
def mailing(settings: Settings, account: None, links: dict[str, str]) -> Iterator[tuple[FlaskClient, Mailbox]]:
    """An administrator of the same data where a mail server is configured, and what it gets."""
    with mail_server.running() as mailbox, mailing_app(settings, mailbox.url) as client:
        sign_in(client)
        yield client, mailbox


def test_a_new_link_is_mailed_to_the_contact_and_not_shown(
    mailing: tuple[FlaskClient, Mailbox], links: dict[str, str]
) -> None:
    client, mailbox = mailing
    assert "Mail a new link to the contact" in search(client, "Åland")
    page = words(give(client, 1, contact="evil@example.com").text)
    assert f"A new one is on its way to {CONTACT}." in page
    assert "/a/" not in page
    (message,) = mailbox.messages
    assert mailbox.recipients == [[CONTACT]]
    assert message["Subject"] == SUBJECT
    assert "land" not in message.as_string() + message.get_content()
    mailed = re.search(re.escape(SITE) + r"(/a/\S+/)", message.get_content())
    assert mailed
    assert client.get(mailed[1]).status_code == 200
    assert client.get(links["Made-up Åland"]).status_code == 410


def test_where_mail_fails_the_new_link_is_shown(settings: Settings, account: None, links: dict[str, str]) -> None:
    with mail_server.running() as gone:
        pass
    with mailing_app(settings, gone.url) as client:
        sign_in(client)
        assert "it is shown only now." in give(client, 1).text
