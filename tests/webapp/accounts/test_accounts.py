"""Accounts: who is invited, may do what, and is closed."""

import datetime as dt
import html
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from tests.mail_server import Mailbox
from tests.webapp.accounts.entering import arrived, enter, fill, is_in, made, path, set_up, sqlite_alone
from tests.webapp.accounts.signing_in import EMAIL, PASSWORD, csrf_token, sign_in
from tests.webapp.assessment.acting import as_sent
from tests.webapp.assessment.starting import dump
from tests.webapp.governance.governing import log, send
from tests.webapp.mailing import mailing_app
from webapp.accounts import members
from webapp.config import Settings
from webapp.database import Database
from webapp.models import AccountInvitation, User

NEW, NEW_PASSWORD = "new@example.org", "quite another battery staple"
ACCOUNTS = "/admin/accounts"


def invite(administrator: FlaskClient, email: str = NEW, role: str = "reviewer") -> str:
    """The path of a link that invites somebody."""
    page = send(administrator, "/admin/accounts/invitations", email=email, role=role).text
    link = re.search(r'<code id="address">([^<]+)</code>', page)
    assert link
    return path(link[1])


def accept(client: FlaskClient, link: str, password: str = NEW_PASSWORD) -> int:
    return fill(client, link, password=password, password_confirm=password).status_code


def account_id(database: Database, email: str) -> int:
    with database.reading() as session:
        return session.scalars(select(User.id).where(User.email == email)).one()


def test_an_invitation_makes_one_account_with_its_role(
    administrator: FlaskClient, app: Flask, database: Database
) -> None:
    link = invite(administrator)
    assert NEW in administrator.get(ACCOUNTS).text
    token = link.rpartition("/")[2]
    assert token not in str(dump(database)), "only its hash is kept"
    guest = app.test_client()
    assert NEW in guest.get(link).text
    for password, told in (("short", "Please use 12 to 128"), ("new@example.org1", "more than your e-mail address")):
        answer = fill(guest, link, password=password, password_confirm=password)
        assert (answer.status_code, told in html.unescape(answer.text)) == (422, True), password
    assert fill(guest, link, password=NEW_PASSWORD, password_confirm=PASSWORD).status_code == 422
    assert accept(guest, link) == 303
    assert guest.get(link).status_code == 404
    assert sign_in(guest, NEW, NEW_PASSWORD).status_code == 302
    assert guest.get("/admin/").status_code == 200
    assert guest.get(ACCOUNTS).status_code == 403
    entries = log(database)
    assert [what for _, what, _ in entries][1:] == ["account-invited", "account-made"]
    assert NEW not in str(entries)


def test_an_invitation_ends_after_a_week_when_taken_back_and_when_made_anew(
    administrator: FlaskClient, app: Flask, database: Database
) -> None:
    first = invite(administrator)
    second = invite(administrator)
    guest = app.test_client()
    assert guest.get(first).status_code == 404
    page = guest.get(second).text
    with database.writing() as session:
        session.execute(update(AccountInvitation).values(expires_at=AccountInvitation.made_at))
    late = guest.post(
        second, data={"csrf_token": csrf_token(page), "password": NEW_PASSWORD, "password_confirm": NEW_PASSWORD}
    )
    assert late.status_code == 404
    third = invite(administrator)
    with database.reading() as session:
        until = session.scalars(select(AccountInvitation)).one()
        assert until.expires_at - until.made_at == dt.timedelta(days=7)
    revoke = f"/admin/accounts/invitations/{until.token_hash}/revoke"
    assert send(administrator, revoke).status_code == 303
    assert guest.get(third).status_code == 404
    assert send(administrator, revoke).status_code == 404


@sqlite_alone
@pytest.mark.parametrize("email", [EMAIL, EMAIL.upper(), "nonsense", ""])
def test_nobody_is_invited_who_has_an_account_or_no_address(administrator: FlaskClient, email: str) -> None:
    answer = send(administrator, "/admin/accounts/invitations", email=email, role="viewer")
    assert answer.status_code == 422
    assert 'id="role-viewer" name="role" value="viewer" aria-describedby="role-viewer-means" checked' in answer.text


@sqlite_alone
def test_the_list_says_who_may_what_and_no_secret(administrator: FlaskClient, app: Flask, database: Database) -> None:
    made(app, database, "viewer@example.org", "viewer")
    set_up(administrator)
    page = administrator.get(ACCOUNTS).text
    assert page.count("second factor: yes") == page.count("second factor: no") == 1
    assert "never signed in" in page
    with database.reading() as session:
        for user in session.scalars(select(User)):
            for secret in (user.password, user.tf_totp_secret, user.fs_uniquifier):
                assert not secret or secret not in page


@sqlite_alone
def test_changing_a_role_and_closing_act_at_once(administrator: FlaskClient, app: Flask, database: Database) -> None:
    number = made(app, database, "other@example.org", "viewer")
    other = app.test_client()
    sign_in(other, "other@example.org")
    assert other.get(ACCOUNTS).status_code == 403
    assert send(administrator, f"{ACCOUNTS}/{number}/role", role="administrator").status_code == 303
    assert other.get(ACCOUNTS).status_code == 200
    assert send(administrator, f"{ACCOUNTS}/{number}/active", active="no").status_code == 303
    assert not is_in(other)
    assert enter(app.test_client(), "other@example.org").status_code == 422
    assert send(administrator, f"{ACCOUNTS}/{number}/active", active="yes").status_code == 303
    assert not is_in(other), "an ended session does not come back"
    assert enter(other, "other@example.org").status_code == 302
    assert [what for _, what, _ in log(database)][2:] == ["role-changed", "account-closed", "account-opened"]


@sqlite_alone
def test_nobody_changes_their_own_account(administrator: FlaskClient, app: Flask, database: Database) -> None:
    own = account_id(database, EMAIL)
    made(app, database, "other@example.org", "administrator")
    for field in ({"role": "viewer"}, {"active": "no"}):
        answer = send(administrator, f"{ACCOUNTS}/{own}/{next(iter(field))}", **field)
        assert answer.status_code == 409
        assert "Nobody changes their own role" in answer.text
    page = administrator.get(ACCOUNTS).text
    assert f'action="{ACCOUNTS}/{own}/' not in page


def test_of_two_administrators_who_drop_each_other_one_is_left(app: Flask, database: Database, account: None) -> None:
    pair = (account_id(database, EMAIL), made(app, database, "other@example.org", "administrator"))

    def drop(way: int) -> bool:
        with app.app_context(), database.writing() as session:
            whom, by = (session.get_one(User, number) for number in pair[::way])
            try:
                members.set_role(session, whom, "viewer", by)
            except members.LastAdministrator:
                return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(drop, (1, -1))) == [False, True]
    with app.app_context(), database.writing() as session:
        (left,) = [member for member in members.members(session) if member.role == "administrator"]
        assert left.last
        with pytest.raises(members.LastAdministrator):
            other = session.get_one(User, next(number for number in pair if number != left.id))
            members.set_active(session, session.get_one(User, left.id), False, other)


@sqlite_alone
def test_an_invitation_goes_by_mail_where_that_is_configured(
    settings: Settings, mailbox: Mailbox, account: None
) -> None:
    with mailing_app(settings, mailbox.url) as client:
        sign_in(client)
        page = send(client, "/admin/accounts/invitations", email=NEW, role="viewer").text
        assert f"A link is on its way to {NEW}." in page
        link = arrived(mailbox, 1)
        assert link.rpartition("/")[2] not in page
        assert accept(client, link) == 303


@sqlite_alone
@pytest.mark.parametrize(
    ("where", "how"),
    [
        ("/admin/accounts/{}/active", {"active": "no"}),
        ("/admin/accounts/{}/role", {"role": "reviewer"}),
        ("/admin/persons/erase", {"email": "rogue@example.org", "confirm": "yes"}),
    ],
)
def test_the_invitations_of_whoever_may_give_none_any_more_end(
    administrator: FlaskClient, app: Flask, database: Database, where: str, how: dict[str, str]
) -> None:
    rogue_id = made(app, database, "rogue@example.org", "administrator")
    rogue = app.test_client()
    enter(rogue, "rogue@example.org")
    theirs, own = invite(rogue, "friend@example.org", "administrator"), invite(administrator)
    if "email" in how:
        how = how | {"state": as_sent(send(administrator, "/admin/persons", **how).text)["state"]}
    assert send(administrator, where.format(rogue_id), **how).status_code in (200, 303)
    visitor = app.test_client()
    assert visitor.get(theirs).status_code == 404
    assert visitor.get(own).status_code == 200
    assert "account-uninvited" in [did for _, did, _ in log(database)]
