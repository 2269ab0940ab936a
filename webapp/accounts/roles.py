"""What each role may see and do on administrators' pages: whatever says no role is shut to everybody."""

from collections.abc import Callable
from typing import Literal, ParamSpec, TypeVar, get_args

from flask import Blueprint, abort, current_app, request
from flask_login import current_user
from flask_security import auth_required
from flask_wtf.csrf import validate_csrf
from jinja2 import Environment
from wtforms import ValidationError

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


def needs(role: Role) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Marks a view as one for accounts with `role`, or with one that may do more."""

    def mark(view: Callable[P, T]) -> Callable[P, T]:
        view.needed_role = role  # type: ignore[attr-defined]  # read by `needed`
        return view

    return mark


def needed(endpoint: str | None) -> Role | None:
    """The role that the view of `endpoint` needs, None where it says none."""
    view = current_app.view_functions.get(endpoint or "")
    role: Role | None = getattr(view, "needed_role", None)
    return role


def may(role: Role) -> bool:
    """Whether whoever sends this request may do what `role` may."""
    return any(current_user.has_role(name) for name in ROLES[ROLES.index(role) :])


@auth_required("session")
def _admit() -> None:
    """Leads strangers to the sign-in page, and refuses (403) whoever lacks the role."""
    role = needed(request.endpoint)
    if role is None or not may(role):
        abort(403)


def _own_form_only() -> None:
    """Refuses (400) a form without the token of this session."""
    if request.method == "POST":
        try:
            validate_csrf(request.form.get("csrf_token"))
        except ValidationError:
            abort(400)
