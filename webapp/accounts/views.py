"""Pages about accounts: everybody's own, all of them for administrators, and the way in by an invitation."""

from typing import cast

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from rubric.problems import InputError
from webapp import audit, mail
from webapp.accounts import browsers, invitations, members, second_factor
from webapp.accounts.forms import InviteForm, NewPasswordForm, RoleForm
from webapp.accounts.roles import ROLES, needs, pages
from webapp.accounts.security import PAGES
from webapp.current import database
from webapp.models import LARGEST_ID, User

own = pages("account")
bp = pages("accounts")
BLUEPRINTS: tuple[Blueprint, ...] = (own, bp)

Page = str | Response | tuple[str, int]
ID = f"<int(max={LARGEST_ID}):account_id>"


@own.get("/account")
@needs("viewer")
def mine() -> str:
    with database().reading() as session:
        found = browsers.of(session, current_user.id)
    me = cast(User, current_user)
    return render_template(
        "accounts/account.html",
        browsers=found,
        role=members.role_of(me),
        second_factor=second_factor.has_any(me),
        done=request.args.get("done"),
    )


@own.post("/account/sessions")
@needs("viewer")
def end_sessions() -> Response:
    mark = request.form.get("session")
    with database().writing() as session:
        ended = browsers.end(session, current_user.id, mark) if mark else browsers.end_others(session, current_user.id)
        if ended:
            audit.record(session, audit.account(_me()), "sessions-ended", audit.account(_me()), sessions=ended)
    return redirect(url_for(".mine", done="session" if mark else "sessions"), 303)


@own.get("/account/second-factor")
@needs("viewer", without_second_factor=True)
def second_factors() -> str:
    me = cast(User, current_user)
    return render_template(
        "accounts/second-factor.html",
        authenticator=second_factor.has_codes(me),
        passkeys=me.webauthn,
        codes_left=len(me.mf_recovery_codes or ()),
        required=second_factor.required(me),
        missing=second_factor.missing(me),
    )


@own.get("/invitation/<token>")
@needs("nobody")
def invitation(token: str) -> Page:
    return _invitation_page(token, NewPasswordForm())


@own.post("/invitation/<token>")
@needs("nobody")
def accept(token: str) -> Page:
    form = NewPasswordForm(request.form)
    if not form.validate():
        return _invitation_page(token, form)
    try:
        with database().writing() as session:
            email = invitations.accept(session, token, form.password.data or "")
    except InputError:
        form.refuse_password()
        return _invitation_page(token, form)
    except invitations.NoInvitation:
        return render_template("accounts/invitation-ended.html"), 404
    browsers.remember(email)
    return redirect(url_for("security.login", done="account"), 303)


def _invitation_page(token: str, form: NewPasswordForm) -> Page:
    try:
        with database().reading() as session:
            found = invitations.open_link(session, token)
    except invitations.NoInvitation:
        return render_template("accounts/invitation-ended.html"), 404
    page = render_template("accounts/invitation.html", invitation=found, form=form, token=token)
    return page, 422 if form.errors else 200


@bp.get("/accounts")
@needs("administrator")
def everybody() -> str:
    return _accounts_page(InviteForm())


@bp.post("/accounts/invitations")
@needs("administrator")
def invite() -> Page:
    form = InviteForm(request.form)
    if not form.validate():
        return _accounts_page(form), 422
    email = form.email.data or ""
    try:
        with database().writing() as session:
            told = mail.configured() and mail.may_send(session, email)
            token = invitations.invite(session, email, form.role.data, audit.account(_me()))
    except InputError:
        form.refuse_email()
        return _accounts_page(form), 422
    try:
        if told:
            mail.send(email, "accounts/invitation-mail.txt", f"{PAGES}/invitation/{token}")
    except mail.NotSent:
        told = False
    address = None if told else url_for("account.invitation", token=token, _external=True)
    return render_template("accounts/invited.html", email=email, address=address, can_mail=mail.configured())


@bp.post("/accounts/invitations/<mark>/revoke")
@needs("administrator")
def revoke(mark: str) -> Response:
    try:
        with database().writing() as session:
            invitations.revoke(session, mark, audit.account(_me()))
    except invitations.NoInvitation:
        abort(404)
    return redirect(url_for(".everybody", done="revoked"), 303)


@bp.post(f"/accounts/{ID}/role")
@needs("administrator")
def change_role(account_id: int) -> Page:
    form = RoleForm(request.form)
    if not form.validate():
        abort(400)
    try:
        with database().writing() as session:
            user = session.get(User, account_id) or abort(404)
            members.set_role(session, user, form.role.data, _me())
            if form.role.data != ROLES[-1]:
                invitations.revoke_given_by(session, user, audit.account(_me()))
    except (members.OwnAccount, members.LastAdministrator) as error:
        return _accounts_page(InviteForm(), type(error).__name__), 409
    return redirect(url_for(".everybody", done="role"), 303)


@bp.post(f"/accounts/{ID}/active")
@needs("administrator")
def change_active(account_id: int) -> Page:
    active = request.form.get("active") == "yes"
    try:
        with database().writing() as session:
            user = session.get(User, account_id) or abort(404)
            members.set_active(session, user, active, _me())
            if not active:
                invitations.revoke_given_by(session, user, audit.account(_me()))
    except (members.OwnAccount, members.LastAdministrator) as error:
        return _accounts_page(InviteForm(), type(error).__name__), 409
    return redirect(url_for(".everybody", done="opened" if active else "closed"), 303)


def _accounts_page(form: InviteForm, problem: str | None = None) -> str:
    with database().reading() as session:
        return render_template(
            "accounts/accounts.html",
            members=members.members(session),
            invitations=invitations.pending(session),
            form=form,
            problem=problem,
            done=request.args.get("done"),
            me=_me().id,
            can_mail=mail.configured(),
        )


def _me() -> User:
    return cast(User, current_user)
