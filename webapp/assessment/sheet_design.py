"""How the workbook looks: styled, locked where nothing is to be filled in, with rules that say what to do."""

import datetime as dt
import io
import math
import re
from collections.abc import Iterable, Mapping
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from flask_babel import gettext as _
from openpyxl import Workbook
from openpyxl.cell import Cell, MergedCell
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from webapp.assessment.layout import FIRST_ROW, HEADER_ROW, KEY_ROW, Column, Layout, Words

Content = str | float | dt.date | None

INK, SOFT, LINE, TEAL, PALE, RUST, WHITE = "14232E", "55646E", "C9D2D6", "0B6E6E", "EAF3F1", "A8471A", "FFFFFF"
"""The colours of the pages."""
FORMULA_SIGNS = ("=", "+", "-", "@")
"""Text that begins so would be calculated if somebody opened the cell and closed it again."""
DAY_FORMAT = "yyyy-mm-dd"
A3 = 8
LINE_HEIGHT, TALLEST = 13.5, 409
"""Points: of a line of text, and the most that a row may have."""
UNDATED = dt.datetime(2000, 1, 1)
"""Stands for the time of making: a time of today would change the bytes."""


def new_book(title: str) -> Workbook:
    """A workbook with our styles and, so far, only the hidden sheet of the lists to choose from."""
    book = blank_book(title)
    lists = book.create_sheet(_lists_title())
    lists.sheet_state = "hidden"
    return book


def blank_book(title: str) -> Workbook:
    """A workbook with our styles and, so far, no sheet."""
    book = Workbook()
    book.remove(book.worksheets[0])
    book.properties.title, book.properties.creator = title, "Octant"
    book.properties.created = book.properties.modified = UNDATED
    for style in _styles():
        book.add_named_style(style)
    return book


def _lists_title() -> str:
    return str(_("Lists"))


def _styles() -> Iterable[NamedStyle]:
    yield _style("key", Font(color=SOFT, size=8))
    yield _style("head", Font(bold=True, color=WHITE, size=10), fill=TEAL)
    yield _style("head-to-fill-in", Font(bold=True, color=WHITE, size=10), fill=RUST)
    yield _style("id", Font(color=SOFT, size=8))
    yield _style("label", Font(color=INK, size=10))
    yield _style("strong", Font(bold=True, color=INK, size=10))
    yield _style("choice", Font(color=INK, size=10), fill=PALE, locked=False)
    yield _style("prose", Font(color=INK, size=10), fill=PALE, locked=False, number_format="@")
    yield _style("title", Font(bold=True, color=TEAL, size=18), bordered=False)
    yield _style("section", Font(bold=True, color=TEAL, size=12), bordered=False)


def _style(
    name: str,
    font: Font,
    fill: str | None = None,
    locked: bool = True,
    number_format: str = "General",
    bordered: bool = True,
) -> NamedStyle:
    side = Side(style="thin", color=LINE) if bordered else Side()
    return NamedStyle(
        name=_named(name),
        font=font,
        fill=PatternFill("solid", fgColor=fill) if fill else PatternFill(),
        border=Border(left=side, right=side, top=side, bottom=side),
        alignment=Alignment(vertical="top", wrap_text=bordered),
        protection=Protection(locked=locked),
        number_format=number_format,
    )


def _named(style: str) -> str:
    """The style's name in the workbook, apart from those that Excel brings."""
    return f"octant-{style}"


def add_page(book: Workbook, title: str, lines: Iterable[tuple[str, str, str]]) -> None:
    """A sheet to read: each line has the style of its first cell, that cell, and what stands beside it."""
    sheet = book.create_sheet(title)
    for row, (style, first, second) in enumerate(lines, 1):
        put(sheet.cell(row, 1), first, style)
        if second:
            put(sheet.cell(row, 2), second, "label")
        sheet.row_dimensions[row].height = height([(second, 110), (first, 30 if second else 140)], style)
    set_widths(sheet, (30, 110))
    _set_up(sheet)


def add_table(book: Workbook, layout: Layout, rows: Iterable[Mapping[str, Content]], frozen: str | None) -> Worksheet:
    """A sheet as in `layout`, its `rows` by key of their columns; what is left and above of `frozen` stays in sight."""
    sheet: Worksheet = book.create_sheet(layout.title)
    for number, column in enumerate(layout.columns, 1):
        put(sheet.cell(KEY_ROW, number), column.key, "key")
        title = f"{column.title}\n{column.hint}" if column.hint else column.title
        put(sheet.cell(HEADER_ROW, number), title, "head-to-fill-in" if column.to_fill_in else "head")
    for row, contents in enumerate(rows, FIRST_ROW):
        _add_row(sheet, row, layout.columns, contents)
    for number, column in enumerate(layout.columns, 1):
        _add_rule(
            book, sheet, column, f"{get_column_letter(number)}{FIRST_ROW}:{get_column_letter(number)}{sheet.max_row}"
        )
    sheet.row_dimensions[KEY_ROW].hidden = True
    sheet.row_dimensions[HEADER_ROW].height = 2 * LINE_HEIGHT + 6
    sheet.freeze_panes = frozen
    sheet.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"
    set_widths(sheet, [column.width for column in layout.columns])
    _set_up(sheet)
    return sheet


def _add_row(sheet: Worksheet, row: int, columns: tuple[Column, ...], contents: Mapping[str, Content]) -> None:
    for number, column in enumerate(columns, 1):
        put(sheet.cell(row, number), contents.get(column.key), column.style)
    texts = [(str(contents.get(column.key) or ""), column.width) for column in columns]
    sheet.row_dimensions[row].height = height(texts, "label")


def put(cell: Cell | MergedCell, content: Content, style: str, number_format: str = DAY_FORMAT) -> None:
    """Writes `content` in one of our styles; what is no text is shown as `number_format` says."""
    cell.style = _named(style)
    if isinstance(content, str):
        cell.value = _escaped(content)
        cell.data_type = "s"  # whatever it looks like, it is no formula and no error
        if content.startswith(FORMULA_SIGNS):
            cell.quotePrefix = True
    elif content is not None:
        cell.value, cell.number_format = content, number_format


def _escaped(text: str) -> str:
    """`text` as a workbook holds it: what looks like a character's number in `_x0041_` is marked as no such thing."""
    return re.sub(r"_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", text)


def height(texts: Iterable[tuple[str, int]], style: str) -> float:
    """Points that the tallest of the texts needs in a column of so many characters."""
    lines = max(sum(max(1, math.ceil(len(line) / width)) for line in text.split("\n")) for text, width in texts)
    return min(TALLEST, lines * LINE_HEIGHT * {"title": 2, "section": 1.6}.get(style, 1) + 6)


def set_widths(sheet: Worksheet, widths: Iterable[int]) -> None:
    """The widths of the columns, from the first on, in characters."""
    for number, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width


def _set_up(sheet: Worksheet) -> None:
    """Locked without a password, so that nothing is overwritten by chance; widths and heights may be changed."""
    sheet.protection.sheet = True
    sheet.protection.formatColumns = sheet.protection.formatRows = False
    sheet.sheet_view.showGridLines = False
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", A3
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0


def _add_rule(book: Workbook, sheet: Worksheet, column: Column, cells: str) -> None:
    if column.words is not None:
        rule = DataValidation("list", _list_of(book, column.words), allow_blank=True)
        _enforce(sheet, rule, cells, _("Please choose one of the answers in the list, or leave the cell empty."))
    if column.longest is not None:
        limit_length(sheet, cells, column.longest)


def _list_of(book: Workbook, words: Words) -> str:
    """Writes `words` on the hidden sheet, where lists have no limit, and gives back where they stand."""
    sheet = book[_lists_title()]
    number = sheet.max_column + 1
    for row, word in enumerate(words, 1):
        put(sheet.cell(row, number), word, "label")
    letter = get_column_letter(number)
    return f"{quote_sheetname(sheet.title)}!${letter}$1:${letter}${len(words)}"


def limit_length(sheet: Worksheet, cells: str, most: int) -> None:
    """At most so many characters in each of `cells`."""
    rule = DataValidation("textLength", operator="lessThanOrEqual", formula1=str(most), allow_blank=True)
    _enforce(sheet, rule, cells, _("This is too long. Please use at most %(max)d characters.", max=most))


def fix_length(sheet: Worksheet, cells: str, length: int, message: str) -> None:
    """Exactly so many characters in each of `cells`."""
    _enforce(
        sheet, DataValidation("textLength", operator="equal", formula1=str(length), allow_blank=True), cells, message
    )


def require_day(sheet: Worksheet, cells: str) -> None:
    """A date in each of `cells`."""
    for (cell,) in sheet[f"{cells}:{cells}"]:
        cell.number_format = DAY_FORMAT
    rule = DataValidation("date", operator="greaterThan", formula1="1", allow_blank=True)
    _enforce(sheet, rule, cells, _("Please type a date, such as 2026-03-31, or leave the cell empty."))


def _enforce(sheet: Worksheet, rule: DataValidation, cells: str, message: str) -> None:
    rule.showErrorMessage, rule.errorTitle, rule.error = True, _("This cannot be taken"), message
    rule.add(cells)
    sheet.add_data_validation(rule)


def lock_away(sheet: Worksheet, row: int) -> None:
    """Hides a row that only programs read."""
    sheet.row_dimensions[row].hidden = True
    for cell in sheet[row]:
        cell.style = _named("key")


def packed(book: Workbook) -> bytes:
    """`book`, its lists behind all other sheets, as the bytes of a file."""
    book.move_sheet(_lists_title(), len(book.sheetnames) - 1)
    return zipped(book)


def zipped(book: Workbook) -> bytes:
    """`book` as the bytes of a file, the same for the same content."""
    book.active = 0
    made, file = io.BytesIO(), io.BytesIO()
    ExcelWriter(book, ZipFile(made, "w", ZIP_STORED)).save()  # Workbook.save would set the time of today
    with ZipFile(made) as source, ZipFile(file, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(ZipInfo(name), source.read(name), ZIP_DEFLATED)
    return file.getvalue()
