"""Every address of administrators × every method × every role: whoever lacks the role is kept out, also of new ones.

`pytest -s` prints the whole table.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_security.recoverable import generate_reset_password_token
from sqlalchemy import select
from werkzeug.routing import AnyConverter, IntegerConverter, Rule
from werkzeug.test import TestResponse

from tests.webapp.accounts.signing_in import PASSWORD, csrf_token, sign_in
from tests.webapp.admin.transfer.answers_files import content
from tests.webapp.assessment.starting import dump
from tests.webapp.governance.governing import invited, started
from webapp import audit
from webapp.accounts import creating, invitations
from webapp.accounts.roles import ROLES
from webapp.accounts.roles import Role as Level
from webapp.admin.transfer import imports
from webapp.admin.transfer.uploaded import File
from webapp.assessment.rubrics import current
from webapp.database import Database
from webapp.models import ReviewNote, ReviewQuestion, User

pytestmark = pytest.mark.one_database

NOBODY = "nobody"
WHO = (NOBODY, *ROLES)
SIGNING_IN = {
    "security.login",
    "security.forgot_password",
    "security.mf_recovery",
    "security.reset_password",
    "security.tf_select",
    "security.two_factor_rescue",
    "security.two_factor_token_validation",
    "security.wan_signin",
    "security.wan_signin_response",
}
"""Addresses of Flask-Security on the way in. All its others are for any account."""
VALUES = {"theme_id": "skills", "name": "themes", "number": "1"}
"""What stands in addresses, where not any value of its kind will do; `ways_in` adds what only a database tells."""
QUERIES = {
    "comparison.pdf": "?of=1&of=2",
    "comparison.show": "?of=1&of=2",
    "submissions.chosen": "?do=compare&id=1&id=2",
}
"""What follows an address that leads nowhere by itself."""
SHUT = {"security.two_factor_rescue"}
"""Addresses of Flask-Security that nobody is to use."""
BETWEEN = {"security.wan_signin"}
"""Those that open only to who has given the password and no second factor yet: tests of passkeys see them open."""
RESTLESS = {"failed_sign_ins", "renderings", "reports", "signed_in"}
"""Tables that change whenever somebody comes, whatever they may do here."""
OPENED = (200, 302, 303)
NOTE, OTHER, THEIRS = "Only for reviewers.", "Made-up other region", "other-contact@example.org"


@dataclass(frozen=True)
class Door:
    """One address with one method. `needs`: the least role, or `nobody`, or None where the view does not say."""

    rule: str
    path: str
    method: str
    endpoint: str
    needs: Level | str | None

    def opens_for(self, who: str) -> bool:
        return self.needs is not None and WHO.index(who) >= WHO.index(self.needs)


def doors(app: Flask, admin: bool, **values: str) -> list[Door]:
    """All of them, below /admin or elsewhere; OPTIONS tells nothing, and HEAD is checked as GET is."""
    urls = app.url_map.bind("localhost")
    found = []
    for rule in app.url_map.iter_rules():
        if (rule.rule == "/admin" or rule.rule.startswith("/admin/")) == admin:
            given = {name: _value(rule, name, VALUES | values) for name in rule.arguments}
            path = urls.build(rule.endpoint, given, force_external=False, append_unknown=False)
            path += QUERIES.get(rule.endpoint, "")
            found += [
                Door(rule.rule, path, method, rule.endpoint, _needs(app, rule.endpoint))
                for method in sorted((rule.methods or set()) - {"OPTIONS"})
            ]
    return sorted(found, key=lambda door: (door.rule, door.method))


def _value(rule: Rule, name: str, values: dict[str, str]) -> object:
    converter = rule._converters[name]
    name = own if (own := f"{rule.endpoint} {name}") in values else name
    if name in values and not isinstance(converter, IntegerConverter):
        return values[name]
    if isinstance(converter, AnyConverter):
        return min(converter.items)
    return 1 if isinstance(converter, IntegerConverter) else "x"


def _needs(app: Flask, endpoint: str) -> Level | str | None:
    if endpoint.startswith("security."):
        return NOBODY if endpoint in SIGNING_IN else ROLES[0]
    role: Level | None = getattr(app.view_functions[endpoint], "needed_role", None)
    return role


@pytest.fixture
def region(app: Flask, database: Database) -> str:
    """The secret of one region's link; there is another region, and accounts of each role."""
    token = started(database, contact="contact@example.org", note="A note.")
    invited(database, token, "Ada Example")
    started(database, OTHER, THEIRS)
    with app.app_context(), database.writing() as session:
        for role in ROLES:
            creating.create(session, f"{role}@accounts.example.org", PASSWORD, role, audit.COMMAND_LINE)
        session.add(ReviewNote(assessment_id=1, text=NOTE))
        session.add(ReviewQuestion(assessment_id=1, number=1, question="x", text=NOTE))
    return token


@pytest.fixture
def ways_in(app: Flask, database: Database, region: str) -> list[Door]:
    """All doors below /admin, with addresses that lead to something that is there."""
    invitation, reset = _links(app, database)
    with app.app_context(), database.writing() as session:
        (pending,) = invitations.pending(session)
        administrator = session.scalars(select(User).where(User.email.startswith("administrator@"))).one()
        imports.put_aside(session, administrator.id, [File("a.json", content(OTHER))], audit.COMMAND_LINE)
        values = {
            "digest": current(session).digest,
            "mark": pending.token_hash,
            "account.invitation token": invitation,
            "account.accept token": invitation,
            "security.reset_password token": reset,
        }
    return doors(app, True, **values)


def _links(app: Flask, database: Database) -> tuple[str, str]:
    """The secrets of an invitation and of a link to a new password."""
    with app.test_request_context(), database.writing() as session:
        viewer = session.scalars(select(User).where(User.email.startswith("viewer@"))).one()
        reset: str = generate_reset_password_token(viewer)  # type: ignore[no-untyped-call]  # not typed there
        return invitations.invite(session, "newcomer@accounts.example.org", "viewer", audit.COMMAND_LINE), reset


@pytest.fixture
def visitors(app: Flask, region: str) -> Iterator[dict[str, FlaskClient]]:
    """A visitor of each role, signed in, and one who is not."""
    found = {who: app.test_client() for who in WHO}
    for role in ROLES:
        assert sign_in(found[role], f"{role}@accounts.example.org").status_code == 302, role
    yield found


def still(database: Database) -> dict[str, list[tuple[object, ...]]]:
    return {table: rows for table, rows in dump(database).items() if table not in RESTLESS}


def test_every_view_says_whom_it_is_for(app: Flask) -> None:
    silent = {door.endpoint for door in doors(app, admin=True) if door.needs is None}
    assert silent == set()


def test_nothing_is_changed_but_by_post(app: Flask) -> None:
    methods = {door.method for door in doors(app, admin=True)}
    assert methods <= {"GET", "HEAD", "POST"}  # the form's token is asked of these


def test_each_door_opens_for_its_role_and_those_above_alone(
    app: Flask, database: Database, visitors: dict[str, FlaskClient], ways_in: list[Door]
) -> None:
    tokens: dict[str, str] = {role: csrf_token(visitors[role].get("/admin/").text) for role in ROLES}
    table: dict[tuple[str, str], list[str]] = {}
    for door in ways_in:
        before = still(database)
        for who in WHO:
            answer = _knock(visitors[who], door, None if door.opens_for(who) else tokens.get(who))
            where = f"{who}: {door.method} {door.path} gave {answer.status}"
            if door.opens_for(who):
                _opened(door, answer, where)
            else:
                _kept_out(who, door, answer, where)
            table.setdefault((door.rule, door.method), []).append(str(answer.status_code))
        if door.method == "POST":
            assert still(database) == before, f"POST {door.path} changed something"
    _print(app, table)


def _knock(client: FlaskClient, door: Door, token: str | None) -> TestResponse:
    if door.method != "POST":
        return client.open(door.path, method=door.method)
    return client.post(door.path, data={"csrf_token": token} if token else {})


def _opened(door: Door, answer: TestResponse, where: str) -> None:
    if door.endpoint in SHUT:
        assert answer.status_code == 404, where
    elif door.method != "POST" and door.endpoint in BETWEEN:
        assert answer.status_code in (302, 404), where
    elif door.method != "POST":
        assert answer.status_code in OPENED, where
    elif door.endpoint.startswith("security."):
        assert answer.status_code not in (401, 403, 500), where
    else:
        assert answer.status_code == 400, f"{where} without the form's token"


def _kept_out(who: str, door: Door, answer: TestResponse, where: str) -> None:
    if who != NOBODY:
        assert answer.status_code == 403, where
    elif answer.status_code == 302:
        assert answer.location.startswith("/admin/login"), where
    else:
        assert (door.method, answer.status_code) == ("POST", 400), where  # there is no form without signing in
    assert "example.org" not in answer.text, where


def _print(app: Flask, table: dict[tuple[str, str], list[str]]) -> None:
    needs = {(door.rule, door.method): door.needs for door in doors(app, admin=True)}
    print(f"\n{'':4} {'address':78} {'for':13} {' '.join(who[:6].rjust(6) for who in WHO)}")
    for (rule, method), statuses in table.items():
        told = rule.replace("(max=2147483647)", "")
        print(f"{method:4} {told:78} {needs[rule, method]!s:13} {' '.join(status.rjust(6) for status in statuses)}")
    print(f"{len(table)} doors × {len(WHO)} kinds of visitors")
    print("200 opened, 302 led on (nobody: to signing in), 400 let in without the form's token, 403 kept out, 404 shut")


@pytest.mark.parametrize("token", ["", "x", "ImZvbyI.aaaa.bbbb"])
def test_a_form_needs_the_token_of_its_session(
    database: Database, visitors: dict[str, FlaskClient], ways_in: list[Door], token: str
) -> None:
    before = still(database)
    for door in ways_in:
        if door.method == "POST" and not door.endpoint.startswith("security."):
            answer = visitors["administrator"].post(door.path, data={"csrf_token": token, "confirm": "yes"})
            assert answer.status_code == 400, door.path
    assert still(database) == before


def test_a_token_of_another_session_is_worth_nothing(
    database: Database, visitors: dict[str, FlaskClient], ways_in: list[Door]
) -> None:
    theirs = csrf_token(visitors["viewer"].get("/admin/").text)
    before = still(database)
    for door in ways_in:
        if door.method == "POST" and not door.endpoint.startswith("security."):
            assert visitors["administrator"].post(door.path, data={"csrf_token": theirs}).status_code == 400, door.path
    assert still(database) == before


def test_no_page_elsewhere_shows_what_is_for_administrators(
    app: Flask, region: str, visitors: dict[str, FlaskClient]
) -> None:
    pages = 0
    for door in doors(app, admin=False, token=region):
        if door.method != "GET" or door.endpoint == "static":
            continue
        for who in (NOBODY, "administrator"):
            answer = visitors[who].get(door.path)
            assert answer.status_code < 500 or answer.status_code == 503, door.path
            if who == NOBODY:
                assert "Set-Cookie" not in answer.headers, door.path
            if (answer.mimetype or "").startswith(("text/", "application/json")):
                pages += 1
                for said in ("accounts.example.org", NOTE, OTHER, THEIRS, "csrf_token"):
                    assert said not in answer.text, (door.path, said)
    assert pages > 20


def test_no_page_shows_a_viewer_whom_to_contact(visitors: dict[str, FlaskClient], ways_in: list[Door]) -> None:
    for door in ways_in:
        if door.method == "GET" and door.opens_for("viewer"):
            shown = visitors["viewer"].get(door.path).get_data()
            assert b"contact@example.org" not in shown, door.path
