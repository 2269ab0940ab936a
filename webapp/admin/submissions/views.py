"""The list of submissions, and what is done with several of them at once: each confirmed on a page that counts them."""

from collections.abc import Iterable
from typing import Any, cast
from urllib.parse import urlencode

from flask import abort, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from rubric import load
from webapp.accounts.members import reviewers
from webapp.accounts.roles import may, needs, pages
from webapp.admin.submissions import assigning, lists
from webapp.admin.submissions.assigning import Chosen, TooMany
from webapp.admin.submissions.filters import BrokenQuery, FilterForm, address_of, from_query, ids_from
from webapp.admin.submissions.forms import AssignForm
from webapp.admin.submissions.place import place_text
from webapp.current import database
from webapp.i18n import country_name
from webapp.models import User

bp = pages("submissions")

Page = str | Response | tuple[str, int]
WAYS = {"assign": "submissions.assign", "compare": "comparison.show", "export": "exports.choose"}
"""Where it leads to do something with the ticked submissions."""
DONE = "assigned"
"""Names in the list's address how many assessments were assigned just before."""


@bp.get("/")
@needs("viewer")
def show() -> Page:
    """The list that the address asks for; with what is wrong in the address, the rest of it.

    What a form sent empty is left out of the address, so that it can be read and handed on.
    """
    if "" in request.args.values():
        said = urlencode([(key, text) for key, text in request.args.items(multi=True) if text])
        return redirect(f"{url_for('.show')}?{said}" if said else url_for(".show"))
    args = MultiDict([(key, said) for key, said in request.args.items(multi=True) if key != DONE])
    form = FilterForm(args)
    return _list(form, request.args.get(DONE, type=int)), 200 if form.whole else 422


@bp.get("/chosen")
@needs("viewer")
def chosen() -> Page:
    """Leads from the ticked submissions to what is to be done with them."""
    ids = _named()
    where = WAYS.get(request.args.get("do", "")) or abort(404)
    form = FilterForm(_list_query())
    if not ids:
        form.unticked = True
        return _list(form), 422
    address: dict[str, Any] = {"of": ids} if where == WAYS["compare"] else {**form.address, "id": ids}
    return redirect(url_for(where, **address), 303)


@bp.get("/assign")
@needs("reviewer")
def assign() -> Page:
    """Asks who is to review the submissions, and says how many they are."""
    with database().reading() as session:
        return _assign_page(session, AssignForm())


@bp.post("/assign")
@needs("reviewer")
def assign_all() -> Page:
    """Assigns the submissions if they still are those that were counted."""
    form = AssignForm(request.form)
    with database().writing() as session:
        form.offer(user.id for user in reviewers(session))
        found = _asked_for(session)
        if found is None or found.mark != form.mark.data or not found.submissions:
            return _assign_page(session, form, overtaken=True), 409
        if not form.validate():
            return _assign_page(session, form), 422
        done = assigning.assign(session, found, session.get(User, form.chosen), cast(User, current_user))
    address: dict[str, Any] = {**FilterForm(_list_query()).address, DONE: done}
    return redirect(url_for("submissions.show", **address), 303)


@bp.errorhandler(BrokenQuery)
def broken(error: BrokenQuery) -> Page:
    """The list with what is wrong in the address, which is no list to do something with."""
    return _list(error.form), 422


def _list(form: FilterForm, done: int | None = None) -> str:
    with database().reading() as session:
        page = lists.page(session, form.filters, form.order, form.place)
        return render_template(
            "admin/submissions/submissions.html",
            form=form,
            page=page,
            before=place_text(page.before) if page.before else None,
            after=place_text(page.after) if page.after else None,
            countries=[(code, country_name(code)) for code in lists.countries(session)],
            rubric=load.rubric(),
            rubrics=lists.rubrics(session),
            reviewers=reviewers(session) if may("reviewer") else (),
            done=done,
        )


def _assign_page(session: Session, form: AssignForm, overtaken: bool = False) -> str:
    found = _asked_for(session)
    return render_template(
        "admin/submissions/assign.html",
        form=form,
        found=found,
        most=assigning.MOST,
        reviewers=reviewers(session),
        overtaken=overtaken,
        said=address_of(request.args),
        list=FilterForm(_list_query()).address,
    )


def _asked_for(session: Session) -> Chosen | None:
    """The submissions that the address asks for; None where they are too many."""
    try:
        return assigning.choose(session, _ids(session))
    except TooMany:
        return None


def _ids(session: Session) -> Iterable[int]:
    return _named() or lists.ids(session, from_query(request.args))


def _named() -> tuple[int, ...]:
    try:
        return ids_from(request.args)
    except LookupError:
        abort(404)


def _list_query() -> MultiDict[str, str]:
    """What of the address belongs to the list from which somebody came."""
    own = ("id", "do", DONE)
    return MultiDict([(key, said) for key, said in request.args.items(multi=True) if key not in own])
