"""Every list is read in the order of an index: no query reads a table whole, and none sorts all that fits."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import product

import pytest
from sqlalchemy import Connection, event, text

from tests.webapp.admin.submissions import many
from webapp.admin.submissions import lists
from webapp.admin.submissions.criteria import SORTS, Filters, Sort
from webapp.admin.submissions.finding import MOST_COUNTED
from webapp.admin.submissions.place import place_from, place_text
from webapp.database import Database
from webapp.migrations import upgrade

ROWS = 1_500
ORDERS: tuple[Sort, ...] = tuple(sort for sort in SORTS if not sort.startswith("theme-"))
ONE_VALUE = {
    "status": Filters(status="accepted"),
    "country": Filters(country="PT"),
    "verdict": Filters(verdict="none"),
    "nearest": Filters(nearest="DK"),
    "rubric_version": Filters(rubric="2026.1"),
    "reviewer_id": Filters(reviewer=0),
}
Step = tuple[str, tuple[str, ...]]
"""A statement, and the lines of its plan."""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def stored(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A database with enough made-up submissions, and with statistics of them."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('plans') / 'octant.sqlite'}"
    else:
        server = request.getfixturevalue("postgresql_server")
        server.create("plans")
        url = server.url("plans")
    with closing(Database(url)) as database:
        upgrade(database)
        many.fill(database, 1, ROWS)
        with database.writing() as session:
            session.execute(text("ANALYZE"))
        yield database


def plans(database: Database, filters: Filters, sort: Sort) -> list[Step]:
    """How the database reads the second page of a list, statement by statement, and the count beside it."""
    with database.reading() as session:
        after = lists.page(session, filters, sort).after
        place = place_from(place_text(after), sort) if after else None
        with noted(session.connection()) as statements:
            lists.page(session, filters, sort, place)
        return [(said, explained(session.connection(), said, given)) for said, given in statements]


@contextmanager
def noted(connection: Connection) -> Iterator[list[tuple[str, object]]]:
    found: list[tuple[str, object]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        found.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", note)
    yield found
    event.remove(connection, "before_cursor_execute", note)


def explained(connection: Connection, statement: str, parameters: object) -> tuple[str, ...]:
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)  # type: ignore[arg-type]  # as they came
        return tuple(row[-1] for row in rows)
    for way in ("seqscan", "bitmapscan", "sort"):  # which it would rather take for so few rows
        connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")
    rows = connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)  # type: ignore[arg-type]  # as they came
    return tuple(row[0].strip() for row in rows)


def wholes(step: Step) -> list[str]:
    """What of a plan reads a table without an index, or sorts."""
    lists = ("listings", "theme_scores", "search")
    whole = [
        line
        for line in step[1]
        if any(line.startswith((f"SCAN {name}", f"->  Seq Scan on {name}", f"Seq Scan on {name}")) for name in lists)
        and "INDEX" not in line
    ]
    return whole + [line for line in step[1] if "TEMP B-TREE" in line or line.startswith(("Sort", "->  Sort"))]


@pytest.mark.parametrize(("column", "sort"), list(product((None, *ONE_VALUE), ORDERS)))
def test_a_filter_is_read_in_every_order_from_its_own_index(stored: Database, column: str | None, sort: Sort) -> None:
    steps = plans(stored, ONE_VALUE[column] if column else Filters(), sort)
    assert [wholes(step) for step in steps] == [[]] * len(steps)
    order = {"newest": "at", "oldest": "at", "high": "score", "low": "score"}.get(sort, "region_key")
    # PostgreSQL may take any index that has all columns, where it expects to pass over few rows.
    own = f"ix_listings_{column or 'all'}_{order}"
    index = own if stored.engine.dialect.name == "sqlite" else "ix_listings_"
    assert any(index in line for line in steps[0][1]), steps[0]


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("theme", ["skills", "overall"])
def test_a_part_of_a_theme_is_read_in_every_order_from_its_index(stored: Database, theme: str, sort: Sort) -> None:
    (first, *_) = steps = plans(stored, Filters(theme=theme, quarter=2), sort)
    assert [wholes(step) for step in steps] == [[]] * len(steps)
    assert any("ix_theme_scores_" in line for line in first[1]), first


@pytest.mark.parametrize(
    "filters",
    [
        Filters(latest=True),
        Filters(theme="skills"),
        Filters(since=many.BEGAN.date()),
        Filters(status="accepted", verdict="none"),
        Filters(status="accepted", theme="skills", quarter=2),
        Filters(country="PT", latest=True, since=many.BEGAN.date()),
    ],
    ids=["latest", "theme", "many days", "two values", "value and theme", "three"],
)
@pytest.mark.parametrize("sort", SORTS)
def test_filters_together_are_read_in_order(stored: Database, filters: Filters, sort: Sort) -> None:
    if sort.startswith("theme-") and filters.theme is None:
        return
    steps = plans(stored, filters, sort)
    assert [wholes(step) for step in steps] == [[]] * len(steps)


@pytest.mark.parametrize("sort", ORDERS)
def test_common_words_are_looked_for_in_order_and_rare_ones_looked_up(stored: Database, sort: Sort) -> None:
    common = plans(stored, Filters(search="made-up region"), sort)
    assert [wholes(step) for step in common] == [[]] * len(common)
    rare = plans(stored, Filters(search="seaport"), sort)
    sorted_ones = [step for step in rare if any("TEMP B-TREE" in line or "Sort" in line for line in step[1])]
    with stored.reading() as session:
        assert 0 < sum(1 for _ in lists.ids(session, Filters(search="seaport"))) < MOST_COUNTED
    assert all("IN (" in said for said, _ in sorted_ones)
