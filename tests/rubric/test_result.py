"""The result as other programs read it: its shape, its digests, its bytes."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from rubric import load
from rubric.answers import read
from rubric.assess import assess
from rubric.digests import canonical, digest
from tests.rubric.made_up import Asked, answers_of, rubric_of

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "tests" / "examples" / "sample-region.toml"
SHA256 = "sha256:"

SCORE = {"value", "low", "high", "interval"}
COVERAGE = {"questions", "answered", "unknown", "undisclosed", "unanswered", "not_applicable", "outside_powers"}


def shape(value: object) -> object:
    """Keys all the way down; of a list its first entry."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    return [shape(value[0])] if isinstance(value, list) and value else type(value).__name__


def test_the_result_has_the_keys_of_the_interface() -> None:
    found = assess(*read(EXAMPLE)).json()

    assert list(found) == [
        *("format", "region", "country", "date", "rubric", "answers_digest", "submission_digest", "score", "evidenced"),
        *("coverage", "themes", "exemplars", "strengths", "recommendations", "answers"),
    ]
    score = dict.fromkeys(("value", "low", "high"), "float") | {"interval": ["float"]}
    coverage = dict.fromkeys(COVERAGE, "int")
    assert shape(found) == {
        "format": "str",
        "region": "str",
        "country": "str",
        "date": "str",
        "rubric": {"version": "str", "digest": "str"},
        "answers_digest": "str",
        "submission_digest": "NoneType",
        "score": score | {"weightings": ["float"], "left_out_as_zero": "NoneType"},
        "evidenced": {"low": "float", "high": "float"},
        "coverage": coverage,
        "themes": [{"id": "str", "priority": "int", "score": score, "coverage": coverage}],
        "exemplars": {
            "verdict": "str",
            "p": "float",
            "closest": ["str"],
            "ranking": [
                {"country": "str", "resemblance": "float", "stability": "float", "answered": "int", "questions": "int"}
            ],
            "fragile": shape(found["exemplars"]["fragile"]),  # type: ignore[index, call-overload]  # JSON of known shape
        },
        "strengths": ["str"],
        "recommendations": [
            {
                "question": "str",
                "theme": "str",
                "level": "int",
                "gap": "int",
                "urgency": "int",
                "horizon": "str",
                "countries": ["str"],
                "practices": ["str"],
                "alternatives": "list",
            }
        ],
        "answers": shape(found["answers"]),
    }


def test_a_fragile_result_names_the_move() -> None:
    rubric = rubric_of(
        ["strategy"],
        [
            *[Asked(f"a{n}", "strategy", ("IE",)) for n in range(2)],
            *[Asked(f"b{n}", "strategy", ("AU",)) for n in range(2)],
            *[Asked(f"c{n}", "strategy", ("FR",)) for n in range(6)],
        ],
    )
    levels = {"a0": 4, "a1": 3, "b0": 3, "b1": 3} | {f"c{n}": 2 for n in range(6)}
    exemplars = assess(answers_of(levels), rubric).json()["exemplars"]

    assert isinstance(exemplars, dict)
    assert exemplars["fragile"] == {"question": "a0", "from": 4, "to": 3, "becomes": "AU"}


def test_answers_are_told_in_rubric_order_with_gap_and_evidence() -> None:
    rubric = rubric_of(["strategy"], [Asked(name, "strategy", ("IE",)) for name in ("a", "b", "c", "d")])
    answers = answers_of({"c": "unknown", "b": 4, "a": 1}, evidence={"a": "document", "d": "published"})

    assert list(assess(answers, rubric).json()["answers"].items()) == [  # type: ignore[union-attr]  # a table
        ("a", {"answer": 1, "gap": 3, "evidence": "document"}),
        ("b", {"answer": 4, "gap": 0, "evidence": None}),
        ("c", {"answer": "unknown", "gap": None, "evidence": None}),
    ]


def test_coverage_counts_every_question_once() -> None:
    rubric = rubric_of(["strategy"], [Asked(f"q{n}", "strategy", ("IE",)) for n in range(9)])
    given: list[int | str] = [
        0,
        4,
        "unknown",
        "unknown",
        "undisclosed",
        "not-applicable",
        "outside-powers",
        "outside-powers",
    ]
    found = assess(answers_of({f"q{n}": answer for n, answer in enumerate(given)}), rubric).json()

    assert found["coverage"] == {
        "questions": 9,
        "answered": 2,
        "unknown": 2,
        "undisclosed": 1,
        "unanswered": 1,
        "not_applicable": 1,
        "outside_powers": 2,
    }


def test_what_is_undefined_is_null() -> None:
    rubric = rubric_of(["strategy"], [Asked("a", "strategy", ("IE",))])
    found = assess(answers_of({}), rubric).json()

    assert found["country"] is found["date"] is found["evidenced"] is None
    assert found["score"] == {
        "value": None,
        "low": 0.0,
        "high": 100.0,
        "interval": None,
        "weightings": None,
        "left_out_as_zero": None,
    }
    assert found["exemplars"] == {
        "verdict": "none",
        "p": 1.0,
        "closest": [],
        "ranking": [
            {"country": code, "resemblance": None, "stability": None, "answered": 0, "questions": int(code == "IE")}
            for code in ("AU", "CA", "DE", "DK", "FR", "GB", "IE", "US")
        ],
        "fragile": None,
    }


def test_the_answers_digest_covers_what_scores_follow_from() -> None:
    rubric = rubric_of(["strategy"], [Asked("a", "strategy", ("IE",)), Asked("b", "strategy", ("IE",))])
    answers = answers_of({"b": 3, "a": "unknown"}, priorities={"strategy": 2}, notes={"a": "A note."}, country="PT")

    text = f'{{"answers":{{"a":"unknown","b":3}},"priorities":{{"strategy":2}},"rubric":"{rubric.digest}"}}'
    assert answers.digest(rubric) == SHA256 + hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    "change", [{"answers": {"a": 2}}, {"priorities": {"strategy": 3}}, {"evidence": {"a": "none"}}], ids=str
)
def test_each_of_these_changes_the_answers_digest(change: dict[str, object]) -> None:
    rubric = rubric_of(["strategy"], [Asked("a", "strategy", ("IE",))])
    answers = answers_of({"a": 3})

    assert answers.model_copy(update=change).digest(rubric) != answers.digest(rubric)


def test_canonical_json() -> None:
    assert canonical({"b": [1, 2.5, None], "a": "Côte – ü"}) == '{"a":"Côte – ü","b":[1,2.5,null]}'
    assert digest({}) == SHA256 + "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical(float("nan"))


def test_the_submission_digest_is_passed_through() -> None:
    answers, rubric = read(EXAMPLE)

    assert assess(answers, rubric).json("sha256:0")["submission_digest"] == "sha256:0"


def test_the_same_answers_give_the_same_bytes_in_every_process() -> None:
    outputs = {
        subprocess.run(
            [sys.executable, "-m", "webapp", "assess", str(EXAMPLE), "--json"],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, "OPENBLAS_NUM_THREADS": threads},
            capture_output=True,
            check=True,
        ).stdout
        for seed, threads in (("0", "1"), ("1", "2"), ("12345", "1"))
    }

    assert len(outputs) == 1
    assert json.loads(outputs.pop()) == assess(*read(EXAMPLE)).json()


def test_a_stored_rubric_gives_the_same_result() -> None:
    answers, rubric = read(EXAMPLE)

    assert assess(answers, load.from_content(rubric.content)).json() == assess(answers, rubric).json()
