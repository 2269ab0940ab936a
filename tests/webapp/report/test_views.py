"""The result page and the PDF, as somebody with the link gets them."""

import io
import json
import queue
import re
import threading
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select

from rubric.answers import Answers
from tests.webapp.assessment.starting import DECLARED, dump, words
from tests.webapp.report.cases import CASES, all_equal, full, hostile, longest, result_of, sparse, told
from tests.webapp.report.making import PATIENCE, asked, in_this_process
from tests.webapp.report.submitting import submit
from webapp.database import Database
from webapp.downloads import file_name
from webapp.models import Submission
from webapp.report.background import Background
from webapp.report.edition import Edition
from webapp.report.order import Order
from webapp.report.store import Reports, init_app
from webapp.report.wording import share, signed, whole

pytestmark = pytest.mark.one_database


def _page(client: FlaskClient, link: str) -> str:
    response = client.get(link + "result")
    assert response.status_code == 200
    return words(response.text)


def _seen(page: str) -> str:
    """What a page says, without its markup."""
    return " ".join(re.sub(r"</?[a-zA-Z!][^>]*>", " ", page).split())


@pytest.mark.parametrize("answers", [full(), sparse(), all_equal(), longest()], ids=lambda a: str(len(a.answers)))
def test_the_page_shows_the_figures_of_the_result(client: FlaskClient, answers: Answers) -> None:
    seen = _seen(_page(client, submit(client, answers)))
    result: Any = result_of(answers).json()
    assert f"{whole(result['score']['value'])} of 100" in seen
    for theme in result_of(answers).themes:
        low, high = theme.score.interval or (0, 0)
        assert f"{theme.theme.title} {theme.theme.title}: {whole(theme.score.value)} of 100" in seen
        assert f"{whole(round(low, 1))} to {whole(round(high, 1))}" in seen
    if result_of(answers).exemplars.closest:
        for line in map(told, result["exemplars"]["ranking"]):
            figures = f"{signed(line['resemblance'], 'en')} {share(line['stability'], 'en')}".replace("\u00a0", " ")
            assert figures in seen


def test_the_verdict_comes_first_in_the_words_of_the_method(client: FlaskClient) -> None:
    assert "<h1>By its answers, this region is closest to <b>Denmark</b>.</h1>" in _page(client, submit(client, full()))
    page = _page(client, submit(client, sparse()))
    assert "<h1>The answers fit several models; nearest are <b>" in page
    assert "Chance alone could produce this.</h1>" in page


def test_one_answer_is_enough_for_a_page(client: FlaskClient) -> None:
    one = Answers.model_validate({"region": "Small", "answers": dict(list(full().answers.items())[:1])})
    link = submit(client, one)
    page = _page(client, link)
    assert "One question is answered with a level. A comparison with the eight countries needs at least ten." in page
    assert client.get(link + "report.pdf").status_code == 200


def test_strengths_gaps_and_steps_are_those_of_the_result(client: FlaskClient) -> None:
    page, result = _page(client, submit(client, full())), result_of(full())
    for question in result.strengths[:3]:
        assert question.name in page
    for recommendation in result.recommendations[:3]:
        question = recommendation.question
        assert question.name in page
        assert question.levels[recommendation.level + 1] in page


def test_text_of_a_region_is_escaped(client: FlaskClient) -> None:
    text = client.get(submit(client, hostile()) + "result").text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in text


def test_the_pdf_is_that_of_the_latest_submission(client: FlaskClient, database: Database) -> None:
    link = submit(client, full())
    changed = next(name for name, answer in full().answers.items() if answer == 0)
    theme = next(t for t in ("strategy", "focus", "governance", "collaboration") if _asks(client, link, t, changed))
    client.post(link + theme, data={changed: "4"})
    client.post(link + "check", data=DECLARED)
    response = client.get(link + "report.pdf")
    assert (response.status_code, response.content_type) == (200, "application/pdf")
    attached = json.loads(PdfReader(io.BytesIO(response.data)).attachments["result.json"][0])
    with database.reading() as session:
        stored = session.scalars(select(Submission).order_by(Submission.number)).all()
    assert len(stored) == 2
    assert attached == json.loads(stored[-1].result)


def _asks(client: FlaskClient, link: str, theme: str, question: str) -> bool:
    return f'id="{question}"' in client.get(link + theme).text


def test_the_attached_result_is_the_stored_one(client: FlaskClient, database: Database) -> None:
    reader = PdfReader(io.BytesIO(client.get(submit(client, full()) + "report.pdf").data))
    with database.reading() as session:
        submission = session.scalars(select(Submission)).one()
    assert reader.attachments["result.json"][0].decode() == submission.result
    assert reader.attachments["answers.json"][0].decode() == submission.answers


def test_reading_changes_nothing_but_the_kept_pdf(client: FlaskClient, database: Database) -> None:
    link = submit(client, sparse())
    before = dump(database)
    client.get(link + "result")
    assert dump(database) == before
    client.get(link + "report.pdf")
    after = dump(database)
    assert len(after["reports"]) == 1
    assert {**after, "reports": []} == before


@pytest.mark.parametrize("path", ["result", "report.pdf"])
def test_without_a_submission_it_leads_to_the_check_page(client: FlaskClient, path: str) -> None:
    link = client.post("/start", data={"region": "New"}).location
    response = client.get(link + path)
    assert (response.status_code, response.location) == (302, link + "check")


@pytest.mark.parametrize("path", ["result", "report.pdf"])
def test_a_wrong_link_leads_to_nothing(client: FlaskClient, path: str) -> None:
    assert client.get(f"/a/{'x' * 32}/{path}").status_code == 404


@pytest.mark.parametrize("path", ["result", "report.pdf"])
def test_nothing_of_it_is_kept_on_the_way(client: FlaskClient, path: str) -> None:
    headers = client.get(submit(client, sparse()) + path).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Robots-Tag"] == "noindex"
    assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize(
    ("region", "name"),
    [
        ("Made-up Region", "octant-made-up-region-3.pdf"),
        ("Île-de-Sainte-Née", "octant-ile-de-sainte-nee-3.pdf"),
        ("../../etc/passwd", "octant-etc-passwd-3.pdf"),
        ('a"; filename="b', "octant-a-filename-b-3.pdf"),
        ("地域", "octant-3.pdf"),
        ("x" * 120, f"octant-{'x' * 53}-3.pdf"),
    ],
)
def test_the_file_has_a_name_that_every_system_takes(region: str, name: str) -> None:
    assert file_name(region, 3, "pdf") == name


@pytest.fixture
def impatient() -> Iterator[Background]:
    """Where PDFs are made ahead, and nobody waits for one."""
    with closing(Background(patience=0)) as background:
        yield background


def test_a_page_stands_for_the_pdf_until_it_is_there(
    app: Flask, client: FlaskClient, database: Database, impatient: Background
) -> None:
    go_on = threading.Event()

    def held_up(order: Order) -> bytes:
        go_on.wait(PATIENCE)
        return order.edition.paper.encode()

    link = submit(client, sparse())
    init_app(app, Reports(database, impatient, held_up))
    for _ in range(2):
        response = client.get(link + "report.pdf")
        assert response.status_code == 202
        assert response.headers["Refresh"] == response.headers["Retry-After"] == "3"
        assert response.headers["Cache-Control"] == "no-store"
        assert "The PDF is being made" in response.text
        assert f'<a href="{link}report.pdf' in response.text
    go_on.set()
    response = asked(client, link + "report.pdf")
    assert (response.status_code, response.content_type, response.data) == (200, "application/pdf", b"a4")


def test_a_report_is_begun_when_it_is_submitted(
    app: Flask, client: FlaskClient, database: Database, impatient: Background
) -> None:
    orders: queue.Queue[Order] = queue.Queue()
    replaced: list[Order] = []

    def make(order: Order) -> bytes:
        orders.put(order)
        return b"made"

    def made_before(order: Order) -> bytes:
        replaced.append(order)
        return b"made before"

    for one in (made_before, make):
        init_app(app, Reports(database, impatient, one))
    submit(client, sparse())
    assert orders.get(timeout=PATIENCE).edition == Edition("en", "a4")
    assert not replaced


@pytest.mark.parametrize(
    ("query", "edition"),
    [
        ("", Edition("en", "a4")),
        ("?paper=a4", Edition("en", "a4")),
        ("?paper=letter", Edition("en", "letter")),
        ("?brief=1", Edition("en", "a4", brief=True)),
        ("?paper=letter&brief=1&number=1", Edition("en", "letter", brief=True)),
    ],
)
def test_the_address_says_in_which_form(
    app: Flask, client: FlaskClient, database: Database, query: str, edition: Edition
) -> None:
    link = submit(client, sparse())
    init_app(app, Reports(database, in_this_process(), lambda order: repr(order.edition).encode()))
    assert client.get(link + "report.pdf" + query).text == repr(edition)


@pytest.mark.parametrize("query", ["?paper=a5", "?paper=", "?brief=0", "?brief=yes", "?brief="])
def test_other_forms_there_are_not(client: FlaskClient, query: str) -> None:
    assert client.get(submit(client, sparse()) + "report.pdf" + query).status_code == 404


def test_the_file_is_offered_under_its_name(client: FlaskClient) -> None:
    disposition = client.get(submit(client, CASES["all_equal"]()) + "report.pdf").headers["Content-Disposition"]
    assert disposition == "attachment; filename=octant-made-up-region-1.pdf"
