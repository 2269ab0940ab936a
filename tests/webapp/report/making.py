"""How tests have PDFs made where they are not about that: in this process, when asked for, waited for."""

import time
from collections.abc import Callable, Hashable
from http import HTTPStatus
from typing import ParamSpec, TypeVar

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from webapp.report.background import Background

P = ParamSpec("P")
T = TypeVar("T")
PATIENCE = 180.0
"""Seconds: processes that stand behind all others are slow where many tests run at once."""


class _Here(Background):
    def start(self, key: Hashable, make: Callable[[], None]) -> None:
        """Nothing: what nobody waits for is left."""

    def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return work(*args, **kwargs)


def in_this_process() -> Background:
    """Where an application in a test has its PDFs made."""
    return _Here(PATIENCE)


def asked(client: FlaskClient, path: str) -> TestResponse:
    """What is answered in the end where a PDF is asked for as the page says that stands for it."""
    end = time.monotonic() + PATIENCE
    while (answer := client.get(path)).status_code == HTTPStatus.ACCEPTED and time.monotonic() < end:
        time.sleep(0.1)
    return answer
