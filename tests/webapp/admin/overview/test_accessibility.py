"""Overview and comparison in a real browser."""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser

from tests.browser.screens import assert_sound
from tests.webapp.accounts.signing_in import fill_in
from tests.webapp.serving import served
from tests.webapp.storing import stored
from webapp import demo
from webapp.database import Database

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def address(app: Flask, database: Database, account: None) -> Iterator[str]:
    """Where `app` is served, with enough made-up regions for trends and a second page of the map."""
    list(demo.fill(database, 70))
    stored(database, "W" * 120)
    with served(app) as port:
        yield f"http://127.0.0.1:{port}"


def test_axe_finds_nothing(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 900})
    page = context.new_page()
    page.goto(f"{address}/admin/overview")
    fill_in(page)
    for folded in page.locator("main details").all():
        folded.locator("summary").click()
    assert_sound(page, "Overview")
    page.get_by_label("Trends by").select_option("year")
    page.get_by_role("button", name="Show").click()
    assert "by=year" in page.url
    assert_sound(page, "Overview")
    page.goto(f"{address}/admin/overview?country=XX&since=x")
    assert_sound(page, "Error: Overview")
    page.get_by_role("link", name="Compare", exact=True).click()
    page.get_by_label("Name of a region").fill("wwww")
    page.get_by_role("button", name="Search").click()
    page.get_by_label("WWWW").check()
    page.get_by_role("button", name="Compare").click()
    assert_sound(page, "Error: Compare submissions")
    page.get_by_label("Name of a region").fill("")
    page.get_by_role("button", name="Search").click()
    page.get_by_label("Made-up region Aldermoor").check()
    page.get_by_label("Made-up region Corvale").first.check()
    page.get_by_role("button", name="Compare").click()
    assert_sound(page, "3 submissions side by side")
    context.close()
