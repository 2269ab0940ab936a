"""Theme and overall scores, their bounds and ranges."""

from dataclasses import dataclass

import numpy as np

from rubric.model import TOP_LEVEL
from rubric.rounding import rounded
from rubric.structure import Flags, Floats, Sheet, Structure

PER_LEVEL = 100 / TOP_LEVEL
WORTH = tuple(level * PER_LEVEL for level in range(TOP_LEVEL + 1))
"""What an answer at each level counts for, from 0 to 100."""
RANGE = (5, 95)
"""Percentiles between which an interval lies."""
LEFT_OUT_WORTH_TELLING = 0.1

Range = tuple[float, float]


@dataclass(frozen=True)
class Score:
    """A score from 0 to 100, unrounded; None where nothing defines it.

    `low` and `high`: the score if every open question were at level 0, or 4. `interval`: 5-95 % range over the draws.
    """

    value: float | None
    low: float | None
    high: float | None
    interval: Range | None


@dataclass(frozen=True)
class Scores:
    """The overall score, one score for each theme, and what stands beside the overall score.

    `weightings`: 5-95 % range over random theme weights. `left_out_as_zero`: the score counting questions left out
    as 0, where they are more than a tenth. `evidenced`: the score with each level capped by its evidence, counting
    ungraded answers as at most 1 (low) and as claimed (high).
    """

    overall: Score
    themes: tuple[Score, ...]
    weightings: Range | None
    left_out_as_zero: float | None
    evidenced: Range | None


CAPS = {"none": 1, "document": 2, "published": 3, "evaluated": 4}
"""The highest level that each evidence grade supports."""
UNGRADED_CAP = 1


def scores(sheet: Sheet, structure: Structure, grades: dict[str, str]) -> Scores:
    """All scores of `sheet`; `grades` are its evidence grades by question id."""
    point = theme_scores(sheet.levels, sheet.answered, structure)
    lows = theme_scores(np.where(sheet.open, 0, sheet.levels), sheet.counted, structure)
    highs = theme_scores(np.where(sheet.open, TOP_LEVEL, sheet.levels), sheet.counted, structure)
    value = _overall(point, structure.weights)
    theme_ranges, overall_range = intervals(sheet, structure)
    return Scores(
        overall=Score(value, _overall(lows, structure.weights), _overall(highs, structure.weights), overall_range),
        themes=tuple(
            Score(_known(p), _known(low), _known(high), interval)
            for p, low, high, interval in zip(point, lows, highs, theme_ranges, strict=True)
        ),
        weightings=_weightings(point, structure),
        left_out_as_zero=None if value is None else _left_out_as_zero(sheet, structure),
        evidenced=_evidenced(sheet, structure, grades),
    )


def theme_scores(levels: Floats, counted: Flags, structure: Structure) -> Floats:
    """(..., T) 100 x mean of level/4 over the `counted` questions of each theme; NaN for a theme with none.

    `levels` (..., Q) may hold any number where a question is not counted.
    """
    members = structure.theme * counted[:, None]
    sizes = members.sum(axis=0)
    sums = levels @ members
    scores: Floats = np.divide(sums * PER_LEVEL, sizes, out=np.full(sums.shape, np.nan), where=sizes > 0)
    return scores


def _overall(themes: Floats, weights: Floats) -> float | None:
    """Weighted mean of the theme scores that exist."""
    scored = ~np.isnan(themes)
    return float(themes[scored] @ weights[scored] / weights[scored].sum()) if scored.any() else None


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def intervals(sheet: Sheet, structure: Structure) -> tuple[list[Range | None], Range | None]:
    """The 5-95 % range of each theme score and of the overall score over the draws, from 0 to 100, unrounded.

    None for a theme wholly left out, and everywhere where nothing was answered.
    """
    if not len(sheet.drawn):
        return [None] * len(structure.themes), None
    themes = theme_scores(sheet.drawn, sheet.counted, structure)
    present = ~np.isnan(themes[0])
    weights = structure.weights[present]
    overall = themes[:, present] @ weights / weights.sum()
    low, high = np.percentile(np.vstack([themes[:, present].T, overall]).clip(0, 100), RANGE, axis=1)
    ranges = list(zip(low.tolist(), high.tolist(), strict=True))
    by_theme = iter(ranges[:-1])
    return [next(by_theme) if there else None for there in present], ranges[-1]


def _weightings(point: Floats, structure: Structure) -> Range | None:
    scored = ~np.isnan(point)
    if not scored.any():
        return None
    weights = structure.draws.weights[:, scored]
    low, high = np.percentile(weights @ point[scored] / weights.sum(axis=1), RANGE)
    return float(low), float(high)


def _left_out_as_zero(sheet: Sheet, structure: Structure) -> float | None:
    left_out = ~sheet.counted
    if left_out.sum() <= LEFT_OUT_WORTH_TELLING * len(left_out):
        return None
    return _overall(theme_scores(sheet.levels, ~sheet.open, structure), structure.weights)


def _evidenced(sheet: Sheet, structure: Structure, grades: dict[str, str]) -> Range | None:
    graded = np.array([question in grades for question in structure.questions]) & sheet.answered
    if not graded.any():
        return None
    caps = np.array([CAPS[grades[q]] if q in grades else UNGRADED_CAP for q in structure.questions])
    low = _overall(theme_scores(np.minimum(sheet.levels, caps), sheet.answered, structure), structure.weights)
    claimed = np.where(graded, np.minimum(sheet.levels, caps), sheet.levels)
    high = _overall(theme_scores(claimed, sheet.answered, structure), structure.weights)
    return None if low is None or high is None else (low, high)


def rounded_score(value: float | None) -> float | None:
    """A score as it is given out, to one decimal."""
    return None if value is None else rounded(value, 1)


def rounded_range(interval: Range | None) -> list[float] | None:
    """A range of scores as it is given out, to one decimal."""
    return None if interval is None else [rounded(end, 1) for end in interval]
