"""Which country's portrait the answers resemble, and how sure that is."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from rubric.model import TOP_LEVEL
from rubric.structure import DRAWS, Flags, Floats, Sheet, Structure, Whole

TIE = 1e-9
FEWEST_ANSWERED = 10
FEWEST_CITING = 2
CLOSEST_SHARE = 0.9
CLEAR_P = 0.05
CLEAR_STABILITY = 0.8
LEANING_P = 0.10
LARGEST_LEANING_SET = 3

Verdict = Literal["clear", "leaning", "none"]


@dataclass(frozen=True)
class Exemplar:
    """A country's place: `resemblance` (z) and `stability` (share of draws in which it ranks first), unrounded.

    Of its `questions`, `answered` were answered with a level. Both figures are None where undefined.
    """

    country: str
    resemblance: float | None
    stability: float | None
    answered: int
    questions: int


@dataclass(frozen=True)
class Fragile:
    """The first question whose move by one level, from `before` to `after`, makes `becomes` the first country."""

    question: str
    before: int
    after: int
    becomes: str


@dataclass(frozen=True)
class Exemplars:
    """The verdict, the chance level `p`, the closest set by falling stability and all countries, nearest first."""

    verdict: Verdict
    p: float
    closest: tuple[str, ...]
    ranking: tuple[Exemplar, ...]
    fragile: Fragile | None


def exemplars(sheet: Sheet, structure: Structure) -> Exemplars:
    """Compares the answers with every country that is cited by enough of the answered questions."""
    y = (sheet.levels - structure.typical)[sheet.answered]
    cites = structure.cites[:, sheet.answered]
    numbers = cites.sum(axis=1)
    eligible = _eligible(sheet, structure)
    if not eligible.any():
        return _undefined(structure, numbers)
    z = resemblances(y, cites[eligible])
    leads = _leads(sheet, structure, eligible)
    p = _chance(y, cites[eligible], float(z.max()), _permutations(sheet, structure))
    codes = _codes(structure, eligible)
    led = dict(zip(codes, leads.tolist(), strict=True))
    closest = _closest(led)
    return Exemplars(
        verdict=_verdict(z, leads, p, closest),
        p=p,
        closest=closest,
        ranking=_ranking(structure, numbers, dict(zip(codes, z.tolist(), strict=True)), led),
        fragile=_fragile(sheet, structure, eligible),
    )


def closest_set(sheet: Sheet, structure: Structure) -> tuple[str, ...]:
    """`exemplars(…).closest` alone, which takes a fraction of the time; empty where undefined."""
    eligible = _eligible(sheet, structure)
    if not eligible.any():
        return ()
    leads = _leads(sheet, structure, eligible).tolist()
    return _closest(dict(zip(_codes(structure, eligible), leads, strict=True)))


def _eligible(sheet: Sheet, structure: Structure) -> Flags:
    """Which countries have a z: none where there are too few answers, no differences or nothing to compare."""
    y = (sheet.levels - structure.typical)[sheet.answered]
    numbers = structure.cites[:, sheet.answered].sum(axis=1)
    eligible: Flags = (numbers >= FEWEST_CITING) & (numbers < len(y))
    undefined = len(y) < FEWEST_ANSWERED or np.ptp(y) < TIE or eligible.sum() < 2
    return np.zeros_like(eligible) if undefined else eligible


def _codes(structure: Structure, eligible: Flags) -> list[str]:
    return [code for code, there in zip(structure.countries, eligible, strict=True) if there]


def resemblances(y: Floats, cites: Flags) -> Floats:
    """z of each country: (..., C) for levels `y` (..., N) and citations `cites` (C, N).

    How many standard errors the mean level on a country's questions lies above that of as many questions chosen by
    chance from the same answers (sampling without replacement; Cochran, Sampling Techniques, 1977, section 2.6).
    NaN where all levels of a row are equal.
    """
    total, cited = y.shape[-1], cites.sum(axis=1)
    centred = y - y.mean(axis=-1, keepdims=True)
    variance = np.einsum("...n,...n->...", centred, centred)[..., None] / total
    gaps = centred @ cites.T / cited
    spread = variance / cited * (total - cited) / (total - 1)
    z: Floats = np.divide(gaps, np.sqrt(spread), out=np.full(gaps.shape, np.nan), where=spread > TIE**2)
    return z


def _first(z: Floats) -> Whole:
    """Position of the largest z of each row; those within a hair of it are equal, and the first by code wins."""
    first: Whole = np.argmax(z >= z.max(axis=-1, keepdims=True) - TIE, axis=-1)
    return first


def _leads(sheet: Sheet, structure: Structure, eligible: Flags) -> Whole:
    """In how many draws each eligible country ranks first."""
    y = (sheet.drawn - structure.typical)[:, sheet.counted]
    z = resemblances(y, structure.cites[eligible][:, sheet.counted])
    return np.bincount(_first(z), minlength=int(eligible.sum()))


def _permutations(sheet: Sheet, structure: Structure) -> Whole:
    """(1000, N) orders of the answered questions by their keys, as positions among the answered."""
    order = structure.draws.order
    position = np.cumsum(sheet.answered) - 1
    return position[order[sheet.answered[order]]].reshape(DRAWS, -1)


def _chance(y: Floats, cites: Flags, largest: float, orders: Whole) -> float:
    """Share of permutations whose largest z reaches the observed one, with one added above and below."""
    reached = resemblances(y[orders], cites).max(axis=1) >= largest - TIE
    return (int(reached.sum()) + 1) / (len(orders) + 1)


def _closest(leads: dict[str, int]) -> tuple[str, ...]:
    """The fewest countries, by falling stability and then by code, that lead in nine tenths of the draws."""
    chosen: list[str] = []
    held = 0
    for code in sorted(leads, key=lambda code: (-leads[code], code)):
        if held >= CLOSEST_SHARE * DRAWS:
            break
        chosen.append(code)
        held += leads[code]
    return tuple(chosen)


def _verdict(z: Floats, leads: Whole, p: float, closest: tuple[str, ...]) -> Verdict:
    tied = (z >= z.max() - TIE).sum() > 1
    if p <= CLEAR_P and leads[_first(z)] >= CLEAR_STABILITY * DRAWS and not tied:
        return "clear"
    return "leaning" if p <= LEANING_P and len(closest) <= LARGEST_LEANING_SET else "none"


def _ranking(structure: Structure, numbers: Whole, z: dict[str, float], leads: dict[str, int]) -> tuple[Exemplar, ...]:
    """All countries: those with a z by falling z, equal ones by code, then the others by code."""
    asked = dict(zip(structure.countries, structure.cites.sum(axis=1).tolist(), strict=True))
    answered = dict(zip(structure.countries, numbers.tolist(), strict=True))
    order = [*_falling(z), *(code for code in structure.countries if code not in z)]
    return tuple(
        Exemplar(
            country=code,
            resemblance=z.get(code),
            stability=leads.get(code, 0) / DRAWS if z else None,
            answered=answered[code],
            questions=asked[code],
        )
        for code in order
    )


def _falling(values: dict[str, float]) -> Iterator[str]:
    """Keys by falling value; of those within a hair of the largest left, the first by code."""
    left = dict(sorted(values.items()))
    while left:
        largest = max(left.values())
        code = next(code for code, value in left.items() if value >= largest - TIE)
        del left[code]
        yield code


def _fragile(sheet: Sheet, structure: Structure, eligible: Flags) -> Fragile | None:
    """The first single move by one level that changes the first country: in rubric order, the lower level first."""
    levels = sheet.levels[sheet.answered]
    moves = [
        (place, after)
        for place, level in enumerate(levels)
        for after in (level - 1, level + 1)
        if 0 <= after <= TOP_LEVEL
    ]
    places = np.array([place for place, _ in moves])
    moved = np.tile(levels, (len(moves), 1))
    moved[np.arange(len(moves)), places] = [after for _, after in moves]
    y = moved - structure.typical[sheet.answered]
    cites = structure.cites[eligible][:, sheet.answered]
    firsts = _first(resemblances(y, cites))
    now = _first(resemblances(levels - structure.typical[sheet.answered], cites))
    changed = np.flatnonzero((firsts != now) & (np.ptp(y, axis=1) >= TIE))
    if not len(changed):
        return None
    place, after = moves[changed[0]]
    question = np.flatnonzero(sheet.answered)[place]
    becomes = np.array(structure.countries)[eligible][firsts[changed[0]]]
    return Fragile(structure.questions[question], int(levels[place]), int(after), str(becomes))


def _undefined(structure: Structure, numbers: Whole) -> Exemplars:
    return Exemplars("none", 1.0, (), _ranking(structure, numbers, {}, {}), None)
