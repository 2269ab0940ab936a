"""A report stands beside the submission before, and beside how all regions stood."""

import io
import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select

from rubric import load
from rubric.digests import canonical
from tests.webapp.assessment.starting import DECLARED, SKILLS
from tests.webapp.report.cases import reworded, sparse
from tests.webapp.report.reading import printed
from tests.webapp.report.submitting import submit
from webapp.assessment.rubrics import keep
from webapp.database import Database
from webapp.models import Submission
from webapp.report.edition import Edition
from webapp.report.issue import Issue
from webapp.report.order import Order, Snapshot, make
from webapp.report.store import report_on

pytestmark = pytest.mark.one_database

RUBRIC = load.rubric()


@pytest.fixture
def link(client: FlaskClient) -> str:
    """The path to an assessment that was submitted."""
    return submit(client, sparse())


def again(client: FlaskClient, link: str, level: int) -> None:
    """Submits it once more, changed."""
    client.post(link + "skills", data={SKILLS[0]: str(level)})
    assert client.post(link + "check", data=DECLARED).location == link + "result"


def submissions(database: Database) -> list[Submission]:
    """All submissions, in the order in which they came."""
    with database.reading() as session:
        return list(session.scalars(select(Submission).order_by(Submission.id)))


def befores(database: Database) -> list[Issue | None]:
    """Which submission stands beside each, in the order in which they came."""
    with database.reading() as session:
        query = select(Submission).order_by(Submission.id)
        reports = [report_on(session, submission, RUBRIC, "en") for submission in session.scalars(query)]
    return [report.earlier.issue if report.earlier else None for report in reports]


def issue(submission: Submission) -> Issue:
    return Issue(submission.number, submission.at, submission.digest)


def about(client: FlaskClient, link: str) -> Any:
    """What the PDF of the newest submission says about how it was made."""
    return json.loads(PdfReader(io.BytesIO(client.get(link + "report.pdf").data)).attachments["report.json"][0])


def shown_and_attached(pdf: bytes) -> str:
    """All text on the pages and in the attachments."""
    reader = PdfReader(io.BytesIO(pdf))
    attached = [content.decode() for contents in reader.attachments.values() for content in contents]
    return "\n".join([*printed(pdf), *attached])


def test_the_pdf_of_a_resubmission_holds_the_levels_of_the_one_before(
    client: FlaskClient, link: str, database: Database
) -> None:
    assert (about(client, link)["earlier"], about(client, link)["peers"]) == (None, None)
    again(client, link, 4)
    first, second = submissions(database)
    said = about(client, link)
    assert said["submission"] == issue(second).content
    assert said["earlier"] == {**issue(first).content, "answers": json.loads(first.answers)["answers"]}


def test_what_was_taken_back_is_nowhere_in_the_next_report(client: FlaskClient, link: str) -> None:
    client.post(link + "skills", data={SKILLS[0]: "2", f"note-{SKILLS[0]}": "Once 471108 places."})
    assert client.post(link + "check", data=DECLARED).status_code == 303
    assert "471108" in shown_and_attached(client.get(link + "report.pdf").data)
    client.post(link + "skills", data={SKILLS[0]: "2", f"note-{SKILLS[0]}": "", "revision-" + SKILLS[0]: ""})
    assert client.post(link + "check", data=DECLARED).status_code == 303
    for address in ("report.pdf", "report.pdf?brief=1"):
        assert "471108" not in shown_and_attached(client.get(link + address).data)


def test_only_the_levels_of_the_one_before_shape_the_pdf(client: FlaskClient, link: str, database: Database) -> None:
    again(client, link, 4)
    made = client.get(link + "report.pdf").data
    first, second = submissions(database)
    said = about(client, link)["earlier"]
    earlier = Snapshot(canonical({"region": "earlier", "answers": said["answers"]}), issue(first))
    order = Order(Snapshot(second.answers, issue(second)), canonical(RUBRIC.content), Edition("en"), earlier)
    assert make(order) == made


def test_each_stands_beside_the_one_before_it(client: FlaskClient, link: str, database: Database) -> None:
    again(client, link, 4)
    again(client, link, 1)
    submit(client, sparse())
    first, second, _, _ = submissions(database)
    assert befores(database) == [None, issue(first), issue(second), None]


def test_the_next_assessment_stands_beside_the_one_that_it_began_with(
    client: FlaskClient, link: str, database: Database
) -> None:
    new = client.post(link + "next").location
    again(client, link, 4)
    again(client, new, 0)
    again(client, new, 1)
    first, _, third, _ = submissions(database)
    assert befores(database) == [None, issue(first), issue(first), issue(third)]


def test_what_was_erased_stands_beside_nothing(client: FlaskClient, link: str, database: Database) -> None:
    new = client.post(link + "next").location
    again(client, new, 4)
    with database.writing() as session:
        session.delete(session.scalars(select(Submission).order_by(Submission.id)).first())
    assert befores(database) == [None]


def test_answers_to_another_rubric_stand_beside_nothing(client: FlaskClient, link: str, database: Database) -> None:
    new = client.post(link + "next").location
    again(client, new, 4)
    other = reworded(RUBRIC, lambda question: {"name": f"{question.name}!"})
    with database.writing() as session:
        keep(session, other)
        session.scalars(select(Submission).order_by(Submission.id)).all()[0].rubric_digest = other.digest
    assert befores(database)[-1] is None


def test_the_pdf_holds_how_all_regions_stood_when_it_was_submitted(client: FlaskClient, database: Database) -> None:
    link = [submit(client, sparse()) for _ in range(6)][-1]
    stored = submissions(database)[-1].peers
    assert stored
    assert about(client, link)["peers"] == json.loads(stored)
