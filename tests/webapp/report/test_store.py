"""PDFs that are kept: made once, whatever asks for them at the same time, and whatever dies meanwhile."""

import datetime as dt
import os
import queue
import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from rubric import load
from rubric.digests import canonical
from rubric.peers import Peers
from tests.webapp.assessment.starting import DECLARED, SKILLS
from tests.webapp.report.cases import sparse
from tests.webapp.report.making import PATIENCE
from tests.webapp.report.submitting import submit
from webapp.database import Database
from webapp.models import Rendering, Report, Submission
from webapp.report.background import MOST, WAITING, Background, NotReady
from webapp.report.edition import Edition
from webapp.report.order import Order, make
from webapp.report.pool import LONGEST, TRIES, Pool
from webapp.report.questionnaires import Questionnaires
from webapp.report.store import LEASE, Maker, Reports
from webapp.report.version import template_version

ENGLISH = Edition("en")
PEERS = Peers(25, dt.date(2026, 3, 1), (35, 45, 60), {"skills": (30, 40, 55)}, {"skills": 25})


Made = Callable[..., Reports]


@pytest.fixture
def reports(database: Database) -> Iterator[Made]:
    """Gives reports on the database, by default with askers who wait."""
    with ExitStack() as stack:

        def made(make: Maker, patience: float = PATIENCE) -> Reports:
            return Reports(database, stack.enter_context(closing(Background(patience))), make)

        yield made


@contextmanager
def _submission(database: Database) -> Iterator[Submission]:
    with database.reading() as session:
        yield session.scalars(select(Submission)).one()


def _kept(session: Session) -> list[bytes]:
    return list(session.scalars(select(Report.pdf)))


@pytest.mark.one_database
def test_what_is_kept_is_given_out_and_not_made_again(client: FlaskClient, database: Database) -> None:
    link = submit(client, sparse())
    first = client.get(link + "report.pdf").data
    with database.reading() as session:
        assert _kept(session) == [first]
    # Only what is kept can give these bytes; whoever makes it anew gives others.
    with database.writing() as session:
        session.execute(update(Report).values(pdf=b"kept"))
    assert client.get(link + "report.pdf").data == b"kept"


def test_what_was_kept_for_other_templates_is_not_given_out(
    client: FlaskClient, database: Database, reports: Made
) -> None:
    submit(client, sparse())
    with _submission(database) as submission:
        reports(lambda _: b"old").pdf(submission, load.rubric(), ENGLISH)
        with database.writing() as session:
            session.execute(update(Report).values(template_version="sha256:" + "0" * 64))
        assert reports(lambda _: b"new").pdf(submission, load.rubric(), ENGLISH) == b"new"
    with database.reading() as session:
        assert sorted(_kept(session)) == [b"new", b"old"]


def test_what_stood_beside_it_is_part_of_what_it_is_kept_under(
    client: FlaskClient, database: Database, reports: Made
) -> None:
    link = submit(client, sparse())
    client.post(link + "skills", data={SKILLS[0]: "4"})
    client.post(link + "check", data=DECLARED)
    store = reports(lambda order: f"{bool(order.earlier)}, {bool(order.peers)}".encode())

    def pdf() -> bytes:
        with database.reading() as session:
            newest = session.scalars(select(Submission).order_by(Submission.id.desc())).first()
        assert newest
        return store.pdf(newest, load.rubric(), ENGLISH)

    given = [pdf()]
    with database.writing() as session:
        session.execute(update(Submission).values(peers=canonical(PEERS.content)))
    given.append(pdf())
    with database.writing() as session:
        session.delete(session.scalars(select(Submission).order_by(Submission.id)).first())
    given.append(pdf())
    with database.writing() as session:
        session.execute(update(Submission).values(peers=None))
    given.append(pdf())
    assert given == [b"True, False", b"True, True", b"False, True", b"False, False"]
    with database.reading() as session:
        assert sorted(_kept(session)) == sorted(given)
        plain = select(Report.template_version).where(Report.pdf == given[-1])
        assert session.scalar(plain) == template_version(ENGLISH)


@pytest.mark.one_database
def test_a_report_is_a_function_of_its_order(client: FlaskClient, database: Database, reports: Made) -> None:
    submit(client, sparse())
    orders: list[Order] = []

    def remember(order: Order) -> bytes:
        orders.append(order)
        return make(order)

    with _submission(database) as submission:
        made = reports(remember).pdf(submission, load.rubric(), ENGLISH)
    assert make(orders[0]) == made


def test_many_who_ask_at_once_wait_for_one(client: FlaskClient, database: Database, reports: Made) -> None:
    submit(client, sparse())
    all_there = threading.Barrier(WAITING + 1)
    given: list[bytes] = []

    def ask(submission: Submission) -> None:
        all_there.wait()
        given.append(store.pdf(submission, load.rubric(), ENGLISH))

    with _submission(database) as submission, held_up() as go_on:
        store = reports(go_on.made)
        threads = [threading.Thread(target=ask, args=(submission,)) for _ in range(WAITING)]
        for thread in threads:
            thread.start()
        all_there.wait()
        assert go_on.begun.wait(30)
        assert not given
        go_on.event.set()
        for thread in threads:
            thread.join()
    assert (go_on.orders, given) == (["en"], [b"made"] * WAITING)


def test_two_processes_that_make_the_same_keep_one(client: FlaskClient, database: Database, reports: Made) -> None:
    submit(client, sparse())
    with _submission(database) as submission:

        def overtaken(order: Order) -> bytes:
            with database.writing() as session:  # the lease ran out before its time
                session.execute(delete(Rendering))
            return reports(lambda _: b"made").pdf(submission, load.rubric(), order.edition)

        assert reports(overtaken).pdf(submission, load.rubric(), ENGLISH) == b"made"
    with database.reading() as session:
        assert _kept(session) == [b"made"]


def test_a_failure_is_not_kept(client: FlaskClient, database: Database, reports: Made) -> None:
    submit(client, sparse())

    def fail(order: Order) -> bytes:
        raise RuntimeError("made up")

    with _submission(database) as submission:
        with pytest.raises(RuntimeError):
            reports(fail).pdf(submission, load.rubric(), ENGLISH)
        assert reports(lambda _: b"made").pdf(submission, load.rubric(), ENGLISH) == b"made"


def test_each_language_has_a_pdf_of_its_own(client: FlaskClient, database: Database, reports: Made) -> None:
    submit(client, sparse())
    store = reports(lambda order: order.edition.language.encode())
    with _submission(database) as submission:
        assert [store.pdf(submission, load.rubric(), Edition(language)) for language in ("en", "de", "en")] == [
            b"en",
            b"de",
            b"en",
        ]


def test_the_template_version_is_a_digest() -> None:
    assert re.fullmatch("sha256:[0-9a-f]{64}", template_version(ENGLISH))


def test_nobody_waits_for_ever(client: FlaskClient, database: Database, reports: Made) -> None:
    submit(client, sparse())
    with _submission(database) as submission, held_up() as go_on:
        store = reports(go_on.made, patience=0.1)
        for _ in range(2):
            with pytest.raises(NotReady):
                store.pdf(submission, load.rubric(), ENGLISH)
        go_on.event.set()
        assert _ready(store, submission) == b"made"
    assert go_on.orders == ["en"]


def test_more_than_may_wait_for_anything_are_told_at_once(client: FlaskClient, database: Database) -> None:
    submit(client, sparse())
    outcomes: queue.Queue[bytes | NotReady] = queue.Queue()
    too_many = 2

    def ask(pdf: Callable[[], bytes]) -> None:
        try:
            outcomes.put(pdf())
        except NotReady as not_ready:
            outcomes.put(not_ready)

    with _submission(database) as submission, closing(Background(PATIENCE)) as shared, held_up() as go_on:
        store = Reports(database, shared, go_on.made)
        kept = Questionnaires(shared, lambda *_: b"made" * go_on.event.wait(PATIENCE))
        pdfs = (lambda: store.pdf(submission, load.rubric(), ENGLISH), lambda: kept.pdf(load.rubric(), "en"))
        asking = [threading.Thread(target=ask, args=(pdfs[i % 2],)) for i in range(WAITING + too_many)]
        for thread in asking:
            thread.start()
        assert all(isinstance(outcomes.get(timeout=30), NotReady) for _ in range(too_many))
        go_on.event.set()
        assert [outcomes.get(timeout=30) for _ in range(WAITING)] == [b"made"] * WAITING
        for thread in asking:
            thread.join()


def test_what_is_requested_is_made_without_anybody_waiting(
    client: FlaskClient, database: Database, reports: Made
) -> None:
    submit(client, sparse())
    store = reports(lambda _: b"made")
    with _submission(database) as submission:
        store.request(submission, load.rubric(), ENGLISH)
    _until(lambda: _all_kept(database) == [b"made"])
    assert _leases(database) == 0


def test_no_more_is_put_aside_than_memory_takes(client: FlaskClient, database: Database, reports: Made) -> None:
    submit(client, sparse())
    with _submission(database) as submission, held_up() as go_on:
        store = reports(go_on.made, patience=0)
        for number in range(MOST + 5):
            store.request(submission, load.rubric(), Edition(str(number)))
        with pytest.raises(NotReady):
            store.pdf(submission, load.rubric(), Edition("another"))
        go_on.event.set()
        _until(lambda: len(_all_kept(database)) == MOST)
        assert _ready(store, submission, Edition("another")) == b"made"


def test_two_processes_make_it_once(client: FlaskClient, database: Database, reports: Made) -> None:
    submit(client, sparse())
    with _submission(database) as submission, held_up() as go_on:
        here, there = (reports(go_on.made, patience) for patience in (0, 60))
        here.request(submission, load.rubric(), ENGLISH)
        go_on.begun.wait(30)
        with pytest.raises(NotReady):
            there.pdf(submission, load.rubric(), ENGLISH)
        go_on.event.set()
        assert [_ready(store, submission) for store in (there, here)] == [b"made"] * 2
    assert go_on.orders == ["en"]
    assert (_all_kept(database), _leases(database)) == ([b"made"], 0)


@pytest.mark.parametrize(("left", "made"), [(dt.timedelta(hours=1), 0), (-dt.timedelta(seconds=1), 1)])
def test_what_a_crashed_process_began_is_taken_over(
    client: FlaskClient, database: Database, reports: Made, left: dt.timedelta, made: int
) -> None:
    submit(client, sparse())
    with _submission(database) as submission:
        lease = {"submission_digest": submission.digest, "template_version": template_version(ENGLISH)}
        with database.writing() as session:
            session.add(Rendering(**lease, language="en", leased_until=dt.datetime.now(dt.UTC) + left))
        try:
            reports(lambda _: b"made").pdf(submission, load.rubric(), ENGLISH)
        except NotReady:
            assert made == 0
    assert (len(_all_kept(database)), _leases(database)) == (made, 1 - made)


def test_a_lease_that_another_took_over_is_left_to_it(client: FlaskClient, database: Database, reports: Made) -> None:
    submit(client, sparse())
    later = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)

    def overtaken(order: Order) -> bytes:
        with database.writing() as session:
            session.execute(update(Rendering).values(leased_until=later))
        raise RuntimeError("made up")

    with _submission(database) as submission, pytest.raises(RuntimeError):
        reports(overtaken).pdf(submission, load.rubric(), ENGLISH)
    assert _leases(database) == 1


def test_a_failure_that_nobody_waited_for_is_told_once(client: FlaskClient, database: Database, reports: Made) -> None:
    submit(client, sparse())
    outcomes = iter([b"", b"made"])

    def make(_: Order) -> bytes:
        if not (outcome := next(outcomes)):
            raise RuntimeError("made up")
        return outcome

    store = reports(make)
    with _submission(database) as submission:
        store.request(submission, load.rubric(), ENGLISH)
        with pytest.raises(RuntimeError):
            store.pdf(submission, load.rubric(), ENGLISH)
        assert store.pdf(submission, load.rubric(), ENGLISH) == b"made"


def test_the_log_says_where_it_failed_and_not_what_was_typed(
    client: FlaskClient, database: Database, reports: Made, caplog: pytest.LogCaptureFixture
) -> None:
    submit(client, sparse())
    with _submission(database) as submission, closing(Pool()) as pool:
        store = reports(lambda _: pool.run(fail_elsewhere))
        with pytest.raises(ValueError, match="some"):
            store.pdf(submission, load.rubric(), ENGLISH)
    assert "fail_elsewhere" in caplog.text
    assert "ValueError" in caplog.text
    assert "some.person@example.org" not in caplog.text
    assert _leases(database) == 0


def fail_elsewhere() -> bytes:
    """In the other process: fails, quoting a person."""
    raise ValueError("@".join(["some.person", "example.org"]))


def test_a_killed_process_costs_nobody_the_report(
    client: FlaskClient, database: Database, reports: Made, tmp_path: Path
) -> None:
    submit(client, sparse())
    with _submission(database) as submission, closing(Pool()) as pool:
        store = reports(lambda _: pool.run(die_the_first_time, tmp_path / "asked"))
        store.request(submission, load.rubric(), ENGLISH)
        assert store.pdf(submission, load.rubric(), ENGLISH) == b"made"
    assert (_all_kept(database), _leases(database)) == ([b"made"], 0)


def die_the_first_time(file: Path) -> bytes:
    """In the other process."""
    if not file.exists():
        file.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return b"made"


class Held:
    """A maker that goes on when `event` is set, and says when it has `begun` and what it was asked for."""

    def __init__(self) -> None:
        self.event, self.begun = threading.Event(), threading.Event()
        self.orders: list[str] = []

    def made(self, order: Order) -> bytes:
        self.orders.append(order.edition.language)
        self.begun.set()
        self.event.wait(60)
        return b"made"


@contextmanager
def held_up() -> Iterator[Held]:
    """A maker that waits, at most until the end of the block."""
    held = Held()
    try:
        yield held
    finally:
        held.event.set()


def _ready(store: Reports, submission: Submission, edition: Edition = ENGLISH) -> bytes:
    """The PDF, asked for until it is there."""
    made: list[bytes] = []

    def ask() -> bool:
        with suppress(NotReady):
            made.append(store.pdf(submission, load.rubric(), edition))
        return bool(made)

    _until(ask)
    return made[0]


def _until(true: Callable[[], bool]) -> None:
    """Waits for that, within bounds."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def _all_kept(database: Database) -> list[bytes]:
    with database.reading() as session:
        return _kept(session)


def _leases(database: Database) -> int:
    with database.reading() as session:
        return len(session.scalars(select(Rendering.language)).all())


def test_what_takes_too_long_is_not_tried_again(client: FlaskClient, database: Database, reports: Made) -> None:
    submit(client, sparse())
    tried: list[Order] = []

    def make(order: Order) -> bytes:
        tried.append(order)
        raise TimeoutError

    store = reports(make)
    with _submission(database) as submission:
        for _ in range(2):
            with pytest.raises(TimeoutError):
                store.pdf(submission, load.rubric(), ENGLISH)
    assert len(tried) == 1


def test_a_lease_outlasts_all_tries() -> None:
    assert dt.timedelta(seconds=TRIES * LONGEST) < LEASE
