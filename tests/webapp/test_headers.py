"""What every answer says to the browser, and what is not accepted from elsewhere."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.webapp.assessment.starting import DECLARED, SKILLS, start

pytestmark = pytest.mark.one_database

PUBLIC = ("/", "/about", "/privacy", "/static/octant.css")
PRIVATE = ("", "skills", "check", "result", "report.pdf", "no-such-theme")


def _respondent(client: FlaskClient) -> Iterator[TestResponse]:
    """Every answer that a respondent gets on the way."""
    yield client.get("/start")
    yield client.post("/start", data={"region": ""})
    link = start(client)
    yield client.post(link + "skills", data={SKILLS[0]: "3"})
    yield client.post(link + "skills", data={SKILLS[0]: "9"})
    yield client.post(link + "check")
    yield client.post(link + "check", data=DECLARED)
    for path in PRIVATE:
        yield client.get(link + path)
    yield client.get("/a/mistyped/")


def _public(client: FlaskClient) -> Iterator[TestResponse]:
    for path in PUBLIC:
        yield client.get(path, buffered=True)


def test_a_method_that_a_page_does_not_have_is_told_which_it_has(client: FlaskClient) -> None:
    answer = client.post("/about")
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_pages_of_the_respondent_are_private(client: FlaskClient) -> None:
    for answer in _respondent(client):
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Robots-Tag"] == "noindex"


def test_respondents_get_no_cookie(client: FlaskClient) -> None:
    for answer in (*_respondent(client), *_public(client)):
        assert "Set-Cookie" not in answer.headers


def test_nothing_but_our_own_files_is_loaded(client: FlaskClient) -> None:
    for answer in (*_respondent(client), *_public(client)):
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert "unsafe" not in policy
        if answer.mimetype == "text/html":
            assert " style=" not in answer.text
            assert "<style" not in answer.text
            assert "<script>" not in answer.text
            assert "//cdn" not in answer.text


def test_public_pages_may_be_found_and_kept(client: FlaskClient) -> None:
    for answer in _public(client):
        assert answer.status_code == 200
        assert "X-Robots-Tag" not in answer.headers
        assert answer.headers.get("Cache-Control") != "no-store"


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_forms_of_other_sites_are_refused(client: FlaskClient, headers: dict[str, str]) -> None:
    assert client.post("/start", data={"region": "Made-up"}, headers=headers).status_code == 403


@pytest.mark.parametrize(
    "headers", [{}, {"Origin": "http://localhost"}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}]
)
def test_our_own_forms_are_taken(client: FlaskClient, headers: dict[str, str]) -> None:
    assert client.post("/start", data={"region": "Made-up"}, headers=headers).status_code == 303


@pytest.mark.parametrize("host", ["x" * 64 + ".example.org", "..", "a..b"])
def test_a_host_that_cannot_be_read_is_told_plainly(client: FlaskClient, host: str) -> None:
    for path in ("/", "/about", "/a/very-secret-token/", "/nothing"):
        answer = client.get(path, headers={"Host": host})
        assert (answer.status_code, answer.text) == (400, "Bad Request")


def test_an_unexpected_error_shows_a_number_and_nothing_else(
    app: Flask, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    def break_down(token: str) -> str:
        raise RuntimeError("the inside")

    app.add_url_rule("/a/<token>/broken", "broken", break_down)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = client.get("/a/very-secret-token/broken")
    assert answer.status_code == 500
    assert "the inside" not in answer.text
    number = caplog.records[-1].getMessage().split()[1]
    assert number in answer.text
    assert "very-secret-token" not in caplog.text


@pytest.mark.parametrize("path", ["//example.org/", "/\\example.org/", "///example.org"])
def test_no_page_leads_to_another_host(app: Flask, path: str) -> None:
    with app.test_request_context("/"):
        answer = app.process_response(app.response_class(status=302, headers={"Location": f"http://localhost{path}"}))
    assert answer.location.rstrip("/") == "/example.org"
