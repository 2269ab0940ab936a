"""The pages about rubric versions in a real browser."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser

from rubric import load
from tests.browser.screens import assert_sound
from tests.webapp.accounts.signing_in import fill_in
from tests.webapp.report.cases import reworded
from tests.webapp.serving import served
from tests.webapp.versions.versioning import ACCEPTED, BASE, RUBRIC, added, deposited
from webapp.database import Database

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def address(app: Flask, database: Database, account: None) -> Iterator[str]:
    """Where `app` is served, with a second version and enough regions for norms."""
    deposited(database, range(29))
    deposited(database, range(29, 30), (*ACCEPTED, "submit"))
    new = reworded(RUBRIC, lambda q: {"text": q.text + " Indeed?"} if q.id == RUBRIC.questions[0].id else {})
    added(database, load.from_content({**new.content, "version": "2027.1"}))
    with served(app) as port:
        yield f"http://127.0.0.1:{port}"


def test_axe_finds_nothing(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 900})
    page = context.new_page()
    page.goto(f"{address}/admin/rubrics")
    fill_in(page)
    assert_sound(page, "Rubric versions")
    page.get_by_role("link", name=re.compile("What differs.*2027")).click()
    assert_sound(page, "What differs in version 2027.1")
    page.goto(f"{address}/admin/submissions/31")
    page.get_by_role("link", name="Score it under another version").click()
    page.get_by_label("Compare with").select_option(index=1)
    page.get_by_role("button", name="Work it out").click()
    assert_sound(page, "Scored under another version – Made-up region 29")
    page.goto(f"{address}/admin/rubrics")
    page.get_by_role("link", name=re.compile("Norms from submissions.*2027")).click()
    assert_sound(page, "Norms for version 2027.1")
    page.goto(f"{address}{BASE}/norms")
    page.get_by_text("All 50 questions").click()
    assert_sound(page, "Norms for version 2026.1")
    page.get_by_role("button", name="Make version 2026.1-norms-1").click()
    assert_sound(page, "Error: Norms for version 2026.1")
    page.get_by_label("I have looked at what these norms would change").check()
    page.get_by_role("button", name="Make version 2026.1-norms-1").click()
    assert_sound(page, "Use version 2026.1-norms-1 for new assessments")
    page.get_by_role("button", name="Use version 2026.1-norms-1").click()
    assert_sound(page, "Error: Use version 2026.1-norms-1 for new assessments")
    page.get_by_label("New assessments shall begin").check()
    page.get_by_role("button", name="Use version 2026.1-norms-1").click()
    assert_sound(page, "Rubric versions")
    context.close()
