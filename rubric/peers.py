"""How the scores of many regions lie, told so that nobody can work out the score of one of them."""

import datetime as dt
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from pydantic import TypeAdapter

from rubric.rounding import rounded

FEWEST = 6
"""Regions that must have a score before their spread is told: whoever looks, and five others."""
NEWCOMERS = 5
"""How many more regions must have come before figures over all of them are told anew."""
COARSE = 5
"""Points of the scale between the values that quartiles take.

A quartile is the score of a region, or lies between those of two, and whoever makes up many regions can move it over
all others. In steps of five points it stands for every score within two and a half of it.
"""

Quartiles = tuple[float, float, float]
"""Lower quartile, median and upper quartile of scores, in steps of COARSE."""


@dataclass(frozen=True)
class Standing:
    """Where one region stands, 0 to 100: overall, and by theme id. None where nothing defines a score."""

    overall: float | None
    themes: Mapping[str, float | None]


@dataclass(frozen=True)
class Peers:
    """How the scores of all regions with this rubric lay on a day: overall, and by theme id.

    `regions` had an overall score; `theme_regions` says of each theme in `themes` how many had scored it. A theme may
    be told as it was on an earlier day.
    """

    regions: int
    day: dt.date
    overall: Quartiles
    themes: dict[str, Quartiles]
    theme_regions: dict[str, int]

    @property
    def content(self) -> dict[str, object]:
        """As plain JSON."""
        return {**vars(self), "day": self.day.isoformat()}

    @classmethod
    def from_json(cls, text: str) -> "Peers":
        """What `content` gave, from its JSON. Raises pydantic.ValidationError."""
        return TypeAdapter(cls).validate_json(text)


def peers_of(standings: Iterable[Standing], day: dt.date) -> Peers | None:
    """How `standings` lie; None where too few have an overall score. Themes that too few have scored are left out."""
    there = array("d")  # many regions, in little memory
    scores: dict[str, array[float]] = {}
    for standing in standings:
        there.extend(_there((standing.overall,)))
        for name, score in standing.themes.items():
            scores.setdefault(name, array("d")).extend(_there((score,)))
    overall = quartiles(there)
    if overall is None:
        return None
    themes = {name: spread for name, found in scores.items() if (spread := quartiles(found))}
    return Peers(len(there), day, overall, themes, {name: len(scores[name]) for name in themes})


def quartiles(scores: Iterable[float | None]) -> Quartiles | None:
    """The quartiles of the scores that are there, by linear interpolation; None where they are too few to be told."""
    there = _there(scores)
    if len(there) < FEWEST:
        return None
    lower, median, upper = (_told(value) for value in np.percentile(there, (25, 50, 75)))
    return lower, median, upper


def _there(scores: Iterable[float | None]) -> list[float]:
    return [score for score in scores if score is not None]


def _told(value: float) -> float:
    return COARSE * rounded(value / COARSE, 0)
