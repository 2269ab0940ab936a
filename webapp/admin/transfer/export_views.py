"""Pages on which submissions are taken away as files: first what it will be, then the file."""

from collections.abc import Iterator
from contextlib import ExitStack
from threading import BoundedSemaphore
from typing import cast

from flask import abort, current_app, render_template, request
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp import audit
from webapp.accounts.roles import may, needs, pages
from webapp.admin.submissions import lists
from webapp.admin.submissions.filters import BrokenQuery, address_of, from_query, ids_from
from webapp.admin.transfer import export
from webapp.admin.transfer.export import Export, Format, Ids, Survey
from webapp.admin.transfer.forms import REPORTS, ExportForm
from webapp.admin.transfer.reports import maker
from webapp.assessment.spreadsheet import MEDIA_TYPE
from webapp.current import database
from webapp.downloads import attachment, file_name
from webapp.i18n import language
from webapp.models import now
from webapp.report.pdf import NoPango
from webapp.report.store import reports

bp = pages("exports", "/export")

Page = str | Response | tuple[str, int] | tuple[str, int, dict[str, str]]
_EXTENSION = "octant-exports"
AT_ONCE = 2
"""How many exports may be under way: each holds one of the server's threads until its reader has it."""
RETRY_SECONDS = 30
SLOW = 10_000
"""So many submissions make a workbook that takes a while, before the first of it is sent."""
ZIP = ("zip", "application/zip")
KINDS = {"xlsx": ("xlsx", MEDIA_TYPE)}
"""How files in a format end, and what they are, where that is not ZIP."""


@bp.record_once
def _prepare(state: object) -> None:
    app = state.app  # type: ignore[attr-defined]  # flask.blueprints.BlueprintSetupState
    app.extensions[_EXTENSION] = BoundedSemaphore(AT_ONCE)


@bp.get("/")
@needs("viewer")
def choose() -> Page:
    return _page(_found(_ids()), ExportForm())


@bp.post("/")
@needs("viewer")
def download() -> Page:
    form, found = ExportForm(request.form), _found(_ids())
    if found.mark != form.mark.data:
        return _page(found, form, overtaken=True), 409
    if not form.fits(found.submissions):
        return _page(found, form), 422
    if form.wanted.contacts and not may("reviewer"):
        abort(403)
    if form.format.data == REPORTS and not reports().works():
        form.refuse_reports(NoPango().command)
        return _page(found, form), 503
    made = Export(database(), found, form.wanted)
    if not _turns().acquire(blocking=False):
        return render_template("admin/transfer/export-busy.html"), 503, {"Retry-After": str(RETRY_SECONDS)}
    return _file(form, made)


def _page(found: Survey, form: ExportForm, overtaken: bool = False) -> str:
    said = address_of(request.args)
    list = {name: values for name, values in said.items() if name != "id"}
    slow = found.submissions >= SLOW
    shown = {"said": said, "list": list, "slow": slow, "overtaken": overtaken}
    return render_template("admin/transfer/export.html", found=found, form=form, **shown)


@bp.errorhandler(BrokenQuery)
def broken(error: BrokenQuery) -> Page:
    return render_template("admin/transfer/export-broken.html", form=error.form), 422


def _ids() -> Ids:
    """The submissions that the address asks for: by their ids, or else as the list does."""
    try:
        named = ids_from(request.args)
    except LookupError:
        abort(404)
    if named:
        return lambda _: named
    filters = from_query(request.args)
    return lambda session: lists.ids(session, filters)


def _found(ids: Ids) -> Survey:
    """What the address asks for; not found where it names submissions of which one is not there."""
    with database().reading() as session:
        found = export.survey(session, ids(session))
    if found.submissions < len(set(request.args.getlist("id"))):
        abort(404)
    return found


def _file(form: ExportForm, chosen: Export) -> Response:
    """The file, and the turn that it takes given back when it is sent or broken off."""
    turn = ExitStack()
    turn.callback(_turns().release)
    with turn:
        with database().writing() as session:
            actor = audit.account(current_user)
            export.record(session, actor, chosen.found, form.format.data, form.wanted)
        pieces = _pieces(form.format.data, chosen)
        kind, media_type = KINDS.get(form.format.data, ZIP)
        name = file_name("submissions", now().date(), kind)
        response = attachment(pieces, media_type, name)
        response.call_on_close(turn.pop_all().close)
    return response


def _pieces(form: str, chosen: Export) -> Iterator[bytes]:
    if form == REPORTS:
        return chosen.reports(maker(database(), reports(), language()))
    return chosen.figures(cast(Format, form))


def _turns() -> BoundedSemaphore:
    return cast(BoundedSemaphore, current_app.extensions[_EXTENSION])
