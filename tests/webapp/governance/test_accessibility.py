"""The pages about data protection in a real browser."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from playwright.sync_api import Browser

from tests.browser.screens import assert_sound
from tests.webapp.accounts.signing_in import fill_in
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


def test_axe_finds_nothing(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 900})
    page = context.new_page()
    page.goto(f"{address}/privacy")
    assert_sound(page, "Your data")
    page.goto(f"{address}/admin/audit")
    fill_in(page)
    assert_sound(page, "Audit log")
    page.get_by_role("link", name="Administration").click()
    assert_sound(page, "Administration")
    page.get_by_role("link", name="Audit log").click()
    page.get_by_text("Check that the log is whole").click()
    assert_sound(page, "Audit log")
    page.goto(f"{address}/admin/audit?actor=%40")
    assert_sound(page, "Error: Audit log")
    page.goto(f"{address}/admin/retention")
    page.get_by_text("Which ones").first.click()
    assert_sound(page, "How long data are kept")
    page.goto(f"{address}/admin/assessments/1/erase")
    page.get_by_role("button", name="Erase it with one submission").click()
    assert_sound(page, "Error: Erase an assessment")
    page.goto(f"{address}/admin/persons")
    page.get_by_role("button", name="Find").click()
    assert_sound(page, "Error: Persons")
    page.get_by_label("E-mail address").fill(CONTACT)
    page.get_by_label("Name", exact=False).last.fill(NAME)
    page.get_by_role("button", name="Find").click()
    assert_sound(page, "Persons")
    page.get_by_role("button", name="Erase these").click()
    assert_sound(page, "Error: Persons")
    page.get_by_label("I have read what goes and what stays").check()
    page.get_by_role("button", name="Erase these").click()
    assert_sound(page, "Erased")
    context.close()
