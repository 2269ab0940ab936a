"""The pages of administrators in a real browser."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from tests.browser.screens import assert_sound
from tests.webapp.accounts.signing_in import PASSWORD, fill_in
from tests.webapp.serving import served
from webapp import demo
from webapp.database import Database

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def address(app: Flask, database: Database, account: None) -> Iterator[str]:
    """Where `app` is served, with enough made-up regions for a second page of the list."""
    list(demo.fill(database, 52))
    with served(app) as port:
        yield f"http://127.0.0.1:{port}"


def test_axe_finds_nothing(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 900})
    page = context.new_page()
    page.goto(f"{address}/admin/")
    assert_sound(page, "Sign in")
    for password, title in ((PASSWORD[1:], "Error: Sign in"), (PASSWORD, "Submissions")):
        fill_in(page, password=password)
        assert_sound(page, title)
    page.get_by_role("link", name="Next page").click()
    assert_sound(page, "Submissions")
    page.get_by_text("Filters and order").click()
    page.get_by_label("Status").select_option("accepted")
    page.get_by_label("Score in").select_option("skills")
    page.get_by_label("Search").fill("made-up")
    page.get_by_role("button", name="Show").first.click()
    assert_sound(page, "Submissions")
    page.get_by_role("link", name="Assign all").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"^Assign \d+ submissions$"))
    page.get_by_role("main").get_by_role("button", name=re.compile("^Assign")).click()
    assert_sound(page, "Error: Assign submissions")
    page.goto(f"{address}/admin/?status=nonsense&since=x")
    assert_sound(page, "Error: Submissions")
    page.goto(f"{address}/admin/?sort=oldest")
    page.get_by_role("link", name="Made-up region Aldermoor").click()
    assert_sound(page, "Made-up region Aldermoor, submission 1")
    page.get_by_role("button", name="Sign out").click()
    assert_sound(page, "Sign in")
    context.close()


def test_on_a_narrow_screen_the_list_is_still_a_table(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(f"{address}/admin/")
    fill_in(page)
    table = page.get_by_role("table", name="Submissions")
    heads = table.get_by_role("columnheader").all_inner_texts()
    assert heads == ["Tick", "Region", "Status", "Submitted", "Score", "Nearest"]
    assert table.get_by_role("row").count() == 51
    assert table.get_by_role("rowheader").count() == 50
