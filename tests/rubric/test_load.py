"""A wrong rubric is told completely: every file and every entry, whatever else is wrong."""

import shutil
from pathlib import Path

import pytest

from rubric import load
from rubric.problems import InputError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the newest rubric, to be spoilt."""
    return Path(shutil.copytree(load.DATA / load.versions()[-1], tmp_path / "rubric"))


def spoil(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def problems(folder: Path) -> list[str]:
    with pytest.raises(InputError) as caught:
        load.read(folder)
    return [str(problem) for problem in caught.value.problems]


def test_the_copy_is_right(folder: Path) -> None:
    assert load.read(folder) == load.rubric()


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    found = problems(tmp_path / "nowhere")

    assert found[0] == "rubric.toml: no such file or directory; expected a file of this name"
    assert len(found) == 4


@pytest.mark.parametrize("name", ["rubric.toml", "countries.toml", "themes.toml", "practices.toml"])
def test_a_missing_file_is_told_once(folder: Path, name: str) -> None:
    (folder / name).unlink()

    assert problems(folder) == [f"{name}: no such file or directory; expected a file of this name"]


def test_a_missing_theme_is_told_once(folder: Path) -> None:
    (folder / "questions" / "skills.toml").unlink()

    assert problems(folder) == ["questions/skills.toml: no such file or directory; expected a file of this name"]


def test_a_file_that_belongs_nowhere_is_told(folder: Path) -> None:
    (folder / "questions" / "weather.toml").write_text("", encoding="utf-8")

    assert problems(folder) == [
        "questions/weather.toml: belongs to no theme; expected a file named for a theme of themes.toml"
    ]


@pytest.mark.parametrize("content", [b"title = ", b"\xff", b"x = " + b"9" * 5000])
def test_a_file_that_is_no_toml_is_told(folder: Path, content: bytes) -> None:
    (folder / "practices.toml").write_bytes(content)
    (problem,) = problems(folder)

    assert problem.startswith("practices.toml: not TOML (")
    assert problem.endswith("; expected TOML in UTF-8")


@pytest.mark.parametrize("content", ["", "questions = 3", "questions = []", "questions = [1]"])
def test_a_file_without_questions_is_told(folder: Path, content: str) -> None:
    (folder / "questions" / "skills.toml").write_text(content, encoding="utf-8")

    assert "questions/skills.toml: questions: missing or no list of tables; expected [[questions]] at least once" in (
        problems(folder)
    )


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("rubric.toml", "[source]", "colour = 1\n[source]", "rubric.toml: colour: unknown key; "),
        ("rubric.toml", 'version = "', 'version = "v', "rubric.toml: version: found 'v2026.1'; expected text that"),
        (
            "rubric.toml",
            "[[levels]]",
            "[[levels]]\n[[levels]]",
            "; expected at most 5 of them",
        ),
        ("rubric.toml", 'id = "unknown"', 'id = "undisclosed"', "stands there 2 times; expected each id once"),
        ("countries.toml", 'code = "IE"', 'code = "XX"', "countries.toml: XX.code: found 'XX'; expected 'IE', 'US'"),
        ("countries.toml", 'code = "IE"', 'code = "US"', "countries.toml: 'US': stands there 2 times"),
        ("themes.toml", "[[themes]]", "[[themes]]\nweight = 0", "themes.toml: strategy.weight: found 0"),
        ("themes.toml", "[[themes]]", "[[themes]]\nweight = inf", "themes.toml: strategy.weight: found "),
        ("practices.toml", 'theme = "strategy"', 'theme = "weather"', "unknown id 'weather'; expected a theme of"),
        ("practices.toml", 'id = "ie-vision"', 'id = "ie-plan"', "practices.toml: ie-plan: cited by no question"),
        ("practices.toml", 'id = "ie-vision"', 'id = "ie-plan"', "unknown id 'ie-vision'; expected a practice of"),
        ("questions/skills.toml", "levels = [", "levels = [1,", "questions/skills.toml: course-renewal.levels"),
        ("questions/skills.toml", 'id = "course-renewal"', 'id = "Course"', "questions/skills.toml: Course.id: found"),
        ("questions/skills.toml", 'id = "course-renewal"', "", "questions/skills.toml: questions number 1.id: missing"),
        ("questions/skills.toml", 'id = "course-renewal"', 'id = "note-x"', "questions: note-x: begins like another"),
        (
            "questions/skills.toml",
            "text = ",
            'theme = "skills"\ntext = ',
            "skills.toml: course-renewal.theme: unknown key",
        ),
        ("questions/skills.toml", "first_step = ", 'requires = ["x"]\nfirst_step = ', ".requires: unknown id 'x'"),
        ("questions/skills.toml", "first_step = ", 'tension = ["x"]\nfirst_step = ', ".tension: unknown id 'x'"),
        (
            "questions/skills.toml",
            "first_step = ",
            'tension = ["course-renewal"]\nfirst_step = ',
            "questions/skills.toml: course-renewal.tension: 'course-renewal' is no rival",
        ),
        (
            "questions/skills.toml",
            "first_step = ",
            'requires = ["skills-plan"]\ntension = ["skills-plan"]\nfirst_step = ',
            "questions/skills.toml: course-renewal.tension: 'skills-plan' is no rival",
        ),
        (
            "questions/skills.toml",
            "first_step = ",
            'requires = ["course-renewal"]\nfirst_step = ',
            "questions: requires: a circle: course-renewal needs course-renewal; expected no circle",
        ),
    ],
)
def test_a_wrong_entry_is_placed_by_file_and_key(folder: Path, file: str, old: str, new: str, expected: str) -> None:
    spoil(folder / file, old, new)

    assert any(expected in problem for problem in problems(folder)), problems(folder)


def test_norms_are_one_for_each_question(folder: Path) -> None:
    with (folder / "rubric.toml").open("a", encoding="utf-8") as file:
        file.write("\n[norms]\n" + "".join(f"{q.id} = 2\n" for q in load.rubric().questions[1:]) + "other = 1.5\n")

    first = load.rubric().questions[0].id
    assert problems(folder) == [f"rubric.toml: norms: differ at other, {first}; expected one for each question"]


def test_norms_are_part_of_the_rubric(folder: Path) -> None:
    with (folder / "rubric.toml").open("a", encoding="utf-8") as file:
        file.write("\n[norms]\n" + "".join(f"{q.id} = 1.5\n" for q in load.rubric().questions))
    rubric = load.read(folder)

    assert rubric.digest != load.rubric().digest
    assert load.from_content(rubric.content) == rubric


VIGNETTE = '[[vignettes]]\nid = "made-up"\nquestion = "skills-plan"\ntext = "A."\nlevel = 2\nbecause = "B."\n'


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            '"skills-plan"',
            '"weather"',
            "vignettes.made-up.question: unknown id 'weather'; expected the id of a question",
        ),
        ("level = 2", "level = 5", "level"),
        ("level = 2", "level = true", "level"),
        ('because = "B."', "", "because: missing"),
        ('text = "A."', 'text = " "', "text"),
        ("level = 2", "level = 2\ncolour = 1", "colour: unknown key"),
        (VIGNETTE, VIGNETTE * 2, "rubric.toml: vignettes: 'made-up': stands there 2 times; expected each id once"),
    ],
)
def test_a_wrong_vignette_is_told(folder: Path, old: str, new: str, expected: str) -> None:
    _end_with(folder, VIGNETTE.replace(old, new))

    (problem,) = problems(folder)
    assert problem.startswith("rubric.toml: ")
    assert expected in problem


def _end_with(folder: Path, vignettes: str) -> None:
    """Puts other vignettes in the place of the rubric's."""
    file = folder / "rubric.toml"
    head = file.read_text(encoding="utf-8").partition("[[vignettes]]")[0]
    file.write_text(f"{head}\n{vignettes}", encoding="utf-8")


def test_vignettes_are_part_of_the_rubric(folder: Path) -> None:
    _end_with(folder, VIGNETTE)
    rubric = load.read(folder)

    assert [vignette.id for vignette in rubric.vignettes] == ["made-up"]
    assert rubric.digest != load.rubric().digest
    assert load.from_content(rubric.content) == rubric


def test_a_rubric_without_vignettes_says_nothing_of_them(folder: Path) -> None:
    _end_with(folder, "")
    rubric = load.read(folder)

    assert rubric.vignettes == ()
    assert "vignettes" not in rubric.content
    assert load.rubric().content.keys() - rubric.content.keys() == {"vignettes"}
    assert load.from_content(rubric.content) == rubric


def test_problems_of_all_files_are_told_at_once(folder: Path) -> None:
    spoil(folder / "rubric.toml", "title = ", "name = ")
    spoil(folder / "countries.toml", 'code = "IE"', 'code = "XX"')
    spoil(folder / "themes.toml", "[[themes]]", "[[themes]]\nweight = 0")
    spoil(folder / "practices.toml", 'id = "us-place"', 'id = "us-places"')
    spoil(folder / "questions" / "place.toml", "first_step = ", "last_step = ")
    spoil(folder / "questions" / "learning.toml", "first_step = ", 'requires = ["nothing"]\nfirst_step = ')

    told = "\n".join(problems(folder))
    for expected in (
        "rubric.toml: name: unknown key",
        "rubric.toml: title: missing",
        "countries.toml: XX.code: found",
        "themes.toml: strategy.weight: found 0",
        "practices.toml: us-places: cited by no question",
        "questions/place.toml: quality-of-place.does: unknown id 'us-place'",
        "questions/place.toml: even-spread.last_step: unknown key",
        "questions/learning.toml: trend-response.requires: unknown id 'nothing'",
    ):
        assert expected in told


def test_an_unknown_version_is_told() -> None:
    with pytest.raises(InputError, match=r"rubric: no version '1.1'; expected 2026.1"):
        load.rubric("1.1")
