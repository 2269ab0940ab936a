"""The workbook for answering offline: what is written is read back, and what was built to harm is refused at once."""

import datetime as dt
import io
import re
import struct
import time
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.worksheet import Worksheet
from pydantic import TypeAdapter, ValidationError

from rubric import load
from rubric.answers import GRADES, PRIORITIES, STATES, Answers, Line, Note, Region, territories
from rubric.answers import read as read_file
from rubric.model import Rubric
from rubric.problems import InputError
from tests.patience import soon
from webapp.assessment.spreadsheet import read, write

RUBRIC = load.rubric()
FIRST, SECOND = RUBRIC.questions[0].id, RUBRIC.questions[1].id
BLANK = {"rubric": RUBRIC.version, "answers": {}}
PARTS = ("answer", "reason", "note", "evidence", "reference")
EXAMPLE = Path(__file__).parents[2] / "examples" / "sample-region.toml"
SIGNS = (
    "=1+1",
    "+1",
    "-1",
    "@x",
    "'quoted",
    "#N/A",
    "TRUE",
    "007",
    "_x0041_",  # but not "x005F_", which openpyxl leaves out of the texts that it reads
    "1e5",
    "\t=1",
)


def problems(data: bytes, rubric: Rubric = RUBRIC) -> list[str]:
    with pytest.raises(InputError) as caught:
        read(data, "answers.xlsx", rubric)
    return [str(problem) for problem in caught.value.problems]


def opened(data: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(data))


def saved(book: openpyxl.Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def place(sheet: Worksheet, key: str) -> int:
    return next(number for number, cell in enumerate(sheet[1], 1) if cell.value == key)


def filled(*cells: tuple[str, int, str, Any], data: bytes | None = None) -> bytes:
    """The blank workbook with values put into cells: sheet, row and key of the column of each."""
    book = opened(data or write(RUBRIC, {}))
    for title, row, key, value in cells:
        book[title].cell(row, place(book[title], key)).value = value
    return saved(book)


def with_part(data: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The workbook with one of the files in it changed."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.namelist():
            new.writestr(member, change(old.read(member)) if member == name else old.read(member))
    return file.getvalue()


def fitting(kind: Any) -> st.SearchStrategy[str]:
    """Texts as an answers file may hold them."""
    adapter = TypeAdapter(kind)
    characters = st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\t")
    texts = st.builds(str.__add__, st.sampled_from(("", *SIGNS)), st.text(characters, max_size=40))
    return texts.filter(lambda text: is_valid(adapter, text)).map(adapter.validate_python)


def is_valid(adapter: TypeAdapter[str], text: str) -> bool:
    try:
        adapter.validate_python(text)
    except ValidationError:
        return False
    return True


def by_question(values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from([question.id for question in RUBRIC.questions]), values, max_size=5)


CONTENTS = st.builds(
    Answers,
    region=fitting(Region),
    country=st.none() | st.sampled_from(sorted(territories())),
    date=st.none() | st.dates(),
    rubric=st.just(RUBRIC.version),
    priorities=st.dictionaries(st.sampled_from([theme.id for theme in RUBRIC.themes]), st.sampled_from(PRIORITIES)),
    answers=by_question(st.integers(0, 4) | st.sampled_from(STATES)),
    reasons=by_question(fitting(Note)),
    notes=by_question(fitting(Note)),
    evidence=by_question(st.sampled_from(GRADES)),
    references=by_question(fitting(Line)),
).map(lambda answers: answers.content)


@settings(max_examples=60, deadline=None)
@given(CONTENTS)
def test_what_is_written_is_read_back(content: dict[str, Any]) -> None:
    assert read(write(RUBRIC, content), "answers.xlsx", RUBRIC) == content


@pytest.mark.parametrize("text", [*SIGNS, "one\ntwo", "日本語", "العربية", "🦀 & <b>", "x" * 2000])
def test_texts_that_look_like_something_else_stay_texts(text: str) -> None:
    content = {**BLANK, "notes": {FIRST: text.strip()}}
    data = write(RUBRIC, content)

    assert read(data, "answers.xlsx", RUBRIC) == content
    sheet = opened(data)["Answers"]
    assert sheet.cell(3, place(sheet, "note")).data_type == "s"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x"])
def test_no_text_is_calculated_when_its_cell_is_opened(text: str) -> None:
    sheet = opened(write(RUBRIC, {"references": {FIRST: text}}))["Answers"]

    assert sheet.cell(3, place(sheet, "reference")).quotePrefix


def test_an_example_is_the_same_after_another_program_saved_it() -> None:
    content = {key: value for key, value in read_file(EXAMPLE)[0].content.items() if key != "vignettes"}
    content["rubric"] = RUBRIC.version

    assert read(saved(opened(write(RUBRIC, content))), "answers.xlsx", RUBRIC) == content


def test_columns_rows_and_sheets_may_be_moved_and_renamed() -> None:
    content = {**BLANK, "answers": {FIRST: 3}, "notes": {SECOND: "=1"}, "priorities": {"skills": 3}}
    book = opened(write(RUBRIC, content))
    for sheet in book.worksheets[1:]:
        rows = [list(reversed([cell.value for cell in row])) for row in sheet.iter_rows()]
        moved = book.create_sheet(f"{sheet.title} in another order")
        for row in (*rows[:2], *reversed(rows[2:])):
            moved.append(["", *row])
        for cell in (cell for row in moved.iter_rows() for cell in row if cell.data_type == "f"):
            cell.data_type = "s"
        book.remove(sheet)
    book.move_sheet(book.worksheets[-1], -2)

    assert read(saved(book), "answers.xlsx", RUBRIC) == content


def test_the_same_input_gives_the_same_bytes() -> None:
    made = write(RUBRIC, {"region": "Made-up region"})
    time.sleep(2.1)  # a zip archive counts time in steps of two seconds

    assert write(RUBRIC, {"region": "Made-up region"}) == made


def test_a_blank_workbook_says_nothing_but_its_rubric() -> None:
    assert read(write(RUBRIC, {}), "answers.xlsx", RUBRIC) == BLANK


def test_every_question_is_asked_without_a_number() -> None:
    sheet = opened(write(RUBRIC, {}))["Answers"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3)]

    assert [row[1] for row in rows] == [question.id for question in RUBRIC.questions]
    assert [tuple(row[3:8]) for row in rows] == [question.levels for question in RUBRIC.questions]
    assert [cell.value for cell in sheet[2]][3:8] == [level.name for level in RUBRIC.levels]


def test_the_sheets_are_set_up_for_reading_and_print() -> None:
    book = opened(write(RUBRIC, {}))

    assert book.sheetnames == ["How to fill this in", "Answers", "Themes", "Region", "Lists"]
    assert book["Lists"].sheet_state == "hidden"
    for sheet in book.worksheets[1:4]:
        assert sheet.row_dimensions[1].hidden
        assert sheet.protection.sheet and sheet.protection.password is None
        assert sheet.page_setup.orientation == "landscape" and sheet.page_setup.fitToWidth == 1
    assert book["Answers"].freeze_panes == "D3"


def test_only_what_is_to_be_filled_in_is_unlocked() -> None:
    book = opened(write(RUBRIC, {}))
    unlocked = {
        sheet.title: {sheet.cell(1, n).value for row in sheet for n, c in enumerate(row, 1) if not c.protection.locked}
        for sheet in book
    }

    assert unlocked["Answers"] == set(PARTS)
    assert unlocked["Themes"] == {"priority"} and unlocked["Region"] == {"value"}
    assert unlocked["Lists"] == unlocked["How to fill this in"] == set()


def test_choices_come_from_lists_and_every_rule_says_what_to_do() -> None:
    book = opened(write(RUBRIC, {}))
    rules = [rule for sheet in book.worksheets for rule in sheet.data_validations.dataValidation]
    lists = [list(choices(book, rule.formula1)) for rule in rules if rule.type == "list"]

    assert lists[0] == [*(level.name for level in RUBRIC.levels), *(state.label for state in RUBRIC.states)]
    assert len(lists) == 3
    assert sorted(rule.formula1 for rule in rules if rule.type == "textLength") == ["120", "2", "2000", "2000", "500"]
    assert all(rule.showErrorMessage and 0 < len(rule.error) <= 225 for rule in rules)


def choices(book: openpyxl.Workbook, formula: str) -> Iterator[str]:
    title, _, cells = formula.replace("$", "").partition("!")
    return (cell.value for (cell,) in book[title.strip("'")][cells])


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("Reaching most", 3),
        ("  reaching  MOST ", 3),
        (0, 0),
        (4.0, 4),
        ("2", 2),
        ("We don't know yet", "unknown"),
        ("RATHER NOT SAY\n", "undisclosed"),
        ("not-applicable", "not-applicable"),
        ("Outside-Powers", "outside-powers"),
    ],
)
def test_an_answer_may_be_typed_in_many_ways(typed: object, answer: int | str) -> None:
    assert read(filled(("Answers", 3, "answer", typed)), "a.xlsx", RUBRIC)["answers"] == {FIRST: answer}


@pytest.mark.parametrize(("typed", "grade"), [("a published DOCUMENT", "published"), ("evaluated", "evaluated")])
def test_evidence_may_be_typed_in_words_or_as_in_a_file(typed: str, grade: str) -> None:
    assert read(filled(("Answers", 3, "evidence", typed)), "a.xlsx", RUBRIC)["evidence"] == {FIRST: grade}


@pytest.mark.parametrize(("typed", "priority"), [("more than other themes", 3), (1, 1), ("As much as others", 2)])
def test_a_priority_may_be_typed_in_words_or_as_a_number(typed: object, priority: int) -> None:
    assert read(filled(("Themes", 3, "priority", typed)), "a.xlsx", RUBRIC)["priorities"] == {
        RUBRIC.themes[0].id: priority
    }


@pytest.mark.parametrize(
    ("typed", "text"), [(2019, "2019"), (2.5, "2.5"), ("  spaced \n", "spaced"), ("a\r\nb", "a\nb")]
)
def test_a_text_is_what_was_typed(typed: object, text: str) -> None:
    assert read(filled(("Answers", 3, "note", typed)), "a.xlsx", RUBRIC)["notes"] == {FIRST: text}


@pytest.mark.parametrize(
    ("row", "typed", "field", "value"),
    [
        (4, "pt", "country", "PT"),
        (5, dt.date(2026, 3, 31), "date", "2026-03-31"),
        (5, dt.datetime(2026, 3, 31, 9, 30), "date", "2026-03-31"),
        (5, "2026-03-31", "date", "2026-03-31"),
    ],
)
def test_the_region_s_fields_may_be_typed_in_many_ways(row: int, typed: object, field: str, value: str) -> None:
    assert read(filled(("Region", row, "value", typed)), "a.xlsx", RUBRIC)[field] == value


def test_a_cell_of_spaces_is_empty() -> None:
    assert read(filled(("Answers", 3, "note", " \n "), ("Answers", 3, "answer", " ")), "a.xlsx", RUBRIC) == BLANK


@pytest.mark.parametrize("key", PARTS)
@pytest.mark.parametrize(
    ("value", "found"),
    [("=1+1", "a formula"), (True, "TRUE"), (dt.date(2026, 3, 31), "a date, 2026-03-31"), ("#N/A", "an error value")],
)
def test_what_is_no_text_is_told_with_its_place(key: str, value: object, found: str) -> None:
    (problem,) = problems(filled(("Answers", 3, key, value)))

    assert problem.startswith(
        f"answers.xlsx: sheet Answers, row 3, column {key.capitalize()}: found {found}; expected "
    )


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        (("Answers", 4, "answer", "maybe"), "row 4, column Answer: found 'maybe'; expected one of: Not in place; "),
        (("Answers", 4, "answer", 5), "row 4, column Answer: found '5'; expected one of: "),
        (("Answers", 4, "answer", 1.5), "row 4, column Answer: found '1.5'; expected one of: "),
        (
            ("Answers", 4, "evidence", "good"),
            "row 4, column Evidence: found 'good'; expected one of: Nothing written; ",
        ),
        (("Answers", 4, "note", "x" * 2001), "expected at most 2000 characters"),
        (("Answers", 4, "note", "\n".join("x" * 41)), "expected at most 40 lines"),
        (("Answers", 4, "reference", "x" * 501), "expected at most 500 characters"),
        (("Answers", 4, "reference", "a\nb"), "row 4, column Reference: found 'a\\nb'; expected a single line"),
        (("Answers", 4, "question", FIRST), f"row 4, column Id: {FIRST} stands in row 3 too; expected each once"),
        (
            ("Answers", 4, "question", SECOND[:-1]),
            f"column Id: unknown id '{SECOND[:-1]}'; expected an id as it was dow",
        ),
        (("Answers", 4, "question", SECOND[:-1]), f"(did you mean {SECOND}?)"),
        (("Answers", 90, "note", "Lost."), "row 90, column Id: is empty; expected the id that stood there"),
        (("Answers", 1, "note", "x"), "sheet Answers, column Note: is missing; expected “note” once in the hidden"),
        (("Answers", 1, "note", "answer"), "sheet Answers, column Answer: is there twice; expected “answer” once"),
        (("Answers", 1, "question", "x"), "sheet Answers: is missing; expected one sheet with the hidden first row"),
        (("Themes", 1, "theme-id", "x"), "sheet Themes: is missing; expected"),
        (
            ("Themes", 3, "priority", "most"),
            "sheet Themes, row 3, column Priority: found 'most'; expected one of: Less",
        ),
        (("Themes", 3, "theme-id", "x"), "sheet Themes, row 3, column Id: unknown id 'x'; expected"),
        (("Region", 1, "field", "x"), "sheet Region: is missing; expected"),
        (("Region", 3, "value", "x" * 121), "sheet Region, row 3, column Content: found "),
        (("Region", 4, "value", "XX"), "sheet Region, row 4, column Content: found 'XX'; expected a country code"),
        (("Region", 5, "value", "31.3.2026"), "row 5, column Content: found '31.3.2026'; expected a day as YYYY-MM-DD"),
        (("Region", 5, "value", 20260331), "found an error value; expected a day as YYYY-MM-DD"),
        (("Region", 5, "value", dt.time(9, 30)), "found a time; expected a day as YYYY-MM-DD"),
        (("Region", 6, "value", "2025.1"), "answers.xlsx: rubric: answers the questions of '2025.1'; expected 2026.1"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(cell: tuple[str, int, str, object], told: str) -> None:
    assert any(told in problem for problem in problems(filled(cell)))


def test_all_problems_are_told_at_once() -> None:
    wrong = [("Answers", 3, key, True) for key in PARTS] + [("Themes", 3, "priority", 9), ("Region", 4, "value", 1)]

    assert len(problems(filled(*wrong))) == 7


def test_a_sheet_that_is_there_twice_is_told() -> None:
    book = opened(write(RUBRIC, {}))
    book.copy_worksheet(book["Answers"])

    assert "sheet Answers: is there 2 times" in problems(saved(book))[0]


def test_a_row_that_was_deleted_is_an_answer_that_was_not_given() -> None:
    book = opened(write(RUBRIC, {"answers": {FIRST: 1, SECOND: 2}}))
    book["Answers"].delete_rows(2, 2)  # the titles too: the first question moves up into their place
    assert book["Answers"].cell(2, 2).value == SECOND

    assert read(saved(book), "answers.xlsx", RUBRIC)["answers"] == {SECOND: 2}


NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def as_office_writes(content: Mapping[str, Any]) -> bytes:
    """The workbook as Excel and LibreOffice save it: texts in a list of their own, and an empty row at the very end."""
    data, texts = write(RUBRIC, content), list[str]()

    def shared(sheet: bytes) -> bytes:
        head, *cells = sheet.decode().split('t="inlineStr"><is>')
        for number, cell in enumerate(cells):
            text, _, rest = cell.partition("</is>")
            texts.append(f"<si><r>{text}</r><rPh sb='0' eb='1'><t>aside</t></rPh></si>")
            cells[number] = f">{f'<v>{len(texts) - 1}</v>'}{rest}"
        whole = 't="s"'.join((head, *cells))
        return whole.replace("</sheetData>", '<row r="1048576"/></sheetData>').encode()

    for number in range(2, 6):
        data = with_part(data, f"xl/worksheets/sheet{number}.xml", shared)
    relation = f'<Relationship Id="strings" Type="{RELATIONS}/sharedStrings" Target="texts.xml"/></Relationships>'
    data = with_part(data, "xl/_rels/workbook.xml.rels", lambda x: x.replace(b"</Relationships>", relation.encode()))
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    override = f'<Override PartName="/xl/texts.xml" ContentType="{kind}"/></Types>'
    data = with_part(data, "[Content_Types].xml", lambda x: x.replace(b"</Types>", override.encode()))
    return with_member(data, "xl/texts.xml", f'<sst xmlns="{NAMESPACE}">{"".join(texts)}</sst>'.encode())


def with_member(data: bytes, name: str, content: bytes) -> bytes:
    file = io.BytesIO(data)
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize("text", [*SIGNS, "one\ntwo"])
def test_a_workbook_that_an_office_program_saved_is_read(text: str) -> None:
    content = {**BLANK, "region": "Made up", "answers": {FIRST: 3}, "notes": {SECOND: text.strip()}}

    assert read(as_office_writes(content), "answers.xlsx", RUBRIC) == content


@pytest.mark.parametrize(("name", "value"), [("epoch", CALENDAR_MAC_1904), ("iso_dates", True)])
def test_dates_may_be_kept_in_many_ways(name: str, value: object) -> None:
    book = opened(filled(("Region", 5, "value", dt.date(2026, 3, 31))))
    setattr(book, name, value)

    assert read(saved(book), "answers.xlsx", RUBRIC)["date"] == "2026-03-31"


# What is refused before it costs anything.


def refused(data: bytes) -> str:
    with soon():
        (problem,) = problems(data)
    return problem


def archive_of(*members: tuple[str, bytes], kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", kind) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "cannot be read"),
        (b"region = 1", "cannot be read"),
        (b"PK\x03\x04 and no more", "cannot be read"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "has a password, or is of the older kind .xls"),
        (archive_of(("mimetype", b"application/vnd.oasis.opendocument.spreadsheet")), "cannot be read"),
        (archive_of(("a", b""), kind=zipfile.ZIP_LZMA), "is packed in an unusual way"),
        (archive_of(("a.zip", archive_of(("a", b"")))), "cannot be read"),
        (archive_of(*((f"{number}", b"") for number in range(201))), "holds more than 200 files"),
    ],
)
def test_what_is_no_workbook_is_told(data: bytes, told: str) -> None:
    problem = refused(data)

    assert problem.startswith("answers.xlsx: ") and told in problem


def test_a_workbook_cut_off_anywhere_is_told() -> None:
    data = write(RUBRIC, {})
    for length in range(0, len(data), 997):
        assert "cannot be read" in refused(data[:length])


@pytest.mark.parametrize(
    "part",
    [
        "[Content_Types].xml",
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "xl/styles.xml",
        "xl/worksheets/sheet2.xml",
    ],
)
@pytest.mark.parametrize(
    "content",
    [b"", b"<a/>", b"<a>", b"\xff\xfe<", b"<a xmlns:b='c'><sheet/><Relationship/></a>", b"<c t='s'><v>x</v></c>"],
)
def test_a_workbook_with_a_damaged_part_is_told(part: str, content: bytes) -> None:
    data = with_part(write(RUBRIC, {}), part, lambda _: content)
    if part == "xl/styles.xml" and content not in (b"", b"<a>", b"\xff\xfe<"):
        assert read(data, "answers.xlsx", RUBRIC) == BLANK
    elif part.endswith("sheet2.xml") and content == b"<a/>":
        assert "sheet Answers: is missing" in refused(data)
    else:
        assert problems(data)


def test_a_gigabyte_of_nothing_is_refused() -> None:
    file = io.BytesIO()
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("xl/workbook.xml", "w", force_zip64=True) as member,
    ):
        for _ in range(1_000):
            member.write(bytes(1_000_000))

    assert "unpacks to more than 10 MB" in refused(file.getvalue())


def that_says_less(data: bytes, kept: int) -> bytes:
    """`data` with 2,000 bytes as the size of a part in the directory, and the sum of the first `kept` bytes."""
    directory = data.rindex(b"xl/workbook.xml") - 46
    assert data[directory : directory + 4] == b"PK\x01\x02"
    with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open("xl/workbook.xml") as part:
        told = struct.pack("<I", zlib.crc32(part.read(kept)))
    size = struct.pack("<I", 2_000)
    return data[: directory + 16] + told + data[directory + 20 : directory + 24] + size + data[directory + 28 :]


def ending_in_spaces(content: bytes) -> bytes:
    return content.ljust(50_000_000)


def test_a_member_that_says_less_than_it_holds_is_refused() -> None:
    data = with_part(write(RUBRIC, {}), "xl/workbook.xml", ending_in_spaces)

    assert "cannot be read" in refused(that_says_less(data, 50_000_000))


def test_no_more_of_a_member_is_unpacked_than_it_says() -> None:
    lying = that_says_less(with_part(write(RUBRIC, {}), "xl/workbook.xml", ending_in_spaces), 2_000)
    tracemalloc.start()
    read(lying, "answers.xlsx", RUBRIC)
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert most < 20_000_000


def test_an_encrypted_member_is_refused() -> None:
    data = write(RUBRIC, {})
    directory = data.index(b"PK\x01\x02")
    flagged = data[: directory + 8] + b"\x01" + data[directory + 9 :]

    assert "has a password" in refused(flagged)


SHEET, STYLES = "xl/worksheets/sheet2.xml", "xl/styles.xml"
FORMULA = b'<sheetData><f t="shared" si="0" ref="A1:B9">'
COSTLY = {
    "cells": (SHEET, b"<sheetData>" + b'<row r="1"/>' * 70_000),
    "nested": (SHEET, b"<sheetData>" + b"<a>" * 40_000 + b"</a>" * 40_000),
    "sheets": ("xl/workbook.xml", b"<sheets>" + b'<sheet name="s" sheetId="9"/>' * 26),
    "a part in many sheets": ("xl/workbook.xml", b"<sheets>" + b'<sheet name="s"/>' * 15 + b"<a/>" * 20_000),
    "a name": ("xl/workbook.xml", b'<definedNames><definedName name="_xlnm.Print_Area">' + b"'" * 9_000),
    "a format": (STYLES, b'<fonts><numFmt numFmtId="200" formatCode="' + b"[" * 9_000),
    "styles": (STYLES, b"<cellXfs>" + b"<xf/>" * 501),
    "formulas": (SHEET, b"<sheetData>" + b"<x:f t='shared' si='0'/>" * 501),
    "a long formula": (SHEET, FORMULA + b"A1+" * 9_000),
    "a formula in pieces": (SHEET, FORMULA + b"A1+<?a?>" * 9_000),
    "a formula in data": (SHEET, FORMULA + b"<![CDATA[A1+]]>" * 9_000),
    "charts": ("xl/_rels/workbook.xml.rels", b'<Relationships><a Type="&#99;hartsheet"/>'),
}
"""What openpyxl would take long for, by the part of the workbook and what begins an element there."""


@pytest.mark.parametrize("kind", COSTLY)
def test_what_would_keep_openpyxl_busy_is_refused(kind: str) -> None:
    part, costly = COSTLY[kind]
    opening = re.match(rb"<\w+", costly)
    assert opening
    data = with_part(write(RUBRIC, {}), part, lambda content: content.replace(opening[0], costly + opening[0], 1))

    assert "cannot be read" not in refused(data)


@pytest.mark.parametrize("part", ["xl/media/image1.png", "xl/drawings/drawing1.xml", "docProps/custom.xml"])
def test_what_holds_no_cells_is_not_looked_at(part: str) -> None:
    assert read(with_member(write(RUBRIC, {}), part, laughs()), "answers.xlsx", RUBRIC) == BLANK


def test_what_openpyxl_would_leave_out_is_no_problem() -> None:
    extension = b'<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}"/></extLst></worksheet>'
    data = with_part(write(RUBRIC, {}), SHEET, lambda content: content.replace(b"</worksheet>", extension))

    assert read(data, "answers.xlsx", RUBRIC) == BLANK


def test_line_ends_are_read_as_excel_writes_them() -> None:
    data = as_office_writes({**BLANK, "notes": {FIRST: "one\ntwo"}})
    data = with_part(data, "xl/texts.xml", lambda content: content.replace(b"one\n", b"one_x000D_\n"))

    assert read(data, "answers.xlsx", RUBRIC)["notes"] == {FIRST: "one\ntwo"}


@pytest.mark.parametrize("rows", [501, 100_000])
def test_a_sheet_of_many_rows_is_refused(rows: int) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Endless")
    for _ in range(rows):
        sheet.append([1])

    assert "more than 500 rows" in refused(saved(book))


def test_a_sheet_of_many_columns_is_refused() -> None:
    book = openpyxl.Workbook(write_only=True)
    book.create_sheet("Wide").append([1] * 16_384)

    assert "sheet Wide: more than 500 rows or 100 columns" in refused(saved(book))


def test_a_workbook_of_many_sheets_is_refused() -> None:
    book = opened(write(RUBRIC, {}))
    for number in range(21):
        book.create_sheet(f"{number}")

    assert "has more than 25 sheets" in refused(saved(book))


def test_a_text_that_many_cells_share_is_of_no_more_than_a_cell_s_length() -> None:
    data = with_part(
        write(RUBRIC, {"notes": {FIRST: "Long."}}),
        "xl/worksheets/sheet2.xml",
        lambda x: x.replace(b"Long.", b"x" * 32_768),
    )

    assert "a text of more than 32767 characters" in refused(data)


def laughs() -> bytes:
    entities = [f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10)]
    return f'<!DOCTYPE w [<!ENTITY l0 "ha">{"".join(entities)}]><w>&l9;</w>'.encode()


@pytest.mark.parametrize(
    "content",
    [
        laughs(),
        b'<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/hostname">]><w>&x;</w>',
        b'<!DOCTYPE w SYSTEM "http://127.0.0.1:9/w.dtd"><w/>',
    ],
)
@pytest.mark.parametrize(
    "part", ["[Content_Types].xml", "xl/workbook.xml", "xl/styles.xml", "xl/worksheets/sheet2.xml"]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be"])
def test_entities_are_refused(part: str, content: bytes, encoding: str) -> None:
    encoded = content.decode().encode(encoding)
    told = "cannot be read" if encoding == "utf-16" else "declares a document type"
    assert told in refused(with_part(write(RUBRIC, {}), part, lambda _: encoded))
