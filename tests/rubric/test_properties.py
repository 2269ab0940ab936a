"""What holds for any answers whatever, on the real rubric."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rubric import load
from rubric.answers import LEFT_OUT, STATES, Answers
from rubric.assess import Result, assess
from rubric.digests import canonical
from rubric.recommend import TOP_PLACES
from rubric.score import Score

RUBRIC = load.rubric()
IDS = [question.id for question in RUBRIC.questions]
OPEN = ("unknown", "undisclosed")
Sheet = dict[str, int | str]

many = settings(deadline=None, max_examples=60, derandomize=True)


def sheets(answers: st.SearchStrategy[int | str]) -> st.SearchStrategy[Sheet]:
    """Answers to all, some or none of the questions."""
    return st.one_of(
        st.fixed_dictionaries(dict.fromkeys(IDS, answers)),
        st.fixed_dictionaries({}, optional=dict.fromkeys(IDS, answers)),
    )


levels = st.integers(0, 4)
states = st.sampled_from(STATES)
sheet_of_any = sheets(st.one_of(levels, levels, levels, states))
question_ids = st.sampled_from(IDS)


def scored(sheet: Sheet, **more: object) -> Result:
    return assess(Answers.model_validate({"region": "Made-up region", "answers": sheet, **more}), RUBRIC)


def theme_score(result: Result, question: str) -> Score:
    theme = RUBRIC.question_by_id[question].theme
    return next(found.score for found in result.themes if found.theme.id == theme)


@many
@given(sheets(st.integers(0, 3)))
def test_a_constant_added_changes_no_resemblance(sheet: Sheet) -> None:
    low = scored(sheet).exemplars
    high = scored({name: int(level) + 1 for name, level in sheet.items()}).exemplars

    assert (high.verdict, high.closest, high.p) == (low.verdict, low.closest, low.p)
    for one, other in zip(low.ranking, high.ranking, strict=True):
        assert one.country == other.country
        assert one.resemblance == pytest.approx(other.resemblance, abs=1e-9)
        assert one.stability == other.stability


@many
@given(sheet_of_any, question_ids, levels, levels)
def test_raising_a_level_never_lowers_a_score(sheet: Sheet, question: str, one: int, other: int) -> None:
    low, high = (scored({**sheet, question: level}) for level in sorted((one, other)))

    for before, after in zip(
        [low.scores.overall, *low.scores.themes], [high.scores.overall, *high.scores.themes], strict=True
    ):
        if before.value is not None and before.low is not None and before.high is not None:
            assert (after.value or 0) >= before.value - 1e-9
            assert (after.low or 0) >= before.low - 1e-9
            assert (after.high or 0) >= before.high - 1e-9


@many
@given(sheet_of_any, question_ids, st.sampled_from(LEFT_OUT))
def test_leaving_out_what_stands_below_the_mean_never_lowers_the_theme(sheet: Sheet, question: str, out: str) -> None:
    sheet = {question: 0, **sheet}
    before = theme_score(scored(sheet), question).value
    level = sheet[question]
    if isinstance(level, int) and before is not None and 25 * level < before:
        after = theme_score(scored({**sheet, question: out}), question).value
        assert after is not None
        assert after >= before - 1e-9


@many
@given(sheet_of_any, question_ids, st.sampled_from(LEFT_OUT))
def test_a_zero_never_counts_as_left_out(sheet: Sheet, question: str, out: str) -> None:
    zero, left = scored({**sheet, question: 0}), scored({**sheet, question: out})

    assert zero.coverage.answered == left.coverage.answered + 1
    assert zero.coverage.left_out == left.coverage.left_out - 1
    with_zero, without = theme_score(zero, question), theme_score(left, question)
    assert with_zero.value is not None
    if without.value is not None:
        assert with_zero.value <= without.value
        assert with_zero.value < without.value or without.value == 0


@many
@given(sheet_of_any, st.randoms(use_true_random=False))
def test_the_order_of_the_answers_changes_nothing(sheet: Sheet, random: object) -> None:
    names = sorted(sheet, key=lambda name: random.random())  # type: ignore[attr-defined]  # a random.Random

    assert canonical(scored({name: sheet[name] for name in names}).json()) == canonical(scored(sheet).json())


@many
@given(sheet_of_any)
def test_a_score_lies_between_its_bounds(sheet: Sheet) -> None:
    result = scored(sheet)

    for score in (result.scores.overall, *result.scores.themes):
        if score.low is not None and score.high is not None:
            assert 0 <= score.low <= score.high <= 100
        if score.value is not None:
            assert score.low is not None
            assert score.high is not None
            assert score.low - 1e-9 <= score.value <= score.high + 1e-9
        if score.interval is not None:
            assert 0 <= score.interval[0] <= score.interval[1] <= 100


@many
@given(sheet_of_any, question_ids, st.sampled_from([*OPEN, None]), levels)
def test_answering_an_open_question_never_widens_the_bounds(
    sheet: Sheet, question: str, state: str | None, level: int
) -> None:
    others = {name: answer for name, answer in sheet.items() if name != question}
    before = scored(others | ({question: state} if state else {}))
    after = scored({**others, question: level})

    for wide, narrow in (
        (before.scores.overall, after.scores.overall),
        (theme_score(before, question), theme_score(after, question)),
    ):
        assert wide.low is not None
        assert wide.high is not None
        assert narrow.low is not None
        assert narrow.high is not None
        assert wide.low - 1e-9 <= narrow.low <= narrow.high <= wide.high + 1e-9


@many
@given(sheet_of_any)
def test_the_same_answers_give_the_same_bytes(sheet: Sheet) -> None:
    assert canonical(scored(sheet).json()) == canonical(scored(dict(sheet)).json())


@many
@given(sheet_of_any)
def test_open_answers_all_count_alike(sheet: Sheet) -> None:
    unknown = scored({name: "unknown" if answer in OPEN else answer for name, answer in sheet.items()})
    absent = scored({name: answer for name, answer in sheet.items() if answer not in OPEN})

    assert unknown.scores == absent.scores
    assert unknown.exemplars == absent.exemplars
    assert unknown.recommendations == absent.recommendations


@many
@given(sheet_of_any)
def test_the_ranking_is_whole_and_falls(sheet: Sheet) -> None:
    found = scored(sheet).exemplars
    placed = [line.resemblance for line in found.ranking if line.resemblance is not None]

    assert {line.country for line in found.ranking} == set(RUBRIC.country_by_code)
    assert [line.resemblance for line in found.ranking][: len(placed)] == placed
    assert all(one >= other - 1e-9 for one, other in itertools.pairwise(placed))
    assert bool(placed) == bool(found.closest)
    assert 1 / 1001 <= found.p <= 1
    if placed:
        assert sum(line.stability or 0 for line in found.ranking) == pytest.approx(1)


@many
@given(sheet_of_any, st.dictionaries(st.sampled_from([t.id for t in RUBRIC.themes]), st.integers(1, 3)))
def test_every_gap_is_recommended_or_named_as_an_alternative_once(sheet: Sheet, priorities: dict[str, int]) -> None:
    found = scored(sheet, priorities=priorities).recommendations
    gaps = [name for name, answer in sheet.items() if isinstance(answer, int) and answer < 4]
    told = [r.question.id for r in found] + [name for r in found for name in r.alternatives]

    assert sorted(told) == sorted(gaps)
    themes = [r.question.theme for r in found]
    if len(set(themes)) >= TOP_PLACES:
        assert len(set(themes[:TOP_PLACES])) == TOP_PLACES


@many
@given(sheet_of_any, st.dictionaries(question_ids, st.sampled_from(["none", "document", "published", "evaluated"])))
def test_evidence_only_lowers(sheet: Sheet, evidence: dict[str, str]) -> None:
    found = scored(sheet, evidence=evidence).scores

    if found.evidenced is not None:
        assert found.overall.value is not None
        assert 0 <= found.evidenced[0] <= found.evidenced[1] + 1e-9 <= found.overall.value + 2e-9
