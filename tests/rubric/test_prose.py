"""Likeness and reading ease, worked by hand."""

import pytest

from rubric import prose
from rubric.prose import Passage, likeness, reading_ease, syllables


@pytest.mark.parametrize(
    ("word", "expected"),
    [("a", 1), ("plan", 1), ("region", 2), ("cluster", 2), ("policy", 3), ("employers", 3), ("university", 5)],
)
def test_syllables_are_counted(word: str, expected: int) -> None:
    assert syllables(word) == expected


def test_reading_ease_of_two_short_sentences() -> None:
    # 6 words in 2 sentences; the-plan-runs-it-has-mon-ey: 7 syllables.
    # 206.835 - 1.015 x 6/2 - 84.6 x 7/6 = 206.835 - 3.045 - 98.7
    assert reading_ease("The plan runs. It has money.") == pytest.approx(105.09)


def test_longer_words_and_sentences_are_harder() -> None:
    assert reading_ease("The plan runs and it has money.") < reading_ease("The plan runs. It has money.")
    assert reading_ease("The strategy operates.") < reading_ease("The plan runs.")


def test_text_without_words_is_easy() -> None:
    assert reading_ease("12 – 13.") == 100


def test_likeness_is_the_share_of_words_in_common() -> None:
    # {the, plan, has, money} and {the, plan, runs}: two in common, over the root of 4 x 3.
    assert likeness("The plan has money.", "The plan runs.") == pytest.approx(2 / 12**0.5)


def test_likeness_overlooks_order_case_and_endings() -> None:
    assert likeness("Money funds plans", "plans money FUNDS") == pytest.approx(1)
    assert likeness("evaluated", "Evaluation") == pytest.approx(1)


def test_nothing_is_like_nothing() -> None:
    assert likeness("", "money") == 0
    assert likeness("", "") == 0


def test_the_most_alike_come_first() -> None:
    texts = [Passage("q", "why", text) for text in ("one two three", "one two four", "one two three five", "six")]
    pairs = prose.most_alike(texts, 2)

    assert [(pair.first.text, pair.second.text) for pair in pairs] == [
        ("one two three", "one two three five"),
        ("one two three", "one two four"),
    ]


def test_the_hardest_come_first() -> None:
    easy, hard = (
        Passage("q", "why", "The plan runs."),
        Passage("q", "why", "Internationalisation necessitates coordination."),
    )

    assert [passage for passage, _ in prose.hardest([easy, hard], 1)] == [hard]
