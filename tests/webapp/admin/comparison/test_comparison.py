"""Some submissions side by side: chosen, refused, read on a page, and handed on as an accessible PDF."""

import datetime as dt
import io
import json
from collections.abc import Callable
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import escape
from pypdf import PdfReader
from sqlalchemy import func, select

from rubric import load
from rubric.answers import REGION_LENGTH
from tests.checkers import STANDARDS, breaches, second_opinion
from tests.webapp.admin.review.reviewing import reviewer
from tests.webapp.report.cases import LONG_WORD, reworded
from tests.webapp.report.reading import blocks, printed
from tests.webapp.storing import QUESTIONS, RUBRIC, stored
from webapp import audit, demo
from webapp.database import Database
from webapp.governance.erasing import erase_shown, whole
from webapp.models import Assessment, Report, Submission
from webapp.report.comparison import MOST
from webapp.report.wording import whole as as_whole

pytestmark = pytest.mark.one_database

PAGE, PDF, CHOOSE = "/admin/comparison", "/admin/comparison.pdf", "/admin/comparison/choose"


def words(client: FlaskClient, ids: list[int], path: str = PAGE) -> str:
    return " ".join(blocks(client.get(path, query_string={"of": ids}).text))


def mixed(shift: int) -> dict[str, int | str]:
    """Answers of every kind: to a third of the questions always the same, to the others others for each `shift`."""
    kinds: list[int | str] = [0, 1, 2, 3, 4, "unknown", 3, "outside-powers"]
    return {question: kinds[(n + shift * (n % 3)) % len(kinds)] for n, question in enumerate(QUESTIONS)}


def test_two_to_twelve_are_compared_and_whatever_is_wrong_is_said(app: Flask, database: Database) -> None:
    viewer = reviewer(app, database, "viewer@example.org", "viewer")
    ids = [stored(database, f"Made-up region {number}", number % 5)[0] for number in range(MOST + 1)]
    (gone,) = stored(database, "Made-up <b>Withdrawn</b>", steps=("submit", "withdraw"))
    assert viewer.get(PAGE).location == CHOOSE
    refused = {
        (ids[0],): "Choose at least 2 submissions.",
        (ids[0], ids[0]): "Choose at least 2 submissions.",
        tuple(ids): "Choose at most 12 submissions.",
        (ids[0], ids[1], 4711): "At least one of the submissions is not there any more.",
        (ids[0], gone): "What Made-up <b>Withdrawn</b> submitted is withdrawn, and that is not compared.",
    }
    for chosen, says in refused.items():
        for path in (PAGE, PDF):
            answer = viewer.get(path, query_string={"of": chosen})
            assert answer.status_code == 422
            assert str(escape(says)) in answer.text
            ticked = {number for number in (*ids, gone) if f'value="{number}" checked' in answer.text}
            assert ticked == set(chosen) & {*ids, gone}
    for senseless in ("x", "-1", "9" * 11, "2147483648", "٣"):
        assert viewer.get(PAGE, query_string={"of": senseless}).status_code == 404
    assert viewer.get(PAGE, query_string={"of": range(200)}).status_code == 404
    assert viewer.get(PAGE, query_string={"of": ids[:MOST]}).status_code == 200
    assert viewer.get(PAGE, query_string={"of": ids[:2], "paper": "a0"}).status_code == 404


def test_rubrics_must_ask_alike(administrator: FlaskClient, database: Database) -> None:
    renamed = versioned("2026.1-norms-1", lambda question: {"name": f"{question.name}!"})
    asks_more = versioned("2027.1", lambda question: {"text": f"{question.text}!"})
    ids = [
        stored(database, f"Made-up region {number}", mixed(number), rubric=rubric)[0]
        for number, rubric in enumerate((RUBRIC, renamed, asks_more))
    ]
    text = words(administrator, ids[:2])
    assert "They answer 2 versions of the rubric, which ask the same questions and count them alike." in text
    assert RUBRIC.digest in text and renamed.digest in text
    answer = administrator.get(PAGE, query_string={"of": ids[1:]})
    assert answer.status_code == 422
    assert "They answer versions 2026.1-norms-1 and 2027.1 of the rubric, which do not ask the same" in answer.text


def versioned(version: str, change: Callable[[Any], dict[str, Any]]) -> Any:
    content: Any = reworded(RUBRIC, change).content
    return load.from_content({**content, "version": version})


def test_submissions_are_found_and_stay_ticked(administrator: FlaskClient, database: Database) -> None:
    wood = stored(database, "Made-up Wood")[0]
    hill = stored(database, "Made-up 100% Hïll")[0]
    stored(database, "Made-up withdrawn Hill", steps=("submit", "withdraw"))
    page = administrator.get(CHOOSE, query_string={"find": "0% hi", "of": wood}).text
    assert f'value="{wood}" checked' in page and f'value="{hill}">' in page
    assert "withdrawn" not in page
    assert f'formaction="{PAGE}"' in page
    assert (
        "No other region has “&lt;none&gt;” in its name."
        in administrator.get(CHOOSE, query_string={"find": "<none>"}).text
    )


def test_the_page_sets_the_figures_of_the_results_side_by_side(administrator: FlaskClient, database: Database) -> None:
    names = ("Made-up Cedar", "made-up Alder", "Made-up Birch")
    by_name = {name: stored(database, name, mixed(number))[0] for number, name in enumerate(names)}
    ordered = sorted(names, key=str.casefold)
    with database.reading() as session:
        results = [json.loads(session.get_one(Submission, by_name[name]).result) for name in ordered]
    text = words(administrator, list(by_name.values()))
    for place, theme in enumerate(RUBRIC.themes):
        scores = [result["themes"][place]["score"]["value"] for result in results]
        assert f"{place + 1} {theme.title} {' '.join(map(as_whole, scores))}" in text
    for letter, name, result in zip("ABC", ordered, results, strict=True):
        overall = result["score"]
        low, high = map(as_whole, overall["interval"])
        assert f"{letter} {name} Submission 1, 31 March 2026 {as_whole(overall['value'])} {low} to {high}" in text
    level = {question: [mixed(names.index(name))[question] for name in ordered] for question in QUESTIONS}
    common = [q for q, given in level.items() if all(answer in (3, 4) for answer in given)]
    assert common
    below = text.partition("What all do well")[2]
    for question in RUBRIC.questions:
        assert (question.name in below) == (question.id in common)
    assert administrator.get(PAGE, query_string={"of": [by_name[n] for n in ordered]}).text.count('class="small"') == 3


def test_a_region_that_is_compared_with_itself_is_told_apart(administrator: FlaskClient, database: Database) -> None:
    first, second = dt.datetime(2025, 2, 1, tzinfo=dt.UTC), dt.datetime(2025, 11, 1, tzinfo=dt.UTC)
    ids = stored(database, "Made-up Twice", mixed(1), (first, second), ("submit", "submit"))
    ids += stored(database, "made-up twice", mixed(2))
    text = words(administrator, ids)
    issues = ("Submission 1, 1 February 2025", "Submission 2, 1 November 2025", "Submission 1, 31 March 2026")
    assert [text.count(issue) for issue in issues] == [3] * 3
    assert f"{issues[0]}; a newer one exists" in text and text.count("a newer one exists") == 1
    with database.writing() as session:
        went_on, before = (session.get_one(Submission, ids[n]) for n in (2, 1))
        went_on.assessment.origin = before.assessment_id
    assert f"{issues[1]}; a newer one exists" in words(administrator, ids)
    pages = " ".join(" ".join(printed(administrator.get(PDF, query_string={"of": ids}).data)).split())
    assert pages.count("Submissions up to 31 March 2026") == 1
    assert all(pages.count(issue) >= 4 for issue in issues)


def test_that_extremes_are_apart_is_told_only_where_it_means_something(
    administrator: FlaskClient, database: Database
) -> None:
    ids = [stored(database, f"Made-up region {level}", level)[0] for level in (0, 4, 2)]
    two, three = words(administrator, ids[:2]), words(administrator, ids)
    said = "the range of the highest score does not reach that of the lowest."
    assert f"In {len(RUBRIC.themes)} themes {said}" in two and "stand apart by chance" not in two
    assert said not in three and "“Method” says how often." in three
    errors = np.random.default_rng(1).standard_normal((200_000, MOST))
    for number in (2, 6, MOST):
        some = errors[:, :number]
        chance = (np.ptp(some, axis=1) > 2 * NormalDist().inv_cdf(0.95)).mean()
        assert f"{chance:.0%}".replace("%", "\xa0%") in administrator.get(PAGE, query_string={"of": ids}).text


def test_why_nothing_is_common_is_told_where_somebody_answered_little(
    administrator: FlaskClient, database: Database
) -> None:
    ids = [stored(database, f"Made-up region {letter}", 4)[0] for letter in "AB"]
    assert "A question counts here only" not in words(administrator, ids)
    ids += stored(database, "Made-up thin region", {QUESTIONS[0]: 1})
    assert "C answered fewer than half of the questions asked for" in words(administrator, ids)


HARD = (
    "Made-up =Σ Περιφέρεια",
    "Made-up <script>alert(1)</script>",
    "Made-up منطقة تجريبية",
    f"Made-up {LONG_WORD} " * 3,
)
"""Names that are hard to set."""


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_the_pdf_is_accessible_archivable_and_the_same_each_time(
    administrator: FlaskClient, database: Database, tmp_path: Path, paper: str
) -> None:
    regions = [(name[:REGION_LENGTH].strip(), mixed(number)) for number, name in enumerate(HARD)]
    if paper == "letter":
        regions += [(("W" * 40 + " ") * 3 + str(number), mixed(number)) for number in range(7)]
        regions.append(("Made-up region that knows nothing", dict.fromkeys(QUESTIONS, "unknown")))
    ids = [stored(database, name[:REGION_LENGTH], answers)[0] for name, answers in regions]
    made = administrator.get(PDF, query_string={"of": ids, "paper": paper})
    assert (made.status_code, made.mimetype) == (200, "application/pdf")
    file = tmp_path / "comparison.pdf"
    file.write_bytes(made.data)
    assert [breaches(file, standard) for standard in STANDARDS] == [[], []]
    assert second_opinion(file) == []
    forget_pdfs(database)
    assert administrator.get(PDF, query_string={"of": ids[::-1], "paper": paper}).data == made.data
    pages = printed(made.data)
    assert len(pages) <= 12
    said = "".join("".join(pages).split())
    with database.reading() as session:
        for submission in session.scalars(select(Submission)):
            assert submission.digest in said
    assert RUBRIC.digest in said
    ((name, (attached,)),) = PdfReader(io.BytesIO(made.data)).attachments.items()
    content = json.loads(attached)
    assert (name, content["format"], len(content["submissions"])) == (
        "comparison.json",
        "octant-comparison/1",
        len(ids),
    )


def forget_pdfs(database: Database) -> None:
    with database.writing() as session:
        for kept in session.scalars(select(Report)):
            session.delete(kept)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_kept_pdf_goes_with_any_of_those_that_it_shows(administrator: FlaskClient, database: Database) -> None:
    list(demo.fill(database, 2))
    query = {"of": [1, 2]}
    first = administrator.get(PDF, query_string=query)
    assert first.data.startswith(b"%PDF")
    assert kept(database) == 1
    assert administrator.get(PDF, query_string=query).data == first.data
    with database.writing() as session:
        gone = session.get_one(Assessment, session.get_one(Submission, 1).assessment_id)
        erase_shown(session, gone, whole(session, gone).state, audit.COMMAND_LINE)
    assert kept(database) == 0
    assert administrator.get(PDF, query_string=query).status_code == 422


def kept(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Report)) or 0
