"""What each role may see and do on administrators' pages: whatever says no role is shut to everybody."""

from collections.abc import Callable
from typing import Literal, ParamSpec, TypeVar, get_args

from flask import Blueprint, abort, current_app, redirect, request, url_for
from flask_login import current_user
from flask_security import auth_required
from flask_wtf.csrf import validate_csrf
from jinja2 import Environment
from werkzeug.wrappers import Response
from wtforms import ValidationError

from webapp.accounts import second_factor
from webapp.accounts.security import PAGES

Role = Literal["viewer", "reviewer", "administrator"]
ROLES: tuple[Role, ...] = get_args(Role)
"""Each may do all that those before it may."""
P = ParamSpec("P")
T = TypeVar("T")


def install(environment: Environment) -> None:
    """Lets templates ask what whoever reads them `may`."""
    environment.globals["may"] = may


def pages(name: str, path: str = "") -> Blueprint:
    """A blueprint of administrators' pages below `path`: each view of it says with `needs` whom it is for."""
    blueprint = Blueprint(name, __name__, url_prefix=PAGES + path)
    blueprint.before_request(_admit)
    blueprint.before_request(_own_form_only)
    return blueprint


def needs(
    role: Role | Literal["nobody"], without_second_factor: bool = False
) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Marks a view as one for accounts with `role`, or with one that may do more; `nobody`: for everybody.

    `without_second_factor`: also for accounts that must have a second factor and have none yet.
    """

    def mark(view: Callable[P, T]) -> Callable[P, T]:
        view.needed_role = role  # type: ignore[attr-defined]  # read by `needed`
        view.without_second_factor = without_second_factor  # type: ignore[attr-defined]  # read by `_lead`
        return view

    return mark


def needed(endpoint: str | None) -> Role | Literal["nobody"] | None:
    """The role that the view of `endpoint` needs, None where it says none."""
    view = current_app.view_functions.get(endpoint or "")
    role: Role | Literal["nobody"] | None = getattr(view, "needed_role", None)
    return role


def may(role: Role) -> bool:
    """Whether whoever sends this request may do what `role` may."""
    return any(current_user.has_role(name) for name in ROLES[ROLES.index(role) :])


def _admit() -> Response | None:
    """Leads strangers to the sign-in page, and refuses (403) whoever lacks the role."""
    return None if needed(request.endpoint) == "nobody" else _admit_account()


@auth_required("session")
def _admit_account() -> Response | None:
    role = needed(request.endpoint)
    if role is None or role == "nobody" or not may(role):
        abort(403)
    view = current_app.view_functions[request.endpoint or ""]
    if second_factor.missing(current_user) and not getattr(view, "without_second_factor", False):
        return redirect(url_for("account.second_factors"))
    return None


def _own_form_only() -> None:
    """Refuses (400) a form without the token of this session."""
    if request.method == "POST":
        try:
            validate_csrf(request.form.get("csrf_token"))
        except ValidationError:
            abort(400)
