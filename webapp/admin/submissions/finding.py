"""How submissions are found in the list's tables: by indexes alone, with bounded work before a page is full.

Every order of every filter has an index, in which rows are read as they are wanted. What is searched for is first
looked up by its rarest word; where all its words are common, it is looked for in the next rows of the order, which soon
fill a page, and only where they do not among all submissions that have the words.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from webapp import search
from webapp.admin.submissions.criteria import Filters, Place, Sort
from webapp.listing import quarter_of
from webapp.models import Listing, ThemeScore, midnight
from webapp.search import Sought

MOST_COUNTED = 1000
"""Where more submissions fit, they are not counted."""
SURELY_MANY = 100
"""Where more than these have common words among the first that are looked through, the rest is not counted either."""
LOOKED_THROUGH = 300
"""In so many rows common words are looked for one by one to fill a page."""
COUNTED_THROUGH = 1250
"""In so many, to count."""
DOWNWARDS: frozenset[Sort] = frozenset(("newest", "high", "region-back", "theme-high"))
"""The orders that begin with the greatest."""

Table = type[Listing] | type[ThemeScore]
Query = Select[*tuple[Any, ...]]


@dataclass(frozen=True)
class Key:
    """What is known of a submission before it is looked up: its id, and the value that it is sorted by."""

    id: int
    value: dt.datetime | float | str


@dataclass(frozen=True)
class Count:
    """How many submissions fit: so many, or `more` than these."""

    number: int
    more: bool = False


@dataclass(frozen=True)
class Search:
    """Filters, with what is `sought` in words, None for nothing."""

    session: Session
    filters: Filters
    sought: Sought | None

    @property
    def is_one_word(self) -> bool:
        """Whether nothing but one word says what fits."""
        nothing_else = self.filters == Filters(search=self.filters.search, contacts=self.filters.contacts)
        return nothing_else and self.sought is not None and len(self.sought.words) == 1

    @cached_property
    def few(self) -> Sequence[int] | None:
        """All that can have what is sought, if they are few; looked up where the first rows do not fill a page."""
        return search.few(self.session, self.sought, MOST_COUNTED) if self.sought else None


def search_for(session: Session, filters: Filters) -> Search:
    """What is needed to find what fits."""
    words = search.sought_in(filters.search)
    return Search(session, filters, Sought(words, filters.contacts) if words else None)


def next_to(wanted: Search, sort: Sort, place: Place | None, most: int) -> list[Key]:
    """So many submissions next to a place in the list, or the first; nearest first, where the place leads backwards."""
    down = (sort in DOWNWARDS) != (place is not None and place.back)
    query = _after(_fitting(wanted, sort), wanted.filters, sort, place, down)
    query = query.order_by(*_order(wanted.filters, sort, down))
    if wanted.sought is not None:
        # Rows of one part of a theme's scale may lie far apart: rare words are quicker looked up.
        if wanted.filters.quarter is None or wanted.few is None:
            seen, found = _look_through(wanted, query, LOOKED_THROUGH)
            if len(found) >= most or seen < LOOKED_THROUGH:
                return found[:most]
        query = _with_words(query, wanted, sort)
    return [Key(row.id, row.value) for row in wanted.session.execute(query.limit(most))]


def count(wanted: Search, most: int) -> Count:
    """How many submissions fit, as far as that can be told in the time that a page may take."""
    query = _fitting(wanted, "newest")
    if wanted.sought is not None and vars(wanted).get("few") is None:
        seen, keys = _look_through(wanted, query.order_by(*_order(wanted.filters, "newest", True)), COUNTED_THROUGH)
        if seen < COUNTED_THROUGH and len(keys) <= most:
            return Count(len(keys))
        for bound in (most, SURELY_MANY):
            if len(keys) > bound:
                return Count(bound, more=True)
    if wanted.is_one_word and wanted.few is not None:
        return Count(min(len(wanted.few), most), more=len(wanted.few) > most)
    limited = _with_words(query, wanted, "newest").limit(most + 1).subquery()
    found = wanted.session.scalar(select(func.count()).select_from(limited)) or 0
    return Count(min(found, most), more=found > most)


def everything(wanted: Search, sort: Sort) -> Query:
    """All submissions that fit, by their `id`, in order."""
    query = _with_words(_fitting(wanted, sort), wanted, sort)
    return query.order_by(*_order(wanted.filters, sort, sort in DOWNWARDS))


def _look_through(wanted: Search, query: Query, most: int) -> tuple[int, list[Key]]:
    """How many of the first rows of `query` were looked through, and which of them have what is sought."""
    if wanted.sought is None:
        raise ValueError("there is nothing to look for")
    near = query.limit(most).subquery()
    has = search.contains(wanted.session, wanted.sought, near.c.id).label("has")
    rows = wanted.session.execute(select(near.c.id, near.c.value, has)).all()
    return len(rows), [Key(row.id, row.value) for row in rows if row.has]


def _with_words(query: Query, wanted: Search, sort: Sort) -> Query:
    """`query` with what is sought, looked up by its words."""
    if wanted.sought is None:
        return query
    submission = _table(wanted.filters, sort).submission_id
    if wanted.few is None:
        return query.where(submission.in_(select(search.found(wanted.session, wanted.sought).c.id)))
    query = query.where(submission.in_(wanted.few))
    several = len(wanted.sought.words) > 1
    return query.where(search.contains(wanted.session, wanted.sought, submission.expression)) if several else query


def _table(filters: Filters, sort: Sort) -> Table:
    """The table in which rows are read: that of theme scores for their order, or where they alone say what fits."""
    if sort in ("theme-high", "theme-low"):
        return ThemeScore
    alone = filters.quarter is not None and not filters.search and not _of_listing(filters)
    return ThemeScore if alone else Listing


def _keys(filters: Filters, sort: Sort) -> tuple[InstrumentedAttribute[Any], ...]:
    """What the list is sorted by before the submission's id; the last of it tells a place."""
    table = _table(filters, sort)
    if sort in ("newest", "oldest"):
        return (table.at,)
    if sort in ("region", "region-back"):
        return (table.region_key,)
    if sort in ("high", "low"):
        return (ThemeScore.overall if table is ThemeScore else Listing.score,)
    # The quarter rises with the score, and stands before it in the index.
    return (ThemeScore.score,) if filters.quarter is not None else (ThemeScore.quarter, ThemeScore.score)


def _order(filters: Filters, sort: Sort, down: bool) -> list[ColumnElement[Any]]:
    columns = (*_keys(filters, sort), _table(filters, sort).submission_id)
    return [column.desc() if down else column.asc() for column in columns]


def _fitting(wanted: Search, sort: Sort) -> Query:
    """All submissions that fit but for what is sought in words, with the value that they are sorted by."""
    filters = wanted.filters
    table = _table(filters, sort)
    query: Query = select(table.submission_id.label("id"), _keys(filters, sort)[-1].label("value"))
    query = query.where(*_of_days(wanted, sort))
    others = _of_listing(filters)
    if table is Listing:
        return query.where(*others, *([_scored(filters)] if filters.theme else []))
    if others:
        query = query.join(Listing, Listing.submission_id == ThemeScore.submission_id).where(*others)
    return query.where(*_of_theme(filters))


def _of_days(wanted: Search, sort: Sort) -> list[ColumnElement[bool]]:
    filters = wanted.filters
    at: ColumnElement[dt.datetime] = _table(filters, sort).at.expression
    if (filters.since or filters.until) and sort not in ("newest", "oldest") and _passes_over(wanted):
        at = func.coalesce(at, at)  # by which no index can look it up
    since = [at >= midnight(filters.since)] if filters.since else []
    until = [at <= dt.datetime.combine(filters.until, dt.time.max, dt.UTC)] if filters.until else []
    return since + until


def _passes_over(wanted: Search) -> bool:
    """Whether to read rows in order and pass over those of other days: where most would else have to be sorted.

    PostgreSQL knows how many they are; SQLite would always look up the days and sort what it finds.
    """
    if wanted.session.get_bind().dialect.name != "sqlite":
        return False
    days = Filters(since=wanted.filters.since, until=wanted.filters.until)
    return count(Search(wanted.session, days, None), MOST_COUNTED).more


def _of_listing(filters: Filters) -> list[ColumnElement[bool]]:
    equal = [column == value for column, value in _values(filters) if value is not None]
    return [*equal, Listing.latest.is_(True)] if filters.latest else equal


def _values(filters: Filters) -> tuple[tuple[InstrumentedAttribute[Any], int | str | None], ...]:
    """The columns that may be filtered by one value, and that value; those first that leave the fewest."""
    return (
        (Listing.country, filters.country),
        (Listing.reviewer_id, filters.reviewer),
        (Listing.nearest, filters.nearest),
        (Listing.status, filters.status),
        (Listing.rubric_version, filters.rubric),
        (Listing.verdict, filters.verdict),
    )


def _scored(filters: Filters) -> ColumnElement[bool]:
    """Whether a submission has the score that is wanted: asked of one at a time, as few have to be asked."""
    own = select(ThemeScore.quarter).where(
        ThemeScore.submission_id == Listing.submission_id, ThemeScore.theme == filters.theme
    )
    quarter = own.scalar_subquery()
    return quarter.is_not(None) if filters.quarter is None else quarter == filters.quarter


def _of_theme(filters: Filters) -> list[ColumnElement[bool]]:
    quarter = [] if filters.quarter is None else [ThemeScore.quarter == filters.quarter]
    return [ThemeScore.theme == filters.theme, *quarter]


def _after(query: Query, filters: Filters, sort: Sort, place: Place | None, down: bool) -> Query:
    if place is None:
        return query
    keys = _keys(filters, sort)
    quarter = [quarter_of(place.value)] if len(keys) > 1 and isinstance(place.value, float) else []
    here, there = tuple_(*keys, _table(filters, sort).submission_id), (*quarter, place.value, place.id)
    return query.where(here < there if down else here > there)
