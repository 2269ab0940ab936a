"""The result of the latest submission: a page to read, a PDF to hand on."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from jinja2 import Environment
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from webapp import charts
from webapp.assessment import links, service
from webapp.assessment.links import Visit
from webapp.current import database
from webapp.downloads import attachment, file_name
from webapp.i18n import language
from webapp.models import Submission
from webapp.report import wording
from webapp.report.pdf import NoPango, works
from webapp.report.store import Busy, edition_of, report_on, reports

bp = Blueprint("report", __name__)

Page = str | Response | tuple[str, int]
SECONDS_TO_WAIT = 10


@bp.record_once
def _prepare(state: object) -> None:
    environment: Environment = state.app.jinja_env  # type: ignore[attr-defined]  # flask.blueprints.BlueprintSetupState
    environment.globals["charts"] = charts
    wording.install(environment, language)


@bp.get("/a/<token>/result")
def result(token: str) -> Page:
    with database().reading() as session:
        visit, submission = _opened(session, token)
        if submission is None:
            return redirect(url_for("assessment.check", token=token))
        return render_template(
            "report/result.html",
            visit=visit,
            submission=submission,
            newest=submission is service.latest_submission(session, visit.assessment),
            changed=service.changed_since(visit.assessment, submission, visit.rubric),
            unchanged="unchanged" in request.args,
            report=report_on(submission, visit.rubric, language()),
            missing=None if works() else NoPango().command,
        )


@bp.get("/a/<token>/report.pdf")
def pdf(token: str) -> Page:
    with database().reading() as session:
        visit, submission = _opened(session, token)
    if submission is None:
        return redirect(url_for("assessment.check", token=token))
    try:
        content = reports().pdf(submission, visit.rubric, edition_of(submission, language()))
    except NoPango as error:
        return render_template("report/no-pdf.html", visit=visit, missing=error.command), 503
    return attachment(content, "application/pdf", file_name(visit.assessment.region, submission.number, "pdf"))


@bp.app_errorhandler(Busy)
def busy(_: Busy) -> tuple[str, int, dict[str, str]]:
    return render_template("report/busy.html"), 503, {"Retry-After": str(SECONDS_TO_WAIT)}


def _opened(session: Session, token: str) -> tuple[Visit, Submission | None]:
    """The submission whose number the address gives, or else the newest."""
    visit = links.owner_visit(session, token)
    number = request.args.get("number")
    if number is None:
        return visit, service.latest_submission(session, visit.assessment)
    return visit, next((s for s in visit.assessment.submissions if str(s.number) == number), None) or abort(404)
