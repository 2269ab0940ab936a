"""The figures of a result to take away: charts as pictures, tables as CSV, everything as a workbook."""

from collections.abc import Callable

from flask import Blueprint, abort, get_template_attribute
from werkzeug.wrappers import Response

from webapp.assessment.spreadsheet import MEDIA_TYPE
from webapp.current import database
from webapp.downloads import attachment, file_name
from webapp.i18n import language
from webapp.report.context import Report
from webapp.report.figures import Table, as_csv, countries, narrowing, other_scores, themes
from webapp.report.opened import submitted
from webapp.report.picture import picture
from webapp.report.store import report_on
from webapp.report.workbook import workbook

bp = Blueprint("figures", __name__, url_prefix="/a/<token>")

TABLES: dict[str, Callable[[Report], Table]] = {
    "themes": themes,
    "other-scores": other_scores,
    "countries": countries,
    "narrowing": narrowing,
}
"""What each address of a CSV file holds."""
PICTURES = {"themes": "themes", "other-scores": "other_scores", "countries": "countries"}
"""For each address of a picture, how the macros that draw and explain it begin."""


@bp.get("/charts/<name>.svg")
def svg(token: str, name: str) -> Response:
    macro = PICTURES.get(name) or abort(404)

    def draw(report: Report) -> bytes:
        chart, notes = (get_template_attribute("report/page.html", f"{macro}_{part}") for part in ("chart", "notes"))
        return picture(str(chart(report)), str(notes(report).unescape()).splitlines())

    return _file(token, name, "svg", "image/svg+xml", draw)


@bp.get("/charts/<name>.csv")
def table(token: str, name: str) -> Response:
    made = TABLES.get(name) or abort(404)
    return _file(token, name, "csv", "text/csv", lambda report: as_csv(made(report)))


@bp.get("/figures.xlsx")
def all_figures(token: str) -> Response:
    return _file(token, "figures", "xlsx", MEDIA_TYPE, workbook)


def _file(token: str, name: str, kind: str, media_type: str, make: Callable[[Report], bytes]) -> Response:
    with database().reading() as session:
        visit, submission = submitted(session, token)
        report = report_on(session, submission, visit.rubric, language())
    what = f"{submission.number}-{name}-{report.date}-{report.rubric.version}"
    return attachment(make(report), media_type, file_name(report.region, what, kind))
