"""How tests have PDFs made where they are not about that: in this process, when asked for, waited for."""

import time
from http import HTTPStatus

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from webapp.database import Database
from webapp.report.order import make
from webapp.report.store import Reports

PATIENCE = 180.0
"""Seconds: processes that stand behind all others are slow where many tests run at once."""


def in_this_process(database: Database) -> Reports:
    """Reports for an application in a test."""
    return Reports(database, make, PATIENCE, ahead=False)


def asked(client: FlaskClient, path: str) -> TestResponse:
    """What is answered in the end where a PDF is asked for as the page says that stands for it."""
    end = time.monotonic() + PATIENCE
    while (answer := client.get(path)).status_code == HTTPStatus.ACCEPTED and time.monotonic() < end:
        time.sleep(0.1)
    return answer
