"""Some submissions side by side: choosing them, a page to read, a PDF to hand on."""

from flask import abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.accounts.roles import needs, pages
from webapp.admin.comparison import comparing
from webapp.admin.comparison.comparing import CannotCompare
from webapp.assessment.rubrics import rubric_of
from webapp.current import database
from webapp.downloads import attachment, file_name
from webapp.i18n import language
from webapp.models import LARGEST_ID
from webapp.report import small_profiles
from webapp.report.comparison import FEWEST, MOST
from webapp.report.comparison_order import comparison, comparison_version
from webapp.report.edition import Edition
from webapp.report.pdf import NoPango
from webapp.report.store import reports
from webapp.report.views import PAPERS

bp = pages("comparison")

Page = str | Response | tuple[str, int]
MOST_ASKED = 100
"""Of more ids in an address, none is looked up."""
LONGEST_SEARCH = 120


@bp.get("/comparison/choose")
@needs("viewer")
def choose() -> Page:
    return _choosing(None)


@bp.get("/comparison")
@needs("viewer")
def show() -> Page:
    if "of" not in request.args:
        return redirect(url_for(".choose"))
    edition = _edition()
    with database().reading() as session:
        order = comparing.order(session, _ids(), edition)
        rubrics = {digest: rubric_of(session, digest) for digest in order.rubrics}
        overtaken = comparing.overtaken(session, order)
    return render_template(
        "admin/comparison/comparison.html",
        compared=comparison(order, rubrics),
        of=_ids(),
        overtaken=overtaken,
        version=comparison_version(edition),
        small_profiles=small_profiles,
        missing=None if reports().works() else NoPango().command,
    )


@bp.get("/comparison.pdf")
@needs("viewer")
def pdf() -> Page:
    with database().reading() as session:
        order = comparing.order(session, _ids(), _edition())
    try:
        content = reports().comparison(order)
    except NoPango:
        return redirect(url_for(".show", of=_ids()))
    name = file_name("comparison", f"{len(order.snapshots)}-{order.digest[7:15]}", "pdf")
    return attachment(content, "application/pdf", name)


@bp.errorhandler(CannotCompare)
def refused(error: CannotCompare) -> Page:
    return _choosing(error), 422


def _choosing(error: CannotCompare | None) -> str:
    text, ids = request.args.get("find", "").strip()[:LONGEST_SEARCH], _ids()
    with database().reading() as session:
        found = comparing.offered(session, text, ids)
    limits = {"fewest": FEWEST, "most": MOST}
    return render_template("admin/comparison/choose.html", text=text, found=found, error=error, **limits)


def _ids() -> list[int]:
    """The submissions that the address names, each once; not found where one of them cannot be an id."""
    said = request.args.getlist("of")
    if len(said) > MOST_ASKED or not all(one.isascii() and one.isdigit() and len(one) < 11 for one in said):
        abort(404)
    ids = list(dict.fromkeys(map(int, said)))
    if any(one > LARGEST_ID for one in ids):
        abort(404)
    return ids


def _edition() -> Edition:
    paper = request.args.get("paper")
    if paper not in PAPERS:
        abort(404)
    return Edition(language(), PAPERS[paper] or "a4")
