"""Which regions an overview looks at: each once, by the newest of its submissions that are chosen.

Withdrawn assessments are left out.
"""

import datetime as dt
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from pydantic import BaseModel
from sqlalchemy import ColumnElement, Subquery, func, select
from sqlalchemy.orm import Session

from webapp.models import Assessment, Listing, StoredRubric, Submission, midnight
from webapp.regions import newest

By = Literal["quarter", "year"]
BYS: tuple[By, ...] = get_args(By)
ON_A_PAGE = 50
"""Regions of the map that stand on a page."""
AT_ONCE = 500
"""Regions that are read at a time where there may be many."""


@dataclass(frozen=True)
class Choice:
    """Which submissions are looked at: those with this rubric, by its digest, and whatever else is said.

    `country` is a code, "" where none was said, None for all; `since` and `until` are days in UTC, both included. `by`
    is the step of trends.
    """

    rubric: str
    accepted: bool = False
    country: str | None = None
    since: dt.date | None = None
    until: dt.date | None = None
    by: By = "quarter"


@dataclass(frozen=True)
class Resembling:
    """A region on the map: its resemblance to each country by code, None where undefined, and the closest set."""

    submission: int
    region: str
    number: int
    country: str
    nearest: str
    verdict: str
    resemblances: Mapping[str, float | None]
    closest: tuple[str, ...]


@dataclass(frozen=True)
class MapPage:
    """The regions on a page of the map. `number` is that of the page, from 1, of so many `pages`."""

    regions: tuple[Resembling, ...]
    number: int
    pages: int

    @property
    def before(self) -> int | None:
        """The page before it, if there is one."""
        return self.number - 1 or None

    @property
    def after(self) -> int | None:
        """The page after it, if there is one."""
        return self.number + 1 if self.number < self.pages else None


class _Ranked(BaseModel):
    country: str
    resemblance: float | None


class _Exemplars(BaseModel):
    ranking: tuple[_Ranked, ...]
    closest: tuple[str, ...]


class _Compared(BaseModel):
    """What of a stored result the map shows."""

    exemplars: _Exemplars


@dataclass(frozen=True)
class Submitted:
    """A rubric that was answered, by digest and version, with how many submissions answer it."""

    digest: str
    version: str
    submissions: int


def rubrics(session: Session) -> tuple[Submitted, ...]:
    """The rubrics of all submissions, the newest first."""
    count = func.count()
    query = select(StoredRubric.digest, StoredRubric.version, count).join(
        Listing, Listing.rubric_digest == StoredRubric.digest
    )
    query = query.group_by(StoredRubric.digest, StoredRubric.version, StoredRubric.kept_at)
    return tuple(Submitted(*row) for row in session.execute(query.order_by(StoredRubric.kept_at.desc(), count.desc())))


def matching(choice: Choice) -> list[ColumnElement[bool]]:
    """What all submissions of `choice` have in common: several may be of one region.

    Made-up regions are among them only as long as there are no others with this rubric.
    """
    real = Assessment.made_up.is_(None)
    others = select(Listing.submission_id).join(Assessment, Assessment.id == Listing.assessment_id)
    none_real = ~others.where(Listing.rubric_digest == choice.rubric, real).exists()
    standing = select(Assessment.id).where(Assessment.status != "withdrawn", real | none_real)
    found = [Listing.rubric_digest == choice.rubric, Listing.assessment_id.in_(standing)]
    if choice.accepted:
        found.append(Listing.status == "accepted")
    if choice.country is not None:
        found.append(Listing.country == choice.country)
    if choice.since:
        found.append(Listing.at >= midnight(choice.since))
    if choice.until:
        found.append(Listing.at <= dt.datetime.combine(choice.until, dt.time.max, dt.UTC))
    return found


def chosen(choice: Choice) -> Subquery:
    """`submission_id` of each region's newest submission among those that match."""
    return newest(Listing, *matching(choice))


def map_page(session: Session, choice: Choice, number: int, regions: int) -> MapPage | None:
    """A page of the map, by its number, where so many `regions` are chosen; None where it has no such page."""
    pages = max(1, -(-regions // ON_A_PAGE))
    return MapPage(resembling(session, on_map(session, choice, number)), number, pages) if number <= pages else None


def on_map(session: Session, choice: Choice, page: int | None = None) -> Sequence[int]:
    """Ids of the regions' submissions, by nearest exemplar, then by name: those on `page`, from 1, or all of them."""
    regions, none = chosen(choice), Listing.nearest == ""
    query = select(Listing.submission_id).join(regions, regions.c.submission_id == Listing.submission_id)
    query = query.order_by(none, Listing.nearest, Listing.region_key, Listing.submission_id)
    if page is not None:
        query = query.limit(ON_A_PAGE).offset(ON_A_PAGE * (page - 1))
    return array("q", session.scalars(query.execution_options(yield_per=AT_ONCE)))


def resembling(session: Session, ids: Sequence[int]) -> tuple[Resembling, ...]:
    """The regions whose submissions have these ids, in this order; those that are gone are left out."""
    query = select(Listing, Submission.result).join(Submission, Submission.id == Listing.submission_id)
    found = {row[0].submission_id: row for row in session.execute(query.where(Listing.submission_id.in_(ids)))}
    rows = (found[number] for number in ids if number in found)
    return tuple(_resembling(listed, _Compared.model_validate_json(result).exemplars) for listed, result in rows)


def _resembling(listed: Listing, exemplars: _Exemplars) -> Resembling:
    return Resembling(
        submission=listed.submission_id,
        region=listed.region,
        number=listed.number,
        country=listed.country,
        nearest=listed.nearest,
        verdict=listed.verdict,
        resemblances={ranked.country: ranked.resemblance for ranked in exemplars.ranking},
        closest=exemplars.closest if listed.nearest else (),
    )
