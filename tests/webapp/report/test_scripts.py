"""Words in other scripts: printed where there is a font, said to be missing where there is none, never disturbing."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from tests.checkers import STANDARDS, breaches
from tests.webapp.report.cases import CASES
from tests.webapp.report.reading import printed
from webapp.config import ROOT
from webapp.report import scripts
from webapp.report.pdf import fetcher, unprintable
from webapp.report.scripts import GAP, alike, needed, own, shown

PdfOf = Callable[[str], Path]
SAID = "characters for which there was no font where this report was made"
MADE_WITHOUT_FONTS = """
import pathlib, sys
from tests.webapp.report.cases import CASES, report_on
from webapp.report.edition import Edition
from webapp.report.pdf import pdf
pathlib.Path(sys.argv[2]).write_bytes(pdf(report_on(CASES[sys.argv[1]]()), Edition("en")))
"""


def _text(file: Path) -> str:
    return " ".join(" ".join(printed(file.read_bytes())).split())


def _fonts(file: Path) -> dict[str, Any]:
    """The fonts of all pages, by name, each with its descriptor."""
    pages: list[Any] = list(PdfReader(file).pages)
    fonts = [font.get_object() for sheet in pages for font in sheet["/Resources"].get("/Font", {}).values()]
    parts = [(font, font["/DescendantFonts"][0].get_object()["/FontDescriptor"]) for font in fonts]
    return {str(font["/BaseFont"]).split("+")[-1]: descriptor for font, descriptor in parts}


@pytest.fixture(scope="session")
def bare_machine(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Makes the PDF of a case on a machine that has not one font."""
    folder = tmp_path_factory.mktemp("bare")
    (folder / "fonts").mkdir()
    settings = folder / "fonts.conf"
    settings.write_text(f"<fontconfig><dir>{folder}/fonts</dir><cachedir>{folder}/cache</cachedir></fontconfig>")

    @cache
    def made(name: str) -> Path:
        file = folder / f"{name}.pdf"
        command = [sys.executable, "-W", "ignore", "-c", MADE_WITHOUT_FONTS, name, str(file)]
        subprocess.run(command, cwd=ROOT, env=os.environ | {"FONTCONFIG_FILE": str(settings)}, check=True)
        return file

    return made


@pytest.mark.parametrize(
    ("name", "region", "font"),
    [
        ("greek", "Περιφέρεια Κεντρικής Μακεδονίας", "Octant-Serif-Semi-Bold"),
        ("arabic", "منطقة تجريبية كبرى", "Octant-Arabic"),
    ],
)
def test_it_is_printed_in_fonts_of_our_own_without_any_of_the_machine_s(
    bare_machine: Callable[[str], Path], pdf_of: PdfOf, name: str, region: str, font: str
) -> None:
    file = bare_machine(name)
    assert region in _text(file)
    assert all("/FontFile2" in descriptor for descriptor in _fonts(file).values())
    assert font in _fonts(file)
    assert all(found.startswith("Octant") for found in _fonts(file))
    assert SAID not in _text(file)
    assert file.read_bytes() == pdf_of(name).read_bytes()


@pytest.mark.parametrize("name", ["japanese", "odd"])
def test_where_no_font_has_it_the_report_says_so_and_prints_no_boxes(
    bare_machine: Callable[[str], Path], name: str
) -> None:
    file = bare_machine(name)
    assert SAID in _text(file)
    assert GAP in _text(file)
    assert [breaches(file, standard) for standard in STANDARDS] == [[], []]
    answers = json.loads(PdfReader(file).attachments["answers.json"][0])
    assert answers == CASES[name]().content


def test_what_is_between_the_gaps_stays(bare_machine: Callable[[str], Path]) -> None:
    assert f"Said: {GAP}2021{GAP} And so on." in _text(bare_machine("japanese"))


def test_a_report_that_is_whole_says_nothing_of_gaps(pdf_of: PdfOf) -> None:
    assert SAID not in _text(pdf_of("full"))


@pytest.mark.parametrize(
    "text", ["Überlingen", "Περιφέρεια", "Область", "منطقة", "מחוז", "ทดสอบ", "ქართული", "Հայերեն", "हिन्दी"]
)
def test_these_are_printed_on_every_machine(text: str) -> None:
    assert unprintable(text) == frozenset()


@pytest.mark.parametrize("text", ["\ue000", "\U000f0000", "\u0378", "\U0001f1ec"])
def test_these_are_printed_on_none(text: str) -> None:
    assert unprintable(f"a{text}b") == {text}


def test_lines_run_in_their_own_direction() -> None:
    assert own("One\nמחוז 12\n12 (א)\n12", frozenset()) == (
        '<bdi>One</bdi>\n<bdi dir="rtl">מחוז 12</bdi>\n<bdi dir="rtl">12 (א)</bdi>\n<bdi>12</bdi>'
    )


@pytest.mark.parametrize("turning", "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
def test_nothing_turns_round_what_stands_beside_it(turning: str) -> None:
    assert own(f"{turning}a{turning}b", frozenset()) == "<bdi>ab</bdi>"


def test_a_picture_made_of_several_characters_leaves_one_gap() -> None:
    assert own("a👨‍👩‍👧b", frozenset("👨👩👧")) == f"<bdi>a{GAP}b</bdi>"


@given(st.text(), st.frozensets(st.characters(), max_size=5))
def test_own_words_are_escaped_and_nothing_printable_is_lost(text: str, lost: frozenset[str]) -> None:
    markup = own(text, lost)
    assert markup.count("<") == 2 * len(shown(text).split("\n"))
    if not set(text) & lost:
        assert markup.unescape().replace("<bdi>", "").replace('<bdi dir="rtl">', "").replace("</bdi>", "") == shown(
            text
        )


def test_fonts_are_taken_only_where_needed() -> None:
    assert needed("Region, Περιοχή, Область") == ()
    assert needed("ทดสอบ and منطقة") == ("arabic", "thai")
    assert sorted(alike("aب\u0e17ج")) == ["a", "بج", "\u0e17"]
    assert scripts.style((), "octant") == ""


@pytest.mark.parametrize("address", scripts.addresses("octant"))
def test_each_script_has_its_fonts(address: str) -> None:
    script, _weight = scripts.addresses("octant")[address]
    with TTFont(io.BytesIO(fetcher().fetch(address).read())) as font:
        assert "fvar" not in font
        assert any(scripts.script_of(chr(code)) == script for code in font.getBestCmap())
