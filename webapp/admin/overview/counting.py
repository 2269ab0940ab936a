"""What is counted over many regions: how their scores lie, what they resemble, how it changes, which questions work.

The database counts; what has to be read of each submission is streamed, so that memory does not grow with their number.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from pydantic import BaseModel
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rubric.distributions import Answered, Rates, Spread, spread_of, worst_first
from rubric.model import Rubric
from webapp.admin.overview.regions import AT_ONCE, By, Choice, chosen, matching
from webapp.listing import OVERALL
from webapp.models import AuditEntry, Listing, Submission, ThemeScore, now

MONTHS: Mapping[By, int] = {"quarter": 3, "year": 12}
FEWEST_IN_A_PERIOD = 5
"""Regions that a period of a trend must have: quartiles of fewer say nothing about a change."""
FEWEST_PERIODS = 2
MOST_KEPT = 30
"""How many overviews a process remembers, each some 100 kB."""
BAD = 0.2
"""From which share without a level on a question does not work."""
_VERDICTS = ("clear", "leaning", "none")


@dataclass(frozen=True)
class Nearest:
    """How many regions have a country as their nearest exemplar, "" for no resemblance: by verdict."""

    country: str
    clear: int
    leaning: int
    none: int

    @property
    def regions(self) -> int:
        """All of them."""
        return self.clear + self.leaning + self.none


@dataclass(frozen=True)
class Period:
    """A quarter of a year, or a year, by its first day, with the spreads of those who submitted in it.

    `running` says whether it has not ended yet.
    """

    start: dt.date
    by: By
    spreads: Mapping[str, Spread]
    running: bool

    @property
    def number(self) -> int:
        """The place of a quarter in its year, from 1."""
        return (self.start.month - 1) // MONTHS["quarter"] + 1

    def told(self, series: str) -> Spread | None:
        """The spread of a series, if enough regions have a score in it."""
        spread = self.spreads.get(series)
        return spread if spread and spread.regions >= FEWEST_IN_A_PERIOD else None


@dataclass(frozen=True)
class Figures:
    """All that is counted. `spreads` and those of the periods go by theme id, or OVERALL; `rates` the worst first."""

    regions: int
    spreads: Mapping[str, Spread]
    nearest: tuple[Nearest, ...]
    periods: tuple[Period, ...]
    rates: tuple[Rates, ...]

    @property
    def bad(self) -> tuple[Rates, ...]:
        """The questions that do not work, the worst first."""
        return tuple(rates for rates in self.rates if rates.without_level >= BAD)

    @cached_property
    def trend(self) -> bool:
        """Whether there are periods enough, with regions enough, to speak of a change."""
        return sum(period.told(OVERALL) is not None for period in self.periods) >= FEWEST_PERIODS


class _Given(BaseModel):
    """What of a stored answers file is counted."""

    answers: dict[str, int | str] = {}


def figures(session: Session, choice: Choice, rubric: Rubric) -> Figures:
    """Everything that is counted over the regions of `choice`."""
    nearest = _nearest(session, choice, rubric)
    return Figures(
        regions=sum(each.regions for each in nearest),
        spreads=_spreads(session, choice),
        nearest=nearest,
        periods=tuple(_periods(session, choice)),
        rates=worst_first(_rates(session, choice, rubric)),
    )


class Overviews:
    """The figures that one process has counted, kept for the day until anything happens.

    That is a submission, or an entry in the log.
    """

    def __init__(self) -> None:
        self._kept: dict[object, Figures] = {}

    def figures(self, session: Session, choice: Choice, rubric: Rubric) -> Figures:
        """What `figures` counts."""
        key = (choice, now().date(), *_state(session))
        if (kept := self._kept.get(key)) is None:
            kept = figures(session, choice, rubric)
            self._kept = dict([*self._kept.items(), (key, kept)][-MOST_KEPT:])
        return kept


def _state(session: Session) -> tuple[int | None, int | None]:
    """What changes with every change of a submission or of its status."""
    return session.scalar(select(func.max(Submission.id))), session.scalar(select(func.max(AuditEntry.id)))


def _spreads(session: Session, choice: Choice) -> dict[str, Spread]:
    newest = chosen(choice)
    query = select(ThemeScore.theme, ThemeScore.score, func.count())
    query = query.join(newest, newest.c.submission_id == ThemeScore.submission_id)
    found: dict[str, dict[float, int]] = {}
    for theme, score, count in session.execute(query.group_by(ThemeScore.theme, ThemeScore.score)):
        found.setdefault(theme, {})[score] = count
    return {theme: spread_of(counts) for theme, counts in found.items()}


def _nearest(session: Session, choice: Choice, rubric: Rubric) -> tuple[Nearest, ...]:
    """By name of the country; those that resemble none come last."""
    newest = chosen(choice)
    query = select(Listing.nearest, Listing.verdict, func.count())
    query = query.join(newest, newest.c.submission_id == Listing.submission_id)
    found: dict[str, dict[str, int]] = {}
    for country, verdict, count in session.execute(query.group_by(Listing.nearest, Listing.verdict)):
        found.setdefault(country, {})[verdict] = count
    codes = sorted(found, key=lambda code: (code == "", rubric.country_by_code[code].name if code else ""))
    return tuple(Nearest(code, *(found[code].get(verdict, 0) for verdict in _VERDICTS)) for code in codes)


def _periods(session: Session, choice: Choice) -> Iterator[Period]:
    """In each, a region counts by the newest of its submissions in it."""
    first, last = session.execute(select(func.min(Listing.at), func.max(Listing.at)).where(*matching(choice))).one()
    for start, following in _steps(first, last, choice.by) if first else ():
        since, until = max(start, choice.since or start), following - dt.timedelta(days=1)
        within = replace(choice, since=since, until=min(until, choice.until or until))
        yield Period(start, choice.by, _spreads(session, within), running=now().date() < following)


def _steps(first: dt.datetime, last: dt.datetime, by: By) -> Iterator[tuple[dt.date, dt.date]]:
    months = MONTHS[by]
    start = dt.date(first.year, (first.month - 1) // months * months + 1, 1)
    while start <= last.date():
        following = dt.date(start.year + (start.month - 1 + months) // 12, (start.month - 1 + months) % 12 + 1, 1)
        yield start, following
        start = following


def _rates(session: Session, choice: Choice, rubric: Rubric) -> tuple[Rates, ...]:
    newest, answered = chosen(choice), Answered([question.id for question in rubric.questions])
    query = select(Submission.answers).join(newest, newest.c.submission_id == Submission.id)
    for answers in session.scalars(query.execution_options(yield_per=AT_ONCE)):
        answered.add(_Given.model_validate_json(answers).answers)
    return answered.rates()
