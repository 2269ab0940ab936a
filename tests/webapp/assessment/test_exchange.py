"""Answers taken away as files and brought back: nothing is taken over unseen, and nothing of a file that is wrong."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from tests.webapp.assessment.acting import as_sent, heading
from tests.webapp.assessment.starting import REGION, RUBRIC, SKILLS, dump, stored, words
from webapp.database import Database
from webapp.models import Priority, Rating

FIRST, SECOND, THIRD = SKILLS[:3]
EXAMPLE = Path(__file__).parents[2] / "examples" / "sample-region.toml"
SENT = {FIRST: "3", f"note-{FIRST}": "A note.", SECOND: "unknown", "priority-skills": "3"}
PREVIEW = "What the file would change"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def upload(client: FlaskClient, link: str, data: bytes, name: str) -> TestResponse:
    boundary, body = encode_multipart({"file": FileStorage(io.BytesIO(data), name)})
    return client.post(link + "exchange", data=body, content_type=f"multipart/form-data; boundary={boundary}")


def as_json(**content: object) -> bytes:
    return json.dumps({"region": REGION, "answers": {}, **content}).encode()


def take_over(client: FlaskClient, link: str, preview: str, **other: str) -> TestResponse:
    """Presses the button of a preview."""
    return client.post(link + "exchange/take-over", data=as_sent(preview) | other)


def changed(workbook: bytes, question: str, answer: str) -> bytes:
    """A workbook with another answer to a question."""
    book = openpyxl.load_workbook(io.BytesIO(workbook))
    sheet = next(sheet for sheet in book if "answer" in [cell.value for cell in sheet[1]])
    column = [cell.value for cell in sheet[1]].index("answer")
    next(row for row in sheet.iter_rows() if question in [cell.value for cell in row])[column].value = answer
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize(("name", "kind"), [("answers.xlsx", XLSX), ("answers.json", "application/json")])
def test_what_is_taken_away_says_what_is_stored(
    client: FlaskClient, link: str, database: Database, name: str, kind: str
) -> None:
    client.post(link + "skills", data=SENT)
    file = client.get(link + name)
    assert (file.status_code, file.mimetype) == (200, kind)
    assert f"filename=octant-made-up-region-aldermoor-{name}" in file.headers["Content-Disposition"]
    before = dump(database)
    page = words(upload(client, link, file.data, name).text)
    assert "Nothing: the assessment says all that already." in page
    assert "Use these answers" not in page
    assert dump(database) == before


def test_what_is_taken_away_as_json_is_an_answers_file(client: FlaskClient, link: str) -> None:
    client.post(link + "skills", data=SENT)
    assert client.get(link + "answers.json").json == {
        "region": REGION,
        "rubric": RUBRIC.version,
        "answers": {FIRST: 3, SECOND: "unknown"},
        "notes": {FIRST: "A note."},
        "priorities": {"skills": 3},
    }


def test_the_example_is_shown_first_and_then_taken_over(client: FlaskClient, link: str, database: Database) -> None:
    before = dump(database)
    answer = upload(client, link, EXAMPLE.read_bytes(), EXAMPLE.name)
    page = words(answer.text)
    assert (answer.status_code, heading(page)) == (200, PREVIEW)
    assert f"The file is about “Sample Region”, this assessment about “{REGION}”." in page
    assert "2 priorities would change." in page
    assert "What the file leaves empty stays as it is." in page
    assert "Region, country and date of the file are not used." in page
    assert "Use these answers" in page
    assert dump(database) == before
    taken = take_over(client, link, answer.text)
    assert (taken.status_code, taken.location.partition("?")[0]) == (303, link)
    content = client.get(link + "answers.json").json
    assert content
    assert content["region"] == REGION
    assert content["priorities"] == {"skills": 3, "finance": 1}
    assert content["answers"]["quality-oversight"] == 4
    assert "country" not in content
    assert all(answer.contributor_id is None for answer in stored(database).values())


def test_a_cell_that_was_changed_is_the_only_change(client: FlaskClient, link: str, database: Database) -> None:
    client.post(link + "skills", data=SENT)
    workbook = changed(client.get(link + "answers.xlsx").data, FIRST, RUBRIC.levels[1].name)
    answer = upload(client, link, workbook, "answers.xlsx")
    page = words(answer.text)
    assert "One answer would change." in page
    assert f"<b>{RUBRIC.levels[3].name}</b>" in page
    assert f"<b>{RUBRIC.levels[1].name}</b>" in page
    take_over(client, link, answer.text)
    assert (stored(database)[FIRST].answer, stored(database)[FIRST].note) == ("1", "A note.")
    assert (stored(database)[FIRST].revision, stored(database)[SECOND].revision) == (2, 1)


def test_what_a_file_does_not_say_is_kept(client: FlaskClient, link: str, database: Database) -> None:
    client.post(link + "skills", data=SENT)
    vignette = RUBRIC.vignettes[0].id
    data = as_json(answers={THIRD: 2}, evidence={FIRST: "document"}, vignettes={vignette: 4})
    answer = upload(client, link, data, "answers.json")
    assert "The ratings of made-up regions are used as well." in answer.text
    take_over(client, link, answer.text)
    given = stored(database)
    assert [given[name].answer for name in (FIRST, SECOND, THIRD)] == ["3", "unknown", "2"]
    assert (given[FIRST].note, given[FIRST].evidence) == ("A note.", "document")
    with database.reading() as session:
        assert session.get_one(Priority, (1, "skills")).priority == 3
        assert session.get_one(Rating, (1, vignette)).level == 4


def test_every_problem_is_listed_with_its_place_and_nothing_is_taken_over(
    client: FlaskClient, link: str, database: Database
) -> None:
    before = dump(database)
    data = as_json(answers={FIRST: 7, SECOND: 2, "<b>gone</b>": 1}, priorities={"weather": 1}, colour="red")
    answer = upload(client, link, data, "../a<b>.json")
    page = answer.text
    assert answer.status_code == 422
    assert "<title>Error: " in page
    assert "The file was not taken: 4 problems" in page
    assert f"a&lt;b&gt;.json: answers.{FIRST}</td><td>found 7</td>" in page
    for told in ("unknown question", "unknown theme", "a&lt;b&gt;.json: colour</td><td>unknown key"):
        assert told in page
    assert "<b>gone" not in page
    assert dump(database) == before


def test_a_wrong_cell_is_told_by_sheet_row_and_column(client: FlaskClient, link: str, database: Database) -> None:
    before = dump(database)
    answer = upload(client, link, changed(client.get(link + "answers.xlsx").data, FIRST, "rather good"), "mine.xlsx")
    assert answer.status_code == 422
    assert "mine.xlsx: sheet Answers, row " in answer.text
    assert "column Answer</td><td>found &#39;rather good&#39;</td>" in answer.text
    assert dump(database) == before


def test_of_endless_problems_the_first_are_listed(client: FlaskClient, link: str) -> None:
    page = words(upload(client, link, as_json(answers={f"made-up-{n}": 1 for n in range(300)}), "a.json").text)
    assert "The file was not taken: 300 problems" in page
    assert "… and 100 more." in page


def test_a_preview_that_is_out_of_date_takes_nothing_over(client: FlaskClient, link: str, database: Database) -> None:
    old = upload(client, link, as_json(answers={FIRST: 1, SECOND: 1}), "a.json").text
    client.post(link + "skills", data={FIRST: "4"})
    before = dump(database)
    answer = take_over(client, link, old)
    assert (answer.status_code, heading(answer.text)) == (409, PREVIEW)
    assert "Somebody changed answers while you were looking." in answer.text
    assert f"<b>{RUBRIC.levels[4].name}</b>" in words(answer.text)
    assert dump(database) == before
    assert take_over(client, link, answer.text).status_code == 303
    assert [stored(database)[name].answer for name in (FIRST, SECOND)] == ["1", "1"]


def test_what_a_preview_sends_back_is_checked_again(client: FlaskClient, link: str, database: Database) -> None:
    preview = upload(client, link, as_json(answers={FIRST: 1}), "a.json").text
    before = dump(database)
    for content in (as_json(answers={FIRST: 9}).decode(), "", "{", "[]", 'region = "x"'):
        answer = take_over(client, link, preview, content=content)
        assert answer.status_code == 422
        assert "The file was not taken" in answer.text
        assert dump(database) == before


@pytest.mark.parametrize("seen", ["", "sha256:" + "0" * 64])
def test_a_preview_that_does_not_say_what_it_showed_takes_nothing_over(
    client: FlaskClient, link: str, database: Database, seen: str
) -> None:
    preview = upload(client, link, as_json(answers={FIRST: 1}), "a.json").text
    before = dump(database)
    assert take_over(client, link, preview, seen=seen).status_code == 409
    assert dump(database) == before


def test_a_text_of_any_kind_comes_through_the_preview(client: FlaskClient, link: str, database: Database) -> None:
    note = "One </textarea> & \"two\"\nthree\t'four' – ü 🦆"
    preview = upload(client, link, as_json(notes={FIRST: note}), "a.json").text
    take_over(client, link, preview)
    assert stored(database)[FIRST].note == note


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ({"answers": {FIRST: 1}}, "One answer came from the file."),
        ({"answers": {FIRST: 1, SECOND: 2}}, "2 answers came from the file."),
        ({"priorities": {"skills": 3}}, "The file is in use: no answer changed, other things did."),
    ],
)
def test_the_task_list_says_what_came_from_the_file(
    client: FlaskClient, link: str, file: dict[str, Any], told: str
) -> None:
    taken = take_over(client, link, upload(client, link, as_json(**file), "a.json").text)
    assert taken.status_code == 303
    assert told in client.get(taken.location).text
    assert told not in client.get(link).text


@pytest.mark.parametrize("made_up", ["-1", "4711", "x", "", "<b>"])
def test_what_the_address_says_came_from_a_file_is_not_believed(client: FlaskClient, link: str, made_up: str) -> None:
    answer = client.get(link, query_string={"taken": made_up})
    assert answer.status_code == 200
    assert "file." not in answer.text
    assert "The file is in use" not in answer.text


def bomb() -> bytes:
    """A workbook of a few kilobytes that unpacks to a hundred megabytes."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", bytes(100_000_000))
    return file.getvalue()


def endless() -> bytes:
    """A workbook of 100,000 rows."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Endless")
    for _ in range(100_000):
        sheet.append([1])
    return saved(book)


@pytest.mark.parametrize("kind", ["bomb", "endless", "empty", "text", "old"])
def test_what_is_no_answers_file_is_told(client: FlaskClient, link: str, database: Database, kind: str) -> None:
    before = dump(database)
    files: dict[str, Any] = {
        "bomb": (bomb, "unpacks to more than 10 MB"),
        "endless": (endless, "holds far more than a questionnaire"),
        "empty": (bytes, "region"),
        "text": (lambda: b"Dear all,", "not TOML"),
        "old": (lambda: b"\xd0\xcf\x11\xe0", "of the older kind .xls"),
    }
    make, told = files[kind]
    answer = upload(client, link, make(), "answers.xlsx")
    assert answer.status_code == 422
    assert told in words(answer.text)
    assert dump(database) == before


def test_no_file_is_told(client: FlaskClient, link: str) -> None:
    sent: list[dict[str, Any]] = [{}, {"file": ""}, {"file": (io.BytesIO(b""), "")}, {"file": "text"}]
    for fields in sent:
        answer = client.post(link + "exchange", data=fields, content_type="multipart/form-data")
        assert answer.status_code == 422
        assert "Please choose a file first." in answer.text
        assert 'href="#file"' in answer.text


def test_a_file_that_is_too_large_is_refused(client: FlaskClient, link: str) -> None:
    answer = client.post(link + "exchange", data=b"#" * 1_000_001, content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 413
    assert "at most one megabyte" in answer.text


@pytest.mark.parametrize(("more", "status"), [(0, 200), (1, 422)])
def test_a_file_of_900_kilobytes_is_the_largest(client: FlaskClient, link: str, more: int, status: int) -> None:
    data = as_json(answers={FIRST: 1})
    answer = upload(client, link, data + b" " * (900_000 + more - len(data)), "a.json")
    assert answer.status_code == status
    assert ("is larger than 900 kB" in answer.text) == bool(more)


def test_anybody_gets_the_empty_spreadsheet_and_it_says_nothing(client: FlaskClient, link: str) -> None:
    file = client.get("/questionnaire.xlsx")
    assert (file.status_code, file.mimetype) == (200, XLSX)
    assert f"filename=octant-questionnaire-{RUBRIC.version}.xlsx" in file.headers["Content-Disposition"]
    assert 'href="/questionnaire.xlsx"' in client.get(link + "exchange").text
    book = openpyxl.load_workbook(io.BytesIO(file.data))
    cells = {cell.value for sheet in book for row in sheet.iter_rows() for cell in row}
    assert {question.text for question in RUBRIC.questions} <= cells
