"""PDFs of submissions, made when first asked for and kept from then on."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import cast

from flask import Flask, current_app
from sqlalchemy.exc import IntegrityError

from rubric.digests import canonical
from rubric.model import Rubric
from webapp.database import Database
from webapp.models import Report as Kept
from webapp.models import Submission
from webapp.report.context import Report
from webapp.report.edition import Edition, Paper, usual_paper
from webapp.report.issue import Issue
from webapp.report.order import Order, Snapshot, make, report
from webapp.report.version import template_version

_EXTENSION = "octant-reports"


WAITING = 4
"""How many requests may wait for a PDF that is not made yet: whoever waits holds a thread that others need."""
PATIENCE = 6.0
"""Seconds that a request waits for its turn: longer than a PDF usually takes."""


class Busy(Exception):
    """So many PDFs are being made that this one has to be asked for again later."""


Maker = Callable[[Order], bytes]


def report_on(submission: Submission, rubric: Rubric, language: str) -> Report:
    """What page and PDF of `submission`, which answers `rubric`, show."""
    return report(_order(submission, rubric, Edition(language)), rubric)


def edition_of(submission: Submission, language: str, paper: Paper | None = None, brief: bool = False) -> Edition:
    """The form in which a region is given its report: on the paper of its country, unless it asks for another."""
    country = json.loads(submission.answers).get("country")
    return Edition(language, paper or usual_paper(country), brief)


def _order(submission: Submission, rubric: Rubric, edition: Edition) -> Order:
    issue = Issue(submission.number, submission.at, submission.digest)
    return Order(Snapshot(submission.answers, issue), canonical(rubric.content), edition)


@contextmanager
def held(places: BoundedSemaphore, patience: float) -> Iterator[None]:
    """Holds one of `places`, had within `patience` seconds. Raises Busy."""
    if not places.acquire(timeout=patience):
        raise Busy
    try:
        yield
    finally:
        places.release()


class Reports:
    """The PDFs in a database. `make` is called in this process; it may as well hand the order to a pool of others."""

    def __init__(self, database: Database, make: Maker = make, patience: float = PATIENCE) -> None:
        self._database = database
        self._make = make
        self._patience = patience
        self._making = BoundedSemaphore(1)
        self._places = BoundedSemaphore(WAITING)

    def pdf(self, submission: Submission, rubric: Rubric, edition: Edition) -> bytes:
        """The PDF of `submission`: the kept one, or a new one, which is then kept. Raises NoPango and Busy."""
        key = (submission.digest, template_version(edition), edition.language)
        return self._kept(key) or self._made(key, _order(submission, rubric, edition))

    def _made(self, key: tuple[str, str, str], order: Order) -> bytes:
        """One at a time: it takes seconds of a core, and whoever waits for the same one finds it made."""
        with held(self._places, 0), held(self._making, self._patience):
            return self._kept(key) or self._keep(key, self._make(order))

    def _kept(self, key: tuple[str, str, str]) -> bytes | None:
        with self._database.reading() as session:
            found = session.get(Kept, key)
            return found.pdf if found else None

    def _keep(self, key: tuple[str, str, str], made: bytes) -> bytes:
        submission, version, language = key
        try:
            with self._database.writing() as session:
                session.add(Kept(submission_digest=submission, template_version=version, language=language, pdf=made))
        except IntegrityError:
            pass  # another process kept the same bytes meanwhile
        return made


def init_app(app: Flask, database: Database) -> None:
    """Gives `app` its reports."""
    app.extensions[_EXTENSION] = Reports(database)


def reports() -> Reports:
    """The reports of the application that handles this request."""
    return cast(Reports, current_app.extensions[_EXTENSION])
