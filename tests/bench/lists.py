"""How long the list of submissions takes, page and query, at several sizes: `python -m tests.bench.lists [MOST]`.

Aim: at 100,000 submissions every list and filter within 100 ms at the median, on SQLite and PostgreSQL, and within
twice the time that it takes at 1,000. By default up to 100,000, which takes a quarter of an hour, half of it to store
them; with 10000 a few minutes.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from tests import postgresql
from tests.webapp.accounts.signing_in import EMAIL, PASSWORD, sign_in
from tests.webapp.admin.submissions import many
from tests.webapp.report.making import in_this_process
from webapp import audit, current
from webapp.accounts import creating
from webapp.app import create_app
from webapp.config import Settings
from webapp.database import Database
from webapp.report.background import background

SIZES = (1_000, 10_000, 100_000)
AIM_MS, AIM_RATIO = 100.0, 2.0
ROUNDS = 7
SORTS = ("newest", "oldest", "high", "low", "region", "region-back")
FILTERS = {
    "all": "",
    "one status": "status=accepted",
    "one rare status": "status=withdrawn",
    "one country": "country=PT",
    "no such country": "country=JP",
    "one verdict": "verdict=none",
    "one nearest": "nearest=DK",
    "one rubric": "rubric=2025.1",
    "one reviewer": "reviewer=3",
    "nobody reviews": "reviewer=nobody",
    "latest": "latest=yes",
    "a year": "since=2024-01-01&until=2024-12-31",
    "a day": "since=2024-05-05&until=2024-05-05",
    "overall quarter": "quarter=3",
    "theme": "theme=skills",
    "theme quarter": "theme=skills&quarter=0",
    "search: rare word": "search=seaport",
    "search: half of all": "search=strategy",
    "search: all": "search=made-up+region",
    "search: one letter": "search=s",
    "search: one region": "search=region+777",
    "search: contact": "search=office-777%40example.org",
    "search: nothing": "search=nonesuch",
}
PAIRS = {
    "status and country": "status=accepted&country=AU",
    "status and verdict": "status=superseded&verdict=leaning",
    "status and reviewer": "status=accepted&reviewer=2",
    "superseded and latest": "status=withdrawn&latest=yes&rubric=2025.1",
    "status and a day": "status=accepted&since=2024-05-05&until=2024-05-05",
    "theme quarter and status": "theme=skills&quarter=0&status=withdrawn",
    "theme quarter and country": "theme=skills&quarter=3&country=AU",
    "search and status": "search=strategy&status=withdrawn",
    "search and theme quarter": "search=seaport&theme=skills&quarter=3",
    "search, all, and country": "search=region&country=AU",
    "all at once": "search=strategy&status=accepted&country=ES&verdict=none&theme=skills&quarter=2&latest=yes",
}


def main() -> None:
    """Prints for each list the median milliseconds at each size, on both databases, and the ratio to the smallest."""
    parser = argparse.ArgumentParser()
    parser.add_argument("most", nargs="?", type=int, default=SIZES[-1])
    parser.add_argument("--only", default="", help="lists whose name has this in it")
    parser.add_argument("--database", choices=("sqlite", "postgresql"))
    options = parser.parse_args()
    sizes = [size for size in SIZES if size <= options.most]
    kinds = [options.database] if options.database else ["sqlite", "postgresql"]
    with ExitStack() as stack:
        clients = {kind: [_client(stack, kind, size) for size in sizes] for kind in kinds}
        for name, query in _lists():
            if options.only in name:
                told = (_told(kind, _medians(clients[kind], query)) for kind in kinds)
                print(f"{name:44}" + "   ".join(told), flush=True)


def _told(kind: str, medians: list[float]) -> str:
    ratio = medians[-1] / medians[0]
    figures = " ".join(f"{each:6.1f}" for each in medians)
    return f"{kind} {figures} ms ×{ratio:4.1f}{' ' if medians[-1] <= AIM_MS and ratio < AIM_RATIO else '!'}"


def _lists() -> Iterator[tuple[str, str]]:
    for name, query in FILTERS.items():
        sorts = (*SORTS, "theme-high", "theme-low") if "theme=" in query else SORTS
        for sort in sorts:
            yield f"{name}, {sort}", f"{query}&sort={sort}"
    for name, query in PAIRS.items():
        for sort in ("newest", "high", "region"):
            yield f"{name}, {sort}", f"{query}&sort={sort}"


def _client(stack: ExitStack, kind: str, size: int) -> FlaskClient:
    """Somebody who has signed in where there are so many submissions."""
    url, folder = stack.enter_context(_address(kind))
    app = create_app(Settings(data=folder, database_url=url, second_factor="optional"), in_this_process)
    with app.app_context():
        database, shared = current.database(), background()
    stack.callback(database.close)
    stack.callback(shared.close)
    start = time.perf_counter()
    many.fill(database, 1, size)
    _settle(database)
    print(f"{kind}: {size:,} submissions, {time.perf_counter() - start:.0f} s to store", flush=True)
    return _signed_in(app, database)


def _signed_in(app: Flask, database: Database) -> FlaskClient:
    with app.app_context(), database.writing() as session:
        creating.create(session, EMAIL, PASSWORD, "administrator", audit.COMMAND_LINE)
    client = app.test_client()
    sign_in(client)
    return client


def _medians(clients: list[FlaskClient], query: str) -> list[float]:
    """Medians at each size: the sizes are asked in turn, so that whatever else the machine does meets all."""
    times: list[list[float]] = [[] for _ in clients]
    for _ in range(ROUNDS):
        for client, own in zip(clients, times, strict=True):
            start = time.perf_counter()
            answer = client.get("/admin/", query_string=query)
            own.append((time.perf_counter() - start) * 1000)
            assert answer.status_code == 200, answer.text
    return [statistics.median(own) for own in times]


def _settle(database: Database) -> None:
    """What PostgreSQL does by itself after some minutes; on SQLite nothing does it, and nothing is done."""
    if database.engine.dialect.name == "postgresql":
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


@contextmanager
def _address(kind: str) -> Iterator[tuple[str, Path]]:
    with tempfile.TemporaryDirectory() as folder:
        if kind == "sqlite":
            yield f"sqlite:///{folder}/octant.sqlite", Path(folder)
            return
        with postgresql.running() as server:
            server.create("lists")
            yield server.url("lists"), Path(folder)


if __name__ == "__main__":
    main()
