"""PDFs that are kept: made once, whatever asks for them at the same time."""

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from rubric import load
from tests.webapp.report.cases import sparse
from tests.webapp.report.submitting import submit
from webapp.database import Database
from webapp.models import Report, Submission
from webapp.report.edition import Edition
from webapp.report.order import Order, make
from webapp.report.store import WAITING, Busy, Reports
from webapp.report.version import template_version

ENGLISH = Edition("en")


@contextmanager
def _submission(database: Database) -> Iterator[Submission]:
    with database.reading() as session:
        yield session.scalars(select(Submission)).one()


def _kept(session: Session) -> list[bytes]:
    return list(session.scalars(select(Report.pdf)))


def test_what_is_kept_is_given_out_and_not_made_again(client: FlaskClient, database: Database) -> None:
    link = submit(client, sparse())
    first = client.get(link + "report.pdf").data
    with database.reading() as session:
        assert _kept(session) == [first]
    # Only what is kept can give these bytes; whoever makes it anew gives others.
    with database.writing() as session:
        session.execute(update(Report).values(pdf=b"kept"))
    assert client.get(link + "report.pdf").data == b"kept"


def test_what_was_kept_for_other_templates_is_not_given_out(client: FlaskClient, database: Database) -> None:
    submit(client, sparse())
    with _submission(database) as submission:
        Reports(database, lambda _: b"old").pdf(submission, load.rubric(), ENGLISH)
        with database.writing() as session:
            session.execute(update(Report).values(template_version="sha256:" + "0" * 64))
        assert Reports(database, lambda _: b"new").pdf(submission, load.rubric(), ENGLISH) == b"new"
    with database.reading() as session:
        assert sorted(_kept(session)) == [b"new", b"old"]


def test_a_report_is_a_function_of_its_order(client: FlaskClient, database: Database) -> None:
    submit(client, sparse())
    orders: list[Order] = []

    def remember(order: Order) -> bytes:
        orders.append(order)
        return make(order)

    with _submission(database) as submission:
        made = Reports(database, remember).pdf(submission, load.rubric(), ENGLISH)
    assert make(orders[0]) == made


def test_many_who_ask_at_once_wait_for_one(client: FlaskClient, database: Database) -> None:
    submit(client, sparse())
    made: list[str] = []
    all_there = threading.Barrier(4)

    def slowly(order: Order) -> bytes:
        made.append(order.edition.language)
        return b"made"

    store = Reports(database, slowly)
    given: list[bytes] = []

    def ask() -> None:
        with _submission(database) as submission:
            all_there.wait()
            given.append(store.pdf(submission, load.rubric(), ENGLISH))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (made, given) == (["en"], [b"made"] * 4)


def test_two_processes_that_make_the_same_keep_one(client: FlaskClient, database: Database) -> None:
    submit(client, sparse())
    with _submission(database) as submission:

        def overtaken(order: Order) -> bytes:
            Reports(database, lambda _: b"made").pdf(submission, load.rubric(), order.edition)
            return b"made"

        assert Reports(database, overtaken).pdf(submission, load.rubric(), ENGLISH) == b"made"
    with database.reading() as session:
        assert _kept(session) == [b"made"]


def test_a_failure_is_not_kept(client: FlaskClient, database: Database) -> None:
    submit(client, sparse())

    def fail(order: Order) -> bytes:
        raise RuntimeError("made up")

    with _submission(database) as submission:
        with pytest.raises(RuntimeError):
            Reports(database, fail).pdf(submission, load.rubric(), ENGLISH)
        assert Reports(database, lambda _: b"made").pdf(submission, load.rubric(), ENGLISH) == b"made"


def test_each_language_has_a_pdf_of_its_own(client: FlaskClient, database: Database) -> None:
    submit(client, sparse())
    store = Reports(database, lambda order: order.edition.language.encode())
    with _submission(database) as submission:
        assert [store.pdf(submission, load.rubric(), Edition(language)) for language in ("en", "de", "en")] == [
            b"en",
            b"de",
            b"en",
        ]


def test_the_template_version_is_a_digest() -> None:
    assert template_version(ENGLISH).startswith("sha256:")


def test_whoever_finds_no_place_to_wait_is_sent_away(client: FlaskClient, database: Database) -> None:
    submit(client, sparse())
    go_on = threading.Event()
    outcomes: queue.Queue[bytes | Busy] = queue.Queue()
    too_many = 2

    def held_up(_: Order) -> bytes:
        go_on.wait()
        return b"made"

    store = Reports(database, held_up, patience=30)

    def ask(submission: Submission, language: str) -> None:
        try:
            outcomes.put(store.pdf(submission, load.rubric(), Edition(language)))
        except Busy as busy:
            outcomes.put(busy)

    with _submission(database) as submission:
        asking = [threading.Thread(target=ask, args=(submission, str(n))) for n in range(WAITING + too_many)]
        for thread in asking:
            thread.start()
        assert all(isinstance(outcomes.get(timeout=30), Busy) for _ in range(too_many))
        go_on.set()
        assert [outcomes.get(timeout=30) for _ in range(WAITING)] == [b"made"] * WAITING
        for thread in asking:
            thread.join()


def test_nobody_waits_for_ever(client: FlaskClient, database: Database) -> None:
    submit(client, sparse())
    go_on, begun = threading.Event(), threading.Event()

    def held_up(_: Order) -> bytes:
        begun.set()
        go_on.wait()
        return b"made"

    store = Reports(database, held_up, patience=0.1)
    with _submission(database) as submission:
        first = threading.Thread(target=store.pdf, args=(submission, load.rubric(), ENGLISH))
        first.start()
        begun.wait()
        with pytest.raises(Busy):
            store.pdf(submission, load.rubric(), ENGLISH)
        go_on.set()
        first.join()
        assert store.pdf(submission, load.rubric(), ENGLISH) == b"made"
