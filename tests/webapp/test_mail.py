"""E-mail goes to the contact of an assessment alone, encrypted where it can be, and breaks nothing where it cannot."""

import datetime as dt
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text, update

from tests import mail_server
from tests.mail_server import Mailbox
from tests.webapp.assessment.acting import renew
from tests.webapp.assessment.starting import dump, words
from tests.webapp.mailing import SENDER, SITE, SUBJECT, mailing, mailing_app
from webapp.config import Settings
from webapp.database import Database
from webapp.mail import MOST_IN_A_WHILE, may_send
from webapp.models import Mailing, now

CONTACT = "contact@example.org"
MAILED = "The link is on its way to contact@example.org."
WAIT = "A message went to this address a moment ago, or the site has sent many. Wait five minutes, then try again."
NOT_MAILED = "The mail server did not take the message."


@pytest.fixture
def settings(settings: Settings, mailbox: Mailbox) -> Settings:
    """Settings that name the mail server."""
    return mailing(settings, mailbox.url)


def start(client: FlaskClient, region: str = "Made-up region", contact: str = CONTACT) -> str:
    return client.post("/start", data={"region": region, "contact": contact}).location


def mail(client: FlaskClient, link: str, **headers: str) -> str:
    """What the page says after its button was pressed."""
    answer = client.post(link + "link/mail", headers=headers)
    assert answer.status_code == 303
    return words(client.get(answer.location).text)


def later(database: Database, minutes: int) -> None:
    """Lets all that was mailed so far be older."""
    with database.writing() as session:
        session.execute(update(Mailing).values(at=now() - dt.timedelta(minutes=minutes)))


def test_the_link_goes_to_the_contact_and_to_nobody_else(client: FlaskClient, mailbox: Mailbox) -> None:
    link = start(client)
    page = words(client.get(link + "link").text)
    assert f"It goes to the contact of this assessment, {CONTACT}." in page
    assert MAILED in mail(client, link, Host="evil.example.com")
    (message,) = mailbox.messages
    assert mailbox.recipients == [[CONTACT]]
    assert (message["From"], message["To"]) == (SENDER, CONTACT)
    assert message["Subject"] == SUBJECT
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"].endswith("@example.org>")
    assert message["Date"]
    assert f"{SITE}{link}" in message.get_content().splitlines()
    assert "evil.example.com" not in message.as_string()


def test_it_is_not_mailed_again_within_five_minutes(client: FlaskClient, mailbox: Mailbox, database: Database) -> None:
    link = start(client)
    assert MAILED in mail(client, link)
    later(database, 4)
    new = renew(client, link)
    for again in (new, new, start(client)):
        assert WAIT in mail(client, again)
    assert len(mailbox.messages) == 1
    later(database, 6)
    assert MAILED in mail(client, new)
    assert new in mailbox.messages[1].get_content()


@pytest.mark.parametrize(
    "spelling",
    [
        "CONTACT@example.org",
        "contact@EXAMPLE.org",
        "contact+tag@example.org",
        "ｃｏｎｔａｃｔ@example.org",
        "contact@ｅxample.org",
    ],
)
def test_the_same_mailbox_in_another_spelling_is_the_same(client: FlaskClient, mailbox: Mailbox, spelling: str) -> None:
    for first, second in ((CONTACT, spelling), (spelling, CONTACT)):
        mail(client, start(client, contact=first))
        assert WAIT in mail(client, start(client, contact=second))
    assert len(mailbox.messages) == 1


@pytest.mark.parametrize("other", ["contacts@example.org", "contact@example.com", "con.tact@example.org"])
def test_another_mailbox_need_not_wait(client: FlaskClient, mailbox: Mailbox, other: str) -> None:
    for contact in (CONTACT, other):
        assert f"The link is on its way to {contact}." in mail(client, start(client, contact=contact))
    assert mailbox.recipients == [[CONTACT], [other]]


def test_deleting_or_changing_what_was_mailed_is_no_way_around(client: FlaskClient, mailbox: Mailbox) -> None:
    link = start(client)
    mail(client, link)
    client.post(link + "details", data={"region": "Made-up region", "contact": "other@example.org"})
    assert "The link is on its way to other@example.org." in mail(client, link)
    client.post(link + "delete")
    for contact in (CONTACT, "other@example.org"):
        assert WAIT in mail(client, start(client, contact=contact))
    assert mailbox.recipients == [[CONTACT], ["other@example.org"]]


def test_the_site_sends_no_more_than_sixty_in_an_hour(
    client: FlaskClient, mailbox: Mailbox, database: Database
) -> None:
    with database.writing() as session:
        session.add_all(Mailing(address_hash=str(number)) for number in range(MOST_IN_A_WHILE - 1))
    assert MAILED in mail(client, start(client))
    other = start(client, contact="other@example.org")
    for minutes in (0, 59):
        later(database, minutes)
        assert WAIT in mail(client, other)
    assert len(dump(database)["mailings"]) == 60
    later(database, 61)
    assert "The link is on its way to other@example.org." in mail(client, other)
    assert len(dump(database)["mailings"]) == 1, "what is over is forgotten"
    assert mailbox.recipients == [[CONTACT], ["other@example.org"]]


def test_of_an_address_only_a_fingerprint_is_kept_besides_the_contact(
    client: FlaskClient, mailbox: Mailbox, database: Database
) -> None:
    mail(client, start(client))
    (row,) = dump(database)["mailings"]
    assert "contact" not in str(row)
    assert "example" not in str(row)


def test_without_a_contact_nothing_is_mailed(client: FlaskClient, mailbox: Mailbox, database: Database) -> None:
    link = start(client, contact="")
    before = dump(database)
    assert "Enter a contact first; the link can be mailed to nobody else." in client.get(link + "link").text
    assert "There is no contact to mail it to." in mail(client, link)
    client.post(link + "link/mail", data={"to": "evil@example.com", "contact": "evil@example.com"})
    assert (mailbox.messages, dump(database)) == ([], before)


@pytest.mark.parametrize(
    "region",
    [
        "Åland & <b>Öresund</b> 50% %(x)s {{ 7 * 7 }}",
        "Ж" * 120,
        "\u202eright to left",
        "🦆",
    ],
)
def test_no_region_s_name_gets_into_the_message(client: FlaskClient, mailbox: Mailbox, region: str) -> None:
    assert MAILED in mail(client, start(client, region))
    (message,) = mailbox.messages
    assert mailbox.recipients == [[CONTACT]]
    assert message["Bcc"] is None
    assert len(message.get_all("To", [])) == len(message.get_all("Subject", [])) == 1
    assert message["Subject"] == SUBJECT
    assert region not in message.get_content()
    assert "".join(region.split()) not in "".join(message.get_content().split())


def test_no_contact_gets_into_the_headers(client: FlaskClient) -> None:
    for contact in (
        "a@example.org\r\nBcc: b@example.org",
        "a@example.org, b@example.org",
        "A <a@example.org>",
        "a@b\n@c",
    ):
        assert client.post("/start", data={"region": "Made-up region", "contact": contact}).status_code == 422


def test_an_address_beyond_ascii_is_mailed_to(client: FlaskClient, mailbox: Mailbox) -> None:
    assert "The link is on its way to jörg@example.org." in mail(client, start(client, contact="jörg@example.org"))
    assert mailbox.recipients == [["jörg@example.org"]]


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_server_that_is_away_breaks_nothing(settings: Settings, scheme: str) -> None:
    with mail_server.running() as gone:
        pass
    with mailing_app(settings, f"{scheme}://127.0.0.1:{gone.port}") as client:
        link = start(client)
        page = mail(client, link)
        assert NOT_MAILED in page
        assert f'<code id="address">http://localhost{link}</code>' in page
        assert client.get(link).status_code == 200


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of this machine."""
    return mail_server.make_certificate(tmp_path_factory.mktemp("certificate") / "server.pem")


@pytest.mark.parametrize(("at_once", "name"), [(True, ""), (True, "me:p%40ss@"), (False, "me:p%40ss@"), (False, "")])
def test_a_server_that_can_gets_it_encrypted(
    settings: Settings, certificate: Path, monkeypatch: pytest.MonkeyPatch, at_once: bool, name: str
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with mail_server.running(certificate, at_once) as mailbox:
        server = mailbox.url.replace("smtp://", f"{'smtps' if at_once else 'smtp'}://{name}")
        with mailing_app(settings, server) as client:
            assert MAILED in mail(client, start(client))
    assert mailbox.encrypted == [True]
    assert mailbox.signed_in == ([("me", "p@ss")] if name else [])


def test_a_server_that_proves_nothing_gets_neither_password_nor_link(settings: Settings, certificate: Path) -> None:
    with mail_server.running(certificate) as unknown, mail_server.running() as open_one:
        for mailbox in (unknown, open_one):
            with mailing_app(settings, mailbox.url.replace("smtp://", "smtp://me:secret@")) as client:
                assert NOT_MAILED in mail(client, start(client, contact=f"{mailbox.port}@example.org"))
            assert (mailbox.messages, mailbox.signed_in) == ([], [])


def test_what_went_wrong_is_not_told_to_whoever_asked(settings: Settings) -> None:
    with mailing_app(settings, "smtp://me:hunter2@127.0.0.1:1") as client:
        page = mail(client, start(client))
    for secret in ("hunter2", "127.0.0.1", "refused"):
        assert secret not in page


def test_of_two_that_mail_at_once_nobody_waits_for_the_other(database: Database) -> None:
    if database.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    with database.writing() as session:
        session.add(Mailing(address_hash="", at=now() - dt.timedelta(hours=2)))
    with database.writing() as one, database.writing() as other:
        assert may_send(one, "one@example.org")
        other.execute(text("SET LOCAL lock_timeout = '1s'"))
        assert may_send(other, "other@example.org")
