"""A change of figures between two submissions, split into what the rubric did and what the answers did."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from rubric.answers import Answers
from rubric.assess import assess
from rubric.model import Rubric
from rubric.versions import carried


@dataclass(frozen=True)
class Figures:
    """What is compared of a result, as it was given out: scores from 0 to 100 to one decimal, None where undefined.

    `ranking` holds the countries that can be compared, the nearest first, each with its resemblance to two decimals.
    """

    overall: Decimal | None
    themes: Mapping[str, Decimal | None]
    verdict: str
    ranking: Mapping[str, float]

    @property
    def nearest(self) -> str | None:
        """The country that ranks first, if there is a resemblance at all."""
        return next(iter(self.ranking), None)


def figures_of(result: Mapping[str, Any]) -> Figures:
    """The figures of a result's JSON."""
    exemplars = result["exemplars"]
    return Figures(
        overall=_exact(result["score"]["value"]),
        themes={theme["id"]: _exact(theme["score"]["value"]) for theme in result["themes"]},
        verdict=exemplars["verdict"],
        ranking={r["country"]: r["resemblance"] for r in exemplars["ranking"] if r["resemblance"] is not None},
    )


def _exact(score: float | None) -> Decimal | None:
    return None if score is None else Decimal(str(score))


@dataclass(frozen=True)
class Given:
    """Answers with the rubric that they were given to, and the figures that were given out for them."""

    answers: Answers
    rubric: Rubric
    figures: Figures


def under(given: Given, rubric: Rubric) -> tuple[Figures, tuple[str, ...]]:
    """The figures of the same answers under `rubric`, and the questions whose answers it does not take over."""
    if given.rubric.digest == rubric.digest:
        return given.figures, ()
    taken = carried(given.answers, given.rubric, rubric)
    return figures_of(assess(taken.answers, rubric).json()), taken.dropped


@dataclass(frozen=True)
class Split:
    """A difference of scores, split. `total` is exactly `rubric` + `answers`; None where a score is undefined.

    With f(a, r) the score of answers `a` under rubric `r`, first answers a1 given to r1, later ones a2, new rubric r2:

        total   = f(a2, r2) - f(a1, r1)
        rubric  = ((f(a1, r2) - f(a1, r1)) + (f(a2, r2) - f(a2, r1))) / 2
        answers = ((f(a2, r1) - f(a1, r1)) + (f(a2, r2) - f(a1, r2))) / 2

    Each part is the mean over both orders in which the two may change, with the answers first or the rubric first, so
    it does not depend on an order (Shapley, A value for n-person games, 1953, for two players). Scores have one
    decimal, so that parts are multiples of 0.05. Without later answers, a2 is a1: `answers` is None, `rubric` `total`.
    """

    rubric: Decimal | None
    answers: Decimal | None
    total: Decimal | None


@dataclass(frozen=True)
class Pair:
    """Figures of the same answers under the rubric that the first were given to (`old`), and under the `new` one.

    `dropped` are the questions that were answered, and whose answers one of the two does not take over.
    """

    old: Figures
    new: Figures
    dropped: tuple[str, ...]


@dataclass(frozen=True)
class Rescored:
    """What becomes of a region's figures under a new rubric, and, with `later` answers, what they do."""

    first: Pair
    later: Pair | None

    @property
    def overall(self) -> Split:
        """The difference of the overall score."""
        return self._split(lambda figures: figures.overall)

    @property
    def themes(self) -> dict[str, Split]:
        """The difference of each theme's score, in the order of the new rubric, then of the old."""
        names = dict.fromkeys((*self.first.new.themes, *self.first.old.themes))
        return {name: self._split(_theme(name)) for name in names}

    def _split(self, score: Callable[[Figures], Decimal | None]) -> Split:
        first_old, first_new = score(self.first.old), score(self.first.new)
        if self.later is None:
            moved = _less(first_new, first_old)
            return Split(moved, None, moved)
        later_old, later_new = score(self.later.old), score(self.later.new)
        return Split(
            rubric=_mean(_less(first_new, first_old), _less(later_new, later_old)),
            answers=_mean(_less(later_old, first_old), _less(later_new, first_new)),
            total=_less(later_new, first_old),
        )

    @property
    def last(self) -> Figures:
        """The figures at the end: of the later answers, or else of the first, under the new rubric."""
        return (self.later or self.first).new


def _theme(name: str) -> Callable[[Figures], Decimal | None]:
    return lambda figures: figures.themes.get(name)


def _less(after: Decimal | None, before: Decimal | None) -> Decimal | None:
    return None if after is None or before is None else after - before


def _mean(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or other is None else (one + other) / 2


def rescored(first: Given, rubric: Rubric, later: Given | None = None) -> Rescored:
    """The figures of `first`, and of `later` answers of the same region, under the rubric of the first and `rubric`."""
    return Rescored(_pair(first, first.rubric, rubric), _pair(later, first.rubric, rubric) if later else None)


def _pair(given: Given, old: Rubric, new: Rubric) -> Pair:
    (before, lost), (after, dropped) = under(given, old), under(given, new)
    return Pair(before, after, tuple(dict.fromkeys((*lost, *dropped))))
