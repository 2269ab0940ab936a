"""Many answers files become assessments: first looked at, then exactly what was shown, all of it or nothing."""

import datetime as dt
import io
import json
import re
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any
from zipfile import ZipFile

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from rubric.answers import from_content
from tests.webapp.accounts.signing_in import csrf_token
from tests.webapp.admin.transfer.answers_files import RUBRIC, as_json, as_lines, as_toml, as_workbook, content, packed
from webapp import audit
from webapp.admin.transfer import imports, uploaded
from webapp.assessment import deposit, service
from webapp.assessment.deposit import Deposit
from webapp.assessment.snapshot import Snapshot, snapshot
from webapp.database import Database
from webapp.models import Assessment, AuditEntry, Listing, PendingImport, Submission, now

THREE = {
    "a.toml": as_toml("Made-up region A", 1),
    "b.json": as_json("Made-up region B", 2),
    "folder/c.xlsx": as_workbook("Made-up region C", 3),
}


def upload(client: FlaskClient, data: bytes, name: str = "regions.zip") -> TestResponse:
    token = csrf_token(client.get("/admin/import/").text)
    boundary, body = encode_multipart({"csrf_token": token, "file": FileStorage(io.BytesIO(data), name)})
    return client.post("/admin/import/", data=body, content_type=f"multipart/form-data; boundary={boundary}")


def shown(client: FlaskClient, data: bytes, name: str = "regions.zip") -> str:
    """The page that says what an upload would make."""
    answer = upload(client, data, name)
    assert (answer.status_code, answer.location) == (303, "/admin/import/check"), answer.text
    return client.get(answer.location).text


def confirm(client: FlaskClient, page: str) -> TestResponse:
    seen = re.search(r'name="seen" value="([^"]+)"', page)
    assert seen
    return client.post("/admin/import/check", data={"csrf_token": csrf_token(page), "seen": seen[1]})


def regions(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(Assessment.region).order_by(Assessment.id)))


def test_each_file_becomes_an_assessment_that_was_submitted(administrator: FlaskClient, database: Database) -> None:
    page = shown(administrator, packed(THREE))
    assert "3 assessments would be made." in page and "Import 3 assessments" in page
    assert regions(database) == []
    answer = confirm(administrator, page)
    assert (answer.status_code, answer.location) == (303, "/admin/import/?imported=3")
    assert "3 assessments were imported." in administrator.get(answer.location).text
    with database.reading() as session:
        for assessment in session.scalars(select(Assessment)):
            (submission,) = assessment.submissions
            assert (assessment.status, submission.number, assessment.made_up) == ("received", 1, None)
            given = {answer.question: answer.answer for answer in assessment.answers}
            assert {q: str(a) for q, a in json.loads(submission.answers)["answers"].items()} == given
            assert json.loads(submission.answers)["date"] == submission.at.date().isoformat()
        assert session.scalar(select(func.count()).select_from(Listing)) == 3
        assert session.scalar(select(func.count()).select_from(PendingImport)) == 0
        entries = session.scalars(select(AuditEntry).where(AuditEntry.action == "imported")).all()
    assert len(entries) == 3 and entries[0].actor.startswith("account-")
    assert regions(database) == ["Made-up region A", "Made-up region B", "Made-up region C"]


def test_six_that_come_together_are_told_how_all_stand(administrator: FlaskClient, database: Database) -> None:
    page = shown(administrator, as_lines(*(f"Made-up region {number}" for number in range(6))), "regions.ndjson")
    confirm(administrator, page)
    with database.reading() as session:
        told = session.scalars(select(Submission.peers)).all()
    assert len(told) == 6 and len(set(told)) == 1 and told[0]


def test_problems_are_told_by_file_and_line_and_nothing_is_imported(
    administrator: FlaskClient, database: Database
) -> None:
    broken = {"level.json": as_json("Made-up region D", 7), "text.toml": b'region = "x\n', "b.json": THREE["b.json"]}
    page = shown(administrator, packed(broken))
    assert "level.json: answers." in page and "text.toml" in page
    assert "Nothing can be imported yet" in page
    assert 'name="seen"' not in page
    lines = as_lines("Made-up region A", "Made-up region B") + b"\n\n{]\nno object\n"
    page = shown(administrator, lines, "regions.jsonl")
    assert "line 4 of regions.jsonl" in page and "line 5 of regions.jsonl" in page
    answer = administrator.post("/admin/import/check", data={"csrf_token": csrf_token(page), "seen": "x"})
    assert answer.status_code == 409
    assert regions(database) == []


def test_what_is_there_already_is_told_and_the_same_again_is_left_out(
    administrator: FlaskClient, database: Database
) -> None:
    confirm(administrator, shown(administrator, packed(THREE)))
    other = {
        "same.json": as_json("made-up region b", 2),
        "named.json": as_json("Made-up region A", 4),
        "answered.json": as_json("Made-up region E", 3),
        "new.json": as_json("Made-up region F", 0),
        "twice.json": as_json("Made-up region F", 0),
    }
    page = shown(administrator, packed(other))
    assert "3 assessments would be made." in page and "2 files are left out" in page
    assert "A region of this name is there already" in page
    assert "The same answers as those of Made-up region C" in page
    confirm(administrator, page)
    assert regions(database)[3:] == ["Made-up region A", "Made-up region E", "Made-up region F"]


def test_nothing_but_what_was_shown_is_imported(administrator: FlaskClient, database: Database) -> None:
    first = shown(administrator, packed(THREE))
    shown(administrator, as_json("Made-up region G"), "g.json")
    answer = confirm(administrator, first)
    assert answer.status_code == 409
    assert "This is not what you were shown" in answer.text and "Made-up region G" in answer.text
    assert regions(database) == []
    confirm(administrator, answer.text)
    assert regions(database) == ["Made-up region G"]


def test_an_upload_that_comes_while_another_is_imported_stays(
    administrator: FlaskClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = shown(administrator, as_json("Made-up region F"), "f.json")

    def slowly(*given: Any) -> Snapshot:
        shown(administrator, as_json("Made-up region G"), "g.json")
        return snapshot(*given)

    monkeypatch.setattr(imports, "snapshot", slowly)
    answer = confirm(administrator, page)
    assert answer.status_code == 409 and "Made-up region G" in answer.text
    assert regions(database) == []
    monkeypatch.undo()
    confirm(administrator, answer.text)
    assert regions(database) == ["Made-up region G"]


def test_what_came_meanwhile_is_shown_before_it_is_imported(administrator: FlaskClient, database: Database) -> None:
    page = shown(administrator, as_json("Made-up region G"), "g.json")
    with database.writing() as session:
        service.start(session, "Made-up Region G", None, None)
    answer = confirm(administrator, page)
    assert answer.status_code == 409 and "A region of this name is there already" in answer.text
    assert regions(database) == ["Made-up Region G"]
    assert confirm(administrator, answer.text).location == "/admin/import/?imported=1"


def test_what_another_is_importing_is_not_imported_again(database: Database) -> None:
    files = uploaded.read(as_json("Made-up region G"), "g.json", RUBRIC)
    with database.reading() as session:
        planned = imports.plan(session, files, RUBRIC)
    with ThreadPoolExecutor(1) as other:
        with database.writing() as session:
            stored(session, "Made-up region G")
            late = other.submit(imports.carry_out, database, files, planned, RUBRIC, audit.COMMAND_LINE)
            assert late in wait([late], timeout=0.5).not_done
        with pytest.raises(imports.Changed):
            late.result()
    assert regions(database) == ["Made-up region G"]


def stored(session: Session, region: str) -> None:
    answers, _ = from_content(content(region), "file", RUBRIC)
    deposit.store(session, RUBRIC, [Deposit(answers, (snapshot(answers, RUBRIC, 1, now()),))])


def test_an_upload_waits_for_a_day(administrator: FlaskClient, database: Database) -> None:
    page = shown(administrator, packed(THREE))
    with database.writing() as session:
        session.execute(update(PendingImport).values(uploaded_at=now() - dt.timedelta(hours=25)))
    assert confirm(administrator, page).status_code == 409
    assert regions(database) == []


def test_confirming_twice_imports_once(administrator: FlaskClient, database: Database) -> None:
    page = shown(administrator, packed(THREE))
    confirm(administrator, page)
    answer = confirm(administrator, page)
    assert answer.status_code == 409 and "There is no upload left to import" in answer.text
    assert len(regions(database)) == 3


def test_an_upload_can_be_discarded(administrator: FlaskClient, database: Database) -> None:
    page = shown(administrator, packed(THREE))
    answer = administrator.post("/admin/import/drop", data={"csrf_token": csrf_token(page)})
    assert answer.location == "/admin/import/"
    assert administrator.get("/admin/import/check").location == "/admin/import/"
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(PendingImport)) == 0
        told = session.execute(select(AuditEntry.action, AuditEntry.details).order_by(AuditEntry.id)).all()
    assert told[1:] == [("import-uploaded", '{"files":3}'), ("import-dropped", "{}")]


def test_names_in_an_archive_lead_nowhere(administrator: FlaskClient, database: Database) -> None:
    page = shown(administrator, packed({"../../etc/<b>passwd</b>": as_json("Made-up region H"), ".hidden": b"x"}))
    assert "One assessment would be made." in page
    assert "<b>passwd" not in page and "etc" not in page
    assert "__MACOSX" not in shown(
        administrator, packed({"__MACOSX/a.json": b"x", "a.json": as_json("Made-up region")})
    )


@pytest.mark.parametrize(
    ("data", "name", "told"),
    [
        (b"PK\x03\x04 no archive", "regions.zip", "cannot be unpacked"),
        (packed({".hidden": b"x"}), "regions.zip", "holds no answers file"),
        (b"\n\n", "regions.ndjson", "holds no answers file"),
        (packed({f"{number}.json": b"{}" for number in range(uploaded.MOST_FILES + 1)}), "many.zip", "more than 1000"),
        (b'{"region": "x"}\n' * (uploaded.MOST_FILES + 1), "many.ndjson", "more than 1000 lines"),
        (packed({"zeros.json": bytes(150_000_000)}), "bomb.zip", "unpacks to more than 100 MB"),
    ],
)
def test_uploads_that_are_no_files_or_too_many_are_refused(
    administrator: FlaskClient, data: bytes, name: str, told: str
) -> None:
    answer = upload(administrator, data, name)
    assert answer.status_code == 422
    assert told in answer.text


def test_a_file_in_an_archive_is_no_larger_than_one_by_itself() -> None:
    large = packed({"a.json": b" " * 5_000_000 + as_json("Made-up region")})
    (found,) = uploaded.read(large, "a.zip", RUBRIC)
    assert found.content is None and "larger than 900 kB" in str(found.problems[0])


def test_a_workbook_by_itself_is_one_file_and_no_archive(administrator: FlaskClient) -> None:
    assert "One assessment would be made." in shown(administrator, THREE["folder/c.xlsx"], "c.xlsx")


def test_large_uploads_are_taken_here_and_nowhere_else(administrator: FlaskClient) -> None:
    heavy = {f"{number}.json": as_json(f"Made-up region {number}", notes=notes(number)) for number in range(60)}
    out = io.BytesIO()
    with ZipFile(out, "w") as target:
        for name, data in heavy.items():
            target.writestr(name, data)
    assert len(out.getvalue()) > 1_000_000
    assert "60 assessments would be made." in shown(administrator, out.getvalue())
    answer = upload(administrator, bytes(uploaded.LARGEST + 20_000))
    assert answer.status_code == 413 and "larger than 10 MB" in answer.text


def notes(number: int) -> dict[str, str]:
    return dict.fromkeys(content("x")["answers"], f"{number} " + "long " * 100)


def test_a_form_without_a_file_says_so(administrator: FlaskClient) -> None:
    token = csrf_token(administrator.get("/admin/import/").text)
    answer = administrator.post("/admin/import/", data={"csrf_token": token})
    assert answer.status_code == 422 and "Please choose a file first." in answer.text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_reading_ends_with_a_thousand_problems(administrator: FlaskClient) -> None:
    wrong = json.dumps({"region": "Made-up region A", **{f"strange-{number}": 1 for number in range(300)}}).encode()
    page = shown(administrator, b"\n".join([wrong] * 5 + [as_json("Made-up region B", 2)]), "regions.jsonl")
    assert "Nothing can be imported yet: 1001 problems" in page
    assert "has more than 1000 problems; the rest was not read" in page
