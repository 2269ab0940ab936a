"""The method, to the digit, against figures that another implementation computed."""

import json
from pathlib import Path
from typing import Any

import pytest

from rubric.assess import assess
from tests.rubric.made_up import Asked, answers_of, rubric_of

VECTORS: dict[str, Any] = json.loads(Path(__file__).with_name("method-vectors.json").read_text(encoding="utf-8"))
RUBRIC = rubric_of(
    VECTORS["rubric"]["themes"],
    [Asked(q["id"], q["theme"], tuple(q["countries"])) for q in VECTORS["rubric"]["questions"]],
    digest=VECTORS["rubric"]["digest"],
)


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_figures_equal_the_other_implementation(case: dict[str, Any]) -> None:
    result = assess(answers_of(case["answers"]), RUBRIC)
    overall, nearest = result.scores.overall, result.exemplars
    ranking = {e.country: e for e in nearest.ranking}
    found: dict[str, Any] = {
        "answered": result.coverage.answered,
        "value": overall.value,
        "low": overall.low,
        "high": overall.high,
        "interval": overall.interval and list(overall.interval),
        "weightings": result.scores.weightings and list(result.scores.weightings),
        "verdict": nearest.verdict,
        "p": nearest.p,
        "closest": list(nearest.closest),
        "first": nearest.ranking[0].country,
        "z": {code: ranking[code].resemblance for code in sorted(ranking)},
        "stability": {code: ranking[code].stability for code in sorted(ranking)},
    }
    for key, expected in case["expected"].items():
        if isinstance(expected, dict):
            assert found[key] == {c: pytest.approx(v, abs=1e-6) for c, v in expected.items()}, key
        elif isinstance(expected, str) or key == "closest":
            assert found[key] == expected, key
        else:
            assert found[key] == pytest.approx(expected, abs=1e-6), key
