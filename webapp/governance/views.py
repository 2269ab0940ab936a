"""Pages of administrators about data protection: persons, periods, erasing an assessment, the audit log."""

import json
from typing import cast

from flask import abort, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp import audit
from webapp.accounts.members import LastAdministrator
from webapp.accounts.roles import needs, pages
from webapp.current import database, settings
from webapp.downloads import attachment, file_name
from webapp.governance import erasing, erasure, log, persons, retention
from webapp.governance.forms import ErasePersonForm, LogForm, PersonForm
from webapp.models import LARGEST_ID, Assessment, now

bp = pages("governance")

Page = str | Response | tuple[str, int]
ID = f"<int(max={LARGEST_ID}):assessment_id>"
RULE = f"<any({', '.join(retention.RULES)}):rule>"


@bp.app_template_global()
def controller_named() -> bool:
    """Whether this installation says who is responsible for personal data."""
    return bool(settings().controller.name)


def _me() -> str:
    return audit.account(current_user)


@bp.get("/audit")
@needs("administrator")
def audit_log() -> Page:
    form, before = LogForm(request.args), request.args.get("before", type=int)
    fine = form.validate()
    if before is not None and not 0 < before <= LARGEST_ID:
        abort(404)
    with database().reading() as session:
        page = log.page(session, before, form.actor.data or "", form.subject.data or "") if fine else None
        head = audit.head(session)
    return render_template(
        "governance/audit.html", form=form, page=page, head=head, first=before is None
    ), 200 if fine else 422


@bp.get("/persons")
@needs("administrator")
def find_person() -> str:
    return render_template("governance/persons.html", form=ErasePersonForm(), held=None)


@bp.post("/persons")
@needs("administrator")
def person() -> Page:
    form = PersonForm(request.form)
    if not form.validate():
        return render_template("governance/persons.html", form=form, held=None), 422
    return _person_page(ErasePersonForm(data=form.data), 200)


def _person_page(form: ErasePersonForm, status: int, **said: bool) -> Page:
    known = not (form.email.errors or form.name.errors)
    if known:
        with database().writing() as session:
            persons.look_up(session, form.person, _me())
    with database().reading() as session:
        held = persons.held(session, form.person) if known else None
        return render_template("governance/persons.html", form=form, held=held, **said), status


@bp.post("/persons/export")
@needs("administrator")
def export_person() -> Page:
    form = PersonForm(request.form)
    if not form.validate():
        return render_template("governance/persons.html", form=form, held=None), 422
    with database().writing() as session:
        content = persons.hand_out(session, form.person, _me())
    text = json.dumps(content, ensure_ascii=False, indent=2)
    return attachment(text.encode(), "application/json", file_name("person", now().date(), "json"))


@bp.post("/persons/erase")
@needs("administrator")
def erase_person() -> Page:
    form = ErasePersonForm(request.form)
    if not form.validate():
        return _person_page(form, 422)
    try:
        with database().writing() as session:
            gone = erasure.erase(session, form.person, bool(form.texts.data), request.form.get("state", ""), _me())
    except erasing.Changed:
        return _person_page(form, 409, changed=True)
    except LastAdministrator:
        return _person_page(form, 409)
    return render_template("governance/person-erased.html", gone=gone)


@bp.get(f"/assessments/{ID}/erase")
@needs("administrator")
def ask_to_erase(assessment_id: int) -> Page:
    return _erase_page(assessment_id, 200)


def _erase_page(assessment_id: int, status: int, **said: bool) -> Page:
    with database().reading() as session:
        whole = erasing.whole(session, session.get(Assessment, assessment_id) or abort(404))
        return render_template("governance/assessment-erase.html", whole=whole, **said), status


@bp.post(f"/assessments/{ID}/erase")
@needs("administrator")
def erase_assessment(assessment_id: int) -> Page:
    if "confirm" not in request.form:
        return _erase_page(assessment_id, 422, unconfirmed=True)
    try:
        with database().writing() as session:
            (chosen,) = erasure.locked(session, [assessment_id]) or abort(404)
            region = chosen.region
            erasing.erase_shown(session, chosen, request.form.get("state", ""), _me())
    except erasing.Changed:
        return _erase_page(assessment_id, 409, changed=True)
    return render_template("governance/assessment-erased.html", region=region, number=assessment_id)


@bp.get("/retention")
@needs("administrator")
def periods() -> Page:
    return _periods_page(200, done=request.args.get("done"), count=request.args.get("count", 0, type=int))


def _periods_page(status: int, **said: object) -> Page:
    with database().reading() as session:
        previews = retention.previews(session, settings().retention)
    return render_template("governance/retention.html", previews=previews, **said), status


@bp.post(f"/retention/{RULE}")
@needs("administrator")
def apply_period(rule: str) -> Page:
    chosen = cast(retention.Rule, rule)
    try:
        state = request.form.get("state", "")
        count = retention.apply(database(), settings().retention, chosen, state, _me())
    except erasing.Changed:
        return _periods_page(409, changed=chosen)
    return redirect(url_for(".periods", done=chosen, count=count), 303)
