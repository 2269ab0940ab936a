"""Typical levels of the questions, measured from many regions, and the rubric that has them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pydantic import ValidationError

from rubric import load
from rubric.model import Rubric
from rubric.peers import FEWEST, NEWCOMERS
from rubric.problems import InputError, Problem, from_pydantic
from rubric.rounding import rounded
from rubric.versions import NORMED, questions_name

FEWEST_REGIONS = 30
"""How many regions norms are measured from, at least; and how many levels of a question, for its own mean alone."""
DECIMALS = 2


@dataclass(frozen=True)
class Norm:
    """How one question is usually answered. `answered`: how many regions said a level.

    `mean` of these levels is None where fewer than FEWEST did; `typical` is what norms say, to two decimals. `kept`:
    all of this is as it was told before, as too few others have answered since.
    """

    question: str
    answered: int
    mean: float | None
    typical: float
    kept: bool = False

    @property
    def own(self) -> bool:
        """Whether enough regions answered for the typical level to be the mean itself."""
        return self.answered >= FEWEST_REGIONS


@dataclass(frozen=True)
class Told:
    """Norms that were given out: the ids of the regions that counted in them, and what they said of each question."""

    regions: frozenset[int]
    norms: Mapping[str, Norm]


class TooFewRegions(ValueError):
    """Norms cannot be measured from so few. `found` regions are there."""

    def __init__(self, found: int) -> None:
        self.found = found
        super().__init__(f"{found} regions are fewer than {FEWEST_REGIONS}")


class _Levels:
    """The levels that were given to each question: how many, their sum, and how many by regions not in `told`."""

    def __init__(self, questions: Iterable[str], told: Sequence[Told]) -> None:
        self.regions = 0
        self.counts, self.sums = dict.fromkeys(questions, 0), dict.fromkeys(questions, 0)
        self._told = [(norms, dict.fromkeys(self.counts, 0)) for norms in told]

    def add(self, region: int, answers: Mapping[str, int | str]) -> None:
        self.regions += 1
        counted = [self.counts, *(new for norms, new in self._told if region not in norms.regions)]
        for question, answer in answers.items():
            if isinstance(answer, int):
                self.sums[question] += answer
                for counts in counted:
                    counts[question] += 1

    def kept(self, question: str) -> Norm | None:
        """What was told of a question last, if it must not be told anew."""
        before = [(norms.norms[question], new[question]) for norms, new in self._told if question in norms.norms]
        if all(norm.kept or new >= NEWCOMERS for norm, new in before):
            return None
        return replace(before[0][0], kept=True)


def norms_of(
    rubric: Rubric, regions: Iterable[tuple[int, Mapping[str, int | str]]], told: Sequence[Told] = ()
) -> tuple[Norm, ...]:
    """The typical level of each question of `rubric`, from `regions`: the id of each, and its answers by question.

    It is the mean of the levels, not the median. A country's z compares the mean of `x_q - t_q` over its questions with
    the mean over all of them, and means are linear: where each `t_q` is the mean of `x_q` over the regions, `x_q - t_q`
    comes to 0 over these regions, and so does what any country gains from being known for something commonplace. A
    median of five levels is a whole number, or lies between two. It may be half a level off the mean on every question
    of a country, and that would stay in its z.

    A question with fewer than 30 levels leans towards the mean of all questions: with n levels of mean m_q, and m the
    mean of the m_q, its typical level is `(n * m_q + (30 - n) * m) / 30`. A few answers say little, and at m a question
    stands as it does without norms: all alike. With fewer than six levels it is m alone, so that nobody's answer can be
    worked out from it.

    `told` are the norms that were given out before, the newest first. A question to which fewer than five regions have
    given a level that did not count when it was measured stays as it was told, and enters m so: else its two typical
    levels would say what those few answered. What a region changes, or takes away, is seen only together with five
    others. Raises TooFewRegions, or InputError where no question has six levels.
    """
    levels = _Levels(rubric.question_by_id, told)
    for region, answers in regions:
        levels.add(region, answers)
    if levels.regions < FEWEST_REGIONS:
        raise TooFewRegions(levels.regions)
    counts = levels.counts
    kept = {q: norm for q in counts if (norm := levels.kept(q))}
    means = {q: levels.sums[q] / counts[q] for q in counts if counts[q] >= FEWEST and q not in kept}
    means |= {q: norm.mean for q, norm in kept.items() if norm.mean is not None}
    if not means:
        raise InputError([Problem("norms", f"no question has {FEWEST} levels", "regions that answer the questions")])
    middle = sum(means.values()) / len(means)
    return tuple(kept.get(q) or _norm(q, counts[q], means.get(q), middle) for q in counts)


def _norm(question: str, answered: int, mean: float | None, middle: float) -> Norm:
    own = min(answered, FEWEST_REGIONS) / FEWEST_REGIONS
    typical = middle if mean is None else own * mean + (1 - own) * middle
    return Norm(question, answered, mean, rounded(typical, DECIMALS))


def with_norms(rubric: Rubric, norms: Iterable[Norm], version: str) -> Rubric:
    """`rubric` under another name and with these norms, in the place of those it may have.

    Raises InputError where the name is none that a rubric may have.
    """
    measured = {norm.question: norm.typical for norm in norms}
    content = json.loads(rubric.text) | {"version": version, "norms": measured}
    try:
        return load.from_content(content)
    except ValidationError as error:
        raise InputError(from_pydantic(error, "rubric")) from None


def proposed_version(version: str, taken: Iterable[str]) -> str:
    """A name for `version` with norms that is not among those `taken`: `2026.1-norms-1`, then `-2` and so on."""
    there = frozenset(taken)
    stem, number = f"{questions_name(version)}{NORMED}", 1
    while f"{stem}{number}" in there:
        number += 1
    return f"{stem}{number}"
