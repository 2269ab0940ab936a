"""The log of who did what: nobody changes it unseen, and its page says it in plain words."""

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import DatabaseError

from tests.commands import run_on
from tests.webapp.accounts.signing_in import EMAIL
from tests.webapp.assessment.acting import invite, renew
from tests.webapp.assessment.starting import DECLARED, SKILLS, words
from tests.webapp.governance.governing import log, started
from webapp import audit
from webapp.config import ROOT, Settings
from webapp.database import Database
from webapp.governance.log import ON_A_PAGE
from webapp.models import AuditEntry

NOTED = "f" * 64
WRITE = """
import sys
from webapp import audit
from webapp.database import Database
database = Database(sys.argv[1])
for number in range(25):
    with database.writing() as session:
        audit.record(session, "region", "submitted", f"assessment-{sys.argv[2]}", number=number)
database.close()
"""
"""Adds entries as one process of several would."""


@pytest.fixture
def ten(database: Database) -> list[str]:
    """A log of ten entries, by their hashes."""
    for number in range(10):
        with database.writing() as session:
            audit.record(session, audit.REGION, "submitted", f"assessment-{number}", number=1)
    return hashes(database)


def hashes(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(AuditEntry.hash).order_by(AuditEntry.id)))


def verified(database: Database, noted: str | None = None) -> audit.Verified:
    with database.reading() as session:
        return audit.verify(session, noted)


def tamper(database: Database, *statements: str) -> None:
    """Does to the log what whoever owns the database can do: without the triggers."""
    with database.migrating() as connection:
        for statement in (*_without_triggers(connection), *statements):
            connection.execute(text(statement))


def _without_triggers(connection: Connection) -> tuple[str, ...]:
    if connection.dialect.name == "sqlite":
        return ("DROP TRIGGER audit_no_update", "DROP TRIGGER audit_no_delete")
    return ("DROP TRIGGER audit_append_only ON audit",)


@pytest.mark.parametrize(
    "statement", ["UPDATE audit SET actor = 'account-0'", "DELETE FROM audit", "DELETE FROM audit WHERE id = 3"]
)
def test_the_database_refuses_to_change_the_log(database: Database, ten: list[str], statement: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"), database.writing() as session:
        session.execute(text(statement))
    assert verified(database) == audit.Verified(10, ten[-1], None, found=True)


TAMPERED: dict[str, tuple[tuple[str, ...], int]] = {
    "an actor changed": (("UPDATE audit SET actor = 'account-0' WHERE id = 4",), 4),
    "an action changed": (("UPDATE audit SET action = 'made-up' WHERE id = 1",), 1),
    "a subject changed": (("UPDATE audit SET subject = 'assessment-9' WHERE id = 4",), 4),
    "details changed": (("UPDATE audit SET details = '{}' WHERE id = 10",), 10),
    "a moment changed": (("UPDATE audit SET at = '2020-01-01 00:00:00' WHERE id = 5",), 5),
    "a hash changed": (("UPDATE audit SET hash = '" + NOTED + "' WHERE id = 5",), 5),
    "the first removed": (("DELETE FROM audit WHERE id = 1",), 2),
    "one removed in the middle": (("DELETE FROM audit WHERE id = 6",), 7),
    "several removed": (("DELETE FROM audit WHERE id IN (3, 4, 5)",), 6),
    "two swapped": (
        (
            "UPDATE audit SET id = 99 WHERE id = 4",
            "UPDATE audit SET id = 4 WHERE id = 7",
            "UPDATE audit SET id = 7 WHERE id = 99",
        ),
        4,
    ),
    "one put in": (
        (
            "UPDATE audit SET id = 99 WHERE id = 10",
            "INSERT INTO audit (id, at, actor, action, subject, details, hash) "
            "SELECT 10, at, actor, action, subject, details, hash FROM audit WHERE id = 9",
        ),
        10,
    ),
}


@pytest.mark.parametrize("how", TAMPERED)
def test_what_was_changed_is_found_out(database: Database, ten: list[str], how: str) -> None:
    statements, first = TAMPERED[how]
    tamper(database, *statements)
    found = verified(database)
    assert (found.broken, found.whole) == (first, False)
    assert not verified(database, ten[-1]).found


def test_entries_taken_from_the_end_are_told_by_a_noted_hash_alone(database: Database, ten: list[str]) -> None:
    tamper(database, "DELETE FROM audit WHERE id > 7")
    assert verified(database).whole
    assert verified(database, ten[6]).whole
    assert verified(database, ten[7]) == audit.Verified(7, ten[6], None, found=False)


def test_a_log_made_anew_from_an_entry_on_is_told_by_a_noted_hash(database: Database, ten: list[str]) -> None:
    tamper(database, "DELETE FROM audit WHERE id > 4")
    for _ in range(6):
        with database.writing() as session:
            audit.record(session, audit.REGION, "submitted", "assessment-77")
    assert verified(database).whole
    assert not verified(database, ten[-1]).whole
    assert verified(database, ten[3]).whole


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # which keeps anything in any column
@pytest.mark.parametrize("value", ["'nonsense'", "7", "X'ff'"])
def test_values_that_make_no_sense_are_entries_that_do_not_fit(database: Database, ten: list[str], value: str) -> None:
    tamper(database, f"UPDATE audit SET details = {value} WHERE id = 6")
    assert verified(database).broken == 6
    with database.migrating() as connection:
        connection.execute(text(f"UPDATE audit SET at = {value} WHERE id = 5"))
    assert verified(database).broken == 5


def test_an_id_is_never_given_twice(database: Database, ten: list[str]) -> None:
    tamper(database, "DELETE FROM audit WHERE id > 5")
    with database.writing() as session:
        audit.record(session, audit.REGION, "submitted", "assessment-1")
        assert session.scalar(select(func.max(AuditEntry.id))) == 11


def test_what_is_undone_leaves_no_entry_and_no_break(database: Database, ten: list[str]) -> None:
    with pytest.raises(KeyError), database.writing() as session:
        audit.record(session, audit.REGION, "submitted", "assessment-1")
        raise KeyError
    with database.writing() as session:
        audit.record(session, audit.REGION, "submitted", "assessment-2")
    assert verified(database, ten[-1]).whole
    assert len(log(database)) == 11


def test_whoever_only_reads_cannot_add(database: Database) -> None:
    with database.reading() as session, pytest.raises(RuntimeError):
        audit.record(session, audit.REGION, "submitted", "assessment-1")


def test_threads_and_processes_that_write_at_once_leave_one_chain(settings: Settings, database: Database) -> None:
    processes = [
        subprocess.Popen([sys.executable, "-c", WRITE, settings.database_url, str(number)], cwd=ROOT)
        for number in (1, 2)
    ]

    def write(number: int) -> None:
        for count in range(25):
            with database.writing() as session:
                audit.record(session, audit.REGION, "submitted", f"assessment-{number}", number=count)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, (3, 4, 5, 6)))
    assert [process.wait() for process in processes] == [0, 0]
    found = verified(database)
    assert (found.entries, found.whole) == (150, True)


def test_the_command_says_whether_the_log_is_whole(settings: Settings, database: Database, ten: list[str]) -> None:
    whole = run_on(settings, "audit", "verify", "--expect", ten[4].upper())
    assert (whole.returncode, whole.stderr) == (0, "")
    assert whole.stdout == f"The log is whole. Entries: 10. Hash of the last: {ten[-1]}\n"
    tamper(database, "UPDATE audit SET actor = 'account-0' WHERE id = 4", "DELETE FROM audit WHERE id = 10")
    broken = run_on(settings, "audit", "verify", "--expect", ten[-1])
    assert broken.returncode == 1
    assert "Entry 4 does not fit" in broken.stdout
    assert "Entries before it that fit: 3." in broken.stdout
    assert "The noted hash is not among those that fit" in broken.stdout
    assert run_on(settings, "audit", "verify", "--expect", "nonsense").returncode == 2


def test_an_empty_log_is_whole(settings: Settings, database: Database) -> None:
    assert "The log is whole. Entries: 0." in run_on(settings, "audit", "verify", "--expect", audit.FIRST).stdout
    assert run_on(settings, "audit", "verify", "--expect", NOTED).returncode == 1


def test_what_a_region_does_is_in_the_log_without_a_name(client: FlaskClient, database: Database) -> None:
    link = client.post("/start", data={"region": "Made-up Åland", "contact": "a@example.org"}).location
    acts: list[tuple[str, Callable[[], object]]] = [
        ("details-changed", lambda: client.post(link + "details", data={"region": "Made-up Åland"})),
        ("", lambda: client.post(link + "details", data={"region": "Made-up Åland"})),
        ("colleague-invited", lambda: invite(client, link)),
        ("colleague-invited-again", lambda: client.post(link + "colleagues/1/again")),
        ("colleague-withdrawn", lambda: client.post(link + "colleagues/1/withdraw")),
    ]
    for action, act in acts:
        before = len(log(database))
        act()
        assert log(database)[before:] == ([("region", action, "assessment-1")] if action else [])
    link = renew(client, link)
    client.post(link + "skills", data={SKILLS[0]: "3"})
    client.post(link + "check", data=DECLARED)
    assert [action for _, action, _ in log(database)][-2:] == ["link-renewed", "submitted"]
    draft = client.post("/start", data={"region": "Made-up region"}).location
    client.post(draft + "delete")
    assert log(database)[-1] == ("region", "draft-deleted", "assessment-2")
    with database.reading() as session:
        told = str([tuple(row) for row in session.execute(text("SELECT * FROM audit"))])
    assert not any(said in told for said in ("Åland", "example.org", "Ada"))
    assert verified(database).whole


def recorded() -> Iterator[tuple[str, str]]:
    """Where the code adds to the log, and what it calls what was done."""
    for file in sorted((ROOT / "webapp").rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "audit.record":
                names = list(_constants(node.args[2])) or list(_handed_on(tree))
                yield from ((f"{file.name}:{node.lineno}", name) for name in names or [""])


def _constants(tree: ast.AST) -> Iterator[str]:
    yield from (str(part.value) for part in ast.walk(tree) if isinstance(part, ast.Constant))


def _handed_on(tree: ast.AST) -> Iterator[str]:
    """Names of actions in a file that hands them on: the choices of a parameter, or pairs of a name and its details."""
    for node in ast.walk(tree):
        if isinstance(node, ast.arg) and node.arg == "action" and node.annotation:
            yield from _constants(node.annotation)
        if isinstance(node, ast.Tuple) and len(node.elts) == 2 and isinstance(node.elts[1], ast.Dict):
            names = node.elts[0]
            chosen = (names.body, names.orelse) if isinstance(names, ast.IfExp) else (names,)
            yield from (name for each in chosen for name in _constants(each))


def test_every_action_has_words() -> None:
    source = (ROOT / "templates/governance/audit-words.html").read_text(encoding="utf-8")
    told = set(re.findall(r'^  "([a-z-]+)": _\(', source, re.MULTILINE))
    found = set(recorded())
    assert {where for where, name in found if not name} == set()  # say there what is done, in so many words
    assert {name for _, name in found} - told == set()
    assert len(told) >= 20


def test_the_page_tells_what_was_done_and_by_whom(administrator: FlaskClient, database: Database) -> None:
    started(database, "Made-up Åland")
    page = words(administrator.get("/admin/audit").text)
    for said in ("Submitted an assessment", "the region", "Made-up Åland", "assessment-1", "Made an account", EMAIL):
        assert said in page
    with database.reading() as session:
        head = audit.head(session)
    assert f"./octant audit verify --expect {head.hash}" in page
    assert "The log has 2 entries." in page


def test_the_log_is_read_page_by_page_whatever_is_added_meanwhile(
    administrator: FlaskClient, database: Database
) -> None:
    for number in range(ON_A_PAGE * 2):
        with database.writing() as session:
            audit.record(session, audit.REGION, "submitted", f"assessment-{number % 2}")
    seen: list[int] = []
    address = "/admin/audit"
    while address:
        page = words(administrator.get(address).text)
        seen += map(int, re.findall(r"entry (\d+)</span>", page))
        with database.writing() as session:
            audit.record(session, audit.REGION, "submitted", "assessment-0")
        older = re.search(r'href="(/admin/audit\?before=[^"]+)">Older', page)
        address = older[1] if older else ""
    assert seen == list(range(ON_A_PAGE * 2 + 1, 0, -1))


def test_the_log_is_filtered_by_actor_and_by_subject(administrator: FlaskClient, database: Database) -> None:
    for number in (1, 2, 11):
        with database.writing() as session:
            audit.record(session, audit.REGION, "submitted", f"assessment-{number}")
    for query, count in {
        "subject=assessment-1": 1,
        "actor=region": 3,
        "actor=region&subject=assessment-2": 1,
        "actor=command-line": 1,
        "subject=assessment-3": 0,
        "actor=": 4,
    }.items():
        page = administrator.get(f"/admin/audit?{query}").text
        assert page.count("<tr role") - (1 if count else 0) == count, query
        assert ("No entry fits" in page) == (count == 0)
    pseudonym = log(database)[0][2]
    assert administrator.get(f"/admin/audit?subject={pseudonym}").text.count("Made an account") == 1


@pytest.mark.parametrize("query", ["actor=%00", "subject=%27+OR+1", "actor=a%40example.org", "subject=" + "a" * 81])
def test_names_that_nobody_has_are_told(administrator: FlaskClient, query: str) -> None:
    answer = administrator.get(f"/admin/audit?{query}")
    assert answer.status_code == 422
    assert "has such a name in the log" in answer.text


@pytest.mark.parametrize("before", ["0", "-1", "99999999999"])
def test_no_page_of_the_log_where_the_address_makes_no_sense(administrator: FlaskClient, before: str) -> None:
    assert administrator.get(f"/admin/audit?before={before}").status_code == 404
