"""What submissions come to under another rubric than their own. It is only told: nothing is written."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from rubric.answers import from_content
from rubric.model import Rubric
from rubric.split import Figures, Given, Rescored, figures_of, rescored, under
from webapp.assessment.rubrics import rubric_of
from webapp.database import Database, batches
from webapp.models import Listing, Submission

AT_ONCE = 100
"""How many submissions are read together."""


@dataclass(frozen=True)
class Rescoring:
    """A submission under another rubric, and, with a `later` one, what became of the region since."""

    first: Submission
    later: Submission | None
    old: Rubric
    new: Rubric
    found: Rescored

    @property
    def dropped(self) -> tuple[str, ...]:
        """The questions whose answers do not carry over, each once."""
        later = self.found.later.dropped if self.found.later else ()
        return tuple(dict.fromkeys((*self.found.first.dropped, *later)))


def rescoring(session: Session, submission: Submission, other: Submission | None, new: Rubric) -> Rescoring:
    """A submission under the rubric `new`; with another submission of the region, from the older one to the newer."""
    first, *rest = sorted((s for s in (submission, other) if s), key=lambda s: (s.at, s.id))
    later = rest[0] if rest else None
    start = _given(session, first)
    found = rescored(start, new, _given(session, later) if later else None)
    return Rescoring(first, later, start.rubric, new, found)


def _given(session: Session, submission: Submission) -> Given:
    rubric = rubric_of(session, submission.rubric_digest)
    return _read(submission.answers, submission.result, rubric)


def _read(answers: str, result: str, rubric: Rubric) -> Given:
    said, _ = from_content(json.loads(answers), "submission", rubric)
    return Given(said, rubric, figures_of(json.loads(result)))


@dataclass(frozen=True)
class Moved:
    """A submission's figures as they were given out, and under another rubric."""

    submission: int
    region: str
    number: int
    before: Figures
    after: Figures

    @property
    def first_changes(self) -> bool:
        """Whether another country ranks first."""
        return self.before.nearest != self.after.nearest

    @property
    def verdict_changes(self) -> bool:
        """Whether the verdict is another."""
        return self.before.verdict != self.after.verdict

    @property
    def changes(self) -> bool:
        """Whether either is so."""
        return self.first_changes or self.verdict_changes


def moves(database: Database, ids: Iterable[int], new: Rubric) -> Iterator[Moved]:
    """What each of these submissions comes to under `new`, in their order, in constant memory.

    About 4 milliseconds each: whoever shows many sends on what is there already.
    """
    for some in batches(ids, AT_ONCE):
        with database.reading() as session:
            found = tuple(_batch(session, some))
        for listed, given in found:
            yield Moved(listed.submission_id, listed.region, listed.number, given.figures, under(given, new)[0])


def _batch(session: Session, ids: Sequence[int]) -> Iterator[tuple[Listing, Given]]:
    query = select(Listing, Submission.answers, Submission.result, Submission.rubric_digest)
    query = query.join(Submission, Submission.id == Listing.submission_id).where(Submission.id.in_(ids))
    rows = {row[0].submission_id: row for row in session.execute(query)}
    for listed, answers, result, digest in (rows[number] for number in ids if number in rows):
        yield listed, _read(answers, result, rubric_of(session, digest))


@dataclass(frozen=True)
class CountryMove:
    """How often a country ranks first before and after, and its mean resemblance where it has one; else None."""

    country: str
    first_before: int
    first_after: int
    mean_before: float | None
    mean_after: float | None


class Tally:
    """Passes moves on and counts them: `countries` and counts are those of all that have been passed on."""

    def __init__(self, countries: Iterable[str]) -> None:
        self.regions = self.firsts = self.verdicts = self.changed = 0
        self._seen: dict[str, tuple[list[float], list[float]]] = {code: ([], []) for code in countries}
        self._first: dict[str, list[int]] = {code: [0, 0] for code in self._seen}

    def counting(self, found: Iterable[Moved]) -> Iterator[Moved]:
        """The same moves, counted as they pass."""
        for moved in found:
            self.regions += 1
            self.firsts += moved.first_changes
            self.verdicts += moved.verdict_changes
            self.changed += moved.changes
            for side, figures in enumerate((moved.before, moved.after)):
                self._count(side, figures)
            yield moved

    def _count(self, side: int, figures: Figures) -> None:
        for country, z in figures.ranking.items():
            if country in self._seen:
                self._seen[country][side].append(z)
        if figures.nearest in self._first:
            self._first[figures.nearest][side] += 1

    @property
    def countries(self) -> tuple[CountryMove, ...]:
        """What was counted, by country."""
        return tuple(
            CountryMove(country, *self._first[country], *(sum(z) / len(z) if z else None for z in sides))
            for country, sides in self._seen.items()
        )
