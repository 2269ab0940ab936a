"""An administrator, signed in and not; a mail server."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import mail_server
from tests.mail_server import Mailbox
from tests.webapp.accounts.signing_in import EMAIL, PASSWORD, sign_in
from webapp import audit
from webapp.accounts import creating
from webapp.database import Database


@pytest.fixture
def account(app: Flask, database: Database) -> None:
    """The account of an administrator."""
    with app.app_context(), database.writing() as session:
        creating.create(session, EMAIL, PASSWORD, "administrator", audit.COMMAND_LINE)


@pytest.fixture
def administrator(client: FlaskClient, account: None) -> FlaskClient:
    """A visitor who has signed in."""
    assert sign_in(client).status_code == 302
    return client


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """A mail server without TLS."""
    with mail_server.running() as mailbox:
        yield mailbox
