"""What the method promises, in simulation on the real rubric. Seeds are fixed: the figures never change."""

from collections import Counter
from collections.abc import Iterator
from functools import cache

import numpy as np
import pytest

from rubric import load
from rubric.answers import Answers
from rubric.assess import assess
from rubric.resemblance import Exemplars

RUBRIC = load.rubric()
CODES = sorted(RUBRIC.country_by_code)
NOISE_CASES = 600
FOLLOWERS = 25
LIFT = 1.5
"""How many levels a follower stands higher where its model's practices are asked for."""


def compared(levels: np.ndarray) -> Exemplars:
    answers = {question.id: int(level) for question, level in zip(RUBRIC.questions, levels, strict=True)}
    return assess(Answers(region="Made-up region", answers=dict(answers)), RUBRIC).exemplars


@cache
def noise() -> tuple[Exemplars, ...]:
    """Regions whose levels are drawn evenly and mean nothing."""
    random = np.random.RandomState(1)
    return tuple(compared(random.randint(0, 5, len(RUBRIC.questions))) for _ in range(NOISE_CASES))


@cache
def followers(code: str) -> tuple[Exemplars, ...]:
    """Regions that do more of what one country is known for, and are otherwise noise."""
    random = np.random.RandomState(CODES.index(code))
    cited = np.array([code in RUBRIC.countries_of(question) for question in RUBRIC.questions])
    return tuple(
        compared(np.clip(np.rint(random.normal(1.5, 1, len(cited)) + LIFT * cited), 0, 4)) for _ in range(FOLLOWERS)
    )


def all_followers() -> Iterator[tuple[str, Exemplars]]:
    return ((code, found) for code in CODES for found in followers(code))


@pytest.mark.parametrize("code", CODES)
def test_noise_names_each_country_about_once_in_eight(code: str) -> None:
    first = Counter(found.ranking[0].country for found in noise())

    assert first[code] / NOISE_CASES == pytest.approx(1 / 8, abs=0.05)


def test_noise_is_called_clear_about_once_in_twenty() -> None:
    clear = sum(found.verdict == "clear" for found in noise())

    assert 0.02 <= clear / NOISE_CASES <= 0.08


def test_the_chance_level_of_noise_is_even() -> None:
    p = np.array([found.p for found in noise()])

    for share in (0.1, 0.25, 0.5, 0.75):
        assert (p <= share).mean() == pytest.approx(share, abs=0.07)


def test_followers_are_found() -> None:
    found = [exemplars.ranking[0].country == code for code, exemplars in all_followers()]

    assert np.mean(found) >= 0.9


@pytest.mark.parametrize("code", CODES)
def test_the_closest_set_holds_the_truth(code: str) -> None:
    held = np.mean([code in exemplars.closest for exemplars in followers(code)])

    assert held >= 0.92


def test_the_closest_set_is_small() -> None:
    sizes = Counter(len(exemplars.closest) for _, exemplars in all_followers())

    assert sum(times for size, times in sizes.items() if size <= 3) / sizes.total() >= 0.95


def test_what_is_called_clear_is_true() -> None:
    clear = [
        exemplars.ranking[0].country == code for code, exemplars in all_followers() if exemplars.verdict == "clear"
    ]

    assert len(clear) > 100
    assert np.mean(clear) >= 0.98
