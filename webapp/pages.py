"""Pages that belong to nobody: start, about, privacy, questionnaire, health."""

from flask import Blueprint, Response, render_template
from sqlalchemy import text

from rubric.model import Rubric
from webapp.assessment import rubrics, spreadsheet
from webapp.assessment.progress import minutes_left
from webapp.current import database, settings
from webapp.downloads import attachment, file_name
from webapp.i18n import language
from webapp.report.pdf import NoPango
from webapp.report.questionnaires import questionnaires

bp = Blueprint("pages", __name__)


@bp.get("/")
def home() -> str:
    rubric = _current()
    return render_template("pages/home.html", rubric=rubric, minutes=minutes_left(rubric, rubric.themes, {}))


@bp.get("/about")
def about() -> str:
    return render_template("pages/about.html", rubric=_current())


@bp.get("/privacy")
def privacy() -> str:
    chosen = settings()
    return render_template(
        "pages/privacy.html",
        controller=chosen.controller,
        periods=chosen.retention,
        mails=chosen.mail is not None,
    )


@bp.get("/questionnaire.pdf")
def questionnaire_pdf() -> Response | tuple[str, int]:
    rubric = _current()
    try:
        content = questionnaires().pdf(rubric, language())
    except NoPango as error:
        return render_template("report/no-pdf.html", missing=error.command), 503
    return attachment(content, "application/pdf", file_name("questionnaire", rubric.version, "pdf"))


@bp.get("/questionnaire.xlsx")
def questionnaire_sheet() -> Response:
    rubric = _current()
    content = spreadsheet.write(rubric, {})
    return attachment(content, spreadsheet.MEDIA_TYPE, file_name("questionnaire", rubric.version, "xlsx"))


def _current() -> Rubric:
    """The rubric with which new assessments begin."""
    with database().reading() as session:
        return rubrics.current(session)


@bp.get("/healthz")
def health() -> tuple[dict[str, str], int]:
    with database().reading() as session:
        session.execute(text("SELECT 1"))
    return {"status": "ok"}, 200
