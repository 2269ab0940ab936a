"""How tests start assessments and read what is stored: as a respondent would, and as the database has it."""

import html

from flask.testing import FlaskClient
from sqlalchemy import select, text

from rubric import load
from webapp.database import Database
from webapp.models import Answer, Base

REGION = "Made-up region Aldermoor"
RUBRIC = load.rubric()
DECLARED = {"declaration": "yes"}
"""What is sent to submit."""
SKILLS = [question.id for question in RUBRIC.questions_by_theme["skills"]]


def start(client: FlaskClient, region: str = REGION) -> str:
    """The path that leads to a new assessment."""
    return client.post("/start", data={"region": region}).location


def words(page: str) -> str:
    """A page's source with its character references resolved, so that text can be looked for."""
    return html.unescape(page)


def stored(database: Database) -> dict[str, Answer]:
    """The stored answers of the one assessment, by question."""
    with database.reading() as session:
        return {answer.question: answer for answer in session.scalars(select(Answer))}


def dump(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    with database.reading() as session:
        return {
            name: sorted((tuple(row) for row in session.execute(text(f'SELECT * FROM "{name}"'))), key=str)
            for name in Base.metadata.tables
        }
