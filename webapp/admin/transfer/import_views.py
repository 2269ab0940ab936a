"""Pages on which many answers files are imported: uploaded, looked at, confirmed."""

from collections.abc import Sequence

from flask import redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from rubric.problems import InputError, Problem
from webapp import audit
from webapp.accounts.roles import needs, pages
from webapp.admin.transfer import imports, uploaded
from webapp.admin.transfer.forms import ImportForm
from webapp.assessment.rubrics import current
from webapp.current import database
from webapp.intake import takes

bp = pages("imports", "/import")

Page = str | Response | tuple[str, int]
AROUND = 10_000
"""Bytes that a browser sends around a file."""


@bp.get("/")
@needs("administrator")
def choose() -> str:
    return _chooser(ImportForm())


@bp.post("/")
@takes(uploaded.LARGEST + AROUND)
@needs("administrator")
def upload() -> Page:
    form = ImportForm(request.files)
    if not form.validate():
        return _chooser(form), 422
    file = request.files["file"]
    with database().reading() as session:
        rubric = current(session)
    try:
        files = uploaded.read(file.read(), file.filename or "", rubric)
    except InputError as error:
        return _chooser(ImportForm(), error.problems), 422
    with database().writing() as session:
        imports.put_aside(session, current_user.id, files, audit.account(current_user))
    return redirect(url_for(".check"), 303)


@bp.errorhandler(RequestEntityTooLarge)
def too_large(_: RequestEntityTooLarge) -> Page:
    form = ImportForm()
    form.refuse_size(uploaded.LARGEST)
    return _chooser(form), 413


@bp.get("/check")
@needs("administrator")
def check() -> Page:
    return _plan()


@bp.post("/check")
@needs("administrator")
def confirm() -> Page:
    actor, seen = audit.account(current_user), request.form.get("seen", "")
    try:
        made = imports.confirm(database(), current_user.id, seen, actor)
    except imports.Changed:
        return _plan(outdated=True)
    return redirect(url_for(".choose", imported=made), 303)


@bp.post("/drop")
@needs("administrator")
def drop() -> Page:
    with database().writing() as session:
        imports.give_up(session, current_user.id, audit.account(current_user))
    return redirect(url_for(".choose"), 303)


def _plan(outdated: bool = False) -> Page:
    """What will be imported; the page to upload on where nothing waits."""
    with database().reading() as session:
        rubric, files = current(session), imports.put_aside_by(session, current_user.id)
        plan = imports.plan(session, files, rubric) if files else None
    if plan is None:
        form = ImportForm()
        return (_chooser(form, nothing_waits=True), 409) if outdated else redirect(url_for(".choose"), 303)
    page = render_template("admin/transfer/import-check.html", plan=plan, rubric=rubric, outdated=outdated)
    return page, 409 if outdated else 200


def _chooser(form: ImportForm, problems: Sequence[Problem] = (), nothing_waits: bool = False) -> str:
    said = request.args.get("imported", "")
    return render_template(
        "admin/transfer/import.html",
        form=form,
        problems=problems,
        nothing_waits=nothing_waits,
        imported=int(said) if said.isascii() and said.isdigit() and len(said) < 6 else 0,
        most=uploaded.MOST_FILES,
        largest=uploaded.LARGEST // 1_000_000,
    )
