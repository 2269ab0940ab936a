"""The context: the figures of the result, and what follows from them for the reader."""

from typing import Any, cast

import pytest

from rubric import load
from rubric.resemblance import Exemplars
from rubric.score import rounded_score
from tests.webapp.report.cases import (
    CASES,
    ISSUE,
    again,
    all_equal,
    full,
    report_on,
    result_of,
    reworded,
    sparse,
    told,
    unknown,
)
from webapp.report.context import report_of


def _plain(name: str) -> dict[str, Any]:
    return cast(dict[str, Any], result_of(CASES[name]()).json(ISSUE.digest))


@pytest.mark.parametrize("name", CASES)
def test_every_figure_is_that_of_the_result(name: str) -> None:
    report, plain = report_on(CASES[name]()), _plain(name)
    score = plain["score"]
    assert (report.score.value, report.score.low, report.score.high) == (score["value"], score["low"], score["high"])
    assert report.score.interval == _pair(score["interval"])
    assert report.weightings == _pair(score["weightings"])
    assert report.left_out_as_zero == score["left_out_as_zero"]
    assert report.evidenced == _pair(plain["evidenced"] and [plain["evidenced"]["low"], plain["evidenced"]["high"]])
    assert [theme.score.value for theme in report.themes] == [t["score"]["value"] for t in plain["themes"]]
    assert [theme.priority for theme in report.themes] == [t["priority"] for t in plain["themes"]]
    assert report.chance == plain["exemplars"]["p"]
    assert [
        {
            "country": line.country.code,
            "resemblance": line.resemblance,
            "stability": line.stability,
            "answered": line.answered,
            "questions": line.questions,
        }
        for line in report.ranking
    ] == [told(line) for line in plain["exemplars"]["ranking"]]
    assert [line.country.code for line in report.closest] == plain["exemplars"]["closest"]
    assert [item.question.id for item in report.strengths] == plain["strengths"]
    assert [
        (step.question.id, step.level, step.gap, step.urgency, [c.code for c in step.countries])
        for step in report.steps
    ] == [(r["question"], r["level"], r["gap"], r["urgency"], r["countries"]) for r in plain["recommendations"]]


def _pair(ends: list[float] | None) -> tuple[float, float] | None:
    return (ends[0], ends[1]) if ends else None


def _headline(exemplars: Exemplars) -> tuple[str, str, list[str]]:
    result = result_of(full())
    changed = report_of(vary(result, exemplars=exemplars), ISSUE, "en").headline
    assert changed.nearest
    return changed.kind, changed.nearest.code, [country.code for country in changed.others]


def vary(result: Any, **changes: object) -> Any:
    """`result` with other parts."""
    return type(result)(**{**vars(result), **changes})


def test_a_clear_verdict_names_the_first_alone() -> None:
    exemplars = result_of(full()).exemplars
    assert exemplars.verdict == "clear"
    assert _headline(exemplars) == ("clear", "DK", [])


def test_a_leaning_verdict_names_the_rest_of_the_closest_set() -> None:
    exemplars = vary(result_of(full()).exemplars, verdict="leaning", closest=("CA", "DK", "FR"))
    assert _headline(exemplars) == ("leaning", "DK", ["CA", "FR"])


def test_a_leaning_verdict_with_nobody_else_near_names_one() -> None:
    exemplars = vary(result_of(full()).exemplars, verdict="leaning", closest=("DK",))
    assert _headline(exemplars) == ("leaning", "DK", [])


def test_no_verdict_still_names_the_three_nearest() -> None:
    exemplars = vary(result_of(full()).exemplars, verdict="none")
    kind, nearest, others = _headline(exemplars)
    assert (kind, [nearest, *others]) == ("none", [e.country for e in exemplars.ranking[:3]])


@pytest.mark.parametrize(("answers", "kind"), [(unknown(), "few-answers"), (all_equal(), "all-equal")])
def test_without_a_comparison_it_says_why(answers: Any, kind: str) -> None:
    report = report_on(answers)
    assert (report.headline.kind, report.headline.named, report.portraits) == (kind, (), ())
    assert report.headline.undefined


def test_too_few_questions_on_each_country_is_a_reason_of_its_own() -> None:
    lone = reworded(load.rubric(), lambda q: {"does": {"ie-vision": next(iter(q.does.values()))}})
    assert report_of(result_of(full(), lone), ISSUE, "en").headline.kind == "few-countries"


def test_steps_are_grouped_by_how_long_they_take_and_none_is_lost() -> None:
    report = report_on(full())
    assert [horizon.within for horizon in report.horizons] == ["6 months", "18 months", "3 years"]
    places = sorted(step.place for horizon in report.horizons for step in horizon.steps)
    assert places == list(range(1, len(report.steps) + 1))
    for horizon in report.horizons:
        assert {step.question.horizon for step in horizon.steps} == {horizon.within}


def test_a_step_tells_the_next_level_and_what_each_country_does() -> None:
    step = report_on(full()).steps[0]
    assert step.next_level == step.question.levels[step.level + 1]
    told = [sentence for doing in step.doing for sentence in doing.sentences]
    assert sorted(told) == sorted(step.question.does.values())


@pytest.mark.parametrize("name", CASES)
def test_the_two_nearest_are_portrayed_with_all_that_is_asked_on_them(name: str) -> None:
    report = report_on(CASES[name]())
    nearest = [line for line in report.ranking if line.resemblance is not None][:2]
    assert [p.place for p in report.portraits] == nearest
    for portrait in report.portraits:
        groups = [portrait.shared, portrait.ahead, portrait.beyond, portrait.foreign, portrait.open]
        told = [trait.line.question.id for group in groups for trait in group]
        assert len(told) == len(set(told)) == portrait.place.questions
        assert all(trait.line.level is not None and trait.line.level >= 3 for trait in portrait.shared)
        for trait in portrait.ahead:
            assert trait.line.level is not None
            assert trait.line.next_level == trait.line.question.levels[trait.line.level + 1]


def test_the_submission_before_stands_beside_each_score() -> None:
    report = again()
    assert report.earlier
    scores = report.earlier.result.scores
    assert report.before == rounded_score(scores.overall.value)
    assert [theme.before for theme in report.themes] == [rounded_score(score.value) for score in scores.themes]
    assert [dot.before for dot in report.profile] == [theme.before for theme in report.themes]
    assert {dot.before for dot in report.dots} == {None}


def test_peers_stand_beside_the_themes_that_enough_of_them_have_scored() -> None:
    report = again()
    assert report.peers
    assert [theme.peers for theme in report.themes] == [report.peers.themes.get(theme.id) for theme in report.themes]
    assert report.themes[0].peers is None


@pytest.mark.parametrize("name", CASES)
def test_open_questions_are_told_with_what_is_open_about_them(name: str) -> None:
    report = report_on(CASES[name]())
    told = [line for theme in report.themes for lines in theme.open for line in lines]
    assert {line.question.id for line in told} == {line.question.id for line in report.open}
    assert len(told) == report.coverage.open
    assert len(report.left_out) == report.coverage.left_out


def test_what_rests_on_few_answers_says_so() -> None:
    assert report_on(sparse()).thin
    assert not report_on(full()).thin
    assert all(theme.thin for theme in report_on(sparse()).highest)


def test_every_practice_of_the_source_is_told_with_the_questions_that_cite_it() -> None:
    report = report_on(unknown())
    told = {practice.id: questions for origin in report.origins for practice, questions in origin.practices}
    assert len(told) == len(report.rubric.practices) == 47
    assert all(p in q.practices for p, questions in told.items() for q in questions)
    assert all(told.values())


def test_no_band_is_drawn_where_there_is_no_score() -> None:
    for dot in (*report_on(unknown()).dots, *report_on(sparse()).dots):
        assert (dot.interval is None) == (dot.value is None)


def test_themes_that_stand_out_are_named_only_if_they_do() -> None:
    report = report_on(full())
    values = [theme.score.value for theme in report.themes]
    assert {theme.score.value for theme in report.highest} <= {max(v for v in values if v is not None)}
    assert report_on(all_equal()).highest == report_on(all_equal()).lowest == ()
    assert report_on(unknown()).highest == ()


def test_the_files_beside_it_are_answers_and_result() -> None:
    answers = full()
    assert report_on(answers).files == {
        "answers.json": answers.content,
        "result.json": result_of(answers).json(ISSUE.digest),
    }
