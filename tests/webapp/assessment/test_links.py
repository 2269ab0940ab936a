"""Links: what works, what ended, and that nothing but a fingerprint of them is kept."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode
from sqlalchemy import update

from tests.webapp.assessment.acting import addresses, invite, refusals
from tests.webapp.assessment.starting import DECLARED, SKILLS, dump, words
from webapp.database import Database
from webapp.models import Link, now
from webapp.report.wording import day

ENDED = {(410, "This link no longer works")}
YESTERDAY = now() - dt.timedelta(days=1)


def renewed(client: FlaskClient, link: str, database: Database) -> str:
    client.post(link + "link/renew")
    return link


def withdrawn(client: FlaskClient, link: str, database: Database) -> str:
    colleague = invite(client, link)
    client.post(link + "colleagues/1/withdraw")
    return colleague


def replaced(client: FlaskClient, link: str, database: Database) -> str:
    colleague = invite(client, link)
    client.post(link + "colleagues/1/again")
    return colleague


def expired(client: FlaskClient, link: str, database: Database) -> str:
    colleague = invite(client, link)
    with database.writing() as session:
        session.execute(update(Link).where(Link.contributor_id == 1).values(expires_at=YESTERDAY))
    return colleague


def deleted(client: FlaskClient, link: str, database: Database) -> str:
    client.post(link + "delete")
    return link


def deleted_with_colleagues(client: FlaskClient, link: str, database: Database) -> str:
    colleague = invite(client, link)
    client.post(link + "delete")
    return colleague


@pytest.mark.parametrize(
    ("end", "told"),
    [
        (renewed, f"It was replaced by a new link on {day(now(), 'en')}."),
        (replaced, f"It was replaced by a new link on {day(now(), 'en')}."),
        (withdrawn, f"Whoever gave it to you ended it on {day(now(), 'en')}."),
        (expired, f"It was made to work until {day(YESTERDAY, 'en')}."),
        (deleted, "The draft that it led to was deleted by its owner."),
        (deleted_with_colleagues, "The draft that it led to was deleted by its owner."),
    ],
)
def test_a_link_that_ended_says_why_everywhere_and_changes_nothing(
    app: Flask,
    client: FlaskClient,
    link: str,
    database: Database,
    end: Callable[[FlaskClient, str, Database], str],
    told: str,
) -> None:
    client.post(link + "skills", data={SKILLS[0]: "3"})
    old = end(client, link, database)
    before = dump(database)
    assert refusals(client, app, old) == ENDED
    assert dump(database) == before
    assert told in client.get(old).text


@pytest.mark.parametrize("change", [lambda token: token[:-1], str.swapcase, lambda token: token + "x", lambda _: "é"])
def test_a_mistyped_link_is_told_everywhere_and_changes_nothing(
    app: Flask, client: FlaskClient, link: str, database: Database, change: Callable[[str], str]
) -> None:
    before = dump(database)
    mistyped = f"/a/{change(link.split('/')[2])}/"
    assert refusals(client, app, mistyped) == {(404, "This link leads to no assessment")}
    assert dump(database) == before


def test_a_new_link_opens_everything_that_the_old_one_did(app: Flask, client: FlaskClient, link: str) -> None:
    client.post(link + "skills", data={SKILLS[0]: "3"})
    client.post(link + "check", data=DECLARED)
    answer = client.post(link + "link/renew")
    new = answer.location.removesuffix("link?said=renewed")
    assert new != link
    page = words(client.get(answer.location).text)
    assert "This is your new link. The old one no longer works" in page
    assert f'<code id="address">http://localhost{new}</code>' in page
    for endpoint, method, path in addresses(app, new):
        if method == "GET" and endpoint != "report.pdf":
            assert client.get(path).status_code == 200, path
    assert client.post(new + "link/renew").status_code == 303


def test_links_are_kept_as_fingerprints_alone(client: FlaskClient, link: str, database: Database) -> None:
    colleague = invite(client, link)
    new = client.post(link + "link/renew").location.removesuffix("link?said=renewed")
    client.post(new + "colleagues/1/again")
    kept = str(dump(database))
    for path in (link, colleague, new):
        assert len(path.split("/")[2]) == 32
        assert path.split("/")[2] not in kept


def test_the_code_to_scan_says_the_address(client: FlaskClient, link: str) -> None:
    code = QRCode(error_correction=ERROR_CORRECT_M, border=4)
    code.add_data(f"http://localhost{link}")
    rows = code.get_matrix()
    page = client.get(link + "link").text
    drawn = re.findall(r"M(\d+) (\d+)h1v1h-1z", page)
    assert {(int(x), int(y)) for x, y in drawn} == {
        (x, y) for y, row in enumerate(rows) for x, dark in enumerate(row) if dark
    }
    assert f'viewBox="0 0 {len(rows)} {len(rows)}"' in page


@pytest.mark.parametrize("contact", ["", "contact@example.org"])
def test_without_a_mail_server_the_page_says_what_to_do_instead(client: FlaskClient, contact: str) -> None:
    link = client.post("/start", data={"region": "Made-up region", "contact": contact}).location
    page = client.get(link + "link").text
    assert "This site sends no e-mail. Copy the link" in page
    assert 'action="' + link + 'link/mail"' not in page
    said = client.get(client.post(link + "link/mail").location).text
    assert (
        "There is no contact to mail it to." if not contact else "The mail server did not take the message."
    ) in said


def test_what_the_address_says_is_no_more_than_a_notice(client: FlaskClient, link: str) -> None:
    for said in ("mailed", "mailed-lately", "no-contact", "not-mailed", "renewed", "nonsense"):
        assert client.get(f"{link}link?said={said}").status_code == 200
