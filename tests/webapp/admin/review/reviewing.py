"""How tests review: as reviewers do, by the buttons of the desk, and as the region does, at its link."""

import re
from collections.abc import Mapping

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.webapp.accounts.signing_in import PASSWORD, sign_in
from tests.webapp.assessment.acting import as_sent
from tests.webapp.assessment.starting import DECLARED, RUBRIC, words
from webapp import audit
from webapp.accounts import creating
from webapp.accounts.roles import Role
from webapp.database import Database
from webapp.models import Assessment, AuditEntry, Listing, ReviewNote, ReviewQuestion, ReviewStep

FIRST, SECOND, THIRD = (question.id for question in RUBRIC.questions[:3])
NAMES = {question.id: question.name for question in RUBRIC.questions}
CONTACT = "contact@example.org"
DESK = "/admin/submissions/{}"


def reviewer(app: Flask, database: Database, email: str, role: Role = "reviewer") -> FlaskClient:
    """Somebody with a new account who has signed in."""
    with app.app_context(), database.writing() as session:
        creating.create(session, email, PASSWORD, role, audit.COMMAND_LINE)
    client = app.test_client()
    assert sign_in(client, email).status_code == 302
    return client


def submitted(client: FlaskClient, **answers: str) -> str:
    """The path that leads to an assessment that was submitted with the first three questions answered."""
    link = client.post("/start", data={"region": "Made-up region Aldermoor", "contact": CONTACT}).location
    client.post(link + "strategy", data={FIRST: "3", SECOND: "2", THIRD: "1"} | answers)
    assert submit(client, link).status_code == 303
    return link


def submit(client: FlaskClient, link: str) -> TestResponse:
    """Presses the button that submits."""
    return client.post(link + "check", data=DECLARED)


def page(client: FlaskClient, submission: int = 1) -> str:
    """What the desk shows, in words."""
    answer = client.get(DESK.format(submission))
    assert answer.status_code == 200
    return words(answer.text)


def shown(client: FlaskClient, submission: int = 1) -> dict[str, str]:
    """What a browser would send of the desk."""
    return as_sent(client.get(DESK.format(submission)).text)


def press(
    client: FlaskClient,
    do: str,
    typed: Mapping[str, str] | None = None,
    submission: int = 1,
    on: Mapping[str, str] | None = None,
) -> TestResponse:
    """Presses a button of the desk, as it is or as it was shown (`on`), once some fields are filled in."""
    sent = {**(on or shown(client, submission)), **(typed or {}), "do": do}
    return client.post(DESK.format(submission), data=sent)


def ask(client: FlaskClient, question: str, text: str, submission: int = 1) -> TestResponse:
    """Writes a question about an answer, and keeps it."""
    return press(client, f"keep:answer-{question}", {f"ask-{question}": text}, submission)


def returned(client: FlaskClient, *questions: str, message: str = "") -> None:
    """Begins the review of submission 1 and returns it with a question about each of these answers."""
    press(client, "begin")
    for question in questions:
        assert ask(client, question, f"What of {question}?").status_code == 303
    assert press(client, "return", {"message": message}).status_code == 303


def state(database: Database) -> tuple[str, int | None]:
    """Status of the one assessment, and which submission is accepted."""
    with database.reading() as session:
        found = session.scalars(select(Assessment)).one()
        return found.status, found.accepted


def listed(database: Database) -> list[str]:
    """What the list says of each submission."""
    with database.reading() as session:
        return list(session.scalars(select(Listing.status).order_by(Listing.submission_id)))


def logged(database: Database) -> list[str]:
    """The actions of the log about assessments, in order."""
    with database.reading() as session:
        query = select(AuditEntry.action).where(AuditEntry.subject.startswith("assessment-"))
        return list(session.scalars(query.order_by(AuditEntry.id)))


def asked(database: Database) -> list[ReviewQuestion]:
    """All that reviewers asked or are about to."""
    with database.reading() as session:
        return list(session.scalars(select(ReviewQuestion).order_by(ReviewQuestion.id)))


def noted(database: Database) -> list[str]:
    """The notes among reviewers."""
    with database.reading() as session:
        return list(session.scalars(select(ReviewNote.text).order_by(ReviewNote.id)))


def told(database: Database) -> list[tuple[str, str]]:
    """The steps that the region was told of, with their words."""
    with database.reading() as session:
        steps = session.scalars(select(ReviewStep).where(ReviewStep.at.is_not(None)).order_by(ReviewStep.id))
        return [(step.step, step.text) for step in steps]


def section(text: str, id: str) -> str:
    """The words of the part of a page with this id, up to the end of its section."""
    return re.split("</section>", text.partition(f'id="{id}"')[2], maxsplit=1)[0]
