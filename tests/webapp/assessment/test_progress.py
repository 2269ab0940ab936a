"""How long the rest may take, as far as anybody can tell."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubric import load
from rubric.model import Rubric
from tests.rubric.made_up import Asked, rubric_of
from webapp.assessment.entries import Entry
from webapp.assessment.progress import Minutes, minutes_left, progress

RUBRIC = load.rubric()
ANSWERED = Entry(answer="unknown")
IDS = [question.id for question in RUBRIC.questions]
SOME = st.sets(st.sampled_from(IDS))


def left(answered: Iterable[str], rubric: Rubric = RUBRIC) -> Minutes | None:
    return minutes_left(rubric, rubric.themes, dict.fromkeys(answered, ANSWERED))


def rubric_with(questions: int) -> Rubric:
    """A rubric of so many questions of seven words each."""
    return rubric_of(["theme"], [Asked(f"q{number}", "theme", ("DK",)) for number in range(questions)])


@pytest.mark.parametrize(
    ("questions", "least", "most"), [(1, 1, 1), (2, 1, 1), (10, 3, 7), (20, 6, 15), (60, 15, 40), (200, 60, 140)]
)
def test_it_takes_time_to_read_and_time_to_decide(questions: int, least: int, most: int) -> None:
    assert left([], rubric_with(questions)) == Minutes(least, most)


def test_the_whole_questionnaire_takes_no_more_than_an_hour() -> None:
    whole = left([])
    assert whole
    assert 15 <= whole.least < whole.most <= 60


def test_nothing_is_left_where_all_is_answered() -> None:
    assert left(IDS) is None
    assert minutes_left(RUBRIC, (), {}) is None


def test_a_note_is_no_answer() -> None:
    entries = dict.fromkeys(IDS, ANSWERED) | {IDS[0]: Entry(note="Only a note.")}
    assert minutes_left(RUBRIC, RUBRIC.themes, entries) == Minutes(1, 1)


@given(SOME, SOME)
def test_it_never_grows_as_answers_come_in(first: set[str], more: set[str]) -> None:
    before, after = left(first), left(first | more)
    if after is None:
        assert first | more == set(IDS)
    else:
        assert before
        assert 1 <= after.least <= after.most
        assert after.least <= before.least
        assert after.most <= before.most


@given(SOME, SOME)
def test_a_theme_counts_answers_and_missing_reasons(answered: set[str], bare: set[str]) -> None:
    entries = dict.fromkeys(answered, ANSWERED) | dict.fromkeys(bare, Entry(answer="not-applicable"))
    far = progress(RUBRIC.themes, RUBRIC, entries)
    assert sum(item.answered for item in far) == len(answered | bare)
    assert sum(item.lacking for item in far) == len(bare)
    assert sum(item.questions for item in far) == len(IDS)
    assert all(0 <= item.lacking <= item.answered <= item.questions for item in far)
