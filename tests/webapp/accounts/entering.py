"""How tests enter with a second factor, from several browsers and networks."""

import html
import re
import time
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from passlib.totp import TOTP
from sqlalchemy import update
from werkzeug.test import TestResponse

from tests.mail_server import Mailbox
from tests.webapp.accounts.signing_in import EMAIL, PASSWORD, csrf_token
from tests.webapp.mailing import SITE
from webapp import audit
from webapp.accounts import creating
from webapp.accounts.roles import Role
from webapp.database import Database
from webapp.models import User

sqlite_alone = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""Marks tests for which the kind of database makes no difference."""
AUTHENTICATOR = "/admin/account/authenticator"
SECOND_FACTOR = "/admin/account/second-factor"


class Authenticator:
    """An app that has read a secret."""

    def __init__(self, secret: str) -> None:
        self._totp = TOTP(key=secret, format="base32")

    def code(self, ahead: int = 0) -> str:
        """The code of this half minute, or of one so many later."""
        return str(self._totp.generate(time=int(time.time()) + 30 * ahead).token)


def fill(client: FlaskClient, page: str, to: str | None = None, **fields: str) -> TestResponse:
    """Opens a page and sends its form, filled in, to where it says or to another address."""
    token = csrf_token(client.get(page).text)
    return client.post(to or page, data={"csrf_token": token} | fields)


def made(app: Flask, database: Database, email: str, role: Role, password: str = PASSWORD) -> int:
    """Makes an account and gives its id."""
    with app.app_context(), database.writing() as session:
        creating.create(session, email, password, role, audit.COMMAND_LINE)
        return session.query(User).filter_by(email=email).one().id


def begin_set_up(client: FlaskClient) -> tuple[Authenticator, str, str]:
    """Asks for a secret: the app that has read it, where its code goes, and the page."""
    page = fill(client, SECOND_FACTOR, AUTHENTICATOR, setup="authenticator").text
    key = re.search(r"<code>([A-Z2-7-]+)</code>", page)
    action = re.search(rf'action="({AUTHENTICATOR}/[^"]+)"', page)
    assert key
    assert action
    return Authenticator(key[1].replace("-", "")), html.unescape(action[1]), page


def set_up(client: FlaskClient) -> Authenticator:
    """Sets up an authenticator app."""
    app, action, page = begin_set_up(client)
    done = client.post(action, data={"csrf_token": csrf_token(page), "code": app.code()})
    assert done.location == SECOND_FACTOR
    return app


def recovery_codes(client: FlaskClient) -> list[str]:
    """Makes recovery codes."""
    page = fill(client, "/admin/account/recovery-codes", generate_new_codes="yes").text
    shown = re.search(r'<code id="codes">(.*?)</code>', page, re.DOTALL)
    assert shown
    return shown[1].split("<br>")


def enter(client: FlaskClient, email: str = EMAIL, password: str = PASSWORD, network: str = "") -> TestResponse:
    """Sends the form of the sign-in page, by way of a proxy that says from which network."""
    headers = {"X-Forwarded-For": network} if network else {}
    token = csrf_token(client.get("/admin/login").text)
    data = {"email": email, "password": password, "csrf_token": token}
    return client.post("/admin/login", data=data, headers=headers)


def is_in(client: FlaskClient) -> bool:
    """Whether a browser is signed in."""
    return client.get("/admin/account").status_code == 200


def path(address: str) -> str:
    """An address without its host."""
    return urlsplit(address).path


def let_code_pass(database: Database) -> None:
    """Lets the half minute of the last code be over."""
    with database.writing() as session:
        session.execute(update(User).values(last_code=User.last_code - 2))


def arrived(mailbox: Mailbox, number: int) -> str:
    """The link in a message, once it is there."""
    until = time.monotonic() + 10
    while len(mailbox.messages) < number and time.monotonic() < until:
        time.sleep(0.02)
    assert len(mailbox.messages) == number
    link: str = next(line for line in mailbox.messages[-1].get_content().splitlines() if line.startswith(SITE))
    return link.removeprefix(SITE)
