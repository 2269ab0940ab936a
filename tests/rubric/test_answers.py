"""Answers files: what is right is read, and what is wrong is told completely."""

import datetime as dt
import json
import tracemalloc
from pathlib import Path

import pytest

from rubric import load
from rubric.answers import LARGEST_FILE, Answers, parse, read
from rubric.problems import InputError
from tests.patience import soon

EXAMPLE = Path(__file__).parents[1] / "examples" / "sample-region.toml"
RUBRIC = load.rubric()
FIRST, SECOND = RUBRIC.questions[0].id, RUBRIC.questions[1].id
VIGNETTE = RUBRIC.vignettes[0].id
REGION = 'region = "Made-up region"\n'
LEVEL = "a level 0 to 4, or one of not-applicable, outside-powers, unknown, undisclosed"


def problems(text: str, file: str = "region.toml") -> list[str]:
    with pytest.raises(InputError) as caught:
        parse(text, file)
    return [str(problem) for problem in caught.value.problems]


def table(name: str, line: str) -> str:
    return f"{REGION}[answers]\n[{name}]\n{line}\n" if name != "answers" else f"{REGION}[answers]\n{line}\n"


def test_a_toml_file_is_read() -> None:
    answers, rubric = read(EXAMPLE)

    assert rubric.version == "2026.1"
    assert (answers.region, answers.country, answers.date) == ("Sample Region", "PT", dt.date(2026, 3, 31))
    assert answers.priorities == {"skills": 3, "finance": 1}
    assert answers.answers["ip-support"] == "not-applicable"
    assert answers.evidence["ten-year-aims"] == "document"


def test_json_of_the_same_shape_is_the_same(tmp_path: Path) -> None:
    answers, _ = read(EXAMPLE)
    file = tmp_path / "region.json"
    file.write_text(json.dumps(answers.content), encoding="utf-8")

    assert read(file)[0] == answers


def test_json_is_known_by_its_brace() -> None:
    assert parse('\n {"region": "Made-up region", "answers": {}}', "region.txt")[0].region == "Made-up region"


def test_only_what_was_given_is_content() -> None:
    answers, _ = parse(f"{REGION}[answers]\n[notes]\n", "region.toml")

    assert answers.content == {"region": "Made-up region", "answers": {}}


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "region.toml"
    file.write_bytes(b"\xef\xbb\xbf" + f"{REGION}[answers]\n".encode())

    assert read(file)[0].region == "Made-up region"


def test_line_ends_of_other_systems_become_ours() -> None:
    answers, _ = parse(table("notes", f'{FIRST} = "one\\r\\ntwo\\rthree"'), "region.toml")

    assert answers.notes[FIRST] == "one\ntwo\nthree"


@pytest.mark.parametrize("level", ["5", "-1", "3.0", "true", "nan", '"3"', '"maybe"', "[]", "{}", "2026-03-31"])
def test_an_answer_is_a_level_or_a_state(level: str) -> None:
    (problem,) = problems(table("answers", f"{FIRST} = {level}"))

    assert problem.startswith(f"region.toml: answers.{FIRST}: found ")
    assert problem.endswith(f"; expected {LEVEL}")


@pytest.mark.parametrize("level", ["NaN", "Infinity", "1e0", "true", "null", "1.0"])
def test_an_answer_in_json_is_a_level_or_a_state(level: str) -> None:
    (problem,) = problems(f'{{"region": "Made up", "answers": {{"{FIRST}": {level}}}}}', "region.json")

    assert problem.startswith(f"region.json: answers.{FIRST}: found ")


@pytest.mark.parametrize(
    "day",
    [
        "2026-03-31T00:00:00",
        "2026-03-31T00:00:00Z",
        "12:30:00",
        '"20260331"',
        '"2026-W14-2"',
        '"2026-02-30"',
        "20260331",
    ],
)
def test_a_date_is_a_day(day: str) -> None:
    (problem,) = problems(f"{REGION}date = {day}\n[answers]\n")

    assert problem.startswith("region.toml: date: found ")
    assert problem.endswith("; expected a day as YYYY-MM-DD")


def test_a_date_may_be_text() -> None:
    assert parse(f'{REGION}date = "2026-03-31"\n[answers]\n', "region.toml")[0].date == dt.date(2026, 3, 31)


@pytest.mark.parametrize("priority", ["0", "4", "true", "2.0", '"2"'])
def test_a_priority_is_1_to_3(priority: str) -> None:
    (problem,) = problems(table("priorities", f"skills = {priority}"))

    assert problem.startswith("region.toml: priorities.skills: found ")
    assert problem.endswith("; expected 1, 2 or 3")


@pytest.mark.parametrize("country", ['"pt"', '"PRT"', '"XX"', '""', "1"])
def test_a_country_is_a_code_of_the_standard(country: str) -> None:
    (problem,) = problems(f"{REGION}country = {country}\n[answers]\n")

    assert problem.startswith("region.toml: country: found ")


def test_an_unknown_question_is_told_with_its_nearest_name() -> None:
    (problem,) = problems(table("answers", f"{FIRST[:-1]} = 3"))

    assert problem == (
        f"region.toml: answers.{FIRST[:-1]}: unknown question; "
        f"expected an id of `octant rubric show` (did you mean {FIRST}?)"
    )


@pytest.mark.parametrize("name", ["reasons", "notes", "evidence", "references"])
def test_every_table_knows_its_questions(name: str) -> None:
    found = problems(table(name, 'nowhere-to-be-found = "none"'))

    assert found[0].startswith(f"region.toml: {name}.nowhere-to-be-found: unknown question")


def test_an_unknown_theme_is_told() -> None:
    (problem,) = problems(table("priorities", "skill = 2"))

    assert problem.endswith("(did you mean skills?)")


@pytest.mark.parametrize("line", ["extra = 1", "contact = 1", "[answer]"])
def test_an_unknown_key_is_told(line: str) -> None:
    (problem,) = problems(f"{REGION}answers = {{}}\n{line}\n")

    assert ": unknown key; expected only keys that belong here" in problem


@pytest.mark.parametrize("name", ["answers", "priorities", "reasons", "notes", "evidence", "references"])
def test_a_table_is_a_table(name: str) -> None:
    text = f"{REGION}{name} = 3\n" + ("" if name == "answers" else "answers = {}\n")

    assert problems(text) == [f"region.toml: {name}: found 3; expected a table"]


def test_what_is_missing_is_told() -> None:
    assert problems("") == [
        "region.toml: region: missing; expected a value",
        "region.toml: answers: missing; expected a value",
    ]


@pytest.mark.parametrize("name", ["7.9", "2025.1"])
def test_an_unknown_rubric_is_told(name: str) -> None:
    (problem,) = problems(f'{REGION}rubric = "{name}"\n[answers]\n')

    assert problem == f"region.toml: rubric: no version '{name}'; expected 2026.1"


def test_a_rubric_is_named_in_quotes() -> None:
    (problem,) = problems(f"{REGION}rubric = 2026.1\n[answers]\n")

    assert problem == "region.toml: rubric: found 2026.1; expected text in quotes"


def test_a_grade_is_one_of_four() -> None:
    (problem,) = problems(table("evidence", f'{FIRST} = "good"'))

    assert problem == (
        f"region.toml: evidence.{FIRST}: found 'good'; expected 'none', 'document', 'published' or 'evaluated'"
    )


@pytest.mark.parametrize("character", ["\\u0000", "\\u001b", "\\u0085", "\\b", "\\u2028", "\\u2029"])
def test_control_characters_are_refused(character: str) -> None:
    for line in (f'region = "a{character}b"\n[answers]', f'{REGION}[answers]\n[notes]\n{FIRST} = "a{character}b"'):
        (problem,) = problems(line)
        assert problem.endswith("expected text without control characters")


def test_halves_of_characters_are_refused() -> None:
    (problem,) = problems('{"region": "\\ud800", "answers": {}}', "region.json")

    assert problem == "region.json: region: found '\\ud800'; expected text without halves of characters"


def test_a_message_escapes_the_names_that_it_repeats() -> None:
    problem, *_ = problems('{"region": "Made up", "answers": {"\\ud800\\u001b[31m": 1}}', "region.json")

    assert problem.startswith("region.json: answers.'\\ud800\\x1b[31m': unknown question")


def test_a_reference_is_a_single_line() -> None:
    (problem,) = problems(table("references", f'{FIRST} = "one\\ntwo"'))

    assert problem.endswith("expected a single line")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f'region = "{"x" * 121}"\n[answers]', "at most 120 characters"),
        ('region = " "\n[answers]', "some text"),
        (table("notes", f'{FIRST} = "{"x" * 2001}"'), "at most 2000 characters"),
        (table("reasons", f'{FIRST} = ""'), "some text"),
        (table("references", f'{FIRST} = "{"x" * 501}"'), "at most 500 characters"),
    ],
)
def test_texts_have_a_length(text: str, expected: str) -> None:
    (problem,) = problems(text)

    assert problem.endswith(f"; expected {expected}")


def test_all_problems_are_told_at_once() -> None:
    found = problems(
        'country = "pt"\ndate = 2026-03-31T10:00:00\nrubric = "1.1"\nextra = 1\n[priorities]\nskills = 9\n'
        f'[answers]\n{FIRST} = 7\n[notes]\n{SECOND} = ""\n[evidence]\n{FIRST} = "good"\n'
    )

    assert [problem.split(": ")[1] for problem in found] == [
        "rubric",
        "region",
        "country",
        "date",
        "priorities.skills",
        f"answers.{FIRST}",
        f"notes.{SECOND}",
        f"evidence.{FIRST}",
        "extra",
    ]


@pytest.mark.parametrize(
    ("text", "file", "expected"),
    [
        (f"{REGION}[answers]\na = 1\na = 2\n", "region.toml", "TOML, or JSON in a file that ends in .json"),
        ("answers = ", "region.toml", "TOML, or JSON in a file that ends in .json"),
        (f"x = {'9' * 5000}", "region.toml", "TOML, or JSON in a file that ends in .json"),
        ("x = " + "[" * 100_000, "region.toml", "TOML, or JSON in a file that ends in .json"),
        ("", "region.json", "JSON, each key once"),
        ("{", "region.json", "JSON, each key once"),
        ('{"region": "a", "region": "b"}', "region.json", "JSON, each key once"),
        ('{"answers": {"a": 1, "a": 2}}', "region.json", "JSON, each key once"),
        (f'{{"answers": {"9" * 5000}}}', "region.json", "JSON, each key once"),
        ('{"answers": ' + "[" * 100_000, "region.json", "JSON, each key once"),
        ("[]", "region.json", "a table with region and answers"),
        ("3", "region.json", "a table with region and answers"),
    ],
)
def test_what_is_no_answers_file_at_all_is_told(text: str, file: str, expected: str) -> None:
    (problem,) = problems(text, file)

    assert problem.startswith(f"{file}: ")
    assert problem.endswith(f"; expected {expected}")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"region = '\xff'", "not UTF-8; expected text in UTF-8"),
        ("region = 'a'".encode("utf-16"), "not UTF-8; expected text in UTF-8"),
        (b"#" * (LARGEST_FILE + 1), "larger than 2 MB; expected an answers file"),
    ],
)
def test_a_file_that_is_no_text_is_told(content: bytes, expected: str, tmp_path: Path) -> None:
    file = tmp_path / "region.toml"
    file.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read(file)

    assert str(caught.value) == f"{file}: {expected}"


@pytest.mark.parametrize(("name", "reason"), [("nothing.toml", "No such file or directory"), (".", "Is a directory")])
def test_a_file_that_cannot_be_read_is_told(name: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path / name)

    assert str(caught.value) == f"{tmp_path / name}: {reason}; expected a file that can be read"


def test_answers_never_change() -> None:
    answers = Answers(region="Made-up region", answers={})
    with pytest.raises(ValueError, match="frozen"):
        answers.region = "Another"  # type: ignore[misc]  # the point of the test


@pytest.mark.parametrize("character", ["\ufffe", "\uffff", "\U0001fffe", "\ufdd0"])
def test_places_that_unicode_keeps_empty_are_no_text(character: str) -> None:
    told = problems(json.dumps({"region": f"Made-up{character}", "answers": {}}), "region.json")
    assert len(told) == 1
    assert told[0].startswith("region.json: region: found ")
    assert told[0].endswith("text without control characters")


def test_a_note_of_more_lines_than_a_page_holds_is_refused() -> None:
    lines = "\n".join("x" * 41)
    assert problems(f'{REGION}[answers]\n[notes]\n{FIRST} = """{lines}"""\n')[0].endswith("at most 40 lines")
    parse(f'{REGION}[answers]\n[notes]\n{FIRST} = """{lines[:-2]}"""\n', "region.toml")


DEEP = "a" + ".a" * 8000


@pytest.mark.parametrize(
    "line", [f"{DEEP} = 1", f"[{DEEP}]", f"[[{DEEP}]]", f"x = {{ {DEEP} = 1 }}", "a" + " . a" * 20 + ".a = 1"]
)
def test_a_key_of_endless_parts_costs_nothing(line: str) -> None:
    tracemalloc.start()
    with soon():
        told = problems(f"{REGION}{line}\n")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert told == ["region.toml: a key of more than 20 parts; expected a table and a key"]
    assert most < 5_000_000


DOTS = "…" + "." * 200


@pytest.mark.parametrize(
    "quotes", ['"{}"', "'{}'", '"""{}"""', "'''{}'''", '"""\n{}\n"""', '"a \\" {}"', '"{}" # ...{}']
)
def test_dots_in_a_text_are_no_parts_of_a_key(quotes: str) -> None:
    answers, _ = parse(table("notes", f"{FIRST} = {quotes.format(DOTS, DOTS)}"), "region.toml")

    assert DOTS in answers.notes[FIRST]


@pytest.mark.parametrize("number", ["0x" + "f" * 5000, "-1" + "0" * 5000, "1" + "0" * 4000])
@pytest.mark.parametrize("name", ["answers", "priorities", "vignettes", "notes"])
def test_a_number_of_endless_digits_is_told(number: str, name: str) -> None:
    key = {"priorities": "skills", "vignettes": VIGNETTE}.get(name, FIRST)
    told = problems(table(name, f"{key} = {number}"))

    assert len(told) == 1
    assert len(told[0]) < 300


def test_what_never_ends_is_read_no_further_than_the_limit() -> None:
    with pytest.raises(InputError, match="larger than 2 MB"):
        read(Path("/dev/zero"))


def test_ratings_of_vignettes_are_read_and_change_no_digest() -> None:
    rated = parse(table("vignettes", f"{VIGNETTE} = 4"), "region.toml")[0]

    assert rated.vignettes == {VIGNETTE: 4}
    assert rated.content["vignettes"] == {VIGNETTE: 4}
    plain = parse(f"{REGION}[answers]\n", "region.toml")[0]
    assert "vignettes" not in plain.content
    assert rated.digest(RUBRIC) == plain.digest(RUBRIC)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (f"{VIGNETTE} = 5", f"vignettes.{VIGNETTE}: found 5"),
        (f"{VIGNETTE} = -1", f"vignettes.{VIGNETTE}: found -1"),
        (f"{VIGNETTE} = true", f"vignettes.{VIGNETTE}: found True"),
        (f'{VIGNETTE} = "unknown"', f"vignettes.{VIGNETTE}: found 'unknown'"),
        (f"{VIGNETTE} = 1.0", f"vignettes.{VIGNETTE}: found 1.0"),
        (f"{VIGNETTE}x = 1", f"vignettes.{VIGNETTE}x: unknown vignette; expected an id of"),
        (f"{FIRST} = 1", f"vignettes.{FIRST}: unknown vignette; expected an id of"),
    ],
)
def test_a_wrong_rating_is_told(line: str, expected: str) -> None:
    (problem,) = problems(table("vignettes", line))

    assert problem.startswith(f"region.toml: {expected}")
