"""What administrators alone do, and giving a lost link again."""

from flask import abort, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp import audit, mail
from webapp.accounts.roles import needs, pages
from webapp.admin.links import ON_A_PAGE, assessment, holders
from webapp.assessment import links
from webapp.current import database
from webapp.models import LARGEST_ID

bp = pages("admin")

Page = str | Response


@bp.get("/administration")
@needs("administrator")
def administration() -> str:
    return render_template("admin/administration.html")


@bp.get("/links")
@needs("administrator")
def lost_links() -> str:
    text = request.args.get("text", "").strip()
    with database().reading() as session:
        found = holders(session, text) if text else ()
    return render_template("admin/links.html", text=text, found=found, most=ON_A_PAGE, can_mail=mail.configured())


@bp.post(f"/links/<int(max={LARGEST_ID}):assessment_id>")
@needs("administrator")
def give_again(assessment_id: int) -> Page:
    with database().writing() as session:
        lost = assessment(session, assessment_id) or abort(404)
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
