"""Links: what works, what ended, and that nothing but a fingerprint of them is kept."""

import datetime as dt
import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from tests.webapp.assessment.acting import addresses, as_sent, invite, refusals, renew
from tests.webapp.assessment.starting import DECLARED, SKILLS, dump, start, words
from webapp.assessment import links, service
from webapp.database import Database
from webapp.models import Link, now
from webapp.qr import drawing
from webapp.report.wording import day

ENDED = {(410, "This link no longer works")}
NEW = "A-fresh_token-of-32-characters-1"


def kept(database: Database, link: str) -> Link:
    """What is stored of a link, by its path."""
    with database.reading() as session:
        return session.get_one(Link, hashlib.sha256(link.split("/")[2].encode()).hexdigest())


def renewed(client: FlaskClient, link: str, database: Database) -> str:
    renew(client, link)
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
        session.execute(update(Link).where(Link.contributor_id == 1).values(expires_at=now() - dt.timedelta(days=1)))
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
        (renewed, "It was replaced by a new link on {day}."),
        (replaced, "It was replaced by a new link on {day}."),
        (withdrawn, "Whoever gave it to you ended it on {day}."),
        (expired, "It was made to work until {day}."),
        (deleted, "What it led to was deleted on {day}."),
        (deleted_with_colleagues, "What it led to was deleted on {day}."),
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
    began = now()
    old = end(client, link, database)
    since = kept(database, old).ended_at or kept(database, old).expires_at
    assert since
    assert began - dt.timedelta(days=end is expired) <= since <= now()
    before = dump(database)
    assert refusals(client, app, old) == ENDED
    assert dump(database) == before
    assert told.format(day=day(since, "en")) in client.get(old).text


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
    new = renew(client, link)
    assert new != link
    page = words(client.get(new + "link?said=renewed").text)
    assert "This is your new link. The old one no longer works" in page
    assert f'<code id="address">http://localhost{new}</code>' in page
    for endpoint, method, path in addresses(app, new):
        if method == "GET" and endpoint != "report.pdf":
            assert client.get(path).status_code == 200, path
    assert renew(client, new) not in (link, new)


def test_a_renewal_that_is_sent_twice_happens_once(client: FlaskClient, link: str, database: Database) -> None:
    sent = as_sent(client.get(link + "link").text)
    first = client.post(link + "link/renew", data=sent)
    before = dump(database)
    again = client.post(link + "link/renew", data=sent)
    assert (again.status_code, again.location) == (303, first.location)
    assert client.get(again.location).status_code == 200
    assert dump(database) == before


@pytest.mark.parametrize("colleagues", [{}, {"colleagues": "yes"}])
@pytest.mark.parametrize(
    "new", [None, "", "x", NEW[:-1], NEW + "x", NEW[:-1] + "é", NEW[:-1] + "/", NEW + "\n", "own", "colleague", "other"]
)
def test_without_a_fresh_token_nothing_is_renewed(
    client: FlaskClient, link: str, database: Database, new: str | None, colleagues: dict[str, str]
) -> None:
    used = {"own": link, "colleague": invite(client, link), "other": start(client)}
    fields = {} if new is None else {"new": used[new].split("/")[2] if new in used else new}
    before = dump(database)
    assert client.post(link + "link/renew", data=fields | colleagues).status_code == 400
    assert dump(database) == before


def test_an_old_link_cannot_be_renewed_to_yet_another(client: FlaskClient, link: str, database: Database) -> None:
    new, other = renew(client, link), start(client)
    before = dump(database)
    for token in (NEW, link.split("/")[2], other.split("/")[2], ""):
        assert client.post(link + "link/renew", data={"new": token}).status_code == 410
    assert dump(database) == before
    assert client.get(new).status_code == 200


def owner_renews(session: Session, token: str) -> None:
    links.replace(session, token, NEW, colleagues_too=True)


def owner_withdraws(session: Session, token: str) -> None:
    links.withdraw(session, links.owner_visit(session, token, lock=True).assessment.contributors[0])


def owner_deletes(session: Session, token: str) -> None:
    service.delete(session, links.owner_visit(session, token, lock=True).assessment)


@pytest.mark.parametrize(
    ("end", "by_colleague"),
    [
        (owner_renews, False),
        (owner_renews, True),
        (owner_withdraws, True),
        (owner_deletes, False),
        (owner_deletes, True),
    ],
)
def test_who_waits_while_a_link_ends_is_not_let_in_with_it(
    app: Flask,
    client: FlaskClient,
    link: str,
    database: Database,
    end: Callable[[Session, str], None],
    by_colleague: bool,
) -> None:
    theirs = invite(client, link)
    used = theirs if by_colleague else link
    with ThreadPoolExecutor(1) as visitors:
        with database.writing() as session:
            end(session, link.split("/")[2])
            waiting = visitors.submit(app.test_client().post, used + "skills", data={SKILLS[0]: "3"})
            with pytest.raises(TimeoutError):
                waiting.result(timeout=0.5)
        assert waiting.result().status_code == 410
    assert not dump(database)["answers"]


def test_links_are_kept_as_fingerprints_alone(client: FlaskClient, link: str, database: Database) -> None:
    colleague = invite(client, link)
    new = renew(client, link)
    client.post(new + "colleagues/1/again")
    kept = str(dump(database))
    for path in (link, colleague, new):
        assert len(path.split("/")[2]) == 32
        assert path.split("/")[2] not in kept


def test_the_code_to_scan_says_the_address(client: FlaskClient, link: str) -> None:
    made = drawing(f"http://localhost{link}")
    assert f'<path d="{made.path}"' in client.get(link + "link").text


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
