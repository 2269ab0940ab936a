"""The questionnaire on paper: its standards, its text, and how it lies on the pages."""

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject

from rubric import load
from rubric.model import Question
from tests.checkers import STANDARDS, breaches, second_opinion
from webapp.config import ROOT
from webapp.report.pdf import questionnaire

pytestmark = pytest.mark.one_database

RUBRIC = load.rubric()
FRONT = 2
"""Pages before the first theme: the cover, and how to fill it in."""
TALK = "Where the room agreed, and where it did not"
GRADES = ("Nothing written", "An internal document", "A published document", "An independent evaluation")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The questionnaire, made once for all tests."""
    file = tmp_path_factory.mktemp("questionnaire") / "questionnaire.pdf"
    file.write_bytes(questionnaire(RUBRIC, "en"))
    return file


@pytest.fixture(scope="module")
def pages(file: Path) -> list[str]:
    """The text of each page without white space, as lines may break after a hyphen."""
    return [_solid(page.extract_text()) for page in PdfReader(file).pages]


def _solid(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("standard", STANDARDS)
def test_it_is_accessible_and_archivable(file: Path, standard: str) -> None:
    assert breaches(file, standard) == []


def test_a_second_checker_agrees(file: Path) -> None:
    assert second_opinion(file) == []


def test_another_process_makes_the_same_bytes(file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.pdf"
    code = "import pathlib, sys; from rubric import load; from webapp.report.pdf import questionnaire; "
    code += "pathlib.Path(sys.argv[1]).write_bytes(questionnaire(load.rubric(), 'en'))"
    subprocess.run([sys.executable, "-c", code, other], cwd=ROOT, check=True)
    assert other.read_bytes() == file.read_bytes()


@pytest.mark.parametrize("question", RUBRIC.questions, ids=lambda q: q.id)
def test_a_question_stands_on_one_page_with_all_that_belongs_to_it(pages: list[str], question: Question) -> None:
    number = RUBRIC.questions.index(question) + 1
    levels = [f"{level.name}: {text}" for level, text in zip(RUBRIC.levels, question.levels, strict=True)]
    told = [f"{number} {question.name}", question.text, question.why, *levels[:3]]
    told += [f"Could you show it? {question.evidence}", *levels[3:], *(state.label for state in RUBRIC.states)]
    told += ["Evidence", *GRADES, "Its title, date or address", "Note, or why it doesn’t apply"]
    assert sum(_solid("".join(told)) in page for page in pages) == 1


def test_the_second_page_tells_how_to_fill_it_in(pages: list[str]) -> None:
    told = [f"{level.name}: {level.meaning}" for level in RUBRIC.levels]
    told += [f"{state.label}: {state.meaning}" for state in RUBRIC.states]
    told += [f"{term.name}: {term.meaning}" for term in RUBRIC.guide]
    for text in (*told, "between two, choose the lower", "A high score wins nothing."):
        assert _solid(text) in pages[1]


@pytest.mark.parametrize("field", ["Region", "Date", "Place", "Government", "Business", "Academia", "Civil society"])
def test_the_cover_asks_who_answers(pages: list[str], field: str) -> None:
    assert _solid(field) in pages[0]


def test_no_country_is_named(pages: list[str]) -> None:
    text = "".join(pages)
    assert [country.name for country in RUBRIC.countries if _solid(country.name) in text] == []


def test_a_box_is_nothing_to_read(file: Path) -> None:
    text = "".join(page.extract_text() for page in PdfReader(file).pages)
    assert re.findall(r"[\u2500-\u27bf\[\]_]", text) == []
    assert "\nNot in place:" in text


def test_every_theme_begins_a_page_and_is_found_by_its_bookmark(file: Path, pages: list[str]) -> None:
    reader = PdfReader(file)
    begins = {str(mark["/Title"]): reader.get_destination_page_number(mark) for mark in _marks(reader.outline)}
    for theme in RUBRIC.themes:
        where = begins[theme.title]
        assert where is not None
        assert _solid(theme.title + theme.sentence) in pages[where]
        assert where == begins[_heading(RUBRIC.questions_by_theme[theme.id][0])]


def _heading(question: Question) -> str:
    return f"{RUBRIC.questions.index(question) + 1} {question.name}"


def _marks(outline: list[Any]) -> Iterator[Any]:
    for item in outline:
        if isinstance(item, list):
            yield from _marks(item)
        else:
            yield item


def test_two_questions_fill_a_page_and_room_to_write_what_is_left(pages: list[str]) -> None:
    headings = [_solid(_heading(question) + question.text) for question in RUBRIC.questions]
    asked = [sum(heading in page for heading in headings) for page in pages[FRONT:]]
    expected = [min(2, len(of) - n) for of in RUBRIC.questions_by_theme.values() for n in range(0, len(of), 2)]
    assert asked == expected
    assert [_solid(TALK) in page for page in pages[FRONT:]] == [questions == 1 for questions in asked]


def test_every_theme_ends_with_how_much_it_matters(pages: list[str]) -> None:
    choices = "in the next years? Less than other themes As much as others More than other themes"
    begins = [number for number, page in enumerate(pages) if any(_solid(t.sentence) in page for t in RUBRIC.themes)]
    asking = [number for number, page in enumerate(pages) if _solid(choices) in page]
    assert asking == [number - 1 for number in (*begins[1:], len(pages))]


def test_every_page_names_its_theme_its_number_and_the_rubric(file: Path, pages: list[str]) -> None:
    assert PdfReader(file).page_labels[1:] == [str(number) for number in range(2, len(pages) + 1)]
    for number, page in enumerate(pages[1:], start=2):
        assert page.endswith(_solid(f"Octant · Questionnaire · Rubric {RUBRIC.version} {number}"))
    heads = [_solid(f"Theme {n} of {len(RUBRIC.themes)} {theme.title}") for n, theme in enumerate(RUBRIC.themes, 1)]
    assert all(any(head in page for head in heads) for page in pages[FRONT:])


def test_headings_and_lists_are_tagged_as_such(file: Path) -> None:
    root: Any = PdfReader(file).trailer["/Root"]
    tags = Counter(_tags(root["/StructTreeRoot"]))
    questions, themes = len(RUBRIC.questions), len(RUBRIC.themes)
    assert (tags["/H1"], tags["/H2"]) == (1, themes + 1)
    assert tags["/H3"] >= questions + themes
    assert tags["/LI"] >= questions * (len(RUBRIC.levels) + len(RUBRIC.states) + len(GRADES))
    assert tags["/Figure"] == 0


def _tags(item: DictionaryObject) -> Iterator[str]:
    """The tags of an element and of all elements inside it."""
    inside: Any = item.get("/K", ArrayObject())
    yield str(item.get("/S"))
    for child in inside.get_object() if isinstance(inside.get_object(), ArrayObject) else [inside]:
        if isinstance(found := child.get_object(), DictionaryObject):
            yield from _tags(found)
