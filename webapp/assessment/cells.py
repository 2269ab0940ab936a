"""What stands in the cells of an XLSX workbook that somebody sent, read by openpyxl within bounds.

openpyxl trusts its files: a few kilobytes can keep it busy for hours. So it is given nothing but the parts that hold
cells, and these only after they were counted.
"""

import datetime as dt
import io
import re
import warnings
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from html import unescape
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from flask_babel import gettext as _
from openpyxl import Workbook, load_workbook

from rubric.problems import InputError, Problem

MOST_MEMBERS = 200
LARGEST_CONTENT = 10_000_000
"""Bytes of all members together, unpacked."""
MOST_ROWS, MOST_COLUMNS, MOST_SHEETS = 500, 100, 25
LONGEST_TEXT = 32_767
"""Characters that a cell may hold in Excel."""
LONGEST_TITLE = 31
"""Characters of a sheet's title in Excel."""

ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0"
"""How files of the older kind begin, and workbooks with a password."""

_PARTS = re.compile(r"\[Content_Types\]\.xml|xl/(worksheets/)?[^/]+\.xml|xl/_rels/workbook\d*\.xml\.rels")
"""What cells are read from; all else, such as pictures and charts, is not even unpacked."""
_MOST_CHARACTERS, _MOST_TAGS = 2_000_000, 80_000
"""Of these parts together: five times what a full questionnaire has after an office program has saved it."""
_COSTLY = {"sheet": MOST_SHEETS, "definedName": 100, "f": 100, "numFmt": 100, "xf": 1_000}
"""How many there may be of elements whose cost to openpyxl grows faster than their size."""
_LONGEST_COSTLY = 500
"""Characters of such an element."""
_ELEMENT = re.compile(r"<(?:[^\s<>/:]+:)?(\w+)([^<]*)")


@dataclass(frozen=True)
class NoValue:
    """A cell that holds neither text nor day: `what`, such as a formula."""

    what: str


Value = str | dt.datetime | NoValue
"""A number is a text too, as somebody would type it."""


@dataclass(frozen=True)
class Sheet:
    """A sheet: its cells that are not empty, by row and column, both from 1."""

    title: str
    rows: Mapping[int, Mapping[int, Value]]


def escaped(text: str) -> str:
    """`text` as a workbook holds it: what looks like a character's number in `_x0041_` is marked as no such thing."""
    return re.sub(r"_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", text)


def _unescaped(text: str) -> str:
    """As openpyxl reads texts from a list, where it leaves the mark out wherever it stands; and Excel's line ends."""
    return text.replace("x005F_", "").replace("_x000D_", "\r")


def sheets(data: bytes, file: str) -> tuple[Sheet, ...]:
    """The sheets of the workbook in `data`, which messages call `file`, as far as they hold cells.

    Raises InputError where it is none, is damaged, or is larger than any questionnaire: before it costs time or memory.
    """
    if data.startswith(OLE):
        raise _refusal(file, _("has a password, or is of the older kind .xls"))
    try:
        with closing(_opened(_with_cells_only(data, file))) as book:
            return tuple(_sheet(sheet, file) for sheet in book.worksheets)
    except InputError:
        raise
    except Exception:  # a stranger's file may break openpyxl in any way
        raise _refusal(file, _("cannot be read: it is no workbook, or is damaged")) from None


def _refusal(file: str, what: str) -> InputError:
    return InputError([Problem(file, what, _("the workbook as it was downloaded, filled in and saved as .xlsx"))])


def _opened(data: bytes) -> Workbook:
    warnings.filterwarnings("ignore", module=r"openpyxl\.")  # of what it would leave out if it wrote the file again
    return load_workbook(io.BytesIO(data), read_only=True, keep_links=False)


def _with_cells_only(data: bytes, file: str) -> bytes:
    """The archive with those parts alone that cells are read from, unpacked, once they are known to cost little."""
    slim = io.BytesIO()
    with ZipFile(io.BytesIO(data)) as archive, ZipFile(slim, "w") as copy:
        members = archive.infolist()
        _refuse_costly_members(members, file)
        parts = {member.filename: _text(archive, member) for member in members if _PARTS.fullmatch(member.filename)}
        _refuse_costly_parts(parts, file)
        for name, text in parts.items():
            copy.writestr(name, text)
    return slim.getvalue()


def _refuse_costly_members(members: list[ZipInfo], file: str) -> None:
    if len(members) > MOST_MEMBERS:
        raise _refusal(file, _("holds more than %(max)d files", max=MOST_MEMBERS))
    if sum(member.file_size for member in members) > LARGEST_CONTENT:
        raise _refusal(file, _("unpacks to more than %(max)d MB", max=LARGEST_CONTENT // 1_000_000))
    if any(member.flag_bits & 1 for member in members):
        raise _refusal(file, _("has a password"))
    if any(member.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for member in members):
        raise _refusal(file, _("is packed in a way that workbooks are not"))


def _text(archive: ZipFile, member: ZipInfo) -> str:
    with archive.open(member) as opened:
        return opened.read(member.file_size + 1).decode()  # all of it without a number: more than the directory says


def _refuse_costly_parts(parts: Mapping[str, str], file: str) -> None:
    whole = "".join(parts.values())
    if len(whole) > _MOST_CHARACTERS or whole.count("<") > _MOST_TAGS:
        raise _refusal(file, _("holds far more than a questionnaire, such as more than %(max)d rows", max=MOST_ROWS))
    if "\0" in whole or "<!" in whole or whole.count("<?") > len(parts):
        raise _refusal(file, _("declares a document type, or is written as no workbook is"))
    elements = [(name, rest) for name, rest in _ELEMENT.findall(whole) if name in _COSTLY]
    counts = Counter(name for name, _rest in elements)
    if counts["sheet"] > MOST_SHEETS:
        raise _refusal(file, _("has more than %(max)d sheets", max=MOST_SHEETS))
    if any(counts[name] > most for name, most in _COSTLY.items()) or any(
        len(rest) > _LONGEST_COSTLY for _name, rest in elements
    ):
        raise _refusal(file, _("holds formulas or formats that a questionnaire has not"))
    if any("chartsheet" in unescape(text) for name, text in parts.items() if name.endswith(".rels")):
        raise _refusal(file, _("has a chart for a sheet"))


def _sheet(sheet: Any, file: str) -> Sheet:
    """Its cells; what follows a gap over the last row allowed is not looked at: programs write an empty row there."""
    title = "".join(c if c.isprintable() else "�" for c in sheet.title[:LONGEST_TITLE])
    where = f"{file}: " + _("sheet %(sheet)s", sheet=title)
    sheet.reset_dimensions()
    rows = dict[int, Mapping[int, Value]]()
    for number, row in enumerate(sheet.iter_rows(max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS + 1), 1):
        cells = {column: _value(cell, where) for column, cell in enumerate(row, 1) if cell.value not in (None, "")}
        if cells and number > MOST_ROWS:
            raise _refusal(where, _("more than %(max)d rows", max=MOST_ROWS))
        if MOST_COLUMNS + 1 in cells:
            raise _refusal(where, _("more than %(max)d columns", max=MOST_COLUMNS))
        if cells:
            rows[number] = cells
    return Sheet(title, rows)


def _value(cell: Any, where: str) -> Value:
    match cell.data_type, cell.value:
        case "f", _formula:
            return NoValue(_("a formula"))
        case "e", _error:
            return NoValue(_("an error value"))
        case _kind, bool() as truth:
            return NoValue(_("TRUE") if truth else _("FALSE"))
        case _kind, dt.datetime() as moment:
            return moment
        case _kind, int() | float() as number:
            return str(int(number) if number == number // 1 and abs(number) < 1e15 else number)
        case _kind, str() as text if len(text) <= LONGEST_TEXT:
            return _unescaped(text)
        case _kind, str():
            raise _refusal(where, _("a text of more than %(max)d characters", max=LONGEST_TEXT))
    return NoValue(_("a time"))
