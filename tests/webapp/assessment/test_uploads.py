"""Uploaded answers files: every kind is read alike, and it is told what taking one over would change."""

import json
from pathlib import Path
from typing import Any

import pytest

from rubric import load
from rubric.answers import Answers, from_content
from rubric.answers import read as read_file
from rubric.problems import InputError
from tests.patience import soon
from webapp.assessment.entries import Entry
from webapp.assessment.spreadsheet import write
from webapp.assessment.uploads import LARGEST_UPLOAD, differences, parse, priority_differences

pytestmark = pytest.mark.one_database

RUBRIC = load.rubric()
FIRST, SECOND, THIRD = (question.id for question in RUBRIC.questions[:3])
EXAMPLE = Path(__file__).parents[2] / "examples" / "sample-region.toml"
REGION = {"region": "Made-up region", "answers": {}}


def problems(data: bytes, name: str = "answers.toml") -> list[str]:
    with pytest.raises(InputError) as caught:
        parse(data, name, RUBRIC)
    return [str(problem) for problem in caught.value.problems]


def as_json(**content: object) -> bytes:
    return json.dumps({**REGION, **content}).encode()


def answers_of(**content: Any) -> Answers:
    return from_content({**REGION, **content}, "answers.toml", RUBRIC)[0]


def test_every_kind_of_file_says_the_same() -> None:
    answers = read_file(EXAMPLE)[0].model_copy(update={"rubric": RUBRIC.version, "vignettes": {}})
    toml = EXAMPLE.read_text(encoding="utf-8")
    named = toml if "\nrubric" in toml else toml.replace("[", f'rubric = "{RUBRIC.version}"\n[', 1)

    assert parse(named.encode(), "answers.toml", RUBRIC) == answers
    assert parse(json.dumps(answers.content).encode(), "answers.json", RUBRIC) == answers
    assert parse(write(RUBRIC, answers.content), "answers.xlsx", RUBRIC) == answers


@pytest.mark.parametrize("name", ["answers.xlsx", "answers.txt", "answers.json", ""])
def test_a_workbook_is_known_by_what_it_is(name: str) -> None:
    assert parse(write(RUBRIC, REGION), name, RUBRIC).region == "Made-up region"


def test_a_byte_order_mark_is_passed_over() -> None:
    assert parse(b"\xef\xbb\xbf" + as_json(), "answers.json", RUBRIC).region == "Made-up region"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"\xff\xfe", "is no text in UTF-8; expected an answers file: a workbook saved as .xlsx, or TOML or JSON"),
        (b"\xd0\xcf\x11\xe0", "has a password, or is of the older kind .xls"),
        (b"PK\x03\x04", "cannot be read: it is no workbook, or is damaged"),
        (b"Dear all,", "not TOML"),
        (b"[]", "not TOML"),
        (b"", "region: missing; expected a value"),
        (b"{", "not JSON"),
        (b"#" * (LARGEST_UPLOAD + 1), "is larger than 900 kB; expected an answers file"),
        (write(RUBRIC, {}), "region: missing; expected a value"),
    ],
)
def test_what_is_no_answers_file_is_told(data: bytes, told: str) -> None:
    assert any(problem.startswith("answers.toml: ") and told in problem for problem in problems(data))


@pytest.mark.parametrize("data", [as_json(rubric="2025.1", answers={"gone": 1}), b'rubric = "2025.1"\nregion = "x"\n'])
def test_answers_to_another_rubric_are_told_and_nothing_else(data: bytes) -> None:
    assert problems(data) == [
        "answers.toml: rubric: answers the questions of '2025.1'; "
        "expected 2026.1, the questions that this assessment answers"
    ]


def test_a_workbook_for_another_rubric_is_told() -> None:
    older = RUBRIC.model_copy(update={"version": "2025.1"})

    assert problems(write(older, REGION), "old.xlsx")[0].startswith(
        "old.xlsx: rubric: answers the questions of '2025.1'"
    )


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("/home/somebody/answers.toml", "answers.toml"),
        ("C:\\Users\\somebody\\answers.toml", "answers.toml"),
        ("an\x1bswers\n.toml", "an�swers�.toml"),
        ("x" * 100, "x" * 80),
        ("folder/", "the file"),
        ("", "the file"),
    ],
)
def test_a_file_is_named_as_one_can_read_it(name: str, shown: str) -> None:
    assert problems(b"", name)[0].startswith(f"{shown}: ")


def test_a_file_of_endless_keys_is_refused_before_each_is_looked_at() -> None:
    data = as_json(answers={f"{FIRST}{number}": 1 for number in range(25_000)})

    with soon():
        assert problems(data) == ["answers.toml: answers: more than 500 keys; expected an answers file"]


def test_what_a_file_gives_replaces_what_is_stored_and_the_rest_is_kept() -> None:
    stored = {FIRST: Entry(answer="2", note="Ours.", evidence="none"), THIRD: Entry(answer="1")}
    answers = answers_of(answers={FIRST: 3, SECOND: "unknown"}, notes={THIRD: "New."}, evidence={FIRST: "document"})

    found = differences(answers, stored, RUBRIC)

    assert [(d.question.id, d.before, d.after) for d in found] == [
        (FIRST, stored[FIRST], Entry(answer="3", note="Ours.", evidence="document")),
        (SECOND, Entry(), Entry(answer="unknown")),
        (THIRD, Entry(answer="1"), Entry(answer="1", note="New.")),
    ]


@pytest.mark.parametrize(
    "table", [{"answers": {FIRST: 0}}, {"reasons": {FIRST: "x"}}, {"notes": {FIRST: "x"}}, {"references": {FIRST: "x"}}]
)
def test_each_table_says_something_about_a_question(table: dict[str, Any]) -> None:
    (difference,) = differences(answers_of(**table), {}, RUBRIC)

    assert difference.question.id == FIRST and difference.before == Entry()


def test_what_is_stored_already_is_no_difference() -> None:
    stored = {FIRST: Entry(answer="0", note="Ours."), SECOND: Entry(reference="A plan")}

    assert differences(answers_of(answers={FIRST: 0}, references={SECOND: "A plan"}), stored, RUBRIC) == ()


def test_differences_stand_in_the_rubric_s_order() -> None:
    answers = answers_of(answers={question.id: 1 for question in reversed(RUBRIC.questions)})

    assert tuple(d.question for d in differences(answers, {}, RUBRIC)) == RUBRIC.questions


def test_a_priority_differs_from_the_stored_one_or_the_default() -> None:
    answers = answers_of(priorities={"skills": 3, "finance": 2, "place": 1, "focus": 2})

    assert priority_differences(answers, {"place": 1, "focus": 3}) == {"skills": (2, 3), "focus": (3, 2)}
