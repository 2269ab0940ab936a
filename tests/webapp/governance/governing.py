"""How tests govern: regions that submit, forms that are sent, commands that are run, the log that is read."""

from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.webapp.accounts.signing_in import csrf_token
from webapp.assessment import entries, links, service
from webapp.assessment.entries import Change, Entry
from webapp.database import Database
from webapp.models import Assessment, AuditEntry, Submission

REGION = "Made-up region Aldermoor"


def started(
    database: Database, region: str = REGION, contact: str | None = None, note: str | None = None, submit: bool = True
) -> str:
    """Starts an assessment with one answer, submits it, and gives the secret of its link."""
    with database.writing() as session:
        token = service.start(session, region, None, contact)
        visit = links.visit(session, token)
        entries.save(visit.assessment, [Change(visit.rubric.questions[0].id, Entry("2", note=note), None)])
        if submit:
            service.submit(session, visit.assessment)
    return token


def invited(database: Database, token: str, name: str) -> None:
    """Asks a colleague to answer a theme."""
    with database.writing() as session:
        links.invite(session, links.visit(session, token), links.Invitation(name, "business", ("skills",), None))


def send(client: FlaskClient, address: str, **fields: Any) -> TestResponse:
    """Sends a form of an administrator's page, with the token of the session."""
    token = csrf_token(client.get("/admin/").text)
    return client.post(address, data={"csrf_token": token} | fields)


def log(database: Database) -> list[tuple[str, str, str]]:
    """Actor, action and subject of all entries."""
    with database.reading() as session:
        rows = session.scalars(select(AuditEntry).order_by(AuditEntry.id))
        return [(row.actor, row.action, row.subject) for row in rows]


def regions(database: Database) -> list[str]:
    """The regions of all assessments that are there."""
    with database.reading() as session:
        return list(session.scalars(select(Assessment.region).order_by(Assessment.id)))


def digests(database: Database) -> list[str]:
    """The digests of all submissions that are there."""
    with database.reading() as session:
        return list(session.scalars(select(Submission.digest).order_by(Submission.id)))
