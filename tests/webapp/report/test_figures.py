"""The figures to take away: pictures, CSV files and the workbook hold those of the result, and no formula."""

import csv
import datetime as dt
import io
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook

from rubric.answers import Answers
from rubric.assess import Result
from tests.webapp.assessment.starting import DECLARED, RUBRIC, SKILLS, start
from tests.webapp.report.cases import CASES, full, hostile, report_on, result_of, sparse, told, unknown
from tests.webapp.report.submitting import submit
from webapp.report.figures import Column, Table, as_csv, countries, narrowing, other_scores, tables, themes
from webapp.report.workbook import workbook

pytestmark = pytest.mark.one_database

SVG = "{http://www.w3.org/2000/svg}"
PICTURES = ("themes", "other-scores", "countries")
FILES = (*(f"charts/{name}.svg" for name in PICTURES), *(f"charts/{name}.csv" for name in (*PICTURES, "narrowing")))
PATHS = (*FILES, "figures.xlsx")
SIGNS = "=+-@\t\r\n＝＋－＠"


@pytest.fixture
def words(app: Flask) -> Any:
    """A request, without which nobody knows which language the words of a table are in."""
    with app.test_request_context() as context:
        yield context


def parsed(table: Table) -> list[dict[str, Any]]:
    """What a program reads from the CSV file of `table`: numbers where there are some, None where there is nothing."""
    data = as_csv(table)
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\r\n") == len(table.rows) + 1 == data.count(b"\n")
    rows = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
    return [{key: _value(text) for key, text in row.items()} for row in rows]


def _value(text: str) -> str | float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return text


def plain(result: Result) -> dict[str, Any]:
    return result.json()


@pytest.mark.parametrize("name", CASES)
def test_csv_files_hold_the_figures_of_the_result(words: object, name: str) -> None:
    answers = CASES[name]()
    report, result = report_on(answers), plain(result_of(answers))
    for row, theme in zip(parsed(themes(report)), result["themes"], strict=True):
        score = theme["score"]
        assert [row[key] for key in ("id", "score", "lowest", "highest", "priority")] == [
            theme["id"],
            *(score[key] for key in ("value", "low", "high")),
            theme["priority"],
        ]
        assert [row["range_low"], row["range_high"]] == (score["interval"] or [None, None])
        assert {key: row[key] for key in theme["coverage"]} == theme["coverage"]
    for row, country in zip(parsed(countries(report)), map(told, result["exemplars"]["ranking"]), strict=True):
        assert {key: row[key] for key in country if key != "country"} == {
            key: value for key, value in country.items() if key != "country"
        }
        assert (row["code"], bool(row["closest"])) == (
            country["country"],
            country["country"] in result["exemplars"]["closest"],
        )


@pytest.mark.parametrize("name", CASES)
def test_other_scores_are_those_of_the_result(words: object, name: str) -> None:
    answers = CASES[name]()
    score, evidenced = plain(result_of(answers))["score"], plain(result_of(answers))["evidenced"]
    rows = {row["id"]: (row["score"], row["low"], row["high"]) for row in parsed(other_scores(report_on(answers)))}
    assert rows["as_answered"] == (score["value"], *(score["interval"] or [None, None]))
    assert rows.get("weightings", (None, None, None)) == (None, *(score["weightings"] or [None, None]))
    assert rows.get("left_out_as_zero", (None, None, None)) == (score["left_out_as_zero"], None, None)
    assert rows.get("evidenced") == (evidenced and (None, evidenced["low"], evidenced["high"]))
    if score["low"] != score["high"]:
        assert rows["open"] == (None, score["low"], score["high"])


def test_narrowing_names_every_question_that_could_be_found_out(words: object) -> None:
    report = report_on(full())
    rows = parsed(narrowing(report))
    assert [row["id"] for row in rows] == [item.question.id for item in report.narrowing]
    assert [row["bounds"] for row in rows] == [round(item.bounds, 1) for item in report.narrowing]


def test_text_that_looks_like_a_formula_stays_text_in_a_csv_file() -> None:
    columns = (Column("text", "", ""), Column("number", "", "", decimals=1))
    rows = tuple((f'{sign}cmd|"x",\nend', -0.5) for sign in SIGNS)
    read = list(csv.reader(io.StringIO(as_csv(Table("", "", "", columns, rows)).decode("utf-8-sig"), newline="")))
    assert read[1:] == [[f"'{text}", "-0.5"] for text, _ in rows]


def sheets(data: bytes) -> dict[str, list[dict[str, Any]]]:
    """The rows of each sheet of a workbook by the titles of their columns, but for the first, which is to be read."""
    book = load_workbook(io.BytesIO(data))
    return {sheet.title: _records(sheet) for sheet in book.worksheets[1:]}


def _records(sheet: Any) -> list[dict[str, Any]]:
    head, *rows = ([cell.value for cell in row] for row in sheet.iter_rows())
    return [dict(zip(head, row, strict=True)) for row in rows]


@pytest.mark.parametrize("name", CASES)
def test_the_workbook_holds_the_figures_of_the_result(words: object, name: str) -> None:
    answers = CASES[name]()
    result, held = plain(result_of(answers)), sheets(workbook(report_on(answers)))
    assert [row["Score"] for row in held["Themes"]] == [theme["score"]["value"] for theme in result["themes"]]
    assert [row["Resemblance"] for row in held["Countries"]] == [
        country["resemblance"] for country in result["exemplars"]["ranking"]
    ]
    assert [row["Id"] for row in held["Strengths"]] == result["strengths"]
    assert [(r["Id"], r["Level"], r["Gap"], r["Urgency"], r["Within"]) for r in held["Recommendations"]] == [
        (r["question"], r["level"], r["gap"], r["urgency"], r["horizon"]) for r in result["recommendations"]
    ]
    given = {row["Id"]: row for row in held["Answers"]}
    assert list(given) == [question.id for question in RUBRIC.questions]
    for question, said in result["answers"].items():
        row = given.pop(question)
        assert said == {
            "answer": row["State"] if row["Level"] is None else row["Level"],
            "gap": row["Gap"],
            "evidence": row["Evidence"],
        }
    assert {row["State"] for row in given.values()} <= {"unanswered"}
    assert held["Scores"][0]["Value"] == result["score"]["value"]
    assert len(held["Practices"]) == len(RUBRIC.practices)


def test_notes_reasons_and_references_stand_in_the_workbook_word_for_word(words: object) -> None:
    answers = full()
    rows = {row["Id"]: row for row in sheets(workbook(report_on(answers)))["Answers"]}
    for title, said in (("Note", answers.notes), ("Reason", answers.reasons), ("Reference", answers.references)):
        assert {name: row[title] for name, row in rows.items() if row[title]} == dict(said)


@pytest.mark.parametrize("sign", SIGNS[:4])
def test_nothing_that_a_region_writes_is_a_formula_in_the_workbook(words: object, sign: str) -> None:
    evil, name = f'{sign}HYPERLINK("http://example.org","x")', SKILLS[0]
    given: dict[str, Any] = {"answers": {name: 2}, "notes": {name: evil}, "references": {name: evil}}
    book = load_workbook(io.BytesIO(workbook(report_on(Answers.model_validate({"region": evil, **given})))))
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    found = [cell for cell in cells if cell.value == evil]
    assert len(found) == 3
    assert all(cell.data_type == "s" and cell.quotePrefix for cell in found)


def test_the_first_sheet_says_whose_figures_these_are_and_what_each_column_means(words: object) -> None:
    report = report_on(full())
    first = load_workbook(io.BytesIO(workbook(report))).worksheets[0]
    told = {row[0].value: row[1].value for row in first.iter_rows(max_col=2)}
    digests = (report.answers_digest, report.issue.digest, report.rubric.digest)
    assert set(digests) <= set(told.values())
    assert told["Region"] == "Made-up Region"
    for table in tables(report):
        assert told[table.title] == table.about
        assert all(f"{column.title} ({column.key})" in told and column.meaning for column in table.columns)


def test_every_sheet_keeps_its_head_in_sight(words: object) -> None:
    book = load_workbook(io.BytesIO(workbook(report_on(unknown()))))
    assert [sheet.freeze_panes for sheet in book.worksheets[1:]] == ["C2"] * (len(book.worksheets) - 1)


def test_the_same_report_gives_the_same_workbook(words: object) -> None:
    assert workbook(report_on(full())) == workbook(report_on(full()))


@pytest.mark.parametrize("answers", [full, sparse, unknown, hostile])
def test_pictures_are_svg_files_that_stand_alone(client: FlaskClient, answers: Callable[[], Answers]) -> None:
    link = submit(client, answers())
    for name in PICTURES:
        answer = client.get(f"{link}charts/{name}.svg")
        assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")
        drawn = ElementTree.fromstring(answer.data)
        left, top, width, height = map(float, drawn.get("viewBox", "").split())
        assert (drawn.tag, drawn[0].tag) == (f"{SVG}svg", f"{SVG}title")
        assert (float(drawn.get("width", 0)), float(drawn.get("height", 0))) == (width, height)
        assert {part.tag for part in drawn.iter()} <= {
            f"{SVG}{tag}" for tag in ("svg", "title", "rect", "circle", "path", "text")
        }
        assert not [key for part in drawn.iter() for key in part.attrib if key.startswith("on") or "href" in key]
        for text in drawn.iter(f"{SVG}text"):
            assert "Arial, sans-serif" in text.get("font-family", "")
            assert left < float(text.get("x", 0)) <= left + width
            assert top < float(text.get("y", 0)) < top + height
        assert answers().region.split()[0] in "".join(text.text or "" for text in drawn.iter(f"{SVG}text"))


def test_files_are_named_after_region_day_and_rubric(client: FlaskClient) -> None:
    link = submit(client, sparse())
    today = dt.datetime.now(dt.UTC).date().isoformat()
    for path in PATHS:
        name, kind = path.removeprefix("charts/").split(".")
        disposition = client.get(link + path).headers["Content-Disposition"]
        wanted = f"octant-made-up-region-1-{name}-{today}-{RUBRIC.version}.{kind}"
        assert disposition == f"attachment; filename={wanted}"


def test_an_older_submission_keeps_its_figures(client: FlaskClient) -> None:
    link = submit(client, sparse())
    before = client.get(link + "charts/themes.csv").data
    client.post(link + "skills", data={SKILLS[0]: "4", SKILLS[1]: "4"})
    client.post(link + "check", data=DECLARED)
    assert client.get(link + "charts/themes.csv?number=1").data == before
    newest = client.get(link + "charts/themes.csv").data
    assert newest != before
    assert client.get(link + "charts/themes.csv?number=2").data == newest
    assert client.get(link + "charts/themes.csv?number=3").status_code == 404


def test_figures_are_for_the_same_people_as_the_report(client: FlaskClient) -> None:
    link = submit(client, sparse())
    client.post(link + "colleagues", data={"name": "Ada", "role": "business", "days": "30", "themes": ["skills"]})
    page = client.get(link + "colleagues").text
    contributor = page.partition('<code id="address-')[2].partition(">")[2].partition("<")[0].partition("/a/")[2]
    unsubmitted = start(client)
    for path in PATHS:
        for where in (f"/a/{contributor}", "/a/" + "x" * 32 + "/", unsubmitted):
            answer, report = client.get(where + path), client.get(where + "report.pdf")
            assert (answer.status_code, answer.location) == (report.status_code, report.location)


@pytest.mark.parametrize("path", ["charts/nothing.svg", "charts/nothing.csv", "charts/narrowing.svg"])
def test_there_is_no_other_file(client: FlaskClient, path: str) -> None:
    assert client.get(submit(client, unknown()) + path).status_code == 404
