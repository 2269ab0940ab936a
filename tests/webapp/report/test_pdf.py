"""The PDF: its standards, its data, its text, and what it refuses."""

import io
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest
from pypdf import PdfReader

from rubric import load
from rubric.answers import Answers
from rubric.digests import canonical
from tests.checkers import STANDARDS, breaches, second_opinion
from tests.webapp.report.cases import (
    CASES,
    ISSUE,
    LONG_WORD,
    NAMES,
    again,
    largest,
    longest,
    report_on,
    result_of,
    wordy,
)
from tests.webapp.report.reading import printed
from webapp.config import ROOT
from webapp.report.context import report_of
from webapp.report.edition import Edition
from webapp.report.issue import Issue
from webapp.report.pdf import fetcher, pdf
from webapp.report.pool import LONGEST
from webapp.report.version import template_version
from webapp.report.wording import share, signed, whole

PdfOf = Callable[[str], Path]
ENGLISH = Edition("en")
MOST_PAGES = 320
CHAPTERS = (
    "In short",
    "Where the region stands",
    "Whom to learn from",
    "What to do next",
    "What is not known",
    "Every question",
    "How this could be wrong",
    "Where the questions come from",
    "Method",
)


def _text(file: Path, number: int | None = None) -> str:
    """The text of all pages, or of one, with runs of white space as one space."""
    pages = printed(file.read_bytes())
    return " ".join(" ".join(pages if number is None else [pages[number]]).split())


@pytest.mark.parametrize("standard", STANDARDS)
@pytest.mark.parametrize("name", [*NAMES, "mirrored"])
def test_it_is_accessible_and_archivable(pdf_of: PdfOf, name: str, standard: str) -> None:
    assert breaches(pdf_of(name), standard) == []


@pytest.mark.parametrize("name", [*NAMES, "mirrored"])
def test_a_second_checker_agrees(pdf_of: PdfOf, name: str) -> None:
    assert second_opinion(pdf_of(name)) == []


def test_the_same_submission_gives_the_same_bytes_in_another_process(pdf_of: PdfOf, tmp_path: Path) -> None:
    other = tmp_path / "other.pdf"
    code = "from tests.webapp.report.cases import *; from webapp.report.pdf import pdf; import sys, pathlib; "
    code += "from webapp.report.edition import Edition; "
    code += "pathlib.Path(sys.argv[1]).write_bytes(pdf(report_on(full()), Edition('en')))"
    subprocess.run([sys.executable, "-c", code, other], cwd=ROOT, check=True)
    assert other.read_bytes() == pdf_of("full").read_bytes()


@pytest.mark.parametrize("name", NAMES)
def test_answers_and_result_can_be_read_back(pdf_of: PdfOf, name: str) -> None:
    answers = CASES[name]()
    attached = dict(PdfReader(pdf_of(name)).attachments)
    about = json.loads(attached.pop("report.json")[0])
    assert (about["format"], about["template"]) == ("octant-report/1", template_version(ENGLISH))
    assert about["submission"] == ISSUE.content
    assert {file: content for file, (content,) in attached.items()} == {
        "answers.json": canonical(answers.content).encode(),
        "result.json": canonical(result_of(answers).json(ISSUE.digest)).encode(),
    }


@pytest.mark.parametrize("name", NAMES)
def test_it_shows_the_figures_of_the_result(pdf_of: PdfOf, name: str) -> None:
    report, text = report_on(CASES[name]()), _text(pdf_of(name))
    for theme in report.themes:
        if theme.score.value is not None and theme.score.interval:
            low, high = theme.score.interval
            assert f"{theme.title} {whole(theme.score.value)} {whole(low)} to {whole(high)}" in text
    for line in report.ranking:
        few = "too few answers " if line.resemblance is None and not report.headline.undefined else ""
        figures = f"{few}{signed(line.resemblance, 'en')} {share(line.stability, 'en')}".replace("\u00a0", " ")
        assert f"{line.country.name} {figures} {line.answered} of {line.questions}" in text
    for digest in (report.answers_digest, report.rubric.digest, ISSUE.digest or ""):
        assert digest in text.replace(" ", "")


def test_the_verdict_is_worded_as_the_method_says(pdf_of: PdfOf) -> None:
    assert "closest to Denmark." in _text(pdf_of("full"), 2)
    assert "The answers fit several models; nearest are " in _text(pdf_of("sparse"), 2)
    assert "Chance alone could produce this." in _text(pdf_of("sparse"), 2)
    assert "No question is answered with a level yet." in _text(pdf_of("unknown"), 2)


@pytest.mark.long
def test_the_verdict_on_equal_answers_is_worded_so(pdf_of: PdfOf) -> None:
    assert "All answers stand at the same level" in _text(pdf_of("all_equal"), 2)


def test_the_limits_of_the_method_are_told(pdf_of: PdfOf) -> None:
    text = _text(pdf_of("full"))
    assert "Commonplace practices raise the countries known for them." in text
    assert "Pure noise is called clear about once in twenty." in text
    assert "resembles the source’s portrait of a country" in text
    assert "Nothing here has been validated" in text


def test_every_question_stands_there_with_all_that_was_said(pdf_of: PdfOf) -> None:
    answers, text = CASES["full"](), _solid(_text(pdf_of("full")))
    for question in load.rubric().questions:
        assert _solid(question.text) in text
    for said in (*answers.notes.values(), *answers.reasons.values(), *answers.references.values()):
        assert _solid(said) in text


def _solid(text: str) -> str:
    """`text` without white space, as lines may break after a hyphen."""
    return "".join(text.split())


@pytest.mark.parametrize("name", ["full", "unknown", "longest"])
def test_chapters_begin_on_the_pages_that_the_contents_name(pdf_of: PdfOf, name: str) -> None:
    contents = _text(pdf_of(name), 1)
    begins = _begins(pdf_of(name).read_bytes())
    for chapter in CHAPTERS:
        assert f"{chapter} {begins[chapter]} " in contents


PAPERS = [Edition("en"), Edition("en", "letter")]


@pytest.mark.parametrize("edition", [pytest.param(PAPERS[0], marks=pytest.mark.long), PAPERS[1]])
@pytest.mark.parametrize("answers", [longest(), pytest.param(CASES["full"](), marks=pytest.mark.long)])
def test_the_summary_is_two_pages_even_with_the_longest_words(answers: Answers, edition: Edition) -> None:
    report = report_of(result_of(answers, wordy(load.rubric())), ISSUE, "en")
    assert _begins(pdf(report, edition))["Where the region stands"] == 5
    assert len(PdfReader(io.BytesIO(pdf(report, replace(edition, brief=True)))).pages) == 2


@pytest.mark.parametrize("name", NAMES)
def test_the_summary_is_two_pages(pdf_of: PdfOf, name: str) -> None:
    begins = _begins(pdf_of(name).read_bytes())
    assert (begins["In short"], begins["Where the region stands"]) == (3, 5)


@pytest.mark.parametrize("paper", [(210, 297), (215.9, 279.4)])
def test_each_paper_has_its_size(paper: tuple[float, float]) -> None:
    edition = PAPERS[paper != (210, 297)]
    for page in PdfReader(io.BytesIO(pdf(again(), replace(edition, brief=True)))).pages:
        assert [float(side) * 25.4 / 72 for side in page.mediabox[2:]] == pytest.approx(paper, abs=0.1)


def test_the_brief_is_as_accessible_and_says_whose_it_is(tmp_path: Path) -> None:
    file = tmp_path / "brief.pdf"
    file.write_bytes(pdf(again(), Edition("en", brief=True)))
    assert [breaches(file, standard) for standard in STANDARDS] == [[], []]
    assert second_opinion(file) == []
    assert "Made-up Region" in _text(file, 0)


def test_what_it_is_set_beside_is_printed(tmp_path: Path) -> None:
    file = tmp_path / "again.pdf"
    file.write_bytes(pdf(again(), ENGLISH))
    text = _text(file)
    assert "The submission before, number 2 of 20 March 2025, stood at 42." in text
    assert "the middle half scored 35 to 60, with the median at 45." in text


def _begins(content: bytes) -> dict[str, int]:
    """The page on which each heading stands, by the bookmarks."""
    reader = PdfReader(io.BytesIO(content))
    return {str(mark["/Title"]): (reader.get_destination_page_number(mark) or 0) + 1 for mark in _marks(reader.outline)}


def _marks(outline: list[Any]) -> Iterator[Any]:
    for item in outline:
        if isinstance(item, list):
            yield from _marks(item)
        else:
            yield item


def test_printed_page_numbers_are_those_of_the_viewer(pdf_of: PdfOf) -> None:
    reader = PdfReader(pdf_of("full"))
    assert [int(label) for label in reader.page_labels[1:]] == list(range(2, len(reader.pages) + 1))
    for label, text in list(zip(reader.page_labels, printed(pdf_of("full").read_bytes()), strict=True))[1:]:
        assert label in text.split()


def test_every_page_but_the_cover_names_the_region(pdf_of: PdfOf) -> None:
    assert all("Made-up Region" in text for text in printed(pdf_of("full").read_bytes())[1:])


def test_a_table_that_goes_on_repeats_its_head(pdf_of: PdfOf) -> None:
    answers = [text for text in printed(pdf_of("longest").read_bytes()) if "Every question · " in text]
    assert all("Answer, note and evidence" in text for text in answers[1:])


@pytest.mark.parametrize("name", NAMES)
def test_no_heading_is_left_alone_at_the_end_of_a_page(pdf_of: PdfOf, name: str) -> None:
    titles = {theme.title for theme in load.rubric().themes} | {"Within 6 months", "Within 18 months", "Within 3 years"}
    for text in printed(pdf_of(name).read_bytes())[3:]:
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        body = [line for line in lines if not line.startswith("Octant · ")][:-1]
        assert body[-1] not in titles


def test_text_of_a_region_is_never_markup(pdf_of: PdfOf) -> None:
    answers, reader = CASES["hostile"](), PdfReader(pdf_of("hostile"))
    assert set(reader.attachments) == {"answers.json", "report.json", "result.json"}
    text = _solid(_text(pdf_of("hostile")))
    for said in (answers.region, *answers.notes.values(), *answers.references.values(), *answers.reasons.values()):
        assert _solid(said) in text
    assert not any("/URI" in str(a.get_object()) for p in reader.pages for a in p.get("/Annots", []))
    assert "Not ours" not in _begins(pdf_of("hostile").read_bytes())


@pytest.mark.long
def test_the_largest_submission_fits_into_bounds() -> None:
    begun = time.process_time()
    made = pdf(report_on(largest()), ENGLISH)
    taken, pages = time.process_time() - begun, len(PdfReader(io.BytesIO(made)).pages)
    print(f"largest submission: {pages} pages, {len(made)} bytes, {taken:.1f} s CPU")
    assert pages < MOST_PAGES
    assert taken < LONGEST


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "http://127.0.0.1:9/",
        "https://example.org/",
        "data:text/plain,secret",
        "ftp://example.org/",
        "octant:../../../../etc/passwd",
        "octant:report.css?",
        "octant:other.css",
        "OCTANT:report.css",
        "",
    ],
)
def test_nothing_but_our_own_files_is_fetched(address: str) -> None:
    with pytest.raises((ValueError, URLError)):
        fetcher().fetch(address)


def test_our_own_files_are_fetched() -> None:
    assert b"@page" in fetcher().fetch("octant:report.css").read()
    assert fetcher().fetch("octant:sans-regular.ttf").read()[:4] == b"\x00\x01\x00\x00"


def test_only_our_own_fonts_are_embedded(pdf_of: PdfOf) -> None:
    pages: list[Any] = list(PdfReader(pdf_of("full")).pages)
    fonts = {
        str(font.get_object()["/BaseFont"]).split("+")[-1]
        for sheet in pages
        for font in sheet["/Resources"].get("/Font", {}).values()
    }
    assert all(name.replace("-", "").startswith("Octant") for name in fonts), fonts


def test_words_wider_than_a_column_are_broken(pdf_of: PdfOf) -> None:
    assert LONG_WORD in "".join(_text(pdf_of("longest"), 0).split())


def test_without_a_submission_it_says_so() -> None:
    report = report_on(CASES["unknown"](), Issue())
    content = pdf(report, ENGLISH)
    assert content == pdf(report, ENGLISH)
    assert "From an answers file, not submitted" in PdfReader(io.BytesIO(content)).pages[0].extract_text()
