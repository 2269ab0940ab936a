"""Pages of administrators: the list of submissions, one submission, its report."""

from flask import abort, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from rubric.model import Rubric
from webapp import audit, mail
from webapp.accounts.roles import needs, pages
from webapp.admin import list_views, service
from webapp.admin.review_views import desk_page
from webapp.assessment import links
from webapp.assessment.rubrics import rubric_of
from webapp.current import database
from webapp.downloads import attachment, file_name
from webapp.models import LARGEST_ID, Submission
from webapp.report.pdf import NoPango
from webapp.report.store import reports
from webapp.report.views import asked_edition

bp = pages("admin")

Page = str | Response


@bp.get("/")
@needs("viewer")
def submissions() -> list_views.Page:
    return list_views.list_page()


@bp.get(f"/submissions/<int(max={LARGEST_ID}):submission_id>")
@needs("viewer")
def submission(submission_id: int) -> str:
    return desk_page(submission_id)


@bp.get(f"/submissions/<int(max={LARGEST_ID}):submission_id>/report.pdf")
@needs("viewer")
def report(submission_id: int) -> Response:
    with database().reading() as session:
        chosen, rubric = _opened(session, submission_id)
    try:
        content = reports().pdf(chosen, rubric, asked_edition(chosen))
    except NoPango:
        return redirect(url_for(".submission", submission_id=submission_id))
    return attachment(content, "application/pdf", file_name(chosen.assessment.region, chosen.number, "pdf"))


@bp.get("/administration")
@needs("administrator")
def administration() -> str:
    return render_template("admin/administration.html")


@bp.get("/links")
@needs("administrator")
def lost_links() -> str:
    text = request.args.get("text", "").strip()
    with database().reading() as session:
        found = service.holders(session, text) if text else ()
    return render_template(
        "admin/links.html", text=text, found=found, most=service.ON_A_PAGE, can_mail=mail.configured()
    )


@bp.post(f"/links/<int(max={LARGEST_ID}):assessment_id>")
@needs("administrator")
def give_again(assessment_id: int) -> Page:
    with database().writing() as session:
        lost = service.assessment(session, assessment_id) or abort(404)
        contact = lost.contact or abort(404)
        token = links.renew(session, lost)
        audit.record(session, audit.account(current_user), "link-given", audit.assessment(lost))
    sent = mail.configured()
    try:
        if sent:
            mail.send_link(contact.email, token)
    except mail.NotSent:
        sent = False
    address = None if sent else url_for("assessment.tasks", token=token, _external=True)
    return render_template("admin/link-given.html", region=lost.region, contact=contact, address=address)


def _opened(session: Session, submission_id: int) -> tuple[Submission, Rubric]:
    chosen = service.submission(session, submission_id) or abort(404)
    return chosen, rubric_of(session, chosen.rubric_digest)
