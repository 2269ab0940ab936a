"""The pages of administrators in a real browser, narrow and wide, light and dark."""

import re
from collections.abc import Iterator
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from tests.webapp.accounts.signing_in import EMAIL, PASSWORD
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


def sound(page: Page, title: str) -> None:
    """Asserts that axe finds nothing on `page`, and that nothing of it sticks out."""
    expect(page).to_have_title(f"{title} – Octant")
    page.wait_for_load_state()  # the style belongs to what is judged
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (1280, "dark")])
def test_axe_finds_nothing(browser: Browser, address: str, width: int, scheme: Literal["light", "dark"]) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{address}/admin/")
    sound(page, "Sign in")
    for password, title in ((PASSWORD[1:], "Error: Sign in"), (PASSWORD, "Submissions")):
        page.get_by_label("E-mail address").fill(EMAIL)
        page.get_by_label("Password").fill(password)
        page.get_by_role("main").get_by_role("button", name="Sign in").click()
        sound(page, title)
    page.get_by_role("link", name="Next page").click()
    sound(page, "Submissions")
    page.get_by_text("Filters and order").click()
    page.get_by_label("Status").select_option("accepted")
    page.get_by_label("Score in").select_option("skills")
    page.get_by_label("Search").fill("made-up")
    page.get_by_role("button", name="Show").first.click()
    sound(page, "Submissions")
    page.get_by_role("link", name="Assign all").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"^Assign \d+ submissions$"))
    page.get_by_role("main").get_by_role("button", name=re.compile("^Assign")).click()
    sound(page, "Error: Assign submissions")
    page.goto(f"{address}/admin/?status=nonsense&since=x")
    sound(page, "Error: Submissions")
    page.goto(f"{address}/admin/?sort=oldest")
    page.get_by_role("link", name="Made-up region Aldermoor").click()
    sound(page, "Made-up region Aldermoor, submission 1")
    page.get_by_role("button", name="Sign out").click()
    sound(page, "Sign in")
    context.close()


def test_on_a_narrow_screen_the_list_is_still_a_table(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(f"{address}/admin/")
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    table = page.get_by_role("table", name="Submissions")
    heads = table.get_by_role("columnheader").all_inner_texts()
    assert heads == ["Tick", "Region", "Status", "Submitted", "Score", "Nearest"]
    assert table.get_by_role("row").count() == 51
    assert table.get_by_role("rowheader").count() == 50
