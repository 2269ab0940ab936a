"""The order of recommendations and strengths, one rule at a time."""

from collections.abc import Mapping, Sequence

import pytest

from rubric.assess import assess
from rubric.model import Rubric
from rubric.recommend import Standing, recommendations, strengths
from tests.rubric.made_up import Asked, answers_of, rubric_of

THEMES = ["strategy", "focus", "skills", "place"]


def standing(levels: Mapping[str, int], closest: Sequence[str] = (), **more: Mapping[str, float]) -> Standing:
    """A region whose theme scores are equal unless given."""
    return Standing(
        levels=levels,
        priorities={theme: int(priority) for theme, priority in more.get("priorities", {}).items()},
        theme_scores=dict.fromkeys(THEMES, 50.0) | dict(more.get("theme_scores", {})),
        closest=closest,
    )


def order(rubric: Rubric, region: Standing) -> list[str]:
    return [recommendation.question.id for recommendation in recommendations(rubric, region)]


def strong(rubric: Rubric, region: Standing) -> list[str]:
    return [question.id for question in strengths(rubric, region)]


ONE_EACH = rubric_of(THEMES, [Asked(f"q-{theme}", theme, ("IE",)) for theme in THEMES])


def test_larger_gaps_come_first() -> None:
    region = standing({"q-strategy": 3, "q-focus": 0, "q-skills": 1, "q-place": 4})

    assert order(ONE_EACH, region) == ["q-focus", "q-skills", "q-strategy"]


def test_priorities_multiply_gaps() -> None:
    region = standing({"q-strategy": 0, "q-focus": 1}, priorities={"strategy": 1, "focus": 3})
    found = recommendations(ONE_EACH, region)

    assert [(r.question.id, r.gap, r.urgency) for r in found] == [("q-focus", 3, 9), ("q-strategy", 4, 4)]


def test_the_default_priority_is_two() -> None:
    assert recommendations(ONE_EACH, standing({"q-strategy": 1}))[0].urgency == 6


def test_only_answers_with_a_level_below_four_are_gaps() -> None:
    answers: dict[str, int | str] = {"q-strategy": 4, "q-focus": "unknown", "q-skills": "outside-powers", "q-place": 3}
    found = assess(answers_of(answers), ONE_EACH).recommendations

    assert [(r.question.id, r.level, r.gap) for r in found] == [("q-place", 3, 1)]


@pytest.mark.parametrize(("level", "expected"), [(1, ["c", "b"]), (2, ["b", "c"])])
def test_what_lacks_a_prerequisite_waits(level: int, expected: list[str]) -> None:
    rubric = rubric_of(
        THEMES,
        [Asked("a", "strategy", ("IE",)), Asked("b", "focus", ("IE",), requires=("a",)), Asked("c", "skills", ("IE",))],
    )

    assert [q for q in order(rubric, standing({"a": level, "b": 1, "c": 1})) if q != "a"] == expected


def test_an_open_prerequisite_is_not_met() -> None:
    rubric = rubric_of(
        THEMES,
        [Asked("a", "strategy", ("IE",)), Asked("b", "focus", ("IE",), requires=("a",)), Asked("c", "skills", ("IE",))],
    )

    assert order(rubric, standing({"b": 1, "c": 1})) == ["c", "b"]


def test_what_the_closest_set_practises_comes_first() -> None:
    rubric = rubric_of(THEMES, [Asked("a", "strategy", ("IE", "US", "CA")), Asked("b", "focus", ("DK",))])

    assert order(rubric, standing({"a": 1, "b": 1}, closest=["DK"])) == ["b", "a"]
    assert order(rubric, standing({"a": 1, "b": 1})) == ["a", "b"]


def test_more_countries_come_first() -> None:
    rubric = rubric_of(THEMES, [Asked("a", "strategy", ("IE",)), Asked("b", "focus", ("DK", "US"))])

    assert order(rubric, standing({"a": 1, "b": 1})) == ["b", "a"]


def test_weaker_themes_come_first() -> None:
    region = standing({"q-strategy": 1, "q-focus": 1}, theme_scores={"strategy": 60, "focus": 40})

    assert order(ONE_EACH, region) == ["q-focus", "q-strategy"]


def test_equals_keep_rubric_order() -> None:
    assert order(ONE_EACH, standing({f"q-{theme}": 1 for theme in reversed(THEMES)})) == [f"q-{t}" for t in THEMES]


def test_the_first_three_are_of_three_themes() -> None:
    rubric = rubric_of(
        THEMES,
        [
            *[Asked(f"a{n}", "strategy", ("IE",)) for n in range(3)],
            Asked("b", "focus", ("IE",)),
            *[Asked(f"c{n}", "skills", ("IE",)) for n in range(2)],
        ],
    )
    region = standing({"a0": 0, "a1": 0, "a2": 1, "b": 2, "c0": 3, "c1": 2})

    assert order(rubric, region) == ["a0", "b", "c1", "a1", "a2", "c0"]


def test_too_few_themes_are_filled_up() -> None:
    rubric = rubric_of(THEMES, [*[Asked(f"a{n}", "strategy", ("IE",)) for n in range(3)], Asked("b", "focus", ("IE",))])

    assert order(rubric, standing({"a0": 0, "a1": 1, "a2": 2, "b": 3})) == ["a0", "b", "a1", "a2"]


RIVALS = rubric_of(
    THEMES,
    [
        Asked("a", "strategy", ("IE",), tension=("b",)),
        Asked("b", "focus", ("IE",)),
        Asked("c", "skills", ("IE",), tension=("b",)),
    ],
)


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ({"a": 0, "b": 1, "c": 2}, [("a", ["b"]), ("c", [])]),
        ({"a": 1, "b": 0, "c": 2}, [("b", ["a", "c"])]),
        ({"a": 2, "b": 1, "c": 0}, [("c", ["b"]), ("a", [])]),
        ({"a": 0, "b": 4, "c": 2}, [("a", []), ("c", [])]),
    ],
)
def test_of_rivals_the_later_is_named_at_the_first_alone(
    levels: dict[str, int], expected: list[tuple[str, list[str]]]
) -> None:
    found = recommendations(RIVALS, standing(levels))

    assert [(r.question.id, list(r.alternatives)) for r in found] == expected


def test_countries_of_the_closest_set_are_named_first() -> None:
    rubric = rubric_of(THEMES, [Asked("a", "strategy", ("US", "IE", "CA", "DK"))])
    (found,) = recommendations(rubric, standing({"a": 1}, closest=["IE", "GB", "DK"]))

    assert found.countries == ("IE", "DK", "CA", "US")


def test_strengths_are_levels_three_and_four_higher_first() -> None:
    region = standing({"q-strategy": 3, "q-focus": 2, "q-skills": 4, "q-place": 0})

    assert strong(ONE_EACH, region) == ["q-skills", "q-strategy"]


def test_strengths_go_by_closest_set_then_countries_then_theme() -> None:
    rubric = rubric_of(
        THEMES,
        [
            Asked("a", "strategy", ("IE",)),
            Asked("b", "focus", ("IE",)),
            Asked("c", "skills", ("IE", "US")),
            Asked("d", "place", ("DK",)),
        ],
    )
    region = standing(dict.fromkeys("abcd", 3), closest=["DK"], theme_scores={"strategy": 50, "focus": 60})

    assert strong(rubric, region) == ["d", "c", "b", "a"]


def test_the_first_three_strengths_are_of_three_themes() -> None:
    rubric = rubric_of(
        THEMES,
        [
            *[Asked(f"a{n}", "strategy", ("IE",)) for n in range(3)],
            Asked("b", "focus", ("IE",)),
            Asked("c", "skills", ("IE",)),
        ],
    )

    assert strong(rubric, standing({"a0": 4, "a1": 4, "a2": 4, "b": 3, "c": 3})) == ["a0", "b", "c", "a1", "a2"]


def test_rival_strengths_both_count() -> None:
    assert strong(RIVALS, standing({"a": 3, "b": 3, "c": 3})) == ["a", "b", "c"]
