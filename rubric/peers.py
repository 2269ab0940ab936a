"""How the scores of many regions lie, told so that nobody can work out the score of one of them."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from pydantic import TypeAdapter

from rubric.rounding import rounded

FEWEST = 6
"""Regions that must have a score before their spread is told: whoever looks, and five others."""
FINE_FROM = 20
"""Regions from which on quartiles are told to one decimal."""
COARSE = 5
"""Points of the scale between the values that quartiles of fewer regions take.

A quartile of few regions is the score of one of them, or lies between those of two. In steps of five points it stands
for every score within two and a half of it, in one region as in another.
"""

Quartiles = tuple[float, float, float]
"""Lower quartile, median and upper quartile of scores, to one decimal, or of few regions in steps of five."""


@dataclass(frozen=True)
class Standing:
    """Where one region stands, 0 to 100: overall, and by theme id. None where nothing defines a score."""

    overall: float | None
    themes: Mapping[str, float | None]


@dataclass(frozen=True)
class Peers:
    """How the scores of all regions with this rubric lay on a day: overall, and by theme id."""

    regions: int
    day: dt.date
    overall: Quartiles
    themes: dict[str, Quartiles]

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
    overall = quartiles(standing.overall for standing in standings)
    if overall is None:
        return None
    names = dict.fromkeys(name for standing in standings for name in standing.themes)
    spreads = {name: quartiles(standing.themes.get(name) for standing in standings) for name in names}
    return Peers(len(standings), day, overall, {name: spread for name, spread in spreads.items() if spread})


def quartiles(scores: Iterable[float | None]) -> Quartiles | None:
    """The quartiles of the scores that are there, by linear interpolation; None where they are too few to be told."""
    there = [score for score in scores if score is not None]
    if len(there) < FEWEST:
        return None
    lower, median, upper = (_told(value, len(there)) for value in np.percentile(there, (25, 50, 75)))
    return lower, median, upper


def _told(value: float, regions: int) -> float:
    return rounded(value, 1) if regions >= FINE_FROM else COARSE * rounded(value / COARSE, 0)
