"""Scores that are counted lie as numpy has it of them one by one, and questions are counted by every kind of answer."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubric.distributions import Answered, Spread, spread_of, worst_first

SCORES = st.lists(st.integers(0, 1000).map(lambda tenths: tenths / 10), min_size=1, max_size=80)


@given(SCORES)
def test_quartiles_are_those_of_numpy(scores: list[float]) -> None:
    spread = spread_of(Counter(scores))
    assert spread.regions == len(scores)
    assert spread.ends == (min(scores), max(scores))
    assert spread.quartiles
    assert np.abs(np.percentile(scores, (25, 50, 75)) - spread.quartiles).max() <= 0.05 + 1e-9


@pytest.mark.parametrize(
    ("scores", "told"),
    [
        ([40.0], (40, 40, 40)),
        ([0.0, 100.0], (25, 50, 75)),
        ([10.0, 20.0, 30.0, 40.0], (17.5, 25, 32.5)),
        ([3.1, 3.1, 3.1, 90.0], (3.1, 3.1, 24.8)),
    ],
)
def test_worked_examples(scores: list[float], told: tuple[float, ...]) -> None:
    assert spread_of(Counter(scores)).quartiles == told


def test_without_a_score_there_is_nothing_to_tell() -> None:
    assert (Spread().regions, Spread().ends, Spread().quartiles) == (0, None, None)


@given(SCORES)
def test_every_score_lies_in_the_step_that_is_nearest(scores: list[float]) -> None:
    steps = spread_of(Counter(scores)).steps(2)
    assert (len(steps), sum(steps)) == (51, len(scores))
    assert all(any(abs(2 * step - score) <= 1 + 1e-9 for score in scores) for step, count in enumerate(steps) if count)


def test_questions_are_counted_by_every_kind_of_answer_the_worst_first() -> None:
    answered = Answered(["good", "hard", "foreign"])
    answered.add({"good": 4, "hard": "unknown", "foreign": "not-applicable"})
    answered.add({"good": 0, "hard": "undisclosed", "foreign": 2})
    answered.add({"good": 2, "foreign": "outside-powers"})
    answered.add({"good": 2, "hard": 1})
    worst, middle, best = worst_first(answered.rates())
    assert [worst.question, middle.question, best.question] == ["hard", "foreign", "good"]
    assert (worst.open, worst.left_out, worst.without_level, worst.levels) == (0.75, 0, 0.75, (0, 0.25, 0, 0, 0))
    assert (middle.open, middle.left_out, middle.without_level) == (0.25, 0.5, 0.75)
    assert (best.without_level, best.levels) == (0, (0.25, 0, 0.5, 0, 0.25))
