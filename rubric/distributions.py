"""How the results of many regions lie: scores counted, the quartiles of them, and how each question was answered.

It works on counts alone, so that a hundred thousand regions take no more room than a hundred. Nothing here ranks.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rubric.answers import LEFT_OUT
from rubric.model import TOP_LEVEL
from rubric.rounding import rounded

UNANSWERED = "unanswered"
OPEN = ("unknown", "undisclosed", UNANSWERED)
"""The answers that may stand at any level."""
LEVELS = tuple(str(level) for level in range(TOP_LEVEL + 1))


@dataclass(frozen=True)
class Spread:
    """How scores lie, 0 to 100: each value that occurs, rising, with how many regions have it."""

    values: tuple[float, ...] = ()
    counts: tuple[int, ...] = ()

    @property
    def regions(self) -> int:
        """How many regions have a score."""
        return sum(self.counts)

    @property
    def ends(self) -> tuple[float, float] | None:
        """The lowest and the highest score."""
        return (self.values[0], self.values[-1]) if self.values else None

    @property
    def quartiles(self) -> tuple[float, float, float] | None:
        """Lower quartile, median and upper quartile, by linear interpolation, to one decimal."""
        if not self.values:
            return None
        lower, median, upper = (rounded(self._at(share), 1) for share in (0.25, 0.5, 0.75))
        return lower, median, upper

    def _at(self, share: float) -> float:
        """The score below which a share of them lies, as numpy.percentile has it of the scores one by one."""
        place = share * (self.regions - 1)
        so_far, near = np.cumsum(self.counts), (math.floor(place), math.ceil(place))
        below, above = (self.values[int(np.searchsorted(so_far, n, side="right"))] for n in near)
        return below + (above - below) * (place - near[0])

    def steps(self, width: float) -> tuple[int, ...]:
        """How many scores lie nearest to each of 0, `width`, twice that and so on up to 100, which `width` divides."""
        places = np.floor(np.array(self.values) / width + 0.5).astype(int)
        number = round(100 / width) + 1
        return tuple(np.bincount(places, weights=self.counts, minlength=number).astype(int).tolist())


def spread_of(counts: Mapping[float, int]) -> Spread:
    """The spread of scores that occur so often."""
    return Spread(tuple(sorted(counts)), tuple(counts[value] for value in sorted(counts)))


@dataclass(frozen=True)
class Rates:
    """How often each answer was given to a question by `regions`: a level as `0` to `4`, a state, or `unanswered`."""

    question: str
    regions: int
    counts: Mapping[str, int]

    def share(self, *answers: str) -> float | None:
        """Which part of the regions gave one of `answers`, 0 to 1, to three decimals; None without a region."""
        if not self.regions:
            return None
        return rounded(sum(self.counts.get(answer, 0) for answer in answers) / self.regions, 3)

    @property
    def open(self) -> float | None:
        """The share that did not know, did not say, or did not answer."""
        return self.share(*OPEN)

    @property
    def left_out(self) -> float | None:
        """The share to which it does not apply, or which do not decide about it."""
        return self.share(*LEFT_OUT)

    @property
    def without_level(self) -> float:
        """The share without a level, whatever the reason: how badly the question works, 0 to 1."""
        return self.share(*OPEN, *LEFT_OUT) or 0.0

    @property
    def levels(self) -> tuple[float | None, ...]:
        """The share of all regions at each level, from the lowest."""
        return tuple(self.share(level) for level in LEVELS)


class Answered:
    """Counts how the questions of a rubric were answered, one region after the other."""

    def __init__(self, questions: Sequence[str]) -> None:
        self._regions = 0
        self._counts: dict[str, dict[str, int]] = {question: {} for question in questions}

    def add(self, answers: Mapping[str, int | str]) -> None:
        """Counts the answers of one more region."""
        self._regions += 1
        for question, counts in self._counts.items():
            answer = str(answers.get(question, UNANSWERED))
            counts[answer] = counts.get(answer, 0) + 1

    def rates(self) -> tuple[Rates, ...]:
        """What was counted, in the order of the questions."""
        return tuple(Rates(question, self._regions, counts) for question, counts in self._counts.items())


def worst_first(rates: Iterable[Rates]) -> tuple[Rates, ...]:
    """The questions that the fewest regions answered with a level first; equals as they come."""
    return tuple(sorted(rates, key=lambda each: -each.without_level))
