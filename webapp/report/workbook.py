"""All figures of a report as an XLSX workbook: a sheet for each table, and one that says what they hold."""

from collections.abc import Iterator

from flask_babel import gettext as _
from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from webapp.assessment.sheet_design import add_page, blank_book, height, put, set_widths, zipped
from webapp.report.context import Report
from webapp.report.figures import Cell, Column, Row, Table, tables

HEADER_ROW, FIRST_ROW = 1, 2
NAMES = "C"
"""Up to and without this column a row is named, and stays in sight."""


def workbook(report: Report) -> bytes:
    """The workbook on `report`. The same bytes for the same report."""
    book, held = blank_book(_("Figures of the report on %(region)s", region=report.region)), tables(report)
    add_page(book, _("About"), _about(report, held))
    for table in held:
        _add_table(book, table)
    return zipped(book)


def _about(report: Report, held: tuple[Table, ...]) -> Iterator[tuple[str, str, str]]:
    yield "title", _("All figures of a report"), ""
    yield from (("strong", label, text) for label, text in _origin(report))
    yield "section", _("What each sheet holds"), ""
    for table in held:
        yield "strong", table.title, table.about
        yield from (("label", f"{column.title} ({column.key})", column.meaning) for column in table.columns)


def _origin(report: Report) -> Iterator[tuple[str, str]]:
    """What the figures are of, each part with its digest."""
    yield _("Region"), report.region
    yield _("Country"), report.country or _("not said")
    yield _("Date"), report.date.isoformat() if report.date else _("not said")
    if report.issue.number:
        yield _("Submission"), _("Number %(number)s", number=report.issue.number)
        yield _("Digest of the submission"), report.issue.digest or ""
    yield _("Digest of the answers"), report.answers_digest
    yield _("Rubric"), report.rubric.version
    yield _("Digest of the rubric"), report.rubric.digest
    yield _("Source"), f"{report.rubric.source.title}, {report.rubric.source.date}"
    yield _("Rounding"), _("As in result.json: scores to one decimal, resemblance to two, shares to three.")
    yield _("To bear in mind"), _("A self-assessment. 100 is not a target, and regions are not ranked.")


def _add_table(book: Workbook, table: Table) -> None:
    sheet = book.create_sheet(table.title)
    for number, column in enumerate(table.columns, 1):
        put(sheet.cell(HEADER_ROW, number), column.title, "head")
    for place, row in enumerate(table.rows, FIRST_ROW):
        for number, (cell, column) in enumerate(zip(row, table.columns, strict=True), 1):
            put(sheet.cell(place, number), cell, "label", _format(column))
        sheet.row_dimensions[place].height = _height(row, table)
    sheet.row_dimensions[HEADER_ROW].height = height([(c.title, c.width) for c in table.columns], "head")
    set_widths(sheet, [column.width for column in table.columns])
    sheet.freeze_panes = f"{NAMES}{FIRST_ROW}"
    sheet.auto_filter.ref = f"A{HEADER_ROW}:{get_column_letter(len(table.columns))}{max(sheet.max_row, FIRST_ROW)}"
    sheet.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0


def _format(column: Column) -> str:
    if column.decimals is None:
        return "General"
    return "0." + "0" * column.decimals if column.decimals else "0"


def _height(row: Row, table: Table) -> float:
    return height([(_text(cell), column.width) for cell, column in zip(row, table.columns, strict=True)], "label")


def _text(cell: Cell) -> str:
    return cell if isinstance(cell, str) else ""
