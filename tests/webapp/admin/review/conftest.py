"""An assessment to review, and who reviews."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.webapp.admin.review.reviewing import reviewer, submitted
from webapp.database import Database


@pytest.fixture
def link(client: FlaskClient) -> str:
    """The path to an assessment that was submitted once."""
    return submitted(client)


@pytest.fixture
def anna(app: Flask, database: Database) -> FlaskClient:
    """A reviewer."""
    return reviewer(app, database, "anna@example.org")


@pytest.fixture
def bert(app: Flask, database: Database) -> FlaskClient:
    """Another."""
    return reviewer(app, database, "bert@example.org")
