"""Imagining other levels in a browser: what is shown follows each choice, nothing stays, and no mouse is needed."""

from urllib.request import urlopen

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.screens import findings
from tests.browser.site import RUBRIC, Site
from tests.browser.test_keyboard import Keyboard, assert_in_sight

FIRST = RUBRIC.questions[0]
LEVELS = [level.name for level in RUBRIC.levels]


@pytest.fixture
def imagining(page: Page, site: Site) -> Page:
    """The page of a submitted assessment, whose first question stands at level 0."""
    page.goto(f"{site.submitted}what-if")
    return page


def outcome(page: Page) -> Locator:
    """The part that follows the choices."""
    return page.locator("[data-outcome]")


def test_what_is_shown_follows_a_choice_and_nothing_is_saved(imagining: Page, site: Site) -> None:
    before = _served(site)
    choice = imagining.get_by_label(FIRST.name)
    expect(choice).to_have_value("")
    as_answered = outcome(imagining).inner_text()
    choice.select_option(LEVELS[4])
    expect(imagining.get_by_role("status").last).to_contain_text("One answer changed. The score goes from ")
    expect(outcome(imagining)).to_contain_text(f"This claims: {FIRST.levels[4]}")
    expect(imagining.locator("summary").first).to_contain_text("one changed")
    choice.select_option(LEVELS[0])
    expect(imagining.get_by_role("status").last).to_have_text("No answer is changed.")
    assert outcome(imagining).inner_text() == as_answered
    choice.select_option(LEVELS[4])
    expect(outcome(imagining)).to_contain_text("One answer changed")
    imagining.reload()
    expect(imagining.get_by_label(FIRST.name)).to_have_value("")
    assert outcome(imagining).inner_text() == as_answered
    assert _served(site) == before


def _served(site: Site) -> tuple[bytes, ...]:
    """Everything of the assessment that a page can show."""
    return tuple(_got(site.submitted + path) for path in ("answers.json", FIRST.theme, "check"))


def _got(address: str) -> bytes:
    with urlopen(address) as answer:
        return bytes(answer.read())


def test_the_newest_choice_wins(imagining: Page) -> None:
    choice = imagining.get_by_label(FIRST.name)
    slow = imagining.context.new_cdp_session(imagining)
    slow.send("Network.enable")
    slow.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 500, "downloadThroughput": -1, "uploadThroughput": -1},
    )
    for level in (1, 2, 3):
        choice.select_option(LEVELS[level])
        imagining.wait_for_timeout(300)
    expect(outcome(imagining)).to_contain_text(f"This claims: {FIRST.levels[3]}")
    imagining.wait_for_timeout(1000)
    expect(outcome(imagining)).to_contain_text(f"This claims: {FIRST.levels[3]}")


def test_offline_it_says_so_and_keeps_the_choices(imagining: Page) -> None:
    as_answered, status = outcome(imagining).inner_text(), imagining.get_by_role("status").last
    imagining.context.set_offline(True)
    imagining.get_by_label(FIRST.name).select_option(LEVELS[4])
    expect(status).to_contain_text("The server does not answer")
    imagining.get_by_role("button", name="Show what would move").click()
    expect(imagining.get_by_label(FIRST.name)).to_have_value("4")
    assert outcome(imagining).inner_text() == as_answered
    imagining.context.set_offline(False)
    expect(status).to_contain_text("One answer changed.")
    expect(outcome(imagining)).to_contain_text(f"This claims: {FIRST.levels[4]}")


@pytest.mark.parametrize(("width", "height"), [(320, 568), (1280, 600)])
def test_no_mouse_is_needed(imagining: Page, width: int, height: int) -> None:
    imagining.set_viewport_size({"width": width, "height": height})
    keyboard = Keyboard(imagining)
    keyboard.tab_to(id=FIRST.id)
    for level in (1, 2):
        keyboard.press("ArrowDown")
        expect(imagining.locator(f"#{FIRST.id}")).to_have_value(str(level))
    expect(outcome(imagining)).to_contain_text(f"This claims: {FIRST.levels[2]}")
    assert [keyboard.tab()["tag"] for _ in range(2)] == ["SUMMARY", "SELECT"]
    assert_in_sight(keyboard.press("Shift+Tab"))
    keyboard.tab_to(most=120, text="Show what would move")
    keyboard.tab_to(most=1, text="Start over")
    with imagining.expect_navigation():
        imagining.keyboard.press("Enter")
    expect(imagining.get_by_label(FIRST.name)).to_have_value("")


def test_what_was_imagined_is_sound_on_every_screen(imagining: Page) -> None:
    imagining.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
    for question in RUBRIC.questions[:3]:
        imagining.get_by_label(question.name).select_option(LEVELS[4])
    expect(outcome(imagining)).to_contain_text("answers changed")
    found = findings(imagining)
    assert not found, "\n".join(found)
