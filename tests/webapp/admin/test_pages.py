import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from webapp import demo
from webapp.admin.submissions.lists import ON_A_PAGE
from webapp.assessment import entries, links, service
from webapp.assessment.entries import Change, Entry
from webapp.database import Database
from webapp.models import Submission

pytestmark = pytest.mark.one_database

HOSTILE = "<script>alert(1)</script>\"'&"


def test_pages_are_kept_by_nobody_and_load_nothing_from_elsewhere(
    administrator: FlaskClient, database: Database
) -> None:
    submitted(database)
    for address in ("/admin/", "/admin/login", "/admin/submissions/1"):
        headers = administrator.get(address).headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Robots-Tag"] == "noindex"
        assert "script-src 'self'; style-src 'self'" in headers["Content-Security-Policy"]


def test_an_empty_list_says_what_to_do(administrator: FlaskClient) -> None:
    page = administrator.get("/admin/").text
    assert "Nothing has been submitted yet." in page
    assert "./octant demo" in page


@pytest.mark.parametrize("number", ["0", "4711", "2147483648", "9" * 40, "-1", "x"])
def test_no_page_for_a_submission_that_is_not_there(administrator: FlaskClient, number: str) -> None:
    assert administrator.get(f"/admin/submissions/{number}").status_code == 404
    assert administrator.get(f"/admin/submissions/{number}/report.pdf").status_code == 404


def test_the_number_of_queries_does_not_grow_with_the_list(administrator: FlaskClient, database: Database) -> None:
    filled(database, 2)
    with counted(database) as few:
        administrator.get("/admin/")
    filled(database, ON_A_PAGE)
    with counted(database) as many:
        administrator.get("/admin/")
    assert len(few) == len(many)


def test_a_submission_shows_everything_that_was_given(administrator: FlaskClient, database: Database) -> None:
    entry = Entry("3", note="A note.\nIn two lines.", evidence="published", reference="Decision 12")
    number = submitted(database, region="Made-up region Test", contact="contact@example.org", entry=entry)
    page = administrator.get(f"/admin/submissions/{number}").text
    with database.reading() as session:
        kept = session.get_one(Submission, number)
        result = json.loads(kept.result)
    for text in (
        "Made-up region Test",
        "contact@example.org",
        "A note.\nIn two lines.",
        "A published document",
        "Decision 12",
        kept.digest,
        kept.rubric_digest,
        result["answers_digest"],
        "Not answered",
        "This is the only one.",
        f'href="/admin/submissions/{number}/report.pdf"',
    ):
        assert text in page
    assert f"<span>{round(result['score']['value'])}</span>" in page


def test_a_submission_names_the_others_of_its_assessment(administrator: FlaskClient, database: Database) -> None:
    *_, first, second = sorted(filled(database, 4))
    assert (
        f'href="/admin/submissions/{first}">Submission 1</a>' in administrator.get(f"/admin/submissions/{second}").text
    )
    assert (
        f'href="/admin/submissions/{second}">Submission 2</a>' in administrator.get(f"/admin/submissions/{first}").text
    )


def test_what_was_typed_stays_text(administrator: FlaskClient, database: Database) -> None:
    entry = Entry("not-applicable", reason=HOSTILE, note=HOSTILE, evidence="none", reference=HOSTILE)
    number = submitted(database, region=HOSTILE, contact=f"{HOSTILE}@example.org", entry=entry)
    for address in ("/admin/", f"/admin/submissions/{number}"):
        page = administrator.get(address).text
        assert "<script>" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_the_pdf_is_that_of_the_submission(administrator: FlaskClient, database: Database) -> None:
    *_, first, second = sorted(filled(database, 4))
    answer = administrator.get(f"/admin/submissions/{first}/report.pdf")
    assert answer.status_code == 200
    assert answer.content_type == "application/pdf"
    assert answer.data.startswith(b"%PDF-")
    assert answer.headers["Content-Disposition"].endswith("octant-made-up-region-corvale-1.pdf")
    assert answer.headers["Cache-Control"] == "no-store"
    assert administrator.get(f"/admin/submissions/{second}/report.pdf").data != answer.data


def filled(database: Database, submissions: int) -> list[int]:
    """Sees to so many made-up submissions and gives their ids."""
    list(demo.fill(database, submissions))
    with database.reading() as session:
        return list(session.scalars(select(Submission.id)))


def submitted(
    database: Database,
    region: str = "Made-up region Test",
    contact: str | None = None,
    entry: Entry = Entry("2"),  # noqa: B008  it is frozen
) -> int:
    """Submits an assessment with one entry, and gives the submission's id."""
    with database.writing() as session:
        visit = links.visit(session, service.start(session, region, None, contact))
        entries.save(visit.assessment, [Change(visit.rubric.questions[0].id, entry, revision=None)])
        return _id(session, service.submit(session, visit.assessment))


def _id(session: Session, submission: Submission) -> int:
    session.flush()
    return submission.id


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """Collects the statements that are run meanwhile."""
    statements: list[str] = []

    def collect(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", collect)
    yield statements
    event.remove(database.engine, "before_cursor_execute", collect)
