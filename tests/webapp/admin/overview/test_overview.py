"""The overview counts what was submitted, each region once, and every part of it can be taken away."""

import csv
import datetime as dt
import io
import json
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import QueuePool, select
from sqlalchemy.orm import aliased

from tests.webapp.admin.review.reviewing import reviewer
from tests.webapp.report.cases import reworded
from tests.webapp.report.reading import blocks
from tests.webapp.storing import QUESTIONS, RUBRIC, stored
from tests.webapp.versions.versioning import continuing, deposited
from webapp import audit, demo, listing
from webapp.admin.overview.form import key_of
from webapp.database import Database
from webapp.governance.erasing import erase_shown, whole
from webapp.models import Assessment, Submission, now

PARTS = ("themes", "nearest", "map", "trends", "questions")
SHAPES = {"svg", "title", "rect", "text", "path", "circle"}
QUARTILES = ("lower_quartile", "median", "upper_quartile")


def table(client: FlaskClient, name: str, **query: str) -> list[dict[str, str]]:
    answer = client.get(f"/admin/overview/{name}.csv", query_string=query)
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def regions(client: FlaskClient, **query: str) -> set[str]:
    """Who is counted, by name, as the map tells."""
    return {row["region"] for row in table(client, "map", **query)}


def day(year: int, month: int, of_month: int = 15) -> dt.datetime:
    return dt.datetime(year, month, of_month, 12, tzinfo=dt.UTC)


def test_without_a_submission_it_says_what_to_do(administrator: FlaskClient) -> None:
    assert "Nothing has been submitted yet." in administrator.get("/admin/overview").text
    for name in PARTS:
        assert administrator.get(f"/admin/overview/{name}.csv").status_code == 404
        assert administrator.get(f"/admin/overview/{name}.svg").status_code == 404


def test_its_figures_are_those_of_the_results(administrator: FlaskClient, database: Database) -> None:
    list(demo.fill(database, 40))
    results = newest_results(database)
    rows = {row["id"]: row for row in table(administrator, "themes")}
    scores = {name: [score for score in found if score is not None] for name, found in by_theme(results).items()}
    assert list(rows) == list(scores)
    for name, found in scores.items():
        assert int(rows[name]["regions"]) == len(found)
        told = [float(rows[name][quartile]) for quartile in QUARTILES]
        assert np.abs(np.percentile(found, (25, 50, 75)) - told).max() <= 0.05 + 1e-9
    mapped = {row["region"]: row for row in table(administrator, "map")}
    assert set(mapped) == {result["region"] for result in results}
    for result in results:
        for line in result["exemplars"]["ranking"]:
            z = line["resemblance"]
            assert mapped[result["region"]][line["country"]] == ("" if z is None else f"{z:.2f}")
    assert sum(int(row["regions"]) for row in table(administrator, "nearest")) == len(results)
    page = administrator.get("/admin/overview").text
    assert f"{len(results)} regions fit" in page
    assert all(f">{result['region']}<" in page for result in results)


def newest_results(database: Database) -> list[dict[str, Any]]:
    """The results of each region's newest submission, but for withdrawn ones."""
    later = aliased(Submission)
    after = select(later.id).where(later.assessment_id == Submission.assessment_id, later.number > Submission.number)
    query = select(Submission.result).join(Submission.assessment)
    with database.reading() as session:
        found = session.scalars(query.where(~after.exists(), Assessment.status != "withdrawn")).all()
    return [json.loads(result) for result in found]


def by_theme(results: list[dict[str, Any]]) -> dict[str, list[float | None]]:
    found: dict[str, list[float | None]] = {"overall": []}
    found |= {theme.id: [] for theme in RUBRIC.themes}
    for result in results:
        found["overall"].append(result["score"]["value"])
        for theme in result["themes"]:
            found[theme["id"]].append(theme["score"]["value"])
    return found


def test_each_region_counts_once_by_the_newest_that_is_chosen(administrator: FlaskClient, database: Database) -> None:
    first, second = day(2025, 2), day(2025, 11)
    stored(database, "Twice", 4, (first, second), ("submit", "begin", "accept", "submit"), "PT")
    stored(database, "Withdrawn", 0, steps=("submit", "withdraw"))
    stored(database, "Received", 1, (second,), country="PL")
    other = reworded(RUBRIC, lambda question: {"text": f"{question.text}!"})
    stored(database, "Of another rubric", 3, rubric=other)
    mine = {"rubric": key_of(RUBRIC.digest)}
    assert regions(administrator, **mine) == {"Twice", "Received"}
    assert regions(administrator, **mine, country="PL") == {"Received"}
    assert regions(administrator, **mine, since="2025-03-01", until="2025-11-15") == {"Twice", "Received"}
    assert regions(administrator, **mine, until="2025-11-14") == {"Twice"}
    assert [row["number"] for row in table(administrator, "map", **mine, which="accepted")] == ["1"]
    assert regions(administrator, rubric=key_of(other.digest)) == {"Of another rubric"}
    assert (
        "No region fits what was chosen." in administrator.get("/admin/overview?since=2026-12-01&which=accepted").text
    )
    stored(database, "Of nowhere", 1, (second,))
    assert regions(administrator, **mine, country="none") == {"Of nowhere"}


def test_made_up_regions_count_as_long_as_there_are_no_others(administrator: FlaskClient, database: Database) -> None:
    list(demo.fill(database, 8))
    assert len(regions(administrator)) > 5
    stored(database, "A region", 2, steps=("submit", "withdraw"))
    assert regions(administrator) == set()
    stored(database, "Another region", 2)
    assert regions(administrator) == {"Another region"}


def test_a_period_of_a_trend_has_five_regions_or_is_left_out(administrator: FlaskClient, database: Database) -> None:
    quarters = {day(2025, 2): 5, day(2025, 5): 4, day(2025, 8): 5}
    for start, count in quarters.items():
        if start == day(2025, 8):
            assert administrator.get("/admin/overview/trends.svg").status_code == 404
            assert "Trends need two quarters or more" in administrator.get("/admin/overview").text
        for number in range(count):
            stored(database, f"Made-up region {start.month}-{number}", number % 5, (start,))
    rows = [row for row in table(administrator, "trends") if row["id"] == "overall"]
    assert [(row["period"], row["regions"]) for row in rows] == [("2025-01-01", "5"), ("2025-07-01", "5")]
    assert [[row[quartile] for quartile in QUARTILES] for row in rows] == [["25.0", "50.0", "75.0"]] * 2
    (row,) = (row for row in table(administrator, "trends", by="year") if row["id"] == "overall")
    assert (row["period"], row["regions"]) == ("2025-01-01", "14")
    page = administrator.get("/admin/overview").text
    assert "Q1 2025" in page and "Q3 2025" in page and '<th scope="row">Q2 2025' not in page


def test_a_period_that_still_runs_is_told_as_one(administrator: FlaskClient, database: Database) -> None:
    for number in range(5):
        stored(database, f"Made-up region {number}", number, (day(2025, 2), now()), ("submit", "submit"))
    assert [row["running"] for row in table(administrator, "trends") if row["id"] == "overall"] == ["no", "yes"]
    page = administrator.get("/admin/overview").text
    assert f" {now().year} so far<" in page and "Q1 2025<" in page
    assert " so far" in administrator.get("/admin/overview/trends.svg").text


def test_countries_stand_by_name_and_files_say_what_was_chosen(administrator: FlaskClient, database: Database) -> None:
    list(demo.fill(database, 40))
    named = [row["country"] for row in table(administrator, "nearest") if row["country"]]
    assert named == sorted(named) and len(named) > 2
    for country in ("AX", "CH", "DE"):
        stored(database, f"Made-up region {country}", 2, country=country, steps=("submit", "begin", "accept"))
    page = administrator.get("/admin/overview").text
    offered = page.partition('name="country"')[2].partition("</select>")[0]
    assert offered.index("Åland") < offered.index("Germany") < offered.index("Switzerland")
    query = {"country": "CH", "which": "accepted", "since": "2026-03-01", "until": "2026-03-31"}
    for kind in ("csv", "svg"):
        answer = administrator.get(f"/admin/overview/map.{kind}", query_string=query)
        name = f"map-{RUBRIC.version}-accepted-CH-from-2026-03-01-until-2026-03-31-made-{now().date()}.{kind}"
        assert name in answer.headers["Content-Disposition"]


def test_questions_that_do_not_work_come_first(administrator: FlaskClient, database: Database) -> None:
    hard, foreign, good = QUESTIONS[7], QUESTIONS[3], QUESTIONS[0]
    levels: dict[str, int | str] = dict.fromkeys(QUESTIONS, 3)
    for number in range(4):
        odd = {hard: "unknown", foreign: "outside-powers"} if number else {hard: "undisclosed"}
        stored(database, f"Made-up region {number}", levels | odd)
    first, second, *others = table(administrator, "questions")
    assert (first["id"], first["not_known"], first["left_out"]) == (hard, "1.000", "0.000")
    assert (first["unknown"], first["undisclosed"], first["level_3"]) == ("3", "1", "0")
    assert (second["id"], second["not_known"], second["left_out"], second["level_3"]) == (
        foreign,
        "0.000",
        "0.750",
        "1",
    )
    assert all(row["level_3"] == "4" for row in others) and good in {row["id"] for row in others}
    page = " ".join(blocks(administrator.get("/admin/overview").text))
    assert "2 questions get no level from a fifth of the regions or more each." in page


def test_every_part_can_be_taken_away_and_nothing_of_it_does_harm(
    administrator: FlaskClient, database: Database
) -> None:
    names = {'=HYPERLINK("https://example.org/")', "<script>alert(1)</script>&'\""}
    for name in names:
        stored(database, name, {question: n % 5 for n, question in enumerate(QUESTIONS)})
    for number in range(12):
        levels = {question: (n + number) % 5 for n, question in enumerate(QUESTIONS)}
        stored(database, f"Region {number}", levels, (day(2025 + number % 2, 2),))
    pictures = {name: administrator.get(f"/admin/overview/{name}.svg?by=year") for name in PARTS}
    for name, answer in pictures.items():
        assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml"), name
        assert f"octant-overview-{name}-{RUBRIC.version}" in answer.headers["Content-Disposition"]
        drawn = ElementTree.fromstring(answer.data)
        assert {element.tag.partition("}")[2] for element in drawn.iter()} <= {
            "svg",
            "title",
            "rect",
            "text",
            "path",
            "circle",
        }
    assert "<script>" not in pictures["map"].text and "&lt;script&gt;" in pictures["map"].text
    assert "<script>alert" not in administrator.get("/admin/overview").text
    assert regions(administrator) >= {f"'{name}" if name.startswith("=") else name for name in names}


def test_no_transaction_lasts_while_the_map_is_taken_away(administrator: FlaskClient, database: Database) -> None:
    list(demo.fill(database, 8))
    answer = administrator.get("/admin/overview/map.csv")
    pool = database.engine.pool
    assert isinstance(pool, QueuePool)
    held = [pool.checkedout() for _ in answer.iter_encoded()]
    assert len(held) > 3 and not any(held)


def test_a_region_counts_once_whichever_of_its_assessments_are_chosen(
    administrator: FlaskClient, database: Database
) -> None:
    (a,) = deposited(database, range(1))
    (b,) = deposited(database, range(1, 2), ("submit", "begin"))
    (c,) = deposited(database, range(2, 3))
    continuing(database, b, a)
    continuing(database, c, b)
    assert regions(administrator, which="accepted") == regions(administrator) == {"Made-up region 2"}
    with database.writing() as session:
        for assessment in session.scalars(select(Assessment).where(Assessment.id != a)):
            assessment.status = "withdrawn"
            listing.refresh(session, assessment)
            audit.record(session, audit.COMMAND_LINE, "withdrawn", audit.assessment(assessment))
    assert regions(administrator) == {"Made-up region 0"}


def test_the_map_has_pages(administrator: FlaskClient, database: Database) -> None:
    list(demo.fill(database, 75))
    seen = [administrator.get("/admin/overview", query_string={"page": str(page)}) for page in (1, 2, 3)]
    assert [answer.status_code for answer in seen] == [200, 200, 404]
    shown = {name for answer in seen[:2] for name in regions(administrator) if f">{name}<" in answer.text}
    assert shown == regions(administrator)
    for page in ("0", "-1", "x", "9" * 30, "٣"):
        assert administrator.get("/admin/overview", query_string={"page": page}).status_code == 404


def test_it_is_counted_anew_when_anything_happens(administrator: FlaskClient, database: Database) -> None:
    ids = [stored(database, f"Made-up region {number}", number)[0] for number in range(3)]
    overall = table(administrator, "themes")[0]
    assert (overall["regions"], overall["median"]) == ("3", "25.0")
    stored(database, "One more", 4)
    assert table(administrator, "themes")[0]["regions"] == "4"
    with database.writing() as session:
        last = session.get_one(Assessment, session.get_one(Submission, ids[2]).assessment_id)
        erase_shown(session, last, whole(session, last).state, audit.COMMAND_LINE)
    assert table(administrator, "themes")[0]["regions"] == "3"


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"country": "XX"}, "There is no such choice here."),
        ({"rubric": "0" * 12}, "There is no such choice here."),
        ({"since": "31.3.2026"}, "This is not a day."),
        ({"since": "2026-03-02", "until": "2026-03-01"}, "This is before the first day."),
        ({"by": "century"}, "There is no such choice here."),
    ],
)
def test_what_cannot_be_understood_is_said_and_stays(
    app: Flask, database: Database, query: dict[str, str], says: str
) -> None:
    stored(database, "Made-up region")
    viewer = reviewer(app, database, "viewer@example.org", "viewer")
    answer = viewer.get("/admin/overview", query_string=query)
    assert answer.status_code == 422
    assert says in answer.text
    assert f'value="{query.get("since", "")}"' in answer.text
    assert viewer.get("/admin/overview/themes.csv", query_string=query).status_code == 404
    assert viewer.get("/admin/overview/other.csv").status_code == 404
