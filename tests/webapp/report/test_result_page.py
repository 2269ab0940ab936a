"""The result page says what the PDF says, from the same context, and leads to what can be taken away."""

import re
from urllib.parse import parse_qsl

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from rubric import load
from tests.webapp.assessment.starting import DECLARED, RUBRIC, SKILLS
from tests.webapp.report.cases import CASES, full, hostile, sparse
from tests.webapp.report.reading import blocks, sentences
from tests.webapp.report.submitting import submit
from webapp.database import Database
from webapp.models import Submission
from webapp.report.context import Report
from webapp.report.edition import Edition
from webapp.report.pdf import page as paper
from webapp.report.scripts import GAP, shown
from webapp.report.store import report_on

pytestmark = pytest.mark.one_database

ON_PAPER_ONLY = {
    "Dot or diamond: score; band: its range.",
    "Dot: score; band: its range.",
    "A diamond marks a theme with one of the three gaps overleaf.",
    "A bar shows how far the answers on a country’s practices stand above or below the others.",
    "What could be wrong with all this is told towards the end.",
    "The road map",
    "The attached answers file has them whole.",
}
"""Where things stand on paper, and what explains a chart that the page draws with words beside each row."""


def newest(database: Database) -> Report:
    """What the newest submission's page and PDF are made from."""
    with database.reading() as session:
        submission = session.scalars(select(Submission).order_by(Submission.id.desc())).first()
        assert submission
        return report_on(session, submission, RUBRIC, "en")


def chapters(html: str) -> str:
    """The HTML of a PDF from the summary on, without heads of tables, which the page words for narrow screens too."""
    html = html[html.index('id="summary"') :].partition(">")[2]
    return re.sub(r"<thead>.*?</thead>", "", html, flags=re.DOTALL)


def missing(report: Report, page: str) -> list[str]:
    """What the PDF of `report` says and `page` does not."""
    seen = " ".join(blocks(page))
    said = (sentence for block in blocks(chapters(paper(report, Edition("en")))) for sentence in sentences(block))
    return sorted({sentence for sentence in said if sentence not in seen and GAP not in sentence} - ON_PAPER_ONLY)


@pytest.mark.parametrize("name", CASES)
def test_the_page_says_all_that_the_pdf_says(client: FlaskClient, database: Database, name: str) -> None:
    answers = CASES[name]()
    page = client.get(submit(client, answers) + "result").text
    report, seen = newest(database), " ".join(blocks(page))
    own = [answers.region, *answers.notes.values(), *answers.reasons.values(), *answers.references.values()]
    assert missing(report, page) == []
    assert [text for text in own if " ".join(shown(text).split()) not in seen] == []
    assert {q.name for q in RUBRIC.questions if q.name not in seen} == set()
    assert {p.title for p in RUBRIC.practices if p.title not in seen} == set()
    assert {step.question.id for step in report.steps if step.next_level not in seen} == set()
    assert "<script>alert" not in page
    assert "<img" not in page


def test_it_says_how_it_stood_before_and_among_all_regions(client: FlaskClient, database: Database) -> None:
    for _ in range(6):
        link = submit(client, sparse())
    client.post(link + "skills", data={SKILLS[0]: "4"})
    client.post(link + "vignettes", data={vignette.id: "2" for vignette in RUBRIC.vignettes})
    client.post(link + "check", data=DECLARED)
    page = client.get(link + "result").text
    report = newest(database)
    assert report.earlier
    assert report.peers
    assert report.ratings
    assert missing(report, page) == []
    assert 'class="before"' in page
    assert 'class="peers"' in page


def test_every_entry_of_the_contents_leads_to_its_chapter(client: FlaskClient) -> None:
    page = client.get(submit(client, full()) + "result").text
    entries = re.findall(r'<a href="#([a-z-]+)">', page)
    assert set(entries) >= {
        "summary",
        "profile",
        "exemplars",
        "steps",
        "open",
        "answers",
        "doubts",
        "origins",
        "method",
    }
    assert [name for name in entries if page.count(f'id="{name}"') != 1] == []


def test_no_id_stands_twice_and_no_style_or_script_is_written_into_it(client: FlaskClient) -> None:
    page = client.get(submit(client, hostile()) + "result").text
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert not re.search(r"<[^>]* style=|<style|<script(?! type=\"module\" src=)| on[a-z]+=\"", page)


def test_everything_that_it_offers_is_there(client: FlaskClient) -> None:
    link = submit(client, full())
    page = client.get(link + "result").text
    offered = set(re.findall(r'href="(/a/[^"]+)"', page.replace("&amp;", "&")))
    paths = {address.removeprefix(link).partition("?")[0] for address in offered}
    assert paths >= {"report.pdf", "figures.xlsx", "exchange", "what-if", "charts/themes.svg", "charts/narrowing.csv"}
    reports = {address for address in offered if "report.pdf" in address}
    asked = {tuple(sorted(parse_qsl(address.partition("?")[2]))) for address in reports}
    assert asked == {(), (("brief", "1"),), (("paper", "letter"),), (("brief", "1"), ("paper", "letter"))}
    for address in offered - reports:
        assert client.get(address).status_code == 200, address


def test_an_older_result_offers_its_own_files(client: FlaskClient) -> None:
    link = submit(client, sparse())
    client.post(link + "skills", data={SKILLS[0]: "4"})
    client.post(link + "check", data=DECLARED)
    page = client.get(link + "result?number=1").text
    files = re.findall(r'href="[^"]+/((?:report\.pdf|figures\.xlsx|charts/)[^"]*)"', page)
    assert files
    assert [file for file in files if "number=1" not in file] == []
    assert load.rubric().version in page
