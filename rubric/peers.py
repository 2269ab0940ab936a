"""How the scores of many regions lie, told so that nobody can work out the score of one of them."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from pydantic import TypeAdapter

from rubric.rounding import rounded

FEWEST = 6
"""Regions that must have a score before their spread is told: whoever looks, and five others."""
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


def peers_of(standings: Sequence[Standing], day: dt.date) -> Peers | None:
    """How `standings` lie; None where too few have an overall score. Themes that too few have scored are left out."""
    there = _there(standing.overall for standing in standings)
    overall = quartiles(there)
    if overall is None:
        return None
    names = dict.fromkeys(name for standing in standings for name in standing.themes)
    scores = {name: _there(standing.themes.get(name) for standing in standings) for name in names}
    themes = {name: spread for name in names if (spread := quartiles(scores[name]))}
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
