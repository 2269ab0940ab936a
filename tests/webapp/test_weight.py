"""What pages weigh on the wire, and how long browsers may keep it."""

import gzip
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.webapp.accounts.signing_in import sign_in
from tests.webapp.assessment.starting import start
from webapp import audit
from webapp.accounts import creating
from webapp.database import Database
from webapp.weight import FOLDER

pytestmark = pytest.mark.one_database

PASSWORD = "correct horse battery staple"
YEAR, WEEK = 365 * 24 * 3600, 7 * 24 * 3600
BROTLI, GZIP = {"Accept-Encoding": "gzip, deflate, br"}, {"Accept-Encoding": "gzip"}


def assets(page: str) -> set[str]:
    return set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page))


def test_every_file_of_a_page_is_kept_for_a_year_by_its_version(client: FlaskClient) -> None:
    link = start(client)
    found = assets(client.get(link + "skills").text) | assets(client.get(link + "link").text)
    assert {address.partition("?")[0] for address in found} >= {
        "/static/octant.css",
        "/static/autosave.js",
        "/static/copy.js",
    }
    for address in found - {address for address in found if "/fonts/" in address}:
        answer = client.get(address, buffered=True)
        assert answer.status_code == 200
        cache = answer.cache_control
        assert (cache.max_age, cache.immutable, cache.public, cache.no_cache) == (YEAR, True, True, None)


def test_a_wrong_version_is_not_kept(client: FlaskClient) -> None:
    for version in ("", "?v=", "?v=00000000", "?v=None", "?w=1"):
        answer = client.get(f"/static/octant.css{version}", buffered=True)
        assert answer.status_code == 200
        assert answer.cache_control.max_age is None
        assert not answer.cache_control.immutable


def test_fonts_are_kept_for_a_week(client: FlaskClient) -> None:
    fonts = [file for file in (FOLDER / "fonts").iterdir() if file.suffix == ".woff2"]
    assert fonts
    answer = client.get(f"/static/fonts/{fonts[0].name}", buffered=True)
    assert (answer.status_code, answer.cache_control.max_age) == (200, WEEK)
    assert answer.data == fonts[0].read_bytes()


def test_a_file_that_is_not_there_is_not_found(client: FlaskClient) -> None:
    for name in ("missing.css", "missing.css?v=None", "fonts/missing.woff2", "../webapp/config.py"):
        answer = client.get(f"/static/{name}")
        assert answer.status_code == 404
        assert answer.cache_control.max_age is None


def test_a_browser_that_has_a_file_is_not_sent_it_again(client: FlaskClient) -> None:
    first = client.get("/static/octant.css", headers=BROTLI, buffered=True)
    again = client.get("/static/octant.css", headers=BROTLI | {"If-None-Match": first.headers["ETag"]}, buffered=True)
    assert (again.status_code, again.data) == (304, b"")


def test_respondents_pages_are_compressed(client: FlaskClient) -> None:
    link = start(client)
    for path in (link, link + "skills", "/", "/static/octant.css"):
        plain = client.get(path, buffered=True)
        small = client.get(path, headers=GZIP, buffered=True)
        smaller = client.get(path, headers=BROTLI, buffered=True)
        assert "Content-Encoding" not in plain.headers
        assert small.headers["Content-Encoding"] == "gzip"
        assert smaller.headers["Content-Encoding"] == "br"
        assert gzip.decompress(small.data) == plain.data
        assert len(smaller.data) < len(plain.data) / 2
        assert {answer.headers["Vary"] for answer in (small, smaller)} == {"Accept-Encoding"}


def test_administrators_pages_are_not_compressed(app: Flask, client: FlaskClient, database: Database) -> None:
    with app.app_context(), database.writing() as session:
        creating.create(session, "administrator@example.org", PASSWORD, "administrator", audit.COMMAND_LINE)
    addresses = ["/admin/login", "/admin/", "/admin/links"]
    sign_in_page = client.get(addresses[0], headers=BROTLI)
    assert "csrf_token" in sign_in_page.text
    assert sign_in(client).status_code == 302
    for address in addresses[1:]:
        answer = client.get(address, headers=BROTLI)
        assert (answer.status_code, "Content-Encoding" in answer.headers) == (200, False)
