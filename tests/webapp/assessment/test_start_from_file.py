"""Starting from a file that somebody has: a report, or an answers file; and a report brought to an assessment."""

import io
import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from rubric.answers import Answers
from rubric.problems import InputError
from tests.patience import soon
from tests.webapp.assessment.acting import as_sent
from tests.webapp.assessment.starting import RUBRIC, dump, stored, words
from tests.webapp.report.attaching import answering, carrying, locked, odd_filter, packed_bomb, renamed
from tests.webapp.report.cases import full, longest, report_on
from webapp.assessment.spreadsheet import write
from webapp.assessment.uploads import LARGEST_UPLOAD, parse
from webapp.database import Database
from webapp.models import Assessment
from webapp.report.edition import Edition
from webapp.report.pdf import pdf

pytestmark = pytest.mark.one_database

FIRST, SECOND = (question.id for question in RUBRIC.questions[:2])
CONTENT: dict[str, Any] = {
    "region": "Made-up Åland",
    "country": "FI",
    "date": "2020-01-01",
    "rubric": RUBRIC.version,
    "priorities": {"skills": 3},
    "answers": {FIRST: 3, SECOND: "unknown"},
    "notes": {FIRST: "A note."},
}
FILES = {
    "report.pdf": answering(CONTENT),
    "answers.json": json.dumps(CONTENT).encode(),
    "answers.toml": f'region = "Made-up Åland"\ncountry = "FI"\n[answers]\n{FIRST}=3\n{SECOND}="unknown"\n'.encode(),
    "answers.xlsx": write(RUBRIC, CONTENT),
}


def begin(client: FlaskClient, data: bytes, name: str = "report.pdf", **fields: str) -> TestResponse:
    given = {"region": "", "country": "", "contact": "", **fields, "file": FileStorage(io.BytesIO(data), name)}
    boundary, body = encode_multipart(given)
    return client.post("/start", data=body, content_type=f"multipart/form-data; boundary={boundary}")


def told(data: bytes, name: str = "report.pdf") -> list[str]:
    with pytest.raises(InputError) as caught:
        parse(data, name, RUBRIC)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize("name", FILES)
def test_an_assessment_goes_on_from_a_file(client: FlaskClient, database: Database, name: str) -> None:
    answer = begin(client, FILES[name], name)
    assert answer.status_code == 303
    assert "Made-up Åland" in client.get(answer.location).text
    assert {question: entry.answer for question, entry in stored(database).items()} == {FIRST: "3", SECOND: "unknown"}
    with database.reading() as session:
        assessment = session.scalars(select(Assessment)).one()
        assert (assessment.country, assessment.previous, assessment.contact) == ("FI", None, None)
    assert not dump(database)["submissions"]


def test_what_is_typed_comes_before_what_the_file_says(client: FlaskClient, database: Database) -> None:
    begin(client, FILES["report.pdf"], region="Elsewhere", country="DK", contact="a@example.org")
    with database.reading() as session:
        assessment = session.scalars(select(Assessment)).one()
        assert (assessment.region, assessment.country) == ("Elsewhere", "DK")


def test_without_a_file_it_starts_empty(client: FlaskClient, database: Database) -> None:
    assert begin(client, b"", "", region="Made-up region").status_code == 303
    assert stored(database) == {}


def test_a_file_that_is_wrong_is_told_at_the_field_and_nothing_typed_is_lost(
    client: FlaskClient, database: Database
) -> None:
    wrong = answering({**CONTENT, "answers": {FIRST: 9, "gone": 1}})
    answer = begin(client, wrong, "<b>old.pdf", region="Typed region", country="DK", contact="a@example.org")
    page = words(answer.text)
    assert answer.status_code == 422
    assert 'href="#file"' in page and "2 problems" in page
    assert "<b>old.pdf" not in answer.text
    assert f"answers.{FIRST}" in page and "unknown question" in page
    assert 'value="Typed region"' in page and 'value="DK" selected' in page and 'value="a@example.org"' in page
    assert not dump(database)["assessments"]


def test_after_a_refused_file_nothing_starts_empty_unless_one_says_so(client: FlaskClient, database: Database) -> None:
    wrong = answering({**CONTENT, "answers": {FIRST: 9}})
    sent = as_sent(begin(client, wrong, "old.pdf", region="Typed region").text)
    assert client.post("/start", data=sent).status_code == 422
    assert not dump(database)["assessments"]
    assert client.post("/start", data=sent | {"without": "1"}).status_code == 303
    assert stored(database) == {}


def test_a_file_may_leave_the_region_to_the_form_and_the_form_to_the_file(
    client: FlaskClient, database: Database
) -> None:
    nameless = json.dumps({"answers": {FIRST: 3}}).encode()
    assert begin(client, nameless, "answers.json", region="Typed region").status_code == 303
    assert stored(database)[FIRST].answer == "3"
    page = begin(client, answering({**CONTENT, "answers": {FIRST: 9}}), "old.pdf").text
    assert "Please enter the name of your region." not in page


def test_the_answers_of_a_good_file_are_kept_while_something_else_is_wrong(
    client: FlaskClient, database: Database
) -> None:
    page = begin(client, FILES["report.pdf"], contact="nobody").text
    sent = as_sent(page) | {"country": "FI", "contact": ""}
    assert sent["region"] == "Made-up Åland"
    assert client.post("/start", data=sent).status_code == 303
    assert stored(database)[FIRST].note == "A note."


@pytest.mark.parametrize("kept", ["{", "[" * 100_000, '{"answers": {"gone": 1}}'])
def test_kept_answers_that_somebody_changed_are_told(client: FlaskClient, database: Database, kept: str) -> None:
    answer = client.post("/start", data={"region": "Made-up region", "brought": kept})
    assert answer.status_code == 422
    assert 'href="#file"' in answer.text
    assert not dump(database)["assessments"]


def test_a_report_is_previewed_like_every_other_file(client: FlaskClient, link: str, database: Database) -> None:
    boundary, body = encode_multipart({"file": FileStorage(io.BytesIO(FILES["report.pdf"]), "report.pdf")})
    answer = client.post(link + "exchange", data=body, content_type=f"multipart/form-data; boundary={boundary}")
    assert "2 answers would change." in words(answer.text)
    assert client.post(link + "exchange/take-over", data=as_sent(answer.text)).status_code == 303
    assert stored(database)[FIRST].answer == "3"


@pytest.mark.parametrize("answers", [full(), longest()])
def test_a_report_says_what_its_answers_file_says(answers: Answers) -> None:
    made = pdf(report_on(answers), Edition("en"))
    assert len(made) < LARGEST_UPLOAD
    assert parse(made, "report.pdf", RUBRIC) == answers


def test_a_report_on_another_rubric_is_told_and_nothing_else() -> None:
    assert told(answering({**CONTENT, "rubric": "2025.1", "answers": {"gone": 1}})) == [
        "report.pdf: answers.json: rubric: answers the questions of '2025.1'; "
        "expected 2026.1, the questions that this assessment answers"
    ]


def test_problems_are_told_with_both_files() -> None:
    assert told(answering({**CONTENT, "answers": {FIRST: 9}}))[0].startswith(
        f"report.pdf: answers.json: answers.{FIRST}"
    )


ANSWERS = ("answers.json", json.dumps(CONTENT).encode())
BROKEN = {
    "empty": (b"%PDF-1.7\n", "cannot be read: the PDF is damaged"),
    "no pdf inside": (b"%PDF-" + b"x" * 1000, "cannot be read: the PDF is damaged"),
    "half": (FILES["report.pdf"][: len(FILES["report.pdf"]) // 2], "cannot be read: the PDF is damaged"),
    "nothing attached": (carrying(), "answers.json: is not attached"),
    "something else attached": (carrying(("notes.txt", b"")), "answers.json: is not attached"),
    "another case": (carrying(("Answers.json", ANSWERS[1])), "answers.json: is not attached"),
    "a folder": (carrying(("../answers.json", ANSWERS[1])), "answers.json: is not attached"),
    "twice": (carrying(ANSWERS, ANSWERS), "answers.json: is attached more than once"),
    "twice by another name": (
        renamed(carrying(ANSWERS, ANSWERS), "a.json"),
        "answers.json: is attached more than once",
    ),
    "many": (carrying(*[(f"{n}.txt", b"") for n in range(60)]), "has more than 50 files attached"),
    "no text": (carrying(("answers.json", b"\xff\xfe")), "answers.json: is no text in UTF-8"),
    "no json": (carrying(("answers.json", b"Dear all,")), "answers.json: not JSON"),
    "deep": (carrying(("answers.json", b'{"region":' + b"[" * 100_000)), "answers.json: not JSON"),
    "less deep": (carrying(("answers.json", b'{"region":' + b"[" * 900 + b"]" * 900 + b"}")), "answers.json: "),
    "bomb": (packed_bomb(), "unpacks to far more than a report"),
    "bomb in a bomb": (packed_bomb(2), "unpacks to far more than a report"),
    "bomb of many": (packed_bomb(3), "unpacks to far more than a report"),
    "another program": (odd_filter("/JBIG2Decode"), "report.pdf: "),
    "a picture": (odd_filter("/DCTDecode"), "report.pdf: answers.json: "),
    "old lock": (locked(FILES["report.pdf"], "RC4-128"), "has a password or is otherwise locked"),
    "new lock": (locked(FILES["report.pdf"], "AES-256"), "has a password or is otherwise locked"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_pdf_that_is_no_report_is_told_at_once(kind: str) -> None:
    data, message = BROKEN[kind]
    with soon():
        problems = told(data)
    assert any(message in problem for problem in problems), problems
    assert all(problem.startswith("report.pdf: ") and "; expected " in problem for problem in problems)
