"""Submissions are taken away as files that hold all that the pages say, safely, and explain themselves."""

import csv
import io
import json
import re
from collections.abc import Callable
from typing import Any
from zipfile import BadZipFile, ZipFile

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import QueuePool, select, update

from rubric.answers import from_content
from rubric.model import Rubric
from tests.webapp.accounts.signing_in import csrf_token, sign_in
from tests.webapp.admin.review.reviewing import submit, submitted
from tests.webapp.admin.transfer.answers_files import RUBRIC, content
from tests.webapp.report.cases import reworded
from webapp import audit, demo
from webapp.accounts import creating
from webapp.accounts.roles import Role
from webapp.admin.submissions import lists
from webapp.admin.submissions.criteria import Filters
from webapp.admin.transfer import archive, export
from webapp.admin.transfer.columns import Wanted
from webapp.admin.transfer.export import Export
from webapp.assessment import deposit
from webapp.assessment.deposit import Deposit
from webapp.assessment.snapshot import snapshot
from webapp.database import Database
from webapp.models import AuditEntry, Contact, Submission, now

Row = dict[str, str]
NASTY = '=HYPERLINK("http://example.org")'


@pytest.fixture
def filled(database: Database) -> Database:
    """A dozen made-up submissions."""
    list(demo.fill(database, 12))
    return database


@pytest.fixture
def signed_in(app: Flask, database: Database) -> Callable[[Role], FlaskClient]:
    """Visitors who have signed in with a role."""

    def visitor(role: Role) -> FlaskClient:
        with app.app_context(), database.writing() as session:
            creating.create(session, f"{role}@example.org", "correct horse battery", role, audit.COMMAND_LINE)
        client = app.test_client()
        assert sign_in(client, f"{role}@example.org", "correct horse battery").status_code == 302
        return client

    return visitor


def add(database: Database, rubric: Rubric = RUBRIC, contact: str | None = None, **said: Any) -> int:
    """The id of a new submission."""
    answers, _ = from_content(content(**said), "file", rubric)
    with database.writing() as session:
        made = Deposit(answers, (snapshot(answers, rubric, 1, now()),), contact=contact)
        (stored,) = deposit.store(session, rubric, [made])
        return stored.submissions[0].id


def counted(client: FlaskClient, query: str = "") -> dict[str, str]:
    """What the page of an export sends of itself."""
    page = client.get(f"/admin/export/?{query}").text
    mark = re.search(r'name="mark" value="([0-9a-f]{12})"', page)
    assert mark
    return {"csrf_token": csrf_token(page), "mark": mark[1]}


def download(client: FlaskClient, query: str = "", **fields: str) -> bytes:
    answer = client.post(f"/admin/export/?{query}", data={**counted(client, query), **fields})
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=octant-submissions-")
    data: bytes = answer.data
    answer.close()
    return data


def tables(data: bytes) -> tuple[list[Row], list[Row]]:
    """The rows and the dictionary of an export as CSV."""
    with ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return table(archive.read("submissions.csv")), table(archive.read("dictionary.csv"))


def table(data: bytes) -> list[Row]:
    assert data.startswith(b"\xef\xbb\xbf") and b"\r\n" in data
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def lines(data: bytes) -> list[dict[str, Any]]:
    with ZipFile(io.BytesIO(data)) as archive:
        return [json.loads(line) for line in archive.read("submissions.jsonl").decode().splitlines()]


def results(database: Database) -> dict[str, dict[str, Any]]:
    with database.reading() as session:
        return {str(s.id): json.loads(s.result) for s in session.scalars(select(Submission))}


def test_a_table_has_the_figures_of_every_result(administrator: FlaskClient, filled: Database) -> None:
    rows, _ = tables(download(administrator, format="csv"))
    stored = results(filled)
    assert {row["submission"] for row in rows} == set(stored)
    for row in rows:
        result = stored[row["submission"]]
        score, exemplars = result["score"], result["exemplars"]
        assert row["region"] == result["region"]
        assert (number(row["score"]), number(row["score_low"])) == (score["value"], score["low"])
        assert [number(row[f"score_interval_{end}"]) for end in ("low", "high")] == (score["interval"] or [None] * 2)
        assert (row["verdict"], float(row["p"])) == (exemplars["verdict"], exemplars["p"])
        assert row["closest_set"].split() == exemplars["closest"]
        for country in exemplars["ranking"]:
            assert number(row[f"country.{country['country']}.resemblance"]) == country["resemblance"]
            assert number(row[f"country.{country['country']}.stability"]) == country["stability"]
        for theme in result["themes"]:
            assert number(row[f"theme.{theme['id']}.score"]) == theme["score"]["value"]
            assert int(row[f"theme.{theme['id']}.priority"]) == theme["priority"]
        for question in RUBRIC.questions:
            given = result["answers"].get(question.id, {"answer": "", "evidence": None})
            assert row[f"answer.{question.id}"] == str(given["answer"])
            assert row[f"evidence.{question.id}"] == (given["evidence"] or "")
        counted = sum(int(row[name]) for name in row if name.startswith("questions_"))
        assert counted == int(row["questions"]) == result["coverage"]["questions"]


def number(cell: str) -> float | None:
    return float(cell) if cell else None


def test_the_dictionary_explains_every_column(administrator: FlaskClient, filled: Database) -> None:
    rows, dictionary = tables(download(administrator, format="csv", notes="yes", contacts="yes"))
    explained = {row["column"]: row for row in dictionary if row["column"]}
    assert list(explained) == list(rows[0])
    assert all(row["meaning"] and row["json_lines"] for row in dictionary)
    assert explained["score"]["range"] == "0–100"
    assert explained["country.DK.resemblance"]["unit"] == "standard errors above chance"
    assert RUBRIC.questions[0].text == explained[f"answer.{RUBRIC.questions[0].id}"]["meaning"]


def test_lines_hold_whole_answers_and_results(administrator: FlaskClient, filled: Database) -> None:
    found = lines(download(administrator, format="jsonl", notes="yes"))
    with filled.reading() as session:
        for line in found:
            submission = session.get_one(Submission, line["submission"])
            assert line["answers"] == json.loads(submission.answers)
            assert line["result"] == json.loads(submission.result)
            assert (line["digest"], line["number"]) == (submission.digest, submission.number)
    assert len(found) == 12 and all("contact" not in line for line in found)


def test_what_continues_another_assessment_says_so(
    administrator: FlaskClient, client: FlaskClient, database: Database
) -> None:
    link = submitted(client)
    new = client.post(link + "next").location
    submit(client, new)
    second, first = tables(download(administrator, format="csv"))[0]
    assert (first["assessment"], first["first_assessment"], first["continues"]) == ("1", "1", "")
    assert (second["assessment"], second["first_assessment"]) == ("2", "1")
    assert second["continues"] == first["submission_digest"]


def test_a_workbook_says_the_same_as_the_table(administrator: FlaskClient, filled: Database) -> None:
    rows, dictionary = tables(download(administrator, format="csv", notes="yes"))
    book = load_workbook(io.BytesIO(download(administrator, format="xlsx", notes="yes")), read_only=True)
    assert book.sheetnames == ["submissions", "dictionary"]
    for name, expected in (("submissions", rows), ("dictionary", dictionary)):
        heads, *cells = book[name].iter_rows(values_only=True)
        assert list(heads) == list(expected[0])
        for row, other in zip(cells, expected, strict=True):
            told = dict(zip(heads, row, strict=True))
            assert {key: same(value) for key, value in told.items()} == {k: same(v) for k, v in other.items()}
    book.close()


def same(cell: object) -> object:
    """A cell without what a workbook and a table write differently."""
    try:
        return float(str(cell))
    except ValueError:
        return str(cell).lstrip("'").replace("\r\n", "\n") if cell is not None else ""


def test_text_is_never_a_formula(administrator: FlaskClient, database: Database) -> None:
    question = RUBRIC.questions[0].id
    for sign in "=+-@":
        add(database, region=f"{sign}1+1", notes={question: NASTY}, references={question: "_x0041_ #N/A"})
    rows, _ = tables(download(administrator, format="csv", notes="yes"))
    assert {row["region"] for row in rows} == {"'=1+1", "'+1+1", "'-1+1", "'@1+1"}
    assert {row[f"note.{question}"] for row in rows} == {f"'{NASTY}"}
    book = load_workbook(io.BytesIO(download(administrator, format="xlsx", notes="yes")))
    cells = [cell for row in book["submissions"].iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "inlineStr"}
    values = {str(cell.value).replace("x005F_", "") for cell in cells}  # which openpyxl leaves in
    assert values >= {"=1+1", NASTY, "_x0041_ #N/A"}
    assert not any(cell.hyperlink for cell in cells)


def test_what_was_written_and_contacts_come_only_when_asked_for(administrator: FlaskClient, database: Database) -> None:
    question = RUBRIC.questions[0].id
    add(database, region="Made-up region", notes={question: "a note"}, contact="office@example.org")
    for form in ("csv", "jsonl", "xlsx"):
        assert words(download(administrator, format=form)) == {"note": False, "contact": False}
        assert words(download(administrator, format=form, notes="yes")) == {"note": True, "contact": False}
        assert words(download(administrator, format=form, contacts="yes")) == {"note": False, "contact": True}


def words(data: bytes) -> dict[str, bool]:
    with ZipFile(io.BytesIO(data)) as archive:
        whole = b"".join(archive.read(name) for name in archive.namelist())
    return {"note": b"a note" in whole, "contact": b"office@example.org" in whole}


def test_contacts_are_for_reviewers(signed_in: Callable[[Role], FlaskClient], filled: Database) -> None:
    viewer, reviewer = signed_in("viewer"), signed_in("reviewer")
    assert 'name="contacts"' not in viewer.get("/admin/export/").text
    assert 'name="contacts"' in reviewer.get("/admin/export/").text
    refused = viewer.post("/admin/export/", data={**counted(viewer), "format": "csv", "contacts": "yes"})
    assert refused.status_code == 403
    assert "contact" not in tables(download(viewer, format="csv"))[0][0]
    with filled.reading() as session:
        expected = set(session.scalars(select(Contact.email)))
    assert {row["contact"] for row in tables(download(reviewer, format="csv", contacts="yes"))[0]} - {""} == expected


def test_the_log_says_who_took_what(administrator: FlaskClient, filled: Database) -> None:
    download(administrator, format="jsonl", contacts="yes")
    with filled.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "exported")).one()
    assert entry.actor.startswith("account-")
    assert json.loads(entry.details) == {"submissions": 12, "format": "jsonl", "notes": False, "contacts": True}


def test_the_selection_is_that_of_the_list_or_by_id(administrator: FlaskClient, filled: Database) -> None:
    rows, _ = tables(download(administrator, format="csv"))
    accepted = {row["submission"] for row in rows if row["status"] == "accepted"}
    assert 0 < len(accepted) < 12
    assert f"{len(accepted)} submissions of" in administrator.get("/admin/export/?status=accepted").text
    chosen, _ = tables(download(administrator, "status=accepted", format="csv"))
    assert {row["submission"] for row in chosen} == accepted
    some = [row["submission"] for row in rows[2:5]]
    chosen, _ = tables(download(administrator, "&".join(f"id={each}" for each in some), format="csv"))
    assert [row["submission"] for row in chosen] == some
    assert "12 submissions of 10 assessments." in administrator.get("/admin/export/").text


def test_what_cannot_be_exported_is_said(administrator: FlaskClient, filled: Database) -> None:
    assert administrator.get("/admin/export/?status=nonsense").status_code == 422
    assert administrator.get("/admin/export/?id=nonsense").status_code == 404
    assert administrator.get("/admin/export/?id=999999").status_code == 404
    nothing = administrator.get("/admin/export/?country=JP")
    assert nothing.status_code == 200 and "No submission fits" in nothing.text
    page = counted(administrator)
    for sent in ({"format": ""}, {"format": "exe"}):
        answer = administrator.post("/admin/export/", data={**page, "notes": "yes", **sent})
        assert answer.status_code == 422 and "Please choose one of the formats." in answer.text
        assert 'name="notes" value="yes" checked' in answer.text
    assert administrator.post("/admin/export/", data={"format": "csv"}).status_code == 400


def test_rubric_versions_stand_beside_each_other(administrator: FlaskClient, database: Database) -> None:
    other = reworded(RUBRIC, lambda question: {"name": f"{question.name}!", "text": f"{question.text}!"})
    add(database, region="Made-up region A")
    add(database, other, region="Made-up region B")
    rows, dictionary = tables(download(administrator, format="csv"))
    assert len({row["rubric_digest"] for row in rows}) == len({row["rubric"] for row in rows}) == 2
    question = RUBRIC.questions[0]
    told = {row["meaning"]: row["rubrics"] for row in dictionary if row["column"] == f"answer.{question.id}"}
    called = {row["region"]: row["rubric"] for row in rows}
    assert told == {question.text: called["Made-up region A"], f"{question.text}!": called["Made-up region B"]}
    assert all(row[f"answer.{question.id}"] == "2" for row in rows)


def test_nothing_but_what_was_counted_is_exported(administrator: FlaskClient, database: Database) -> None:
    add(database, region="Made-up region A")
    page = counted(administrator)
    add(database, region="Made-up region B")
    answer = administrator.post("/admin/export/", data={**page, "format": "csv", "notes": "yes"})
    assert answer.status_code == 409 and "The submissions have changed meanwhile" in answer.text
    assert "2 submissions of 2 assessments." in answer.text
    assert 'name="notes" value="yes" checked' in answer.text
    with database.reading() as session:
        assert not session.scalars(select(AuditEntry).where(AuditEntry.action == "exported")).all()
    assert len(tables(download(administrator, format="csv"))[0]) == 2


@pytest.mark.parametrize("form", export.FORMATS)
def test_what_comes_after_the_count_stays_out(filled: Database, form: export.Format, app: Flask) -> None:
    with filled.reading() as session:
        found = export.survey(session, lists.ids(session, Filters()))
    add(filled, reworded(RUBRIC, lambda question: {"text": f"{question.text}!"}), region="Made-up region")
    with app.test_request_context():
        data = b"".join(Export(filled, found, Wanted()).figures(form))
    if form == "xlsx":
        assert load_workbook(io.BytesIO(data))["submissions"].max_row == 13
    else:
        assert len(lines(data) if form == "jsonl" else tables(data)[0]) == found.submissions == 12


def test_no_transaction_lasts_while_a_file_is_made(
    filled: Database, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "AT_ONCE", 5)
    monkeypatch.setattr(archive, "PIECE", 1)
    with filled.reading() as session:
        found = export.survey(session, lists.ids(session, Filters()))
    made: list[int] = []

    def report(submission: int) -> bytes:
        assert not open_connections(filled)
        made.append(submission)
        return b"%PDF-1.7 made up"

    with app.test_request_context():
        for _ in Export(filled, found, Wanted(contacts=True)).reports(report):
            assert not open_connections(filled)
    assert made == list(found.ids) and len(made) == 12


def open_connections(database: Database) -> int:
    pool = database.engine.pool
    assert isinstance(pool, QueuePool)
    return pool.checkedout()


@pytest.mark.parametrize("form", export.FORMATS)
def test_what_breaks_off_is_no_whole_file(filled: Database, form: export.Format, app: Flask) -> None:
    with filled.reading() as session:
        found = export.survey(session, lists.ids(session, Filters()))
    with filled.writing() as session:
        session.execute(update(Submission).where(Submission.id == found.ids[6]).values(result="{broken"))
    got = bytearray()
    with app.test_request_context(), pytest.raises(ValueError, match="Expecting"):
        for piece in Export(filled, found, Wanted()).figures(form):
            got += piece
    with pytest.raises(BadZipFile):
        ZipFile(io.BytesIO(bytes(got)))


def test_only_two_exports_at_once(administrator: FlaskClient, filled: Database) -> None:
    sent = {**counted(administrator), "format": "csv"}
    running = [administrator.post("/admin/export/", data=sent) for _ in range(2)]
    busy = administrator.post("/admin/export/", data=sent)
    assert busy.status_code == 503 and busy.headers["Retry-After"]
    for answer in running:
        answer.close()
    again = administrator.post("/admin/export/", data=sent)
    assert again.status_code == 200
    again.close()


def test_nothing_submitted_is_no_file(administrator: FlaskClient) -> None:
    assert "Nothing has been submitted yet." in administrator.get("/admin/export/").text
