"""Pages that belong to nobody: start, about, privacy, questionnaire, health."""

from collections.abc import Callable
from functools import lru_cache
from threading import Lock

from flask import Blueprint, Response, render_template
from sqlalchemy import text

from rubric import load
from rubric.model import Rubric
from webapp.assessment import spreadsheet
from webapp.assessment.progress import minutes_left
from webapp.current import database
from webapp.downloads import attachment, file_name
from webapp.i18n import language
from webapp.report.pdf import NoPango, questionnaire
from webapp.report.store import PATIENCE, Busy

bp = Blueprint("pages", __name__)


class Questionnaires:
    """The questionnaires of this process: each made by the first who asks for it, and kept from then on."""

    def __init__(self, make: Callable[[Rubric, str], bytes] = questionnaire, patience: float = PATIENCE) -> None:
        self._make = make
        self._patience = patience
        self._making = Lock()
        self._kept: dict[tuple[str, str], bytes] = {}

    def pdf(self, rubric: Rubric, language: str) -> bytes:
        """The PDF of `rubric`. Raises NoPango, and Busy where another one takes longer than `patience` seconds."""
        key = (rubric.digest, language)
        return self._kept.get(key) or self._made(key, rubric)

    def _made(self, key: tuple[str, str], rubric: Rubric) -> bytes:
        """One at a time: it takes seconds of a core, and whoever waits for the same one finds it made."""
        if not self._making.acquire(timeout=self._patience):
            raise Busy
        try:
            if key not in self._kept:
                self._kept[key] = self._make(rubric, key[1])
            return self._kept[key]
        finally:
            self._making.release()


@lru_cache
def questionnaires() -> Questionnaires:
    """The ones that the pages give out."""
    return Questionnaires()


@bp.get("/")
def home() -> str:
    rubric = load.rubric()
    return render_template("pages/home.html", rubric=rubric, minutes=minutes_left(rubric, rubric.themes, {}))


@bp.get("/about")
def about() -> str:
    return render_template("pages/about.html", rubric=load.rubric())


@bp.get("/privacy")
def privacy() -> str:
    return render_template("pages/privacy.html")


@bp.get("/questionnaire.pdf")
def questionnaire_pdf() -> Response | tuple[str, int]:
    rubric = load.rubric()
    try:
        content = questionnaires().pdf(rubric, language())
    except NoPango as error:
        return render_template("report/no-pdf.html", missing=error.command), 503
    return attachment(content, "application/pdf", file_name("questionnaire", rubric.version, "pdf"))


@bp.get("/questionnaire.xlsx")
def questionnaire_sheet() -> Response:
    rubric = load.rubric()
    content = spreadsheet.write(rubric, {})
    return attachment(content, spreadsheet.MEDIA_TYPE, file_name("questionnaire", rubric.version, "xlsx"))


@bp.get("/healthz")
def health() -> tuple[dict[str, str], int]:
    with database().reading() as session:
        session.execute(text("SELECT 1"))
    return {"status": "ok"}, 200
