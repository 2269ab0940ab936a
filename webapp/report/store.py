"""PDFs of submissions and of comparisons, made in the background, each once, and kept from then on."""

import datetime as dt
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple, cast

from flask import Flask, current_app
from sqlalchemy import ColumnElement, Delete, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from rubric.digests import digest
from rubric.model import Rubric
from rubric.peers import Peers
from webapp.assessment import submitted
from webapp.database import Database
from webapp.errors import trace
from webapp.i18n import language
from webapp.models import Assessment, Rendering, Submission
from webapp.models import Report as Kept
from webapp.report.background import Background, NotReady
from webapp.report.comparison_order import ComparisonOrder, comparison_version, make_comparison
from webapp.report.context import Report
from webapp.report.edition import Edition, Paper, usual_paper
from webapp.report.issue import Issue
from webapp.report.order import Order, Snapshot, make, report
from webapp.report.pdf import NoPango, works
from webapp.report.pool import LONGEST, TRIES, Closed
from webapp.report.version import template_version

_EXTENSION = "octant-reports"
LEASE = dt.timedelta(seconds=TRIES * LONGEST + 30)
"""How long nobody else makes what a process has begun to: longer than a PDF may take, all tries together."""
_TRIAL = "trial"

Maker = Callable[[Order], bytes]
_log = logging.getLogger(__name__)


class Key(NamedTuple):
    """What a PDF is kept under: the key of both tables."""

    submission_digest: str
    template_version: str
    language: str


def report_on(session: Session, submission: Submission, rubric: Rubric, language: str) -> Report:
    """What page and PDF of `submission`, which answers `rubric`, show."""
    return report(_order(session, submission, rubric, Edition(language)), rubric)


def edition_of(submission: Submission, language: str, paper: Paper | None = None, brief: bool = False) -> Edition:
    """The form in which a region is given its report: on the paper of its country, unless it asks for another."""
    country = json.loads(submission.answers).get("country")
    return Edition(language, paper or usual_paper(country), brief)


def _order(session: Session, submission: Submission, rubric: Rubric, edition: Edition) -> Order:
    before = _before(session, submission)
    return Order(
        snapshot=snapshot_of(submission),
        rubric=rubric.text,
        edition=edition,
        earlier=snapshot_of(before) if before else None,
        peers=Peers.from_json(submission.peers) if submission.peers else None,
    )


def snapshot_of(submission: Submission) -> Snapshot:
    """`submission` as plain data."""
    return Snapshot(submission.answers, Issue(submission.number, submission.at, submission.digest))


def _before(session: Session, submission: Submission) -> Submission | None:
    """The submission before this one: of the same assessment, or else the one that the assessment began with.

    None where it was deleted, or where it answers another rubric: scores of different questions are not compared.
    """
    same_rubric = Submission.rubric_digest == submission.rubric_digest
    query = select(Submission).where(_comes_before(submission), same_rubric).order_by(Submission.id)
    return session.scalar(query.limit(1))


def _comes_before(submission: Submission) -> ColumnElement[bool]:
    if submission.number > 1:
        same_assessment = Submission.assessment_id == submission.assessment_id
        return same_assessment & (Submission.number == submission.number - 1)
    begun_with = select(Assessment.previous).where(Assessment.id == submission.assessment_id)
    return Submission.digest == begun_with.scalar_subquery()


def _key(submission: Submission, order: Order) -> Key:
    return Key(submission.digest, _version(order), order.edition.language)


def _version(order: Order) -> str:
    """Digest over all that shapes the PDF apart from its submission and language."""
    template = template_version(order.edition)
    if not order.earlier and not order.peers:
        return template
    earlier = order.earlier.issue.digest if order.earlier else None
    peers = order.peers.content if order.peers else None
    return digest({"template": template, "earlier": earlier, "peers": peers})


class Reports:
    """The PDFs in a database, made in `background`. `make` makes one: by default in another process."""

    def __init__(self, database: Database, background: Background, make: Maker | None = None) -> None:
        self._database = database
        self._background = background
        self._make = make or self._made_elsewhere
        self._works: bool | None = None

    def request(self, submission: Submission, rubric: Rubric, edition: Edition) -> None:
        """Has the PDF of `submission` made in the background, so that it is there when somebody asks for it."""
        order = self._order(submission, rubric, edition)
        key = _key(submission, order)
        with suppress(NotReady):  # so much is under way that it is left until somebody asks
            self._background.start(key, lambda: self._see_to(key, lambda: self._make(order)))

    def pdf(self, submission: Submission, rubric: Rubric, edition: Edition) -> bytes:
        """The PDF of `submission`: the kept one, or else a new one is begun. Raises NotReady, NoPango."""
        order = self._order(submission, rubric, edition)
        key = _key(submission, order)
        return self._kept(key) or self._awaited(key, lambda: self._make(order))

    def comparison(self, order: ComparisonOrder) -> bytes:
        """The PDF of a comparison, likewise. Raises NotReady, NoPango."""
        key = Key(order.digest, comparison_version(order.edition), order.edition.language)
        return self._kept(key) or self._awaited(key, lambda: self._background.run(make_comparison, order))

    def works(self) -> bool:
        """Whether this machine can make PDFs: found out in the background, and believed until then."""
        if self._works is None:
            with suppress(NotReady):
                self._background.start(_TRIAL, self._try)
        return self._works is not False

    def _try(self) -> None:
        if self._works is None:  # it may have been found out since
            self._works = self._background.run(works)

    def _made_elsewhere(self, order: Order) -> bytes:
        return self._background.run(make, order)

    def _order(self, submission: Submission, rubric: Rubric, edition: Edition) -> Order:
        with self._database.reading() as session:
            return _order(session, submission, rubric, edition)

    def _awaited(self, key: Key, make: Callable[[], bytes]) -> bytes:
        self._background.wait(key, lambda: self._see_to(key, make))
        if kept := self._kept(key):
            return kept
        raise NotReady  # another process makes it

    def _see_to(self, key: Key, make: Callable[[], bytes]) -> None:
        """Makes and keeps the PDF, unless it is kept or another process is at it."""
        try:
            with self._leased(key) as ours:
                if ours and not self._kept(key):
                    self._keep(key, make())
        except (NoPango, Closed):
            raise  # the machine's or the server's state, of which others tell
        except Exception as error:
            _log.error("a report could not be made\n%s", "".join(trace(error)))
            raise

    @contextmanager
    def _leased(self, key: Key) -> Iterator[bool]:
        """Whether this process may make what `key` names: nobody else does as long as the block lasts, or LEASE."""
        until = dt.datetime.now(dt.UTC) + LEASE
        ours = self._lease(key, until)
        try:
            yield ours
        finally:
            if ours:
                with self._database.writing() as session:
                    session.execute(_leases(key).where(Rendering.leased_until == until))

    def _lease(self, key: Key, until: dt.datetime) -> bool:
        try:
            with self._database.writing() as session:
                session.execute(_leases(key).where(Rendering.leased_until < dt.datetime.now(dt.UTC)))
                session.add(Rendering(**key._asdict(), leased_until=until))
        except IntegrityError:
            return False
        return True

    def _kept(self, key: Key) -> bytes | None:
        with self._database.reading() as session:
            found = session.get(Kept, key)
            return found.pdf if found else None

    def _keep(self, key: Key, made: bytes) -> None:
        with suppress(IntegrityError), self._database.writing() as session:
            # Another process keeps the same bytes where it took over a lease that ran out too early.
            session.add(Kept(**key._asdict(), pdf=made))
            session.execute(_leases(key))


def _leases(key: Key) -> Delete:
    return delete(Rendering).filter_by(**key._asdict())


def init_app(app: Flask, made: Reports) -> None:
    """Gives `app` its reports, instead of those before; that of a submission is begun when it is made."""
    app.extensions[_EXTENSION] = made
    submitted.listen(app, lambda one, rubric: made.request(one, rubric, edition_of(one, language())))


def reports() -> Reports:
    """The reports of the application that handles this request."""
    return cast(Reports, current_app.extensions[_EXTENSION])
