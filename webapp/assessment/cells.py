"""What stands in the cells of an XLSX workbook that somebody sent, read within bounds whatever its sender built.

Not with openpyxl: it reads whole parts before anything can be counted, and alters some texts.
"""

import datetime as dt
import io
import math
import posixpath
import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from flask_babel import gettext as _
from openpyxl.styles.numbers import builtin_format_code, is_date_format
from openpyxl.utils import column_index_from_string

from rubric.problems import InputError, Problem

MOST_MEMBERS = 200
LARGEST_CONTENT = 10_000_000
"""Bytes of all members together, unpacked."""
MOST_SHEETS = 20
MOST_ROWS = 500
MOST_COLUMNS = 100
MOST_ELEMENTS = 250_000
"""XML elements of all parts that are read: ten times what a full questionnaire has after Excel has saved it."""
LONGEST_TEXT = 32_767
"""Characters that a cell may hold in Excel."""

LONGEST_TITLE = 31
"""Characters of a sheet's title in Excel."""

ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0"
"""How files of the older kind begin, and workbooks with a password."""

_EPOCH, _EPOCH_1904 = dt.datetime(1899, 12, 30), dt.datetime(1904, 1, 1)
_EAST_ASIAN_DATES = (*range(27, 37), *range(50, 59))
"""Number formats without a code of their own that mean dates in Chinese, Japanese and Korean."""
_LONGEST_FORMAT = 255
_PLACE = re.compile(r"([A-Z]{1,3})[0-9]+", re.ASCII)
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_", re.ASCII)
_UNREADABLE = (
    BadZipFile,
    EOFError,
    LookupError,
    NotImplementedError,
    OverflowError,
    RuntimeError,
    ValueError,
    expat.ExpatError,
    struct.error,
    zlib.error,
)
"""What reading raises where a file is damaged, or built to look like a workbook."""


@dataclass(frozen=True)
class NoValue:
    """A cell that holds nothing that a person typed: `what`, such as a formula."""

    what: str


Value = str | float | bool | dt.datetime | NoValue


@dataclass(frozen=True)
class Sheet:
    """A sheet: its cells that are not empty, by row and column, both from 1."""

    title: str
    rows: Mapping[int, Mapping[int, Value]]


def escaped(text: str) -> str:
    """`text` as a workbook holds it: what looks like a character's number in `_x0041_` is marked as no such thing."""
    return re.sub(r"_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", text)


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def sheets(data: bytes, file: str) -> tuple[Sheet, ...]:
    """The sheets of the workbook in `data`, which messages call `file`.

    Raises InputError where it is none, is damaged, or is larger than any questionnaire: before it costs time or memory.
    """
    if data.startswith(OLE):
        raise _refusal(file, _("has a password, or is of the older kind .xls"))
    try:
        with ZipFile(io.BytesIO(data)) as archive:
            _refuse_costly(archive, file)
            return tuple(_Package(archive, file).sheets())
    except InputError:
        raise
    except _UNREADABLE:
        raise _refusal(file, _("cannot be read: it is no workbook, or is damaged")) from None


def _refusal(file: str, what: str, expected: str | None = None) -> InputError:
    expected = expected or _("a workbook saved as .xlsx, without a password")
    return InputError([Problem(file, what, expected)])


def _too_large(file: str, what: str) -> InputError:
    return _refusal(file, what, _("the workbook as it was downloaded, filled in"))


def _refuse_costly(archive: ZipFile, file: str) -> None:
    """Looks at the directory alone; of what a member holds, zipfile never gives more than the directory says."""
    members = archive.infolist()
    if len(members) > MOST_MEMBERS:
        raise _too_large(file, _("holds more than %(max)d files", max=MOST_MEMBERS))
    if sum(member.file_size for member in members) > LARGEST_CONTENT:
        raise _too_large(file, _("unpacks to more than %(max)d MB", max=LARGEST_CONTENT // 1_000_000))
    if any(member.flag_bits & 1 for member in members):
        raise _refusal(file, _("has a password"))
    if any(member.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for member in members):
        raise _refusal(file, _("is packed in a way that workbooks are not"))
    if any(_is_archive(archive, member) for member in members):
        raise _refusal(file, _("holds another archive"))


def _is_archive(archive: ZipFile, member: ZipInfo) -> bool:
    with archive.open(member) as opened:
        return opened.read(len(ZIP)) == ZIP


class _Part(Protocol):
    """Takes the elements of one XML file in the archive."""

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Called where an element begins."""

    def end(self, tag: str, text: str) -> None:
        """Called where an element ends; `text` stood since the last begin or end."""


class _Package:
    """An archive with XML files that name each other."""

    def __init__(self, archive: ZipFile, file: str) -> None:
        self.archive, self.file = archive, file
        self.elements = 0

    def sheets(self) -> Iterator[Sheet]:
        root = _Relations("")
        self.read("_rels/.rels", root)
        place = root.by_kind["officeDocument"]
        relations, workbook = _Relations(posixpath.dirname(place)), _Workbook()
        self.read(f"{relations.folder}/_rels/{posixpath.basename(place)}.rels", relations)
        self.read(place, workbook)
        strings, formats = _Strings(), _Formats()
        self._read_if_there(relations.by_kind.get("sharedStrings"), strings)
        self._read_if_there(relations.by_kind.get("styles"), formats)
        if not 0 < len(workbook.sheets) <= MOST_SHEETS:
            raise _too_large(self.file, _("has %(count)d sheets", count=len(workbook.sheets)))
        for title, relation in workbook.sheets:
            cells = _Cells(title, self.file, strings.all, formats.dates, workbook.epoch)
            self.read(relations.by_id[relation], cells)
            yield Sheet(title, cells.rows)

    def _read_if_there(self, name: str | None, part: _Part) -> None:
        if name is not None:
            self.read(name, part)

    def read(self, name: str, part: _Part) -> None:
        """Hands the elements of an XML file to `part`, names without their namespaces: there are two sets of those."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        text: list[str] = []

        def start(tag: str, attributes: Mapping[str, str]) -> None:
            self._count()
            text.clear()
            part.start(_local(tag), {_local(key): value for key, value in attributes.items()})

        def end(tag: str) -> None:
            part.end(_local(tag), "".join(text))
            text.clear()

        parser.StartElementHandler, parser.EndElementHandler = start, end
        parser.CharacterDataHandler = text.append
        parser.StartDoctypeDeclHandler = self._refuse_declarations
        with self.archive.open(name) as opened:
            parser.ParseFile(opened)

    def _count(self) -> None:
        self.elements += 1
        if self.elements > MOST_ELEMENTS:
            raise _too_large(self.file, _("holds far more than a questionnaire"))

    def _refuse_declarations(self, *declared: object) -> None:
        """No workbook declares a document type; what it could declare are entities that grow without end."""
        raise _refusal(self.file, _("declares a document type"))


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


class _Relations:
    """Where the files are that a part in `folder` names, by id, and the first of each kind."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.by_id: dict[str, str] = {}
        self.by_kind: dict[str, str] = {}

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "Relationship" and attributes.get("TargetMode") != "External":
            target = posixpath.join("/", self.folder, attributes["Target"])
            place = posixpath.normpath(target).lstrip("/")
            self.by_id[attributes["Id"]] = place
            self.by_kind.setdefault(attributes["Type"].rpartition("/")[2], place)

    def end(self, tag: str, text: str) -> None:
        """Says nothing."""


class _Workbook:
    """The sheets by title and relation, and the day from which dates count."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str]] = []
        self.epoch = _EPOCH

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "sheet":
            self.sheets.append((_readable(attributes["name"]), attributes["id"]))
        elif tag == "workbookPr" and attributes.get("date1904") in ("1", "true"):
            self.epoch = _EPOCH_1904

    def end(self, tag: str, text: str) -> None:
        """Says nothing."""


def _readable(title: str) -> str:
    """A sheet's title that messages can repeat."""
    return "".join(c if c.isprintable() else "�" for c in title[:LONGEST_TITLE])


class _Formats:
    """For each style of a cell, whether it shows its number as a date."""

    def __init__(self) -> None:
        self.dates: list[bool] = []
        self._codes: dict[str, str] = {}
        self._of_cells = False

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "numFmt":
            self._codes[attributes["numFmtId"]] = attributes["formatCode"]
        elif tag == "cellXfs":
            self._of_cells = True
        elif tag == "xf" and self._of_cells:
            self.dates.append(self._is_date(attributes.get("numFmtId", "0")))

    def end(self, tag: str, text: str) -> None:
        self._of_cells = self._of_cells and tag != "cellXfs"

    def _is_date(self, number: str) -> bool:
        code = self._codes.get(number) or builtin_format_code(int(number)) or ""
        return int(number) in _EAST_ASIAN_DATES or (len(code) <= _LONGEST_FORMAT and is_date_format(code))


class _Text:
    """A text in pieces, without the pronunciation that some scripts set above it."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._aside = False

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._aside = self._aside or tag == "rPh"

    def end(self, tag: str, text: str) -> None:
        if tag == "rPh":
            self._aside = False
        elif tag == "t" and not self._aside:
            self._pieces.append(text)

    def take(self) -> str:
        whole = _unescaped("".join(self._pieces))
        self._pieces.clear()
        return whole


class _Strings(_Text):
    """The texts that cells name by number."""

    def __init__(self) -> None:
        super().__init__()
        self.all: list[str] = []

    def end(self, tag: str, text: str) -> None:
        super().end(tag, text)
        if tag == "si":
            self.all.append(self.take())


class _Cells(_Text):
    """The cells of one sheet."""

    def __init__(self, title: str, file: str, strings: list[str], dates: list[bool], epoch: dt.datetime) -> None:
        super().__init__()
        self.rows: dict[int, dict[int, Value]] = {}
        self._where = f"{file}: " + _("sheet %(sheet)s", sheet=title)
        self._strings, self._dates, self._epoch = strings, dates, epoch
        self._row = self._column = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        super().start(tag, attributes)
        if tag == "row":
            self._row, self._column = int(attributes.get("r", self._row + 1)), 0
        elif tag == "c":
            self._begin(attributes)
        elif tag == "f":
            self._kind = "formula"

    def _begin(self, attributes: Mapping[str, str]) -> None:
        place = _PLACE.fullmatch(attributes.get("r", ""))
        self._column = column_index_from_string(place[1]) if place else self._column + 1
        self._kind, self._style = attributes.get("t", "n"), int(attributes.get("s", "0"))
        self._raw = ""

    def end(self, tag: str, text: str) -> None:
        super().end(tag, text)
        if tag == "v":
            self._raw = text
        elif tag == "c":
            self._keep(self._value(self.take()))

    def _value(self, inline: str) -> Value | None:
        match self._kind:
            case "inlineStr":
                return inline
            case "formula":
                return NoValue(_("a formula"))
            case _ if not self._raw:
                return None
            case "s":
                return self._strings[int(self._raw)]
            case "str":
                return _unescaped(self._raw)
            case "b":
                return self._raw == "1"
            case "e":
                return NoValue(_("an error value"))
            case "d":
                return dt.datetime.fromisoformat(self._raw)
        return self._number(float(self._raw))

    def _number(self, number: float) -> Value:
        if not math.isfinite(number):
            raise ValueError("no number")
        if not (self._style < len(self._dates) and self._dates[self._style]):
            return number
        try:
            return self._epoch + dt.timedelta(days=number)
        except OverflowError:  # such as 20260331 typed without the dashes
            return number

    def _keep(self, value: Value | None) -> None:
        if value is None or value == "":
            return
        if self._row > MOST_ROWS:
            raise _too_large(self._where, _("more than %(max)d rows", max=MOST_ROWS))
        if self._column > MOST_COLUMNS:
            raise _too_large(self._where, _("more than %(max)d columns", max=MOST_COLUMNS))
        if isinstance(value, str) and len(value) > LONGEST_TEXT:
            raise _too_large(self._where, _("a text of more than %(max)d characters", max=LONGEST_TEXT))
        self.rows.setdefault(self._row, {})[self._column] = value
