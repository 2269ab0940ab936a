import logging
import re
from contextlib import closing
from pathlib import Path
from urllib.parse import urljoin

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from tests.commands import run_on
from tests.webapp.accounts.signing_in import EMAIL, PASSWORD, csrf_token, sign_in, sign_out
from webapp.config import Settings
from webapp.database import Database
from webapp.models import Role, User


def test_signs_in_and_out(client: FlaskClient, account: None) -> None:
    assert sign_in(client).headers["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200
    assert sign_out(client).headers["Location"] == "/admin/login"
    assert client.get("/admin/").status_code == 302


def test_finds_the_account_however_the_address_is_written(client: FlaskClient, account: None) -> None:
    assert sign_in(client, email=EMAIL.upper()).status_code == 302


@pytest.mark.parametrize(
    ("email", "password"),
    [(EMAIL, "wrong horse battery staple"), ("nobody@example.org", PASSWORD), ("", ""), ("x", "y")],
)
def test_says_the_same_whatever_was_wrong(client: FlaskClient, account: None, email: str, password: str) -> None:
    answer = sign_in(client, email, password)
    assert answer.status_code == 422
    assert answer.text.count("Either the e-mail address or the password is wrong, or the account is closed.") == 1
    assert "<title>Error: " in answer.text
    assert client.get("/admin/").status_code == 302


def test_refuses_a_closed_account_in_the_same_words(client: FlaskClient, database: Database, account: None) -> None:
    with database.writing() as session:
        session.execute(update(User).values(active=False))
    answer = sign_in(client)
    assert answer.status_code == 422
    assert "Either the e-mail address or the password is wrong" in answer.text


def test_closing_an_account_ends_its_session(administrator: FlaskClient, database: Database) -> None:
    with database.writing() as session:
        session.execute(update(User).values(active=False))
    assert administrator.get("/admin/").status_code == 302


def test_an_account_without_the_role_sees_nothing(client: FlaskClient, database: Database, account: None) -> None:
    with database.writing() as session:
        user = session.scalars(select(User)).one()
        user.roles.clear()
    sign_in(client)
    assert client.get("/admin/").status_code == 403


def test_leads_back_to_the_page_that_was_asked_for(client: FlaskClient, account: None) -> None:
    asked = client.get("/admin/submissions/17")
    assert asked.headers["Location"] == "/admin/login?next=/admin/submissions/17"
    page = client.get(asked.headers["Location"]).text
    assert 'name="next" value="/admin/submissions/17"' in page
    assert sign_in(client, then="/admin/submissions/17").headers["Location"] == "/admin/submissions/17"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://example.org/",
        "//example.org/",
        "/\\example.org",
        "///example.org",
        " //example.org",
        "javascript:alert(1)",
    ],
)
def test_never_leads_elsewhere(client: FlaskClient, account: None, elsewhere: str) -> None:
    led = urljoin("http://localhost/admin/login", sign_in(client, then=elsewhere).headers["Location"])
    assert led.startswith("http://localhost/")
    assert "\\" not in led


@pytest.mark.parametrize("misleading", ["http://localhost//example.org", "http://localhost/\\example.org", "http://["])
def test_refuses_to_lead_to_what_names_another_host(client: FlaskClient, account: None, misleading: str) -> None:
    assert sign_in(client, then=misleading).status_code == 400
    led = client.get("/admin/login", query_string={"next": misleading})
    assert led.status_code == 400
    assert "The request could not be read" in led.text


@pytest.mark.parametrize("body", ["[1, 2]", '"x"', "5", '{"email": "\\ud800@x.yy", "password": "p"}', '{"next": 5}'])
def test_takes_forms_only(administrator: FlaskClient, body: str) -> None:
    for page in ("login", "reset", "again", "account/password", "account/passkeys", "accounts/invitations"):
        sent = administrator.post(f"/admin/{page}", data=body, content_type="application/json")
        assert sent.status_code == 415, page
        assert "This page takes forms only" in sent.text


@pytest.mark.parametrize("token", ["", "made up"])
def test_signing_in_needs_the_token_of_the_form(client: FlaskClient, account: None, token: str) -> None:
    client.get("/admin/login")
    data = {"email": EMAIL, "password": PASSWORD, "csrf_token": token}
    answer = client.post("/admin/login", data=data)
    assert answer.status_code == 422
    assert "Signing in needs one." in answer.text
    assert client.get("/admin/").status_code == 302


def test_signing_out_needs_the_token_of_the_form(administrator: FlaskClient) -> None:
    asked = administrator.post("/admin/logout")
    assert "Sign out?" in asked.text
    assert administrator.get("/admin/").status_code == 200
    administrator.post("/admin/logout", data={"csrf_token": csrf_token(asked.text)})
    assert administrator.get("/admin/").status_code == 302


def test_a_copied_cookie_ends_with_signing_out(administrator: FlaskClient, app: Flask) -> None:
    cookie = administrator.get_cookie("session", path="/admin")
    assert cookie
    thief = app.test_client()
    thief.set_cookie("session", cookie.value, path="/admin")
    assert thief.get("/admin/").status_code == 200
    sign_out(administrator)
    assert thief.get("/admin/").status_code == 302


def test_what_an_account_writes_waits_its_turn(app: Flask, database: Database, account: None) -> None:
    with app.app_context():
        store = app.extensions["security"].datastore
        user = store.find_user(email=EMAIL)
        with database.writing() as session:  # SQLite would now refuse to go on from reading to writing
            session.add(Role(name="made up"))
        store.set_uniquifier(user, "made up")
        store.commit()
    with database.reading() as session:
        assert session.scalars(select(User.fs_uniquifier)).one() == "made up"


def test_gives_no_token_for_programs(client: FlaskClient, account: None) -> None:
    token = csrf_token(client.get("/admin/login").text)
    data = {"email": EMAIL, "password": PASSWORD, "csrf_token": token}
    answer = client.post("/admin/login?include_auth_token", json=data)
    assert answer.content_type.startswith("text/html")
    assert "token" not in answer.text


@pytest.mark.parametrize(("scheme", "secure"), [("http", False), ("https", True)])
def test_the_cookie_is_for_these_pages_alone(client: FlaskClient, account: None, scheme: str, secure: bool) -> None:
    page = client.get("/admin/login", base_url=f"{scheme}://localhost")
    (cookie,) = page.headers.getlist("Set-Cookie")
    attributes = cookie.split("; ")[1:]
    assert sorted(attributes) == sorted(["HttpOnly", "Path=/admin", "SameSite=Lax", *(["Secure"] if secure else [])])


def test_the_password_is_kept_as_argon2id(tmp_path: Path) -> None:
    """At the cost that the library advises, which other tests do without."""
    settings = Settings(tmp_path, f"sqlite:///{tmp_path}/octant.sqlite")
    assert run_on(settings, "admin", "create", EMAIL, stdin=PASSWORD.encode()).returncode == 0
    with closing(Database(settings.database_url)) as database, database.reading() as session:
        password = session.scalars(select(User.password)).one()
    assert password
    cost = re.match(r"\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$", password)
    assert cost and [int(part) for part in cost.groups()] == [65536, 3, 4]


def test_the_log_holds_no_address_and_no_password(
    client: FlaskClient, account: None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    sign_in(client, password="wrong horse battery staple")
    sign_in(client)
    sign_out(client)
    for secret in (EMAIL, PASSWORD, "wrong horse"):
        assert secret not in caplog.text
