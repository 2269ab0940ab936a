"""Which answers would narrow the result most: what a region that does not know everything should find out first."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rubric.answers import Answers
from rubric.model import Question, Rubric
from rubric.resemblance import closest_set
from rubric.rounding import rounded
from rubric.score import intervals
from rubric.structure import Floats, Structure, sheet, structure

Given = Mapping[str, int | str]


@dataclass(frozen=True)
class Narrowing:
    """What to expect of an answer to `question`, unrounded; below 0 where the result would rather widen.

    `bounds`: by how many points the lowest and the highest possible score would come nearer to each other, exactly.
    `interval`: by how many points the overall score's 5-95 % range would become narrower; None where nothing was
    answered. `closest`: by how many countries the closest set would become smaller; None where there is none now.
    """

    question: Question
    bounds: float
    interval: float | None
    closest: float | None


@dataclass(frozen=True)
class _Breadth:
    """Width of the overall interval in points and size of the closest set; None where undefined."""

    interval: float | None
    closest: int | None


def narrowing(answers: Answers, rubric: Rubric) -> tuple[Narrowing, ...]:
    """Every unknown or unanswered question of `answers`, those first whose answer would narrow the result most.

    The answer is imagined at each level that the region gave, as often as it gave it: what the draws assume of open
    questions. Order: the bounds, then the interval to a tenth of a point, then the closest set, then rubric order. The
    bounds come first because differences between questions in the two others are mostly noise of the 1,000 draws.
    """
    numbers, given = structure(rubric), answers.answers
    now = _breadth(given, numbers)
    # sorted, so that sums do not depend on the order in which the answers were given
    times = sorted(Counter(answer for answer in given.values() if isinstance(answer, int)).items())
    askable = [q for q in rubric.questions if given.get(q.id, "unknown") == "unknown"]
    shares = dict(zip(numbers.questions, _shares(given, numbers), strict=True))
    return tuple(sorted((_narrowing(q, shares[q.id], given, numbers, now, times) for q in askable), key=_rank))


def _shares(given: Given, numbers: Structure) -> list[float]:
    """Points of the overall score that lie between the two ends of each counted question; 0 for those left out."""
    counted = sheet(given, numbers).counted
    members = numbers.theme * counted[:, None]
    sizes = members.sum(axis=0)
    weights = np.where(sizes > 0, numbers.weights, 0)
    points: Floats = 100 * members @ (weights / np.maximum(sizes, 1)) / max(weights.sum(), 1e-300)
    return [float(point) for point in points]


def _narrowing(
    question: Question, bounds: float, given: Given, numbers: Structure, now: _Breadth, times: Sequence[tuple[int, int]]
) -> Narrowing:
    cases = [(count, _breadth({**given, question.id: level}, numbers)) for level, count in times]
    return Narrowing(
        question=question,
        bounds=bounds,
        interval=_drop(now.interval, [(count, then.interval) for count, then in cases]),
        closest=_drop(now.closest, [(count, then.closest) for count, then in cases]),
    )


def _breadth(given: Given, numbers: Structure) -> _Breadth:
    marks = sheet(given, numbers)
    _, interval = intervals(marks, numbers)
    return _Breadth(interval[1] - interval[0] if interval else None, len(closest_set(marks, numbers)) or None)


def _drop(now: float | None, cases: Sequence[tuple[int, float | None]]) -> float | None:
    """Mean of `now` less each case, weighted by its count; cases that are undefined do not count."""
    drops = [(count, now - then) for count, then in cases if now is not None and then is not None]
    return sum(count * drop for count, drop in drops) / sum(count for count, _ in drops) if drops else None


def _rank(found: Narrowing) -> tuple[float, ...]:
    """Falling; a figure that is None for one question is None for all of them."""
    return -rounded(found.bounds, 9), -rounded(found.interval or 0, 1), -(found.closest or 0)
