"""Everybody's own account: where it is signed in, how its password changes, and what the command line does for it."""

import argparse
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from rubric.problems import InputError
from tests.mail_server import Mailbox
from tests.webapp.accounts.entering import arrived, enter, fill, is_in, made, path, recovery_codes, set_up, sqlite_alone
from tests.webapp.accounts.signing_in import EMAIL, PASSWORD, csrf_token, sign_in
from tests.webapp.governance.governing import log, send
from tests.webapp.mailing import mailing_app
from webapp.accounts import browsers, commands
from webapp.config import Settings
from webapp.database import Database
from webapp.models import SignedIn, User

NEW_PASSWORD, FORGOT = "quite another battery staple", "/admin/reset"


def test_sessions_are_listed_and_ended_singly_or_all_others(
    administrator: FlaskClient, app: Flask, database: Database
) -> None:
    phone, tablet = app.test_client(), app.test_client()
    agents = {
        phone: "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1",
        tablet: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    }
    for browser, agent in agents.items():
        browser.environ_base["HTTP_USER_AGENT"] = agent
        assert enter(browser).status_code == 302
    page = administrator.get("/admin/account").text
    assert "Safari (iOS)" in page
    assert "Firefox (Linux)" in page
    with database.reading() as session:
        mark = session.scalars(select(SignedIn.key_hash).where(SignedIn.browser == "Safari (iOS)")).one()
    send(administrator, "/admin/account/sessions", session=mark)
    assert not is_in(phone)
    assert is_in(tablet)
    enter(phone)
    send(administrator, "/admin/account/sessions")
    assert not is_in(phone)
    assert not is_in(tablet)
    assert is_in(administrator)
    me = log(database)[0][2]
    assert log(database)[1:] == [(me, "sessions-ended", me)] * 2


@sqlite_alone
def test_nobody_ends_the_session_of_another_account(administrator: FlaskClient, app: Flask, database: Database) -> None:
    made(app, database, "viewer@example.org", "viewer")
    viewer = app.test_client()
    sign_in(viewer, "viewer@example.org")
    with database.reading() as session:
        marks = session.scalars(select(SignedIn.key_hash)).all()
    for mark in marks:
        if is_in(viewer):
            send(viewer, "/admin/account/sessions", session=mark)
    assert is_in(administrator)


@sqlite_alone
def test_signing_out_ends_this_browser_alone(administrator: FlaskClient, app: Flask) -> None:
    other = app.test_client()
    enter(other)
    other.post("/admin/logout", data={"csrf_token": csrf_token(other.get("/admin/").text)})
    assert not is_in(other)
    assert is_in(administrator)


@sqlite_alone
def test_a_session_is_marked_as_seen_every_few_minutes(administrator: FlaskClient, database: Database) -> None:
    with database.writing() as session:
        session.execute(update(SignedIn).values(seen_at=SignedIn.made_at))
        row = session.scalars(select(SignedIn)).one()
        row.seen_at = before = row.made_at - browsers.SEEN_EVERY
    is_in(administrator)
    with database.reading() as session:
        assert session.scalars(select(SignedIn.seen_at)).one() > before


@sqlite_alone
def test_changing_the_password_ends_the_other_sessions(
    administrator: FlaskClient, app: Flask, database: Database
) -> None:
    other = app.test_client()
    enter(other)
    form = {"password": PASSWORD, "new_password": NEW_PASSWORD, "new_password_confirm": NEW_PASSWORD}
    assert fill(administrator, "/admin/account/password", **form | {"new_password_confirm": "x"}).status_code == 422
    assert fill(administrator, "/admin/account/password", **form).location == "/admin/account?done=password"
    assert is_in(administrator)
    assert not is_in(other)
    assert enter(app.test_client(), password=PASSWORD).status_code == 422
    assert enter(other, password=NEW_PASSWORD).status_code == 302
    assert log(database)[-1][1] == "password-changed"


Admin = Callable[..., str]


@pytest.fixture
def admin(app: Flask, capsys: pytest.CaptureFixture[str]) -> Admin:
    """Runs `./octant admin …` inside `app`, and gives all that it says."""

    def inside(options: argparse.Namespace) -> int:
        with app.app_context():
            code: int = options.inside(options)
            return code

    def run(*arguments: str) -> str:
        parser = argparse.ArgumentParser()
        commands.add(parser.add_subparsers(), inside)
        options = parser.parse_args(arguments)
        assert options.command(options) == 0
        return "".join(capsys.readouterr())

    return run


def test_a_link_of_the_command_line_sets_a_password_once_and_bypasses_no_second_factor(
    administrator: FlaskClient, app: Flask, admin: Admin, database: Database
) -> None:
    authenticator = set_up(administrator)
    said = admin("reset", EMAIL)
    assert said.startswith("http://127.0.0.1:8000/admin/reset/")
    link = path(said.strip())
    visitor = app.test_client()
    assert fill(visitor, link, password="short", password_confirm="short").status_code == 422
    done = fill(visitor, link, password=NEW_PASSWORD, password_confirm=NEW_PASSWORD)
    assert done.location == "/admin/login?done=reset"
    assert not is_in(visitor)
    assert not is_in(administrator)
    assert visitor.get(link).status_code == 404
    token = csrf_token(visitor.get("/admin/login").text)
    again = {"csrf_token": token, "password": PASSWORD, "password_confirm": PASSWORD}
    assert visitor.post(link, data=again).status_code == 404
    assert enter(visitor, password=NEW_PASSWORD).location.startswith("/admin/login/code")
    assert not is_in(visitor)
    assert fill(visitor, "/admin/login/code", code=authenticator.code(ahead=1)).location == "/admin/"
    assert [what for _, what, _ in log(database)][-2:] == ["reset-given", "password-reset"]


@sqlite_alone
def test_without_mail_the_page_says_whom_to_ask(client: FlaskClient, account: None) -> None:
    assert "./octant admin reset" in client.get(FORGOT).text


@sqlite_alone
def test_a_reset_by_mail_says_the_same_to_everybody(
    settings: Settings, mailbox: Mailbox, database: Database, account: None
) -> None:
    with mailing_app(settings, mailbox.url) as client:
        known, unknown = fill(client, FORGOT, email=EMAIL), fill(client, FORGOT, email="nobody@example.org")
        for answer in (known, unknown):
            assert answer.status_code == 200
            assert "If there is an open account with this address" in answer.text
        link = arrived(mailbox, 1)
        assert mailbox.recipients == [[EMAIL]]
        for email in (EMAIL, "nobody@example.org"):
            statuses = [fill(client, FORGOT, email=email).status_code for _ in range(3)]
            assert statuses == [200, 200, 429], email
        assert len(mailbox.messages) == 1, "nobody is flooded"
        with database.writing() as session:
            session.execute(update(User).values(active=False))
        assert client.get(link).status_code == 404
        with database.writing() as session:
            session.execute(update(User).values(active=True))
        assert fill(client, link, password=NEW_PASSWORD, password_confirm=NEW_PASSWORD).status_code == 302
        assert enter(client, password=NEW_PASSWORD).status_code == 302


@sqlite_alone
def test_the_command_line_lists_and_switches_second_factors_off(
    administrator: FlaskClient, admin: Admin, database: Database
) -> None:
    set_up(administrator)
    recovery_codes(administrator)
    assert admin("list").startswith(f"{EMAIL}: administrator, open, second factor on, last seen 20")
    admin("second-factor-off", EMAIL.upper())
    assert not is_in(administrator)
    assert enter(administrator).location == "/admin/"
    with database.reading() as session:
        assert not session.scalars(select(User)).one().mf_recovery_codes
    with pytest.raises(InputError, match="no account has"):
        admin("second-factor-off", "nobody@example.org")
