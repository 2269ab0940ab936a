"""The pages about data protection in a real browser, narrow and wide, light and dark."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

import pytest
from flask import Flask
from playwright.sync_api import Browser

from tests.webapp.accounts.signing_in import EMAIL, PASSWORD
from tests.webapp.admin.test_accessibility import sound
from tests.webapp.governance.governing import invited, started
from tests.webapp.serving import served
from webapp.config import Retention, Settings
from webapp.database import Database

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
CONTACT, NAME = "a-contact-with-a-rather-long-name@organisation.example.org", "Ada Example"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Settings by which everything is due in 30 days."""
    return replace(settings, retention=Retention(1, 1, 1, 1))


@pytest.fixture
def address(app: Flask, database: Database, account: None) -> Iterator[str]:
    """Where `app` is served, with a region about which everything is held."""
    token = started(database, contact=CONTACT, note=f"Ask {CONTACT}. " * 5)
    invited(database, token, NAME)
    started(database, "Made-up draft", submit=False)
    with served(app) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (1280, "dark")])
def test_axe_finds_nothing(browser: Browser, address: str, width: int, scheme: Literal["light", "dark"]) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{address}/privacy")
    sound(page, "Your data")
    page.goto(f"{address}/admin/audit")
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    sound(page, "Audit log")
    page.get_by_role("link", name="Administration").click()
    sound(page, "Administration")
    page.get_by_role("link", name="Audit log").click()
    page.get_by_text("Check that the log is whole").click()
    sound(page, "Audit log")
    page.goto(f"{address}/admin/audit?actor=%40")
    sound(page, "Error: Audit log")
    page.goto(f"{address}/admin/retention")
    page.get_by_text("Which ones").first.click()
    sound(page, "How long data are kept")
    page.goto(f"{address}/admin/assessments/1/erase")
    page.get_by_role("button", name="Erase it with one submission").click()
    sound(page, "Error: Erase an assessment")
    page.goto(f"{address}/admin/persons")
    page.get_by_role("button", name="Find").click()
    sound(page, "Error: Persons")
    page.get_by_label("E-mail address").fill(CONTACT)
    page.get_by_label("Name", exact=False).last.fill(NAME)
    page.get_by_role("button", name="Find").click()
    sound(page, "Persons")
    page.get_by_role("button", name="Erase these").click()
    sound(page, "Error: Persons")
    page.get_by_label("I have read what goes and what stays").check()
    page.get_by_role("button", name="Erase these").click()
    sound(page, "Erased")
    context.close()
