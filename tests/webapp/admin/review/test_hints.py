"""Hints name what a reviewer may look at twice, and nothing where there is nothing."""

from typing import Any

import pytest

from rubric.answers import Answers, from_content
from tests.webapp.assessment.starting import RUBRIC, SKILLS
from webapp.admin.review.hints import FEW_MINUTES, MANY_ANSWERS, Hint, Kind, hints

pytestmark = pytest.mark.one_database

ALL = [question.id for question in RUBRIC.questions]
NEEDY = next(question for question in RUBRIC.questions if question.requires)


def answers(given: dict[str, Any], **other: Any) -> Answers:
    return from_content({"region": "Made-up region", "answers": given, **other}, "test", RUBRIC)[0]


def mixed(**changed: Any) -> dict[str, Any]:
    """Answers on which there is nothing to say: low ones that change from question to question."""
    return {question: place % 3 for place, question in enumerate(ALL)} | changed


def found(given: Answers, kind: Kind, minutes: float | None = None) -> list[Hint]:
    return [hint for hint in hints(given, RUBRIC, minutes) if hint.kind == kind]


def named(hint: Hint) -> list[str]:
    return [question.id for question in hint.questions]


def test_there_may_be_none() -> None:
    assert hints(answers(mixed()), RUBRIC) == ()


def test_the_same_level_through_a_theme() -> None:
    (hint,) = found(answers(mixed(**dict.fromkeys(SKILLS, 2))), "same-in-theme")
    assert (named(hint), hint.level, hint.theme and hint.theme.id) == (SKILLS, 2, "skills")
    almost = dict.fromkeys(SKILLS, 2) | {SKILLS[-1]: 1}
    assert found(answers(mixed(**almost)), "same-in-theme") == []
    states = dict.fromkeys(SKILLS, "unknown") | {SKILLS[0]: 2}
    assert found(answers(mixed(**states)), "same-in-theme") == []


def test_the_same_level_almost_everywhere_is_one_hint() -> None:
    given = dict.fromkeys(ALL, 1) | {ALL[0]: 2}
    (hint,) = hints(answers(given), RUBRIC)
    assert (hint.kind, hint.level, named(hint)) == ("same-everywhere", 1, ALL[1:])
    assert found(answers(dict.fromkeys(ALL[:9], 1)), "same-everywhere") == []


@pytest.mark.parametrize(
    ("needs", "stands", "expected"), [(3, 1, 1), (4, 0, 1), (3, 2, 0), (2, 0, 0), (3, "unknown", 0)]
)
def test_answers_that_contradict_what_they_require(needs: int, stands: int | str, expected: int) -> None:
    given = mixed(**{NEEDY.id: needs, NEEDY.requires[0]: stands})
    hinted = found(answers(given), "prerequisite")
    assert len(hinted) == expected
    for hint in hinted:
        assert (named(hint), hint.other and hint.other.id) == ([NEEDY.id], NEEDY.requires[0])


def test_high_answers_with_nothing_to_show() -> None:
    given = mixed(**dict.fromkeys(ALL[:5], 4))
    shown = answers(
        given,
        notes={ALL[0]: "The law of 2019."},
        evidence={ALL[1]: "document", ALL[2]: "none"},
        references={ALL[3]: "Law 12"},
    )
    (hint,) = found(shown, "bare")
    assert named(hint) == [ALL[2], ALL[4]]


def test_many_unknown() -> None:
    quarter = -(-len(ALL) // 4)
    given = mixed(**dict.fromkeys(ALL[:quarter], "unknown"))
    (hint,) = found(answers(given), "unknown")
    assert named(hint) == ALL[:quarter]
    assert found(answers(given | {ALL[0]: 1}), "unknown") == []
    missing = {question: answer for question, answer in mixed().items() if question not in ALL[:quarter]}
    assert len(found(answers(missing), "unknown")) == 1


def test_the_same_note_again_and_again() -> None:
    note = "See the strategy, section 4."
    notes = {
        ALL[0]: note,
        ALL[3]: note.upper() + "\n",
        ALL[4]: note,
        ALL[5]: "See the strategy, section 5.",
        ALL[8]: "See the strategy, section 5.",
        ALL[6]: "yes",
        ALL[7]: "yes",
        ALL[9]: "yes",
    }
    (hint,) = found(answers(mixed(), notes=notes), "same-note")
    assert (named(hint), hint.text) == ([ALL[0], ALL[3], ALL[4]], note)


@pytest.mark.parametrize(
    ("minutes", "many", "expected"),
    [(3.2, True, 3), (0.1, True, 1), (FEW_MINUTES, True, None), (3, False, None), (None, True, None)],
)
def test_answers_in_a_few_minutes(minutes: float | None, many: bool, expected: int | None) -> None:
    given = mixed() if many else dict(list(mixed().items())[: MANY_ANSWERS - 1])
    assert [hint.minutes for hint in found(answers(given), "quick", minutes)] == ([expected] if expected else [])
