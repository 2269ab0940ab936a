"""How tests fill a database with reviewed submissions, and make versions of the rubric."""

import datetime as dt
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import select

from rubric import load
from rubric.answers import Answers
from rubric.model import Rubric
from webapp import audit
from webapp.assessment import deposit, rubrics
from webapp.assessment.deposit import Deposit
from webapp.assessment.snapshot import snapshot
from webapp.database import Database
from webapp.models import Assessment, StoredRubric, Submission
from webapp.status import Step

RUBRIC = load.rubric()
BASE = f"/admin/rubrics/{RUBRIC.digest}"
BEGAN = dt.datetime(2026, 3, 1, 9, 0, tzinfo=dt.UTC)
ACCEPTED: tuple[Step, ...] = ("submit", "begin", "accept")


def levels(region: int, rubric: Rubric = RUBRIC) -> dict[str, int | str]:
    """What a made-up region answers: always the same."""
    chance = random.Random(region)
    return {question.id: chance.choice([0, 1, 2, 2, 3, 4]) for question in rubric.questions}


def deposited(
    database: Database,
    numbers: range,
    steps: tuple[Step, ...] = ACCEPTED,
    rubric: Rubric = RUBRIC,
    made_up: bool = False,
    said: Mapping[str, int | str] | None = None,
) -> list[int]:
    """Stores a region for each number, with one submission reviewed by these steps, and gives the assessments' ids."""
    made = [_deposit(number, steps, rubric, made_up, said) for number in numbers]
    with database.writing() as session:
        return [each.id for each in deposit.store(session, rubric, made)]


def _deposit(
    number: int, steps: tuple[Step, ...], rubric: Rubric, made_up: bool, said: Mapping[str, int | str] | None
) -> Deposit:
    given: dict[str, Any] = {"region": f"Made-up region {number}", "answers": said or levels(number, rubric)}
    answers = Answers.model_validate(given)
    times = [BEGAN + dt.timedelta(days=number, hours=n) for n in range(steps.count("submit"))]
    taken = tuple(snapshot(answers, rubric, n, at) for n, at in enumerate(times, 1))
    return Deposit(answers, taken, steps, made_up=number if made_up else None)


def continuing(database: Database, assessment: int, before: int) -> None:
    """Says of an assessment that it goes on from the first submission of another."""
    with database.writing() as session:
        query = select(Submission.digest).where(Submission.assessment_id == before)
        follower, first = session.get_one(Assessment, assessment), session.get_one(Assessment, before)
        follower.previous, follower.origin = session.scalars(query).first(), first.origin or before


def stored(database: Database) -> list[tuple[object, ...]]:
    """All submissions, to the byte."""
    with database.reading() as session:
        rows = session.execute(select(Submission.__table__).order_by(Submission.id))
        return [tuple(row) for row in rows]


def kept(database: Database) -> dict[str, StoredRubric]:
    """The rubrics in the database, by name."""
    with database.reading() as session:
        return {rubric.version: rubric for rubric in session.scalars(select(StoredRubric))}


def added(database: Database, rubric: Rubric) -> str:
    """Keeps a version, and gives the beginning of its addresses."""
    with database.writing() as session:
        assert rubrics.add(session, rubric, audit.COMMAND_LINE)
    return f"/admin/rubrics/{rubric.digest}"


def written(folder: Path, version: str, *spoilt: tuple[str, str]) -> Path:
    """A folder with the program's rubric under another name, some texts of its skills replaced."""
    source = load.DATA / load.versions()[-1]
    for file in source.rglob("*.toml"):
        text = file.read_text(encoding="utf-8")
        if file.name == "rubric.toml":
            text = text.replace(f'version = "{source.name}"', f'version = "{version}"')
        if file.name == "skills.toml":
            for old, new in spoilt:
                assert old in text
                text = text.replace(old, new)
        target = folder / file.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return folder
