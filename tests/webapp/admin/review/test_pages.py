"""The pages of a review in a real browser; and a reply that saves itself."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Dialog, Page, expect

from tests.browser.screens import assert_sound, open_all
from tests.webapp.accounts.signing_in import fill_in
from tests.webapp.admin.review.reviewing import FIRST, SECOND, press, reviewer, submit, submitted
from tests.webapp.serving import served
from webapp.database import Database

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
EMAIL = "anna@example.org"


@pytest.fixture
def anna(app: Flask, database: Database) -> FlaskClient:
    """A reviewer."""
    return reviewer(app, database, EMAIL)


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """Where `app` is served."""
    with served(app) as port:
        yield f"http://127.0.0.1:{port}"


def test_axe_finds_nothing(browser: Browser, client: FlaskClient, anna: FlaskClient, address: str) -> None:
    link = submitted(client)
    context = browser.new_context(viewport={"width": 320, "height": 900})
    page = context.new_page()
    page.goto(f"{address}/admin/login?next=/admin/submissions/1")
    fill_in(page, EMAIL)
    open_all(page)
    assert_sound(page)
    page.get_by_role("button", name="Begin the review").click()
    page.locator(f"#answer-{FIRST} summary").click()
    page.locator(f"#ask-{FIRST}").fill("x" * 2001)
    page.get_by_label("New note").fill("A note.")
    page.get_by_role("button", name="Write the note").click()
    expect(page.get_by_role("alert")).to_contain_text("one thing to look at")
    open_all(page)
    assert_sound(page)
    page.locator(f"#ask-{FIRST}").fill("Which decision?")
    press(anna, "keep", {"note": "Meanwhile."})
    page.get_by_role("button", name="Write the note").click()
    expect(page.get_by_role("alert")).to_contain_text("nothing was done")
    open_all(page)
    assert_sound(page)
    page.get_by_role("button", name="Return to the region").click()
    open_all(page)
    assert_sound(page)
    for path in ("", "strategy", "check", "take-back"):
        page.goto(address + link + path)
        open_all(page)
        assert_sound(page)
    client.post(link + "strategy", data={f"reply-{FIRST}": "Yes.", SECOND: "4", f"note-{SECOND}": "New."})
    submit(client, link)
    for path in ("/admin/submissions/1", "/admin/submissions/2", "/admin/submissions/2/changes"):
        page.goto(address + path)
        open_all(page)
        assert_sound(page)
    page.goto(f"{address}/admin/submissions/2/withdraw")
    page.get_by_role("button", name="Withdraw it").click()
    open_all(page)
    assert_sound(page)
    page.get_by_label("Reason").fill("A trial.")
    page.get_by_role("button", name="Withdraw it").click()
    open_all(page)
    assert_sound(page)
    page.goto(address + link)
    open_all(page)
    assert_sound(page)
    context.close()


def test_nothing_typed_is_left_without_a_question(
    page: Page, client: FlaskClient, anna: FlaskClient, address: str
) -> None:
    submitted(client)
    press(anna, "begin")
    asked: list[str] = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)
    page.goto(f"{address}/admin/login?next=/admin/submissions/1")
    fill_in(page, EMAIL)
    page.get_by_label("New note").press_sequentially("A note.")
    page.get_by_role("button", name="Write the note").click()
    expect(page.get_by_text("A note.").first).to_be_visible()
    assert asked == []
    page.get_by_label("New note").press_sequentially("Lost?")
    page.get_by_role("link", name="Submissions").first.click()
    expect(page).to_have_title(re.compile("^Submissions"))
    assert asked == ["beforeunload"]


def test_a_reply_saves_itself(page: Page, client: FlaskClient, anna: FlaskClient, address: str) -> None:
    link = submitted(client)
    press(anna, "begin")
    press(anna, "keep", {f"ask-{FIRST}": "Which decision?"})
    press(anna, "return")
    page.goto(f"{address}{link}strategy")
    reply = page.get_by_label("Your reply")
    reply.fill("Decision 12.")
    saved = page.locator("[data-save-state]")
    expect(saved).to_have_text(re.compile("^Saved at"))
    assert "Decision 12.</textarea>" in client.get(link + "strategy").text
    client.post(link + "strategy", data={f"reply-{FIRST}": "Colleague’s."})
    reply.fill("Decision 13.")
    expect(page.locator(".asked .field-error")).to_contain_text("Colleague’s.")
    expect(reply).to_have_value("Decision 13.")
    reply.fill("Decision 14.")
    expect(saved).to_have_text(re.compile("^Saved at"))
    assert "Decision 14.</textarea>" in client.get(link + "strategy").text


def test_a_reply_that_could_not_be_saved_waits_for_the_next_page(
    page: Page, client: FlaskClient, anna: FlaskClient, address: str
) -> None:
    link = submitted(client)
    press(anna, "begin")
    press(anna, "keep", {f"ask-{FIRST}": "Which decision?"})
    press(anna, "return")
    page.goto(f"{address}{link}strategy")
    page.context.set_offline(True)
    page.get_by_label("Your reply").fill("Decision 12.")
    expect(page.locator("[data-save-state]")).to_have_attribute("data-now", "waiting")
    page.context.set_offline(False)
    page.goto(address + link)
    expect(page.locator("[data-leftover]")).to_be_hidden()
    page.goto(f"{address}{link}strategy")
    expect(page.get_by_label("Your reply")).to_have_value("Decision 12.")
