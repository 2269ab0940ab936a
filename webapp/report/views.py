"""The result of the latest submission: a page to read, a PDF to hand on."""

from flask import Blueprint, abort, render_template, request
from jinja2 import Environment
from werkzeug.wrappers import Response

from webapp import charts
from webapp.assessment import replies, service
from webapp.current import database
from webapp.downloads import attachment, file_name
from webapp.i18n import language
from webapp.models import Submission
from webapp.report import scripts, wording
from webapp.report.background import NotReady
from webapp.report.edition import Edition, Paper
from webapp.report.opened import submitted
from webapp.report.pdf import NoPango
from webapp.report.store import edition_of, report_on, reports
from webapp.report.version import template_version

bp = Blueprint("report", __name__)

Page = str | Response | tuple[str, int]
SECONDS_TO_WAIT = 3
"""After which the page asks again for what is being made."""
PAPERS: dict[str | None, Paper | None] = {None: None, "a4": "a4", "letter": "letter"}
BRIEF = {None: False, "1": True}
"""What an address may say about the form of a report."""


@bp.record_once
def _prepare(state: object) -> None:
    environment: Environment = state.app.jinja_env  # type: ignore[attr-defined]  # flask.blueprints.BlueprintSetupState
    environment.globals["charts"] = charts
    wording.install(environment, language)
    environment.filters["own"] = lambda text: scripts.own(text, frozenset())


@bp.get("/a/<token>/result")
def result(token: str) -> Page:
    with database().reading() as session:
        visit, submission = submitted(session, token)
        usual = edition_of(submission, language())
        return render_template(
            "report/result.html",
            visit=visit,
            submission=submission,
            newest=submission is service.latest_submission(session, visit.assessment),
            changed=service.changed_since(visit.assessment, submission, visit.rubric),
            unchanged="unchanged" in request.args,
            standing=replies.standing(session, visit),
            report=report_on(session, submission, visit.rubric, language()),
            paper=usual.paper,
            version=template_version(usual),
            missing=None if reports().works() else NoPango().command,
        )


@bp.get("/a/<token>/report.pdf")
def pdf(token: str) -> Page:
    with database().reading() as session:
        visit, submission = submitted(session, token)
    edition = asked_edition(submission)
    try:
        content = reports().pdf(submission, visit.rubric, edition)
    except NoPango as error:
        return render_template("report/no-pdf.html", visit=visit, missing=error.command), 503
    unusual = edition.paper != edition_of(submission, language()).paper
    what = "-".join([str(submission.number), *["brief"] * edition.brief, *[edition.paper] * unusual])
    return attachment(content, "application/pdf", file_name(visit.assessment.region, what, "pdf"))


def asked_edition(submission: Submission) -> Edition:
    """The form of the report that the address asks for with `paper` and `brief`."""
    paper, brief = request.args.get("paper"), request.args.get("brief")
    if paper not in PAPERS or brief not in BRIEF:
        abort(404)
    return edition_of(submission, language(), PAPERS[paper], BRIEF[brief])


@bp.app_errorhandler(NotReady)
def being_made(_: NotReady) -> tuple[str, int, dict[str, str]]:
    seconds = str(SECONDS_TO_WAIT)
    return render_template("report/being-made.html"), 202, {"Refresh": seconds, "Retry-After": seconds}
