"""Pages for the owner of an assessment alone: the link, colleagues, whose assessment it is, its end, its successor."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp import mail
from webapp.assessment import links, service
from webapp.assessment.colleagues import Colleague, colleagues_of
from webapp.assessment.forms import USUAL_DAYS, InviteForm, StartForm, invite_form
from webapp.assessment.links import Visit
from webapp.current import database
from webapp.i18n import country_names, language
from webapp.models import LARGEST_ID, Contributor
from webapp.qr import drawing

bp = Blueprint("owner", __name__, url_prefix="/a/<token>")

Page = str | Response | tuple[str, int]


@bp.get("/link")
def link(token: str) -> Page:
    with database().reading() as session:
        visit = links.owner_visit(session, token)
        contact, helped = visit.assessment.contact, bool(visit.assessment.contributors)
    address = url_for("assessment.tasks", token=token, _external=True)
    return render_template(
        "assessment/link.html",
        visit=visit,
        contact=contact,
        helped=helped,
        address=address,
        qr=drawing(address),
        new=links.fresh_token(),
        can_mail=mail.configured(),
        said=request.args.get("said"),
    )


@bp.post("/link/mail")
def mail_link(token: str) -> Page:
    with database().writing() as session:
        visit = links.owner_visit(session, token, lock=True)
        to = visit.assessment.contact
        may = to is not None and mail.configured() and mail.may_send(session, to.email)
    if to is None or not mail.configured():
        return redirect(url_for(".link", token=token, said="not-mailed" if to else "no-contact"), 303)
    if not may:
        return redirect(url_for(".link", token=token, said="mailed-lately"), 303)
    try:
        mail.send_link(to.email, token)
    except mail.NotSent:
        return redirect(url_for(".link", token=token, said="not-mailed"), 303)
    return redirect(url_for(".link", token=token, said="mailed"), 303)


@bp.post("/link/renew")
def renew_link(token: str) -> Page:
    new = request.form.get("new", "")
    try:
        with database().writing() as session:
            links.replace(session, token, new, colleagues_too="colleagues" in request.form)
    except ValueError:
        abort(400)
    return redirect(url_for(".link", token=new, said="renewed"), 303)


@bp.get("/details")
def details(token: str) -> Page:
    with database().reading() as session:
        visit = links.owner_visit(session, token)
        contact = visit.assessment.contact
    form = StartForm(
        data={
            "region": visit.assessment.region,
            "country": visit.assessment.country,
            "contact": contact.email if contact else None,
        }
    )
    return _details_page(visit, form)


@bp.post("/details")
def change_details(token: str) -> Page:
    form = StartForm(request.form)
    with database().writing() as session:
        visit = links.owner_visit(session, token, lock=True)
        if form.validate():
            service.describe_anew(
                session, visit.assessment, form.region.data or "", form.country.data, form.contact.data
            )
    if form.errors:
        return _details_page(visit, form), 422
    return redirect(url_for("assessment.tasks", token=token), 303)


def _details_page(visit: Visit, form: StartForm) -> str:
    return render_template("assessment/details.html", visit=visit, form=form, countries=country_names(language()))


@bp.get("/delete")
def ask_to_delete(token: str) -> Page:
    with database().reading() as session:
        visit = links.owner_visit(session, token)
        return render_template("assessment/delete.html", visit=visit, submitted=bool(visit.assessment.submissions))


@bp.post("/delete")
def delete(token: str) -> Page:
    with database().writing() as session:
        visit = links.owner_visit(session, token, lock=True)
        if visit.assessment.submissions:
            return redirect(url_for(".ask_to_delete", token=token), 303)
        service.delete(session, visit.assessment)
    return render_template("assessment/deleted.html", region=visit.assessment.region)


@bp.get("/next")
def ask_to_start_next(token: str) -> Page:
    with database().reading() as session:
        visit = links.owner_visit(session, token)
        submission = service.latest_submission(session, visit.assessment)
    if submission is None:
        return redirect(url_for("assessment.tasks", token=token))
    return render_template("assessment/next.html", visit=visit, submission=submission)


@bp.post("/next")
def start_next(token: str) -> Page:
    with database().writing() as session:
        submission = service.latest_submission(session, links.owner_visit(session, token, lock=True).assessment)
        if submission is None:
            return redirect(url_for("assessment.tasks", token=token), 303)
        new = service.start_next(session, submission)
    return redirect(url_for("assessment.tasks", token=new), 303)


@bp.get("/colleagues")
def colleagues(token: str) -> Page:
    with database().reading() as session:
        visit = links.owner_visit(session, token)
        people = colleagues_of(visit)
    return _colleagues_page(visit, invite_form(visit.rubric), people)


@bp.post("/colleagues")
def invite(token: str) -> Page:
    with database().writing() as session:
        visit = links.owner_visit(session, token, lock=True)
        form, people = invite_form(visit.rubric, request.form), colleagues_of(visit)
        try:
            added = links.invite(session, visit, form.invitation) if form.validate() else None
        except ValueError:  # there are as many as there may be, which the page says
            added = None
    if added is None:
        return _colleagues_page(visit, form, people), 422
    return redirect(url_for(".colleagues", token=token, _anchor=f"colleague-{added.id}"), 303)


def _colleagues_page(visit: Visit, form: InviteForm, people: tuple[Colleague, ...]) -> str:
    full = len(people) >= links.MOST_CONTRIBUTORS
    return render_template("assessment/colleagues.html", visit=visit, form=form, people=people, full=full)


@bp.post(f"/colleagues/<int(max={LARGEST_ID}):number>/withdraw")
def withdraw(token: str, number: int) -> Page:
    with database().writing() as session:
        visit = links.owner_visit(session, token, lock=True)
        links.withdraw(session, _contributor(visit, number))
    return redirect(url_for(".colleagues", token=token, _anchor=f"colleague-{number}"), 303)


@bp.post(f"/colleagues/<int(max={LARGEST_ID}):number>/again")
def invite_again(token: str, number: int) -> Page:
    with database().writing() as session:
        visit = links.owner_visit(session, token, lock=True)
        links.invite_again(session, visit, _contributor(visit, number), links.in_days(USUAL_DAYS))
    return redirect(url_for(".colleagues", token=token, _anchor=f"colleague-{number}"), 303)


def _contributor(visit: Visit, number: int) -> Contributor:
    return next((c for c in visit.assessment.contributors if c.id == number), None) or abort(404)
