"""The report's sentences: right whatever was answered, and the same for the same verdict, range and stability."""

import html
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rubric import load
from rubric.answers import STATES, Answers
from tests.webapp.report.cases import again, report_on, sparse
from webapp.report.edition import Edition
from webapp.report.pdf import page
from webapp.report.wording import listed, listed_or, share, signed, tenths, thousandths, whole

IDS = [question.id for question in load.rubric().questions]
ALTERNATING: dict[str, int | str] = {name: number % 5 for number, name in enumerate(IDS)}
anything = st.fixed_dictionaries({}, optional={name: st.sampled_from([0, 1, 2, 3, 4, *STATES]) for name in IDS})
grades = st.dictionaries(st.sampled_from(IDS), st.sampled_from(["none", "document", "published", "evaluated"]))


def _answers(answers: dict[str, Any], **more: Any) -> Answers:
    return Answers.model_validate({"region": "Made-up Region", "answers": answers, **more})


def _text(markup: str) -> str:
    """What stands on the page, without drawings, elements and runs of white space."""
    bare = re.sub(r"<(svg|style|title)\b.*?</\1>", " ", markup, flags=re.DOTALL)
    return " ".join(
        html.unescape(re.sub(r"</?(b|span|bdi|a)\b[^>]*>|(<[^>]+>)", lambda m: " " * bool(m[2]), bare)).split()
    )


def _page(answers: Answers, brief: bool = False) -> str:
    return page(report_on(answers), Edition("en", brief=brief))


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({}, "No question is answered with a level yet."),
        ({}, "Of 50 questions none is answered with a level; 50 have no answer."),
        ({}, "50 questions are open."),
        (
            {IDS[0]: 3},
            "One question is answered with a level. A comparison with the eight countries needs at least ten.",
        ),
        ({IDS[0]: 3}, "This rests on one answer alone: the range says more than the number."),
        ({IDS[0]: 3}, "Of 50 questions one is answered with a level; 49 have no answer."),
        ({IDS[0]: 3}, "The gap to begin with, and the next step"),
        ({IDS[0]: 3, IDS[9]: 0}, "The two gaps to begin with, and the next steps"),
        (dict.fromkeys(IDS, 2), "All answers stand at the same level, so there is no pattern"),
        (dict.fromkeys(IDS, 2), "All 50 questions are answered."),
        (dict.fromkeys(IDS, 4), "No gap is known from these answers."),
        (dict.fromkeys(IDS, 0), "No answer stands at the two highest levels."),
        (dict.fromkeys(IDS, "unknown"), "Of 50 questions none is answered with a level; 50 are unknown."),
        (dict.fromkeys(IDS, "undisclosed"), "Of 50 questions none is answered with a level; 50 are not disclosed."),
        (dict.fromkeys(IDS, "outside-powers"), "50 questions are left out of all figures"),
        ({**ALTERNATING, IDS[3]: "unknown"}, "One question is open."),
        (
            {**ALTERNATING, IDS[3]: "unknown"},
            "off by a step now and then, and the open questions stood at levels that the region gave elsewhere, the",
        ),
        (ALTERNATING, "off by a step now and then, the score would fall between"),
        ({**ALTERNATING, IDS[3]: "unknown"}, "Of 50 questions 49 are answered with a level; 1 is unknown."),
        ({**ALTERNATING, IDS[3]: "not-applicable"}, "One question is left out of all figures, as it does not apply"),
        (ALTERNATING, "No evidence is named for any answer: the score is what the region says of itself."),
        (ALTERNATING, "nothing is open, and nothing is left out."),
    ],
)
def test_numbers_of_questions_are_told_with_grammar(answers: dict[str, int | str], said: str) -> None:
    assert said in _text(_page(_answers(answers)))


def test_evidence_is_only_what_is_evidence() -> None:
    said = _text(_page(_answers(ALTERNATING, evidence={IDS[4]: "document", IDS[9]: "none"})))
    assert "Evidence is named for one answer of 50." in said
    said = _text(_page(_answers(ALTERNATING, evidence=dict.fromkeys(IDS, "none"))))
    assert "No evidence is named for any answer. If every answer counted only as far" in said
    assert "was not told taken as claimed" not in said


def test_a_score_outside_its_own_range_is_told_as_one() -> None:
    said = _text(_page(_answers({IDS[0]: 4, **dict.fromkeys(IDS[9:16], 0)})))
    assert "counts only the answers given." in said
    assert "counts only the answers given." not in _text(_page(_answers(ALTERNATING)))


def test_an_earlier_score_within_the_range_need_not_mean_anything() -> None:
    assert "That lies within today’s range, so it need not mean" in _text(page(again(), Edition("en")))


def test_themes_whose_ranges_overlap_are_not_told_to_stand_out() -> None:
    said = _text(_page(_answers({**dict.fromkeys(IDS, 2), IDS[0]: 3, IDS[7]: 1})))
    assert "Even these ranges overlap, so no theme stands out for sure." in said


def test_answers_that_would_help_equally_are_not_ranked() -> None:
    said = _text(_page(_answers({**ALTERNATING, IDS[0]: "unknown", IDS[1]: "unknown"})))
    assert "To answer any one of 2 of them would bring these two 2.5 points nearer to each other." in said


def test_a_country_without_a_resemblance_is_never_first() -> None:
    report = report_on(sparse())
    assert {line.stability for line in report.ranking if line.resemblance is None} == {None}
    compared = sum(line.resemblance is not None for line in report.ranking)
    assert f"Only {compared} of the eight countries could be compared." in _text(page(report, Edition("en")))


@settings(deadline=None, max_examples=20, derandomize=True)
@given(anything, grades)
def test_no_sentence_falls_apart(answers: dict[str, int | str], evidence: dict[str, str]) -> None:
    said = _text(_page(_answers(answers, evidence=evidence)))
    assert re.findall(r"\b1 (?:questions|answers|steps|gaps|countries|regions)\b", said) == []
    assert re.findall(r"%\(|\bNone\b|\{\{|\bnan\b| [.,;:](?: |$)|\.\.(?!\.)|,,|\(\)|“”|; ;", said) == []


def test_the_brief_says_nothing_else_than_the_report() -> None:
    whole_report, brief = (_text(page(again(), Edition("en", brief=brief))) for brief in (False, True))
    sentences = [s for s in re.split(r"(?<=[.?]) ", brief.split("In short", 1)[1]) if not s.startswith("Octant")]
    missing = [s for s in sentences if s not in whole_report]
    assert missing == []


@pytest.mark.parametrize(
    ("value", "printed"), [(None, "–"), (0, "0.0"), (0.001, "0.1"), (0.795, "79.5"), (0.999, "99.9"), (1, "100.0")]
)
def test_a_share_is_told_as_exactly_as_it_is_given_out(value: float | None, printed: str) -> None:
    assert share(value, "en") == (printed if value is None else f"{printed}\xa0%")


@pytest.mark.parametrize(("value", "printed"), [(None, "–"), (0.5, "1"), (44.5, "45"), (44.4, "44"), (100, "100")])
def test_scores_round_half_up(value: float | None, printed: str) -> None:
    assert whole(value) == printed


def test_figures_are_written_as_the_language_writes_them() -> None:
    assert (signed(-0.5, "en"), signed(0.0, "en"), signed(2, "en")) == ("−0.50", "0.00", "+2.00")
    assert (tenths(-0.04, "en"), tenths(-0.26, "en"), tenths(2, "en")) == ("0.0", "−0.3", "2.0")
    assert thousandths(0.0314, "en") == "0.031"
    assert listed(["a", "b", "c"], "en") == "a, b and c"
    assert listed_or(["a", "b"], "en") == "a or b"
