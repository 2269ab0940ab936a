"""How many regions stand is told of many only, coarsely of few, and as numpy would have it of more."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubric.digests import canonical
from rubric.peers import COARSE, FEWEST, Peers, Standing, peers_of, quartiles

DAY = dt.date(2026, 3, 31)
SCORES = st.floats(0, 100)


@given(st.lists(SCORES, max_size=FEWEST - 1))
def test_nothing_is_told_of_few(scores: list[float]) -> None:
    assert quartiles(scores) is None
    assert quartiles([*[None] * FEWEST, *scores]) is None


@given(st.lists(SCORES, min_size=FEWEST, max_size=60))
def test_no_score_can_be_read_off_the_quartiles(scores: list[float]) -> None:
    told = quartiles(scores)
    assert told
    assert all(value % COARSE == 0 for value in told)
    assert np.abs(np.percentile(scores, (25, 50, 75)) - told).max() <= COARSE / 2 + 1e-6


@given(st.lists(SCORES, min_size=FEWEST, max_size=60))
def test_they_rise_whatever_the_order(scores: list[float]) -> None:
    told = quartiles(scores)
    assert told
    assert 0 <= told[0] <= told[1] <= told[2] <= 100
    assert quartiles(sorted(scores, reverse=True)) == told


@pytest.mark.parametrize(
    ("scores", "told"),
    [
        ([0, 10, 20, 30, 40, 50], (10, 25, 40)),
        ([51.2, 52.4, 57.6, 61.0, 62.4, 63.1, 88.0], (55, 60, 65)),
        ([None, 0, 10, None, 20, 30, 40, 50], (10, 25, 40)),
        ([value / 3 for value in range(20)], (0, 5, 5)),
        ([0.0] * 30, (0, 0, 0)),
    ],
)
def test_worked_examples(scores: list[float | None], told: tuple[float, ...]) -> None:
    assert quartiles(scores) == told


def test_themes_that_few_have_scored_are_left_out() -> None:
    standings = [Standing(50.0, {"skills": 40.0, "finance": 60.0 if n else None, "new": None}) for n in range(FEWEST)]
    assert peers_of(standings, DAY) == Peers(FEWEST, DAY, (50, 50, 50), {"skills": (40, 40, 40)}, {"skills": FEWEST})


def test_of_regions_those_with_a_score_are_counted() -> None:
    scored = [Standing(50.0, {"skills": 40.0, "finance": 60.0 if n else None}) for n in range(FEWEST + 1)]
    peers = peers_of([*scored, *[Standing(None, {"skills": None, "finance": None})] * 4], DAY)
    assert peers
    assert (peers.regions, peers.theme_regions) == (FEWEST + 1, {"skills": FEWEST + 1, "finance": FEWEST})


def test_without_enough_scores_there_is_nothing_to_tell() -> None:
    assert peers_of([Standing(None, {"skills": 40.0})] * FEWEST, DAY) is None


def test_they_are_read_as_they_were_written() -> None:
    peers = Peers(7, DAY, (10.0, 20.5, 30.0), {"skills": (0.0, 2.5, 100.0)}, {"skills": 6})
    assert Peers.from_json(canonical(peers.content)) == peers
