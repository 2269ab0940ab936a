"""`assess` and `rubric` as their callers meet them: their streams and their exit codes."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from rubric import load
from rubric.answers import LARGEST_FILE, read
from rubric.assess import assess
from rubric.digests import canonical
from tests.commands import run
from tests.rubric.made_up import answers_of
from webapp.config import ROOT

EXAMPLE = ROOT / "tests" / "examples" / "sample-region.toml"
PROGRAM = [sys.executable, "-m", "webapp"]
GOOD = json.dumps(read(EXAMPLE)[0].content).encode()
DONE, FAILED, WRONG_INPUT = 0, 1, 2


def batch(stdin: bytes) -> tuple[int, list[Any]]:
    """Exit code and lines of a batch that says nothing on standard error."""
    done = run("assess", "--batch", stdin=stdin)
    assert done.stderr == ""
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def without_pattern() -> dict[str, int]:
    """Levels that follow no country's practices, whatever the rubric's present questions cite."""
    rubric = load.rubric()
    sheets = ({q.id: n % every for n, q in enumerate(rubric.questions)} for every in (2, 3, 4, 5))
    return next(s for s in sheets if assess(answers_of(s), rubric).exemplars.verdict == "none")


def test_assess_prints_a_summary() -> None:
    done = run("assess", EXAMPLE)
    text = done.stdout
    result = assess(*read(EXAMPLE))

    assert (done.returncode, done.stderr) == (DONE, "")
    assert text.startswith("Sample Region, PT, 31 March 2026\n")
    assert max(map(len, text.splitlines())) <= 80
    for question in (*result.strengths[:3], *(step.question for step in result.recommendations[:3])):
        assert question.name in text
    for country in result.rubric.countries:
        assert country.name in text


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({}, "No comparison: it takes ten questions answered with a level."),
        ({q.id: 2 for q in load.rubric().questions}, "No comparison: all answers are equal"),
        (without_pattern(), "Chance alone could produce this."),
        ({q.id: 4 * ("DE" in load.rubric().countries_of(q)) for q in load.rubric().questions}, "Closest to Germany"),
        ({q.id: "not-applicable" for q in load.rubric().questions}, "so there is no score"),
    ],
    ids=["nothing", "all equal", "none", "clear", "left out"],
)
def test_the_summary_says_the_verdict(tmp_path: Path, answers: dict[str, object], expected: str) -> None:
    file = tmp_path / "region.json"
    file.write_text(json.dumps({"region": "Made-up region", "answers": answers}), encoding="utf-8")
    done = run("assess", file)

    assert (done.returncode, done.stderr) == (DONE, "")
    assert expected in " ".join(done.stdout.split())


def test_assess_prints_the_result_as_json() -> None:
    done = run("assess", EXAMPLE, "--json")

    assert (done.returncode, done.stderr) == (DONE, "")
    assert json.loads(done.stdout) == assess(*read(EXAMPLE)).json()


def test_output_is_utf_8_whatever_the_terminal_speaks(tmp_path: Path) -> None:
    file = tmp_path / "region.toml"
    file.write_text('region = "Żółć – ü"\n[answers]\n', encoding="utf-8")

    for options in ([], ["--json"]):
        done = subprocess.run(
            [*PROGRAM, "assess", file, *options],
            cwd=ROOT,
            env={**os.environ, "PYTHONIOENCODING": "latin-1"},
            capture_output=True,
            check=False,
        )
        assert done.returncode == DONE
        assert "Żółć – ü" in done.stdout.decode()


def test_all_problems_of_a_file_go_to_standard_error(tmp_path: Path) -> None:
    file = tmp_path / "region.toml"
    file.write_text('region = "Made up"\ncountry = "pt"\n[answers]\nvision = 9\n', encoding="utf-8")
    done = run("assess", file, "--json")

    assert (done.returncode, done.stdout) == (WRONG_INPUT, "")
    told = done.stderr.splitlines()
    assert [line.removeprefix(f"{file}: ").split(":")[0] for line in told] == [
        "answers.vision",
        "country",
        "answers.vision",
    ]


@pytest.mark.parametrize(
    "arguments",
    [[], ["assess"], ["assess", "--batch", "file.toml"], ["assess", "nowhere.toml"], ["rubric"], ["unheard-of"]],
    ids=" ".join,
)
def test_wrong_use_ends_with_two(arguments: list[str]) -> None:
    done = run(*arguments)

    assert (done.returncode, done.stdout) == (WRONG_INPUT, "")
    assert done.stderr


def test_a_batch_gives_one_result_a_line_in_order() -> None:
    answers, rubric = read(EXAMPLE)
    named = [answers.model_copy(update={"region": f"Made-up region {n}"}) for n in range(5)]
    stdin = "".join(f"{json.dumps(one.content)}\n" for one in named).encode()
    done = run("assess", "--batch", stdin=stdin)

    assert (done.returncode, done.stderr) == (DONE, "")
    assert done.stdout.splitlines() == [canonical(assess(one, rubric).json()) for one in named]


def test_an_empty_batch_is_done() -> None:
    assert batch(b"") == (DONE, [])
    assert batch(b"\n \n\t\r\n") == (DONE, [])


def test_the_last_line_needs_no_end() -> None:
    code, lines = batch(b"\xef\xbb\xbf" + GOOD + b"\r\n" + GOOD)

    assert code == DONE
    assert lines[0] == lines[1]


def test_bad_lines_are_told_by_number_and_the_rest_goes_on() -> None:
    stdin = b"\n".join(
        [GOOD, b"", b"{", b'{"region": "x"}', b"\xff", b"[1]", b'{"answers": {"\\ud800": 1}}', GOOD, b"3"]
    )
    code, lines = batch(stdin)

    assert code == WRONG_INPUT
    assert [line.get("line") for line in lines] == [None, 3, 4, 5, 6, 7, None, 9]
    assert [set(line) for line in lines if "line" in line] == [{"line", "error"}] * 6
    assert lines[0] == lines[6]
    assert lines[2]["error"] == "line 4: answers: missing; expected a value"
    assert lines[3]["error"] == "line 5: not UTF-8; expected text in UTF-8"


def test_a_line_without_end_does_not_fill_the_memory() -> None:
    code, lines = batch(b"x" * (3 * LARGEST_FILE) + b"\n" + GOOD + b"\n")

    assert code == WRONG_INPUT
    assert lines[0] == {"line": 1, "error": "line 1: larger than 2 MB; expected one region's answers"}
    assert lines[1]["region"] == "Sample Region"


def test_each_result_comes_before_the_next_line_is_sent() -> None:
    with subprocess.Popen(
        [*PROGRAM, "assess", "--batch"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for _ in range(3):
            process.stdin.write(GOOD + b"\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["region"] == "Sample Region"
        process.stdin.close()

    assert process.returncode == DONE


@pytest.mark.parametrize("arguments", [["assess", "--batch"], ["rubric", "show", "--json"], ["rubric", "show"]])
def test_a_reader_who_leaves_is_no_accident(arguments: list[str]) -> None:
    """The pipe is closed before anything is written."""
    with subprocess.Popen(
        [*PROGRAM, *arguments], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        process.stdin.write(GOOD + b"\n")
        process.stdin.close()
        told = process.stderr.read()

    assert (process.returncode, told) == (FAILED, b"")


def test_rubric_show_prints_the_rubric() -> None:
    done = run("rubric", "show")
    text = done.stdout

    assert (done.returncode, done.stderr) == (DONE, "")
    assert max(map(len, text.splitlines())) <= 80
    for question in load.rubric().questions:
        assert f"[{question.id}]" in text


def test_rubric_show_prints_the_rubric_as_json() -> None:
    done = run("rubric", "show", "--json")
    found, rubric = json.loads(done.stdout), load.rubric()

    assert (done.returncode, done.stderr) == (DONE, "")
    assert (found["version"], found["digest"]) == (rubric.version, rubric.digest)
    assert [country["code"] for country in found["countries"]] == ["IE", "US", "CA", "AU", "DK", "FR", "DE", "GB"]
    assert all({"code", "name"} <= country.keys() for country in found["countries"])
    assert all({"id", "title", "weight"} <= theme.keys() for theme in found["themes"])
    assert all({"id", "country", "title"} <= practice.keys() for practice in found["practices"])
    assert [question["id"] for question in found["questions"]] == [question.id for question in rubric.questions]
    countries = {practice["id"]: practice["country"] for practice in found["practices"]}
    for question in found["questions"]:
        assert {"id", "theme", "practices", "countries", "text", "levels", "requires", "tension"} <= question.keys()
        assert len(question["levels"]) == 5
        assert set(question["countries"]) == {countries[practice] for practice in question["practices"]}


def test_the_shown_rubric_has_the_digest_that_it_names() -> None:
    found = json.loads(run("rubric", "show", "--json").stdout)
    named = found.pop("digest")

    assert load.from_content(found).digest == named


def test_rubric_check_says_what_it_checked() -> None:
    done = run("rubric", "check")

    assert (done.returncode, done.stderr) == (DONE, "")
    assert f"{len(load.rubric().questions)} questions cite 47 practices in 10 themes" in done.stdout


def test_rubric_check_reports_what_is_alike_and_hard_to_read() -> None:
    done = run("rubric", "check", load.DATA / load.rubric().version, "--report")
    text = done.stdout
    alike, hardest = text.split("HARDEST TO READ")

    assert (done.returncode, done.stderr) == (DONE, "")
    assert "MOST ALIKE" in alike
    assert alike.count(", levels.") == 40
    assert sum(line.strip().lstrip("-").isdigit() for line in hardest.splitlines()) == 20


def test_rubric_check_tells_every_problem(tmp_path: Path) -> None:
    folder = shutil.copytree(load.DATA / load.rubric().version, tmp_path / "rubric")
    (folder / "themes.toml").write_text("[[themes]]\n", encoding="utf-8")
    (folder / "countries.toml").unlink()
    done = run("rubric", "check", folder)

    assert (done.returncode, done.stdout) == (WRONG_INPUT, "")
    told = done.stderr
    assert "countries.toml: no such file or directory; expected a file of this name\n" in told
    assert "themes.toml: themes number 1.id: missing; expected a value\n" in told


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    done = run("rubric", "check", tmp_path / "nowhere")

    assert (done.returncode, done.stdout) == (WRONG_INPUT, "")
    assert "rubric.toml: no such file or directory" in done.stderr
