"""How tests read the list of submissions, and what they put into it."""

import html
import re
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from rubric.answers import from_content
from tests.webapp.admin.transfer.answers_files import RUBRIC, content
from webapp.assessment import deposit
from webapp.assessment.deposit import Deposit
from webapp.assessment.snapshot import snapshot
from webapp.database import Database
from webapp.models import Listing, User, now


def add(database: Database, contact: str | None = None, **said: Any) -> int:
    """The id of a new submission that says so."""
    answers, _ = from_content(content(**said), "file", RUBRIC)
    with database.writing() as session:
        made = Deposit(answers, (snapshot(answers, RUBRIC, 1, now()),), contact=contact)
        (stored,) = deposit.store(session, RUBRIC, [made])
        return stored.submissions[0].id


def shown(text: str) -> list[int]:
    """Ids of the submissions on a page of the list, in order."""
    return [int(number) for number in re.findall(r'href="/admin/submissions/(\d+)"', text)]


def way(text: str, name: str) -> str | None:
    """Where the link with this name leads."""
    found = re.search(rf'href="([^"]+)"[^>]*>{name}</a>', text)
    return html.unescape(found[1]) if found else None


def whole(client: FlaskClient, query: str, name: str = "Next page", first: str = "") -> list[int]:
    """All submissions of a list, page by page."""
    text = client.get(first or f"/admin/?{query}").text
    found = shown(text)
    while address := way(text, name):
        text = client.get(address).text
        found = found + shown(text) if name == "Next page" else shown(text) + found
    return found


def rows(database: Database) -> list[Listing]:
    """What the list has of all submissions."""
    with database.reading() as session:
        return list(session.scalars(select(Listing)))


def account_id(database: Database, email: str) -> int:
    """The id of the account with this address."""
    with database.reading() as session:
        return session.scalars(select(User.id).where(User.email == email)).one()
