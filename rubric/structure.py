"""A rubric's numbers without its words: which question belongs where, as arrays that the scorer computes with."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from rubric.answers import LEFT_OUT
from rubric.model import Rubric

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Whole = NDArray[np.intp]

DRAWS = 1000
NOISE = 0.75
"""Standard deviation, in levels, of the noise in the draws."""
CONCENTRATION = 3
"""Parameter of the Dirichlet distribution of random theme weightings."""


@dataclass(frozen=True, eq=False)
class Draws:
    """The random numbers that all submissions of a rubric version share; Q questions and T themes in rubric order.

    `noise` (1000, Q) in levels; `picks` (1000, Q) in [0, 1) for off-scale answers; `order` (1000, Q) the questions
    by rising permutation key; `weights` (1000, T) theme weights that sum to 1.
    """

    noise: Floats
    picks: Floats
    order: Whole
    weights: Floats


@dataclass(frozen=True, eq=False)
class Structure:
    """Q questions, T themes and C countries, countries sorted by code.

    `theme` (Q, T) and `cites` (C, Q) mark membership; `weights` (T,) and `typical` (Q,) are the rubric's weights
    and norms (0 where it has none).
    """

    questions: tuple[str, ...]
    themes: tuple[str, ...]
    countries: tuple[str, ...]
    theme: Flags
    cites: Flags
    weights: Floats
    typical: Floats
    draws: Draws


@lru_cache(maxsize=8)
def structure(rubric: Rubric) -> Structure:
    """The numbers of `rubric`, kept for the next submission."""
    questions, themes = rubric.questions, rubric.themes
    countries = sorted(rubric.country_by_code)
    cited = [rubric.countries_of(question) for question in questions]
    norms = rubric.norms or {}
    return Structure(
        questions=tuple(q.id for q in questions),
        themes=tuple(t.id for t in themes),
        countries=tuple(countries),
        theme=np.array([[q.theme == t.id for t in themes] for q in questions]),
        cites=np.array([[country in of_question for of_question in cited] for country in countries]),
        weights=np.array([t.weight for t in themes]),
        typical=np.array([norms.get(q.id, 0.0) for q in questions]),
        draws=_draws(rubric.digest, len(questions), len(themes)),
    )


def _draws(digest: str, questions: int, themes: int) -> Draws:
    """The draws that belong to a rubric digest. RandomState, because its stream is frozen for all time."""
    seed = int(digest.removeprefix("sha256:")[:8], 16)
    random = np.random.RandomState(seed)
    noise = random.normal(0, NOISE, (DRAWS, questions))
    picks = random.random_sample((DRAWS, questions))
    keys = random.random_sample((DRAWS, questions))
    weights = random.dirichlet([CONCENTRATION] * themes, DRAWS)
    return Draws(noise, picks, np.argsort(keys, axis=1, kind="stable"), weights)


@dataclass(frozen=True, eq=False)
class Sheet:
    """One region's answers as arrays over the questions.

    `levels` (Q,) 0-4, meaningless where not `answered`. Each question is `answered` with a level, or `open`
    (unknown, undisclosed or unanswered), or left out (neither). `drawn` (1000, Q): levels as they might have been
    answered another time, meaningless for questions left out; no row where nothing was answered.
    """

    levels: Floats
    answered: Flags
    open: Flags
    drawn: Floats

    @property
    def counted(self) -> Flags:
        """What bounds and draws count: all but the questions left out."""
        return self.answered | self.open


def sheet(answers: Mapping[str, int | str], structure: Structure) -> Sheet:
    """The arrays of `answers` (question id to level or state)."""
    given = [answers.get(question, "unanswered") for question in structure.questions]
    answered = np.array([isinstance(answer, int) for answer in given])
    levels = np.array([float(answer) if isinstance(answer, int) else 0.0 for answer in given])
    return Sheet(
        levels=levels,
        answered=answered,
        open=np.array([answer not in LEFT_OUT for answer in given]) & ~answered,
        drawn=_drawn(levels, answered, structure.draws),
    )


def _drawn(levels: Floats, answered: Flags, draws: Draws) -> Floats:
    """Levels with noise; where there is none, one of the region's answered levels, with noise."""
    given = np.sort(levels[answered])
    if not len(given):
        return np.empty((0, len(levels)))
    imputed = given[(draws.picks[:, ~answered] * len(given)).astype(np.intp)]
    drawn = draws.noise + levels
    drawn[:, ~answered] += imputed
    return drawn
