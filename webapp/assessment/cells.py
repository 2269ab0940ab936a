"""What stands in the cells of an XLSX workbook that somebody sent, read by openpyxl within bounds.

openpyxl trusts its files: a few kilobytes can keep it busy for hours. So it is given the parts that hold cells and
nothing else, once it is known what they cost.
"""

import datetime as dt
import io
import re
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from html import unescape
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from flask_babel import gettext as _
from openpyxl import load_workbook

from rubric.problems import InputError, Problem

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
"""How workbooks begin, and those of the older kind or with a password."""
MOST_MEMBERS, LARGEST_CONTENT = 200, 10_000_000
"""Of the archive: files, and their bytes unpacked."""
MOST_SHEETS, MOST_ROWS, MOST_COLUMNS, LONGEST_TEXT = 25, 500, 100, 32_767

_PARTS = re.compile(r"\[Content_Types\]\.xml|xl/(worksheets/)?[^/]+\.xml|xl/_rels/workbook\d*\.xml\.rels")
_MOST_CHARACTERS, _MOST_TAGS = 2_000_000, 300_000
"""Of all parts; tags times sheets, as each sheet may name the same part. Five times what a full questionnaire has."""
_COSTLY = re.compile(r"<(?:[^\s<>/:]+:)?(sheet|definedName|f|numFmt|xf)\b([^<]*)")
_MOST_COSTLY, _LONGEST_COSTLY = 500, 400
"""Elements that cost openpyxl more than their size: how many of each there may be, and characters of one."""


@dataclass(frozen=True)
class NoValue:
    """A cell that holds neither text nor day: `what`, such as a formula."""

    what: str


Value = str | dt.date | NoValue
"""A number is a text too, as somebody would type it."""


@dataclass(frozen=True)
class Sheet:
    """A sheet: its cells that are not empty, by row and column, both from 1."""

    title: str
    rows: Mapping[int, Mapping[int, Value]]


def sheets(data: bytes, file: str) -> tuple[Sheet, ...]:
    """The sheets of the workbook in `data`, which messages call `file`.

    Raises InputError where it is none, is damaged, or is larger than any questionnaire: before it costs time or memory.
    """
    if data.startswith(OLE):
        raise _refusal(file, _("has a password, or is of the older kind .xls"))
    warnings.filterwarnings("ignore", module=r"openpyxl\.")  # it tells what it would leave out if it wrote the file
    try:
        parts = io.BytesIO(_parts(data, file))
        with closing(load_workbook(parts, read_only=True, keep_links=False)) as book:
            return tuple(_sheet(sheet, file) for sheet in book.worksheets)
    except InputError:
        raise
    except Exception:  # a stranger's file may break openpyxl in any way
        raise _refusal(file, _("cannot be read: it is no workbook, or is damaged")) from None


def _refusal(where: str, what: str) -> InputError:
    return InputError([Problem(where, what, _("the workbook as it was downloaded, filled in and saved as .xlsx"))])


def _parts(data: bytes, file: str) -> bytes:
    """The archive without pictures, charts and the like, and with as much in each member as its directory says."""
    slim, texts = io.BytesIO(), dict[str, str]()
    with ZipFile(io.BytesIO(data)) as archive, ZipFile(slim, "w") as copy:
        if reason := too_costly(archive.infolist(), MOST_MEMBERS, LARGEST_CONTENT):
            raise _refusal(file, reason)
        for member in filter(lambda member: _PARTS.fullmatch(member.filename), archive.infolist()):
            with archive.open(member) as part:  # read() without a number unpacks more than was told
                texts[member.filename] = part.read(member.file_size + 1).decode()
        _refuse_costly_parts(texts, file)
        for name, text in texts.items():
            copy.writestr(name, text)
    return slim.getvalue()


def too_costly(members: Sequence[ZipInfo], most: int, largest: int) -> str | None:
    """Why an archive is not unpacked: more than `most` files, or `largest` bytes in them; None where it may be."""
    if len(members) > most:
        return str(_("holds more than %(max)d files", max=most))
    if sum(member.file_size for member in members) > largest:
        return str(_("unpacks to more than %(max)d MB", max=largest // 1_000_000))
    if any(member.flag_bits & 1 or member.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for member in members):
        return str(_("has a password, or is packed in an unusual way"))
    return None


def _refuse_costly_parts(texts: Mapping[str, str], file: str) -> None:
    whole = "".join(texts.values())
    if len(whole) > _MOST_CHARACTERS:
        raise _refusal(file, _("holds far more than a questionnaire, such as more than %(max)d rows", max=MOST_ROWS))
    if "\0" in whole or "<!" in whole or whole.count("<?") > len(texts):  # UTF-16, or texts in pieces
        raise _refusal(file, _("declares a document type, or is written as no workbook is"))
    costly = _COSTLY.findall(whole)
    count = Counter(name for name, _rest in costly)
    if count["sheet"] > MOST_SHEETS:
        raise _refusal(file, _("has more than %(max)d sheets", max=MOST_SHEETS))
    if (
        whole.count("<") * max(1, count["sheet"]) > _MOST_TAGS
        or max(count.values(), default=0) > _MOST_COSTLY
        or any(len(rest) > _LONGEST_COSTLY for _name, rest in costly)
        or any("chartsheet" in unescape(text) for name, text in texts.items() if name.endswith(".rels"))
    ):
        raise _refusal(file, _("holds more cells, formulas, formats or charts than a questionnaire"))


def _sheet(sheet: Any, file: str) -> Sheet:
    """Its cells; what follows a gap over the last row allowed is not looked at: programs write an empty row there."""
    title = "".join(c if c.isprintable() else "�" for c in sheet.title[:31])
    where, rows = f"{file}: " + _("sheet %(sheet)s", sheet=title), dict[int, Mapping[int, Value]]()
    sheet.reset_dimensions()
    for number, row in enumerate(sheet.iter_rows(max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS + 1), 1):
        cells = {column: _value(cell, where) for column, cell in enumerate(row, 1) if cell.value not in (None, "")}
        if cells and (number > MOST_ROWS or max(cells) > MOST_COLUMNS):
            raise _refusal(where, _("more than %(rows)d rows or %(wide)d columns", rows=MOST_ROWS, wide=MOST_COLUMNS))
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
        case _kind, dt.date() as day:
            return dt.date(day.year, day.month, day.day)
        case _kind, int() | float() as number:
            return str(int(number) if number == number // 1 and abs(number) < 1e15 else number)
        case _kind, str() as text:
            if len(text) > LONGEST_TEXT:
                raise _refusal(where, _("a text of more than %(max)d characters", max=LONGEST_TEXT))
            # openpyxl itself leaves this mark out of texts that stand in a list; Excel writes line ends like that
            return text.replace("x005F_", "").replace("_x000D_", "\r")
    return NoValue(_("a time"))
