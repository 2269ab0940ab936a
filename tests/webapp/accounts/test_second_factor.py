"""Administrators need a second factor; codes, passkeys and recovery codes open once and only with the password."""

import time
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.webapp.accounts.entering import (
    AUTHENTICATOR,
    SECOND_FACTOR,
    begin_set_up,
    enter,
    fill,
    is_in,
    let_code_pass,
    made,
    recovery_codes,
    set_up,
    sqlite_alone,
)
from tests.webapp.accounts.signing_in import csrf_token, sign_in, sign_out
from tests.webapp.governance.governing import log
from webapp.accounts import second_factor
from webapp.config import Settings
from webapp.database import Database
from webapp.models import User

CODE, RECOVERY = "/admin/login/code", "/admin/login/recovery"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Settings as they are when nobody says otherwise."""
    return replace(settings, second_factor="required")


@sqlite_alone
def test_an_administrator_is_led_to_set_one_up_before_anything_else(administrator: FlaskClient) -> None:
    for page in ("/admin/", "/admin/accounts", "/admin/account", "/admin/audit"):
        assert administrator.get(page).location == SECOND_FACTOR, page
    assert "Administrators need a second factor on this site." in administrator.get(SECOND_FACTOR).text
    set_up(administrator)
    assert administrator.get("/admin/").status_code == 200


@sqlite_alone
def test_others_need_none(app: Flask, client: FlaskClient, database: Database) -> None:
    made(app, database, "reviewer@example.org", "reviewer")
    sign_in(client, "reviewer@example.org")
    assert client.get("/admin/").status_code == 200


def test_a_code_is_asked_for_and_none_is_taken_twice(
    administrator: FlaskClient, app: Flask, database: Database
) -> None:
    authenticator = set_up(administrator)
    used = authenticator.code()
    sign_out(administrator)
    second = app.test_client()
    for browser in (administrator, second):
        assert enter(browser).location.startswith(CODE)
        assert not is_in(browser)
    again = fill(second, CODE, code=used)
    assert again.status_code == 422
    assert "it was used already" in again.text
    code = authenticator.code(ahead=1)
    assert fill(administrator, CODE, code=f"{code[:3]} {code[3:]}").location == "/admin/"
    assert fill(second, CODE, code=code).status_code == 422
    assert is_in(administrator)
    assert not is_in(second)


@sqlite_alone
def test_a_wrong_code_while_setting_up_costs_nothing(administrator: FlaskClient, database: Database) -> None:
    authenticator, action, page = begin_set_up(administrator)
    assert '<svg class="qr"' in page
    wrong = f"{(int(authenticator.code()) + 1) % 1_000_000:06}"
    sent = administrator.post(action, data={"csrf_token": csrf_token(page), "code": wrong}, follow_redirects=True)
    assert "This is not the code of this moment." in sent.text
    with database.reading() as session:
        assert session.scalars(select(User.tf_totp_secret)).one() is None
    token = csrf_token(sent.text)
    done = administrator.post(action, data={"csrf_token": token, "code": authenticator.code()})
    assert done.location == SECOND_FACTOR
    with database.reading() as session:
        secret = session.scalars(select(User.tf_totp_secret)).one()
    assert secret
    assert '"enckey"' in secret, "the secret is kept encrypted"


def test_a_recovery_code_opens_once_and_only_fingerprints_are_kept(
    administrator: FlaskClient, app: Flask, database: Database
) -> None:
    set_up(administrator)
    codes = recovery_codes(administrator)
    assert len(set(codes)) == 10
    again = administrator.get("/admin/account/recovery-codes?show_codes=1").text
    with database.reading() as session:
        kept = session.scalars(select(User)).one().mf_recovery_codes
    assert kept
    for code in codes:
        assert code not in again
        assert code not in kept
    visitor = app.test_client()
    enter(visitor)
    assert fill(visitor, RECOVERY, code=codes[3].upper().replace("-", " ")).location == "/admin/"
    assert is_in(visitor)
    assert "9 left" in visitor.get(SECOND_FACTOR).text
    other = app.test_client()
    enter(other)
    assert fill(other, RECOVERY, code=codes[3]).status_code == 422
    assert fill(other, RECOVERY, code=codes[4]).location == "/admin/"
    recovery_codes(administrator)
    last = app.test_client()
    enter(last)
    assert fill(last, RECOVERY, code=codes[5]).status_code == 422, "new codes end the old ones"


@sqlite_alone
def test_an_administrator_cannot_drop_the_last_one(administrator: FlaskClient) -> None:
    set_up(administrator)
    refused = fill(administrator, SECOND_FACTOR, AUTHENTICATOR, setup="disable")
    assert refused.status_code == 422
    assert "this is your only one" in refused.text
    assert administrator.get("/admin/").status_code == 200


@sqlite_alone
def test_whoever_needs_none_may_switch_it_off(app: Flask, client: FlaskClient, database: Database) -> None:
    made(app, database, "viewer@example.org", "viewer")
    sign_in(client, "viewer@example.org")
    set_up(client)
    recovery_codes(client)
    assert fill(client, SECOND_FACTOR, AUTHENTICATOR, setup="disable").location == SECOND_FACTOR
    with database.reading() as session:
        user = session.scalars(select(User)).one()
        assert not (user.tf_totp_secret or user.mf_recovery_codes)
    assert [what for _, what, _ in log(database)] == [
        "account-made",
        "authenticator-on",
        "recovery-codes-made",
        "authenticator-off",
    ]
    sign_out(client)
    assert enter(client, "viewer@example.org").location == "/admin/"


@sqlite_alone
def test_changing_it_asks_for_the_password_after_half_an_hour(
    administrator: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with administrator.session_transaction(path="/admin/") as cookie:
        cookie["fs_paa"] = time.time() - 1900
    asked = fill(administrator, SECOND_FACTOR, AUTHENTICATOR, setup="authenticator")
    assert asked.location.startswith("/admin/again")
    assert fill(administrator, asked.location, password="wrong horse battery staple").status_code == 422
    fine = fill(administrator, asked.location, password="correct horse battery staple")
    assert fine.status_code == 302
    set_up(administrator)


@sqlite_alone
def test_the_second_step_alone_opens_nothing(client: FlaskClient, account: None) -> None:
    for page in (CODE, RECOVERY, "/admin/login/choose"):
        assert client.get(page).location == "/admin/login", page
    for page in ("/admin/login/passkey", "/admin/login/rescue"):
        assert client.get(page).status_code == 404, page


@sqlite_alone
def test_a_new_code_is_taken_after_the_last(administrator: FlaskClient, database: Database) -> None:
    authenticator = set_up(administrator)
    sign_out(administrator)
    let_code_pass(database)
    enter(administrator)
    assert fill(administrator, CODE, code=authenticator.code()).location == "/admin/"


@sqlite_alone
def test_codes_made_before_there_is_one_neither_come_about_nor_last(
    administrator: FlaskClient, app: Flask, database: Database
) -> None:
    token = csrf_token(administrator.get(SECOND_FACTOR).text)
    codes = "/admin/account/recovery-codes"
    assert administrator.get(codes).location == SECOND_FACTOR
    assert administrator.post(codes, data={"csrf_token": token}).location == SECOND_FACTOR
    with app.test_request_context(), database.reading() as session:  # as earlier releases let them be made
        planted = second_factor.RecoveryCodes(app).create_recovery_codes(session.scalars(select(User)).one())
    set_up(administrator)
    thief = app.test_client()
    enter(thief)
    assert fill(thief, RECOVERY, code=planted[0]).status_code == 422
    own = recovery_codes(administrator)
    let_code_pass(database)
    set_up(administrator)
    assert fill(thief, RECOVERY, code=own[0]).location == "/admin/", "another app leaves them"


@sqlite_alone
def test_sessions_begun_by_the_password_alone_end_when_one_is_switched_on(
    administrator: FlaskClient, app: Flask
) -> None:
    thief = app.test_client()
    assert enter(thief).location == "/admin/"
    assert thief.get(SECOND_FACTOR).status_code == 200
    set_up(administrator)
    assert administrator.get("/admin/").status_code == 200
    assert thief.get("/admin/").location.startswith("/admin/login")
    assert "your sessions in other browsers end" in administrator.get(SECOND_FACTOR).text
