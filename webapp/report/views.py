"""The result of the latest submission: a page to read, a PDF to hand on."""

import unicodedata

from flask import Blueprint, Response, abort, redirect, render_template, url_for
from jinja2 import Environment
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from rubric.model import Rubric
from webapp import charts
from webapp.assessment import service
from webapp.current import database
from webapp.i18n import language
from webapp.models import Assessment, Submission
from webapp.report import wording
from webapp.report.pdf import NoPango, works
from webapp.report.store import Busy, report_on, reports

bp = Blueprint("report", __name__)

Page = str | AnyResponse | tuple[str, int]
LONGEST_NAME = 60
SECONDS_TO_WAIT = 10


@bp.record_once
def _prepare(state: object) -> None:
    environment: Environment = state.app.jinja_env  # type: ignore[attr-defined]  # flask.blueprints.BlueprintSetupState
    environment.globals["charts"] = charts
    wording.install(environment, language)


@bp.get("/a/<token>/result")
def result(token: str) -> Page:
    with database().reading() as session:
        assessment, rubric, submission = _opened(session, token)
        if submission is None:
            return redirect(url_for("assessment.check", token=token))
        return render_template(
            "report/result.html",
            token=token,
            assessment=assessment,
            report=report_on(submission, rubric, language()),
            missing=None if works() else NoPango().command,
        )


@bp.get("/a/<token>/report.pdf")
def pdf(token: str) -> Page:
    with database().reading() as session:
        assessment, rubric, submission = _opened(session, token)
    if submission is None:
        return redirect(url_for("assessment.check", token=token))
    try:
        content = reports().pdf(submission, rubric, language())
    except NoPango as error:
        return render_template("report/no-pdf.html", token=token, assessment=assessment, missing=error.command), 503
    return download(content, assessment.region, submission.number)


@bp.app_errorhandler(Busy)
def busy(_: Busy) -> tuple[str, int, dict[str, str]]:
    return render_template("report/busy.html"), 503, {"Retry-After": str(SECONDS_TO_WAIT)}


def download(content: bytes, region: str, number: int) -> Response:
    """A PDF to be saved under a name that every system takes."""
    response = Response(content, mimetype="application/pdf")
    response.headers.set("Content-Disposition", "attachment", filename=file_name(region, number))
    return response


def file_name(region: str, number: int) -> str:
    """`octant-<region>-<number>.pdf`, in ASCII letters, digits and hyphens alone."""
    folded = unicodedata.normalize("NFKD", region).encode("ascii", "ignore").decode().lower()
    words = "".join(character if character.isalnum() else " " for character in folded).split()
    return "-".join(["octant", *words])[:LONGEST_NAME].rstrip("-") + f"-{number}.pdf"


def _opened(session: Session, token: str) -> tuple[Assessment, Rubric, Submission | None]:
    assessment = service.assessment_by_token(session, token)
    if assessment is None:
        abort(404)
    rubric = service.rubric_of(session, assessment.rubric_digest)
    return assessment, rubric, service.latest_submission(session, assessment)
