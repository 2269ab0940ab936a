"""Which answers would narrow the result most: against the scorer itself, and what holds for any answers."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rubric import load
from rubric.answers import LEFT_OUT, STATES
from rubric.assess import assess
from rubric.model import Rubric
from rubric.narrow import Narrowing, narrowing
from rubric.rounding import rounded
from tests.rubric.made_up import Asked, answers_of, rubric_of

RUBRIC = load.rubric()
IDS = [question.id for question in RUBRIC.questions]
Sheet = dict[str, int | str]

many = settings(deadline=None, max_examples=15, derandomize=True)
levels = st.integers(0, 4)
question_ids = st.sampled_from(IDS)
answers = st.one_of(levels, levels, st.sampled_from(STATES))
sheet_of_any = st.fixed_dictionaries({}, optional=dict.fromkeys(IDS, answers))


def found(sheet: Sheet, rubric: Rubric = RUBRIC) -> tuple[Narrowing, ...]:
    return narrowing(answers_of(sheet), rubric)


def named(sheet: Sheet, rubric: Rubric = RUBRIC) -> dict[str, Narrowing]:
    return {one.question.id: one for one in found(sheet, rubric)}


def breadth(sheet: Sheet, rubric: Rubric) -> tuple[float, int]:
    """Width of the interval and size of the closest set, as a whole assessment tells them."""
    result = assess(answers_of(sheet), rubric)
    assert result.scores.overall.interval is not None
    low, high = result.scores.overall.interval
    return high - low, len(result.exemplars.closest)


def brute(sheet: Sheet, question: str, rubric: Rubric) -> tuple[float, float | None]:
    """The expected drops by a whole assessment for each level that might be given again."""
    times = Counter(answer for answer in sheet.values() if isinstance(answer, int))
    width, size = breadth(sheet, rubric)
    after = [(count, breadth({**sheet, question: level}, rubric)) for level, count in times.items()]
    return (
        width - sum(count * then for count, (then, _) in after) / times.total(),
        size - sum(count * then for count, (_, then) in after) / times.total() if size else None,
    )


def small(*, open_theme: int) -> Rubric:
    """Ten questions of one theme, for IE, US and FR by turns, and `open_theme` of another, named open0, open1, …"""
    return rubric_of(
        ["strategy", "focus"],
        [
            *[Asked(f"q{n}", "strategy", ((("IE",), ("US",), ("FR",))[n % 3])) for n in range(10)],
            *[Asked(f"open{n}", "focus", ("IE",)) for n in range(open_theme)],
        ],
    )


TEN: Sheet = {f"q{n}": level for n, level in enumerate([4, 0, 2, 4, 0, 2, 3, 1, 2, 4])}


def test_each_drop_is_what_whole_assessments_tell_on_average() -> None:
    rubric = small(open_theme=2)
    drops = named({**TEN, "open0": "unknown"}, rubric)

    assert set(drops) == {"open0", "open1"}
    for question, one in drops.items():
        assert (one.interval, one.closest) == pytest.approx(brute({**TEN, "open0": "unknown"}, question, rubric))


def test_each_drop_is_that_of_whole_assessments_on_the_real_rubric() -> None:
    sheet: Sheet = {name: (7 * n) % 5 for n, name in enumerate(IDS[:-4])} | {IDS[3]: "undisclosed", IDS[8]: "unknown"}
    drops = named(sheet)

    for question in (IDS[8], IDS[-1]):
        assert (drops[question].interval, drops[question].closest) == pytest.approx(brute(sheet, question, RUBRIC))


def test_the_only_question_of_a_theme_narrows_more_than_one_of_many() -> None:
    rubric = small(open_theme=1)
    first, second = found({name: level for name, level in TEN.items() if name != "q8"}, rubric)

    # A theme of one question is half of the score, the other theme's tenth question a twentieth.
    assert [first.question.id, second.question.id] == ["open0", "q8"]
    assert first.interval is not None
    assert second.interval is not None
    assert first.interval > 10 * abs(second.interval)


@pytest.mark.parametrize("state", [*LEFT_OUT, "undisclosed"])
def test_what_is_left_out_or_kept_back_is_not_asked_for(state: str) -> None:
    assert set(named({**TEN, "open0": state}, small(open_theme=2))) == {"open1"}


def test_unknown_and_unanswered_count_alike() -> None:
    rubric = small(open_theme=2)

    assert found({**TEN, "open0": "unknown", "open1": "unknown"}, rubric) == found(TEN, rubric)


@pytest.mark.parametrize("state", [None, "unknown"])
def test_with_nothing_answered_all_are_named_and_only_the_bounds_are_known(state: str | None) -> None:
    there = found(dict.fromkeys(IDS, state) if state else {})

    assert {(one.interval, one.closest) for one in there} == {(None, None)}
    assert sum(one.bounds for one in there) == pytest.approx(100)


def test_the_bounds_come_nearer_by_what_the_scorer_says() -> None:
    sheet: Sheet = dict.fromkeys(IDS[5:], 2) | {IDS[9]: "not-applicable", IDS[20]: "undisclosed"}
    for question, one in named(sheet).items():
        widths = [_between_bounds(s) for s in (sheet, {**sheet, question: 3})]
        assert one.bounds == pytest.approx(widths[0] - widths[1])


def _between_bounds(sheet: Sheet) -> float:
    overall = assess(answers_of(sheet), RUBRIC).scores.overall
    assert overall.low is not None
    assert overall.high is not None
    return overall.high - overall.low


@pytest.mark.parametrize("state", LEFT_OUT)
def test_with_everything_left_out_there_is_nothing_to_ask(state: str) -> None:
    assert found(dict.fromkeys(IDS, state)) == ()


def test_with_all_but_one_left_out_it_decides_everything_and_has_no_figures() -> None:
    (one,) = found(dict.fromkeys(IDS[1:], "not-applicable"))
    assert (one.question, one.interval, one.closest) == (RUBRIC.questions[0], None, None)
    assert one.bounds == pytest.approx(100)


def test_nine_answers_give_a_width_but_no_closest_set_to_narrow() -> None:
    drops = found(dict(list(TEN.items())[:9]), small(open_theme=1))

    assert [one.question.id for one in drops] == ["open0", "q9"]
    assert [one.closest for one in drops] == [None, None]
    assert None not in [one.interval for one in drops]


def test_ten_answers_give_a_closest_set_to_narrow() -> None:
    assert None not in [one.closest for one in found(TEN, small(open_theme=2))]


def test_equal_answers_give_a_width_but_no_closest_set_to_narrow() -> None:
    drops = found(dict.fromkeys(IDS[:40], 2))

    assert len(drops) == len(IDS) - 40
    assert {one.closest for one in drops} == {None}
    assert None not in [one.interval for one in drops]


@many
@given(sheet_of_any)
def test_exactly_the_unknown_and_unanswered_appear_each_once(sheet: Sheet) -> None:
    askable = [name for name in IDS if sheet.get(name, "unknown") == "unknown"]

    assert sorted(one.question.id for one in found(sheet)) == sorted(askable)


@many
@given(sheet_of_any)
def test_they_stand_by_falling_bounds_then_interval_then_closest_set_then_rubric_order(sheet: Sheet) -> None:
    keys = [
        (-rounded(one.bounds, 9), -rounded(one.interval or 0, 1), -(one.closest or 0), IDS.index(one.question.id))
        for one in found(sheet)
    ]

    assert keys == sorted(keys)


@many
@given(sheet_of_any)
def test_a_figure_is_there_for_all_or_for_none(sheet: Sheet) -> None:
    exemplars = assess(answers_of(sheet), RUBRIC).exemplars

    for one in found(sheet):
        assert (one.interval is None) == (not any(isinstance(answer, int) for answer in sheet.values()))
        assert (one.closest is None) == (not exemplars.closest)


@many
@given(sheet_of_any, st.randoms(use_true_random=False))
def test_the_order_of_the_answers_changes_nothing(sheet: Sheet, random: object) -> None:
    names = sorted(sheet, key=lambda name: random.random())  # type: ignore[attr-defined]  # a random.Random

    assert found({name: sheet[name] for name in names}) == found(sheet)


@many
@given(st.fixed_dictionaries(dict.fromkeys(IDS, st.one_of(levels, st.sampled_from([*LEFT_OUT, "undisclosed"])))))
def test_with_all_answered_there_is_nothing_to_ask(sheet: Sheet) -> None:
    assert found(sheet) == ()


@many
@given(sheet_of_any, question_ids, question_ids, levels)
def test_any_drop_is_that_of_whole_assessments(sheet: Sheet, asked: str, other: str, level: int) -> None:
    sheet = {**sheet, other: level, asked: "unknown"}
    if asked != other:
        one = named(sheet)[asked]
        assert (one.interval, one.closest) == pytest.approx(brute(sheet, asked, RUBRIC))
