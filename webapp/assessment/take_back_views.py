"""Taking a submission back, by the owner of an assessment alone."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.assessment import links, replies
from webapp.current import database
from webapp.status import Overtaken

bp = Blueprint("take_back", __name__, url_prefix="/a/<token>/take-back")

Page = str | Response | tuple[str, int]


@bp.get("")
def ask(token: str) -> Page:
    return _page(token)


@bp.post("")
def take_back(token: str) -> Page:
    try:
        with database().writing() as session:
            visit = links.owner_visit(session, token, lock=True)
            replies.take_back(session, visit.assessment, request.form.get("revision", -1, type=int))
    except Overtaken:
        return _page(token, overtaken=True), 409
    return redirect(url_for("assessment.tasks", token=token, _anchor="review"), 303)


def _page(token: str, overtaken: bool = False) -> str:
    with database().reading() as session:
        visit = links.owner_visit(session, token)
        standing = replies.standing(session, visit)
    return render_template("assessment/take-back.html", visit=visit, standing=standing, overtaken=overtaken)
