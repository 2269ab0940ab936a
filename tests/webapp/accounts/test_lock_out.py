"""Passwords and codes cannot be tried out, and whoever tries holds up nobody but themselves."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from tests.webapp.accounts.entering import enter, fill, is_in, made, recovery_codes, set_up, sqlite_alone
from tests.webapp.accounts.signing_in import EMAIL, PASSWORD, csrf_token
from tests.webapp.assessment.starting import dump
from webapp.accounts import limits
from webapp.database import Database
from webapp.models import FailedSignIns

WRONG = "wrong horse battery staple"
NEAR, SAME, FAR = "198.51.100.7", "198.51.100.200", "203.0.113.9"
"""Two hosts of one network, and one of another."""


def fail(client: FlaskClient, times: int, email: str = EMAIL, network: str = NEAR) -> list[int]:
    """Tries a wrong password so many times."""
    return [enter(client, email, WRONG, network).status_code for _ in range(times)]


def later(database: Database, time: dt.timedelta) -> None:
    """Lets all failures be older."""
    with database.writing() as session:
        for row in session.scalars(select(FailedSignIns)):
            row.at -= time


def test_after_five_wrong_passwords_everybody_in_that_network_waits(
    app: Flask, client: FlaskClient, database: Database, account: None
) -> None:
    assert fail(client, 6) == [422] * 5 + [429]
    held = enter(app.test_client(), network=SAME)
    assert held.status_code == 429
    assert 20 <= int(held.headers["Retry-After"]) <= 30
    assert "seconds" in held.text
    assert f'value="{EMAIL}"' in held.text, "nothing that was typed is lost"
    assert enter(app.test_client(), EMAIL.upper(), network=SAME).status_code == 429
    later(database, dt.timedelta(seconds=31))
    assert enter(client, password=WRONG, network=NEAR).status_code == 422
    held = enter(client, network=NEAR)
    assert 30 < int(held.headers["Retry-After"]) <= 60, "each failure doubles the wait"
    later(database, dt.timedelta(seconds=61))
    assert enter(client, network=NEAR).status_code == 302
    assert fail(app.test_client(), 5) == [422] * 5, "what was right makes forgotten what was wrong"


@sqlite_alone
def test_the_owner_signs_in_from_another_network_meanwhile(app: Flask, client: FlaskClient, account: None) -> None:
    fail(client, 20)
    owner = app.test_client()
    assert enter(owner, network=FAR).status_code == 302
    assert is_in(owner)


@sqlite_alone
def test_the_owner_signs_in_from_a_known_browser_even_in_that_network(
    app: Flask, client: FlaskClient, database: Database, account: None
) -> None:
    owner, stranger = app.test_client(), app.test_client()
    enter(owner, network=NEAR)
    owner.post("/admin/logout", data={"csrf_token": csrf_token(owner.get("/admin/").text)})
    fail(stranger, 20)
    with database.writing() as session:  # an attack from very many networks
        session.execute(update(FailedSignIns).values(failures=10_000))
    assert enter(stranger, network=FAR).status_code == 429
    assert enter(owner, network=NEAR).status_code == 302
    assert enter(stranger, network=FAR).status_code == 429, "that helps nobody else"


@sqlite_alone
def test_a_browser_that_knows_one_account_is_a_stranger_to_others(
    app: Flask, client: FlaskClient, database: Database, account: None
) -> None:
    made(app, database, "viewer@example.org", "viewer")
    enter(client, "viewer@example.org", network=NEAR)
    client.post("/admin/logout", data={"csrf_token": csrf_token(client.get("/admin/").text)})
    assert fail(client, 6) == [422] * 5 + [429]
    assert enter(app.test_client(), network=SAME).status_code == 429


@sqlite_alone
def test_a_known_browser_waits_for_itself_and_a_forged_note_is_worth_nothing(
    app: Flask, client: FlaskClient, account: None
) -> None:
    enter(client, network=NEAR)
    note = client.get_cookie("known-browser", path="/admin")
    assert note
    assert note.http_only
    client.post("/admin/logout", data={"csrf_token": csrf_token(client.get("/admin/").text)})
    assert fail(client, 6) == [422] * 5 + [429]
    assert enter(app.test_client(), network=NEAR).status_code == 302, "nobody else"
    forger = app.test_client()
    forger.set_cookie("known-browser", note.value[:-3] + "xxx", path="/admin")
    assert fail(forger, 6) == [422] * 5 + [429]


@sqlite_alone
def test_an_address_without_an_account_behaves_the_same(app: Flask, client: FlaskClient, account: None) -> None:
    known = [enter(client, EMAIL, WRONG, NEAR) for _ in range(7)]
    unknown = [enter(client, "nobody@example.org", WRONG, NEAR) for _ in range(7)]
    for first, second in zip(known, unknown, strict=True):
        assert first.status_code == second.status_code
        assert "Retry-After" in second.headers or second.status_code == 422
        strange = ("csrf_token", EMAIL, "nobody@example.org", "seconds")
        pages = (first.text.splitlines(), second.text.splitlines())
        left, right = ([line for line in page if not any(part in line for part in strange)] for page in pages)
        assert left == right


def test_many_at_once_are_no_way_around(app: Flask, account: None) -> None:
    def guess(number: int) -> int:
        client = app.test_client()
        return enter(client, EMAIL, f"{WRONG} {number}", NEAR).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(guess, range(16)))
    assert sorted(statuses) == [422] * 5 + [429] * 11


def test_codes_and_recovery_codes_share_a_limit_by_account(
    app: Flask, database: Database, administrator: FlaskClient
) -> None:
    authenticator = set_up(administrator)
    codes = recovery_codes(administrator)
    attackers = [app.test_client() for _ in range(6)]
    statuses = []
    for number, attacker in enumerate(attackers):
        enter(attacker, network=f"198.51.{number}.1")
        page = "/admin/login/code" if number % 2 else "/admin/login/recovery"
        statuses.append(fill(attacker, page, code="000000").status_code)
    assert statuses == [422] * 5 + [429]
    held = fill(attackers[0], "/admin/login/code", code=authenticator.code(ahead=1))
    assert held.status_code == 429
    assert held.headers["Retry-After"]
    assert fill(attackers[0], "/admin/login/recovery", code=codes[0]).status_code == 429
    administrator.post("/admin/logout", data={"csrf_token": csrf_token(administrator.get("/admin/").text)})
    enter(administrator, network=FAR)
    assert fill(administrator, "/admin/login/code", code=authenticator.code(ahead=1)).status_code == 302, "known"


@sqlite_alone
def test_many_known_browsers_are_no_way_around_for_codes(
    app: Flask, database: Database, administrator: FlaskClient
) -> None:
    thieves = [app.test_client() for _ in range(2)]
    for thief in thieves:  # the password alone lets in yet
        assert enter(thief).location == "/admin/"
    set_up(administrator)
    for thief in thieves:
        enter(thief)
    assert fill(thieves[0], "/admin/login/code", code="000000").status_code == 422
    with database.writing() as session:  # as many others have done
        session.execute(update(FailedSignIns).values(failures=FailedSignIns.failures + 100))
    assert fill(thieves[1], "/admin/login/code", code="000000").status_code == 429


@sqlite_alone
def test_what_is_counted_names_nobody_and_goes_after_a_day(
    client: FlaskClient, database: Database, account: None
) -> None:
    fail(client, 3)
    rows = dump(database)["failed_sign_ins"]
    assert len(rows) == 2
    for said in ("administrator", "example", "198.51"):
        assert said not in str(rows)
    later(database, limits.FORGOTTEN_AFTER + dt.timedelta(seconds=1))
    fail(client, 1, "other@example.org")
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(FailedSignIns)) == 2


@sqlite_alone
@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("2001:db8:1:2::3", "2001:db8:1:ffff::9", True),
        ("2001:db8:1:2::3", "2001:db8:2:2::3", False),
        ("10.0.0.1, 198.51.100.7", "10.9.9.9, 198.51.100.8", True),
        ("198.51.100.7", "198.51.100.7, 203.0.113.9", False),
        ("198.51.100.7", "::ffff:198.51.100.8", True),
        ("::ffff:198.51.100.7", "::ffff:203.0.113.9", False),
        ("198.51.100.7:4711", "198.51.100.8", True),
        ("198.51.100.7:4711", "203.0.113.9:4711", False),
        ("[2001:db8:1:2::3]:443", "2001:db8:1:9::1", True),
        ("[2001:db8:1:2::3]:443", "[2001:db8:2::1]:443", False),
    ],
)
def test_a_network_is_told_by_the_proxy_alone(app: Flask, first: str, second: str, same: bool) -> None:
    def network(told: str, peer: str = "127.0.0.1") -> str:
        with app.test_request_context(headers={"X-Forwarded-For": told}, environ_base={"REMOTE_ADDR": peer}):
            return limits.network()

    assert (network(first) == network(second)) is same
    assert network(first, "192.0.2.1") == network(second, "192.0.2.1") == "192.0.2.0/24"


@sqlite_alone
def test_a_password_that_is_asked_for_again_counts_too(administrator: FlaskClient) -> None:
    form = {"password": WRONG, "new_password": PASSWORD, "new_password_confirm": PASSWORD}
    answers = [fill(administrator, "/admin/account/password", **form) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [422] * 5 + [429]
