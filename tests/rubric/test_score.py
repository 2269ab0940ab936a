"""Scores, bounds and ranges of small rubrics, worked by hand."""

import numpy as np
import pytest

from rubric.assess import assess
from rubric.model import Rubric
from rubric.rounding import rounded
from rubric.score import Scores
from tests.rubric.made_up import Asked, answers_of, rubric_of

RUBRIC = rubric_of(
    ["strategy", "focus"],
    [Asked("a", "strategy", ("IE",)), Asked("b", "strategy", ("IE",)), Asked("c", "focus", ("US",))],
)


def scores(answers: dict[str, int | str], rubric: Rubric = RUBRIC, **more: object) -> Scores:
    return assess(answers_of(answers, **more), rubric).scores


def weighted(*weights: float) -> Rubric:
    themes = zip(RUBRIC.themes, weights, strict=True)
    return rubric_of(
        [],
        [Asked("a", "strategy", ("IE",)), Asked("b", "strategy", ("IE",)), Asked("c", "focus", ("US",))],
    ).model_copy(update={"themes": tuple(theme.model_copy(update={"weight": weight}) for theme, weight in themes)})


def test_a_score_is_the_mean_of_its_themes() -> None:
    found = scores({"a": 3, "b": 1, "c": 4})

    assert [theme.value for theme in found.themes] == [50, 100]  # (3 + 1) / 8 and 4 / 4
    assert found.overall.value == 75
    assert (found.overall.low, found.overall.high) == (75, 75)


def test_weights_of_the_rubric_count() -> None:
    assert scores({"a": 3, "b": 1, "c": 4}, weighted(3, 1)).overall.value == 62.5  # (3 x 50 + 100) / 4


@pytest.mark.parametrize("state", ["unknown", "undisclosed", None])
def test_an_open_question_sets_the_bounds_only(state: str | None) -> None:
    found = scores({"a": 3, "c": 4} | ({"b": state} if state else {}))

    strategy = found.themes[0]
    assert (strategy.low, strategy.value, strategy.high) == (37.5, 75, 87.5)  # (3 + 0) / 8, 3 / 4, (3 + 4) / 8
    assert (found.overall.low, found.overall.value, found.overall.high) == (68.75, 87.5, 93.75)


@pytest.mark.parametrize("state", ["not-applicable", "outside-powers"])
def test_a_left_out_question_leaves_no_trace_in_the_score(state: str) -> None:
    found = scores({"a": 3, "b": state, "c": 4})

    assert (found.themes[0].low, found.themes[0].value, found.themes[0].high) == (75, 75, 75)
    assert found.overall.value == 87.5


def test_a_theme_without_a_level_counts_in_the_bounds_only() -> None:
    found = scores({"a": 2, "b": 2, "c": "unknown"})

    assert (found.themes[1].low, found.themes[1].value, found.themes[1].high) == (0, None, 100)
    assert (found.overall.low, found.overall.value, found.overall.high) == (25, 50, 75)
    assert found.themes[1].interval is not None


def test_a_theme_wholly_left_out_has_no_figure() -> None:
    found = scores({"a": 2, "b": 2, "c": "not-applicable"})

    theme = found.themes[1]
    assert (theme.low, theme.value, theme.high, theme.interval) == (None, None, None, None)
    assert (found.overall.low, found.overall.value, found.overall.high) == (50, 50, 50)


def test_nothing_answered_leaves_only_the_bounds() -> None:
    found = scores({})

    assert (found.overall.low, found.overall.value, found.overall.high) == (0, None, 100)
    assert (found.overall.interval, found.weightings, found.left_out_as_zero, found.evidenced) == (None,) * 4


def test_everything_left_out_leaves_nothing() -> None:
    found = scores({"a": "not-applicable", "b": "outside-powers", "c": "not-applicable"})

    assert (found.overall.low, found.overall.value, found.overall.high, found.overall.interval) == (None,) * 4
    assert found.left_out_as_zero is None


def test_left_out_questions_count_as_zero_where_they_are_many() -> None:
    # One of three is left out: (3 + 0) / 8 and 4 / 4.
    assert scores({"a": 3, "b": "outside-powers", "c": 4}).left_out_as_zero == 68.75
    # A theme wholly left out counts as 0: (2 + 2) / 8 and 0.
    assert scores({"a": 2, "b": 2, "c": "not-applicable"}).left_out_as_zero == 25


def test_a_tenth_left_out_is_not_yet_many() -> None:
    ten = rubric_of(["strategy"], [Asked(f"q{n}", "strategy", ("IE",)) for n in range(10)])
    answers: dict[str, int | str] = {f"q{n}": 4 for n in range(9)}

    assert scores({**answers, "q9": "not-applicable"}, ten).left_out_as_zero is None
    assert scores({**answers, "q8": "outside-powers", "q9": "not-applicable"}, ten).left_out_as_zero == 80


def test_open_questions_do_not_count_as_left_out() -> None:
    # Of three questions one is left out and one open: 0 of strategy's one that counts, focus open.
    assert scores({"a": 2, "b": "not-applicable", "c": "unknown"}).left_out_as_zero == 25


def test_evidence_caps_the_levels() -> None:
    found = scores({"a": 4, "b": 4, "c": 4}, evidence={"a": "document", "b": "published"})

    # Low: 2 and 3 of 4, and 1 for the one without a grade: (62.5 + 25) / 2. High: the same, and 4 as claimed.
    assert found.evidenced == (43.75, 81.25)
    assert found.overall.value == 100


@pytest.mark.parametrize(("grade", "cap"), [("none", 1), ("document", 2), ("published", 3), ("evaluated", 4)])
def test_each_grade_has_its_cap(grade: str, cap: int) -> None:
    for level in range(5):
        found = scores({"c": level}, evidence={"c": grade})
        assert found.evidenced == (25 * min(level, cap), 25 * min(level, cap))


@pytest.mark.parametrize("evidence", [{}, {"b": "document"}])
def test_without_a_graded_answer_there_is_no_evidenced_range(evidence: dict[str, str]) -> None:
    assert scores({"a": 4, "b": "unknown", "c": 4}, evidence=evidence).evidenced is None


def noise_and_weights(rubric: Rubric) -> tuple[np.ndarray, np.ndarray]:
    """The first and the last of the random numbers, drawn here again in their order."""
    random = np.random.RandomState(int.from_bytes(bytes.fromhex(rubric.digest[7:15]), "big"))
    questions, themes = len(rubric.questions), len(rubric.themes)
    noise = random.normal(0, 0.75, (1000, questions))
    random.random_sample((1000, questions))
    random.random_sample((1000, questions))
    return noise, random.dirichlet([3] * themes, 1000)


def percentile(values: list[float], share: float) -> float:
    """By linear interpolation between the sorted values."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = int(place)
    return ordered[below] + (place - below) * (ordered[below + 1] - ordered[below])


def test_the_interval_is_the_range_of_the_draws() -> None:
    noise, _ = noise_and_weights(RUBRIC)
    found = scores({"a": 3, "b": 1, "c": 4})

    theme = [25 * (4 + e) for e in noise[:, 2]]
    clipped = [min(100, max(0, value)) for value in theme]
    assert found.themes[1].interval == pytest.approx((percentile(clipped, 0.05), 100))
    # Overall: from theme scores before clipping, and only then clipped.
    both = [(12.5 * (4 + e[0] + e[1]) + value) / 2 for e, value in zip(noise, theme, strict=True)]
    assert max(both) > max((12.5 * (4 + e[0] + e[1]) + value) / 2 for e, value in zip(noise, clipped, strict=True))
    both = [min(100, max(0, value)) for value in both]
    assert found.overall.interval == pytest.approx((percentile(both, 0.05), percentile(both, 0.95)))


def test_the_weightings_are_the_range_over_random_weights() -> None:
    _, weights = noise_and_weights(RUBRIC)

    values = [50 * w[0] + 100 * w[1] for w in weights]
    assert scores({"a": 3, "b": 1, "c": 4}).weightings == pytest.approx(
        (percentile(values, 0.05), percentile(values, 0.95))
    )


def test_weightings_need_a_scored_theme_each() -> None:
    assert scores({"a": 3, "b": 1, "c": "unknown"}).weightings == pytest.approx((50, 50))


def test_norms_change_no_score() -> None:
    answers: dict[str, int | str] = {"a": 3, "b": "unknown", "c": 4}
    normed = RUBRIC.model_copy(update={"norms": {"a": 2.0, "b": 1.0, "c": 3.5}})

    assert scores(answers, normed) == scores(answers)


@pytest.mark.parametrize(
    ("value", "digits", "expected"),
    [
        (57.25, 1, 57.2),  # halves go to the even digit
        (57.35, 1, 57.4),  # as a float a hair above, as text a half; `round` decides
        (57.25 + 1e-12, 1, 57.2),  # what arithmetic adds beyond nine decimals is taken away first
        (0.0005, 3, 0.001),
        (2.675, 2, 2.67),  # as a float a hair below
        (100, 1, 100.0),
    ],
)
def test_rounding(value: float, digits: int, expected: float) -> None:
    assert rounded(value, digits) == expected


def test_nothing_rounds_to_minus_zero() -> None:
    assert str(rounded(-0.001, 2)) == "0.0"
