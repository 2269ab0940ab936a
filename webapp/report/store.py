"""PDFs of submissions, made when first asked for and kept from then on."""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import BoundedSemaphore
from typing import cast

from flask import Flask, current_app
from sqlalchemy.exc import IntegrityError

from rubric import load
from rubric.answers import from_content
from rubric.assess import assess
from rubric.digests import canonical, digest
from rubric.model import Rubric
from webapp.config import ROOT
from webapp.database import Database
from webapp.models import Report as Kept
from webapp.models import Submission
from webapp.report.context import Issue, Report, report_of
from webapp.report.pdf import pdf, versions

_EXTENSION = "octant-reports"


@dataclass(frozen=True)
class Order:
    """All that a PDF is made from, as plain data that another process could take: the PDF is a function of it."""

    answers: str
    rubric: str
    issue: Issue
    language: str


WAITING = 4
"""How many requests may wait for a PDF that is not made yet: whoever waits holds a thread that others need."""
PATIENCE = 6.0
"""Seconds that a request waits for its turn: longer than a PDF usually takes."""


class Busy(Exception):
    """So many PDFs are being made that this one has to be asked for again later."""


Maker = Callable[[Order], bytes]


def make(order: Order) -> bytes:
    """The PDF that `order` asks for."""
    return pdf(_report(order.answers, load.from_content(json.loads(order.rubric)), order), order.language)


def report_on(submission: Submission, rubric: Rubric, language: str) -> Report:
    """What page and PDF of `submission`, which answers `rubric`, show."""
    return _report(submission.answers, rubric, _order(submission, rubric, language))


def _order(submission: Submission, rubric: Rubric, language: str) -> Order:
    issue = Issue(submission.number, submission.at, submission.digest)
    return Order(submission.answers, canonical(rubric.content), issue, language)


def _report(content: str, rubric: Rubric, order: Order) -> Report:
    answers, _ = from_content(json.loads(content), "submission", rubric)
    return report_of(assess(answers, rubric), order.issue, order.language)


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

    def pdf(self, submission: Submission, rubric: Rubric, language: str) -> bytes:
        """The PDF of `submission`: the kept one, or a new one, which is then kept. Raises NoPango and Busy."""
        key = (submission.digest, template_version(), language)
        return self._kept(key) or self._made(key, _order(submission, rubric, language))

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


@lru_cache
def template_version() -> str:
    """Digest over everything that shapes a PDF apart from its submission: templates, our modules, packages."""
    sources = {str(file.relative_to(ROOT)): hashlib.sha256(file.read_bytes()).hexdigest() for file in _sources()}
    return digest({"sources": sources, "packages": versions()})


def _sources() -> Iterator[Path]:
    for folder, pattern in (("templates/report", "*"), ("webapp/report", "*.py"), ("rubric", "*.py")):
        yield from sorted(file for file in (ROOT / folder).glob(pattern) if file.is_file())
    yield ROOT / "templates" / "components.html"
    yield ROOT / "webapp" / "charts.py"


def init_app(app: Flask, database: Database) -> None:
    """Gives `app` its reports."""
    app.extensions[_EXTENSION] = Reports(database)


def reports() -> Reports:
    """The reports of the application that handles this request."""
    return cast(Reports, current_app.extensions[_EXTENSION])
