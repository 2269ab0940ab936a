"""Every page of the public and of respondents in Chromium: what axe finds, what sticks out, what a reader is told."""

from collections.abc import Iterator
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from rubric import load

RUBRIC = load.rubric()
FIRST, SECOND, THIRD = RUBRIC.questions_by_theme["skills"][:3]

SCREENS: list[tuple[int, Literal["light", "dark"]]] = [(320, "light"), (320, "dark"), (1280, "light"), (1280, "dark")]


@pytest.fixture(params=SCREENS, ids=lambda screen: f"{screen[0]}px {screen[1]}")
def screen(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """A page of one width and colour scheme."""
    width, scheme = request.param
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    yield context.new_page()
    context.close()


def sound(page: Page) -> None:
    """Asserts that axe finds nothing on `page`, that nothing sticks out of it and that it has one first heading."""
    page.wait_for_load_state()  # the style belongs to what is judged
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert page.get_by_role("heading", level=1).count() == 1


def start(page: Page, server: str, region: str = "Made-up region Aldermoor") -> str:
    """Starts an assessment by hand; gives back its address."""
    page.goto(f"{server}/start")
    page.get_by_label("Name of your region").fill(region)
    page.get_by_role("button", name="Get my link and start").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(region)
    return page.url


@pytest.mark.parametrize("path", ["/", "/about", "/privacy", "/start", "/nothing", "/a/mistyped/"])
def test_public_pages(screen: Page, server: str, path: str) -> None:
    screen.goto(server + path)
    sound(screen)


def test_pages_of_an_assessment_in_every_state(screen: Page, server: str) -> None:
    screen.goto(f"{server}/start")
    screen.get_by_role("button", name="Get my link and start").click()
    expect(screen).to_have_title("Error: Start an assessment – Octant")
    sound(screen)
    link = start(screen, server)
    for path in ("", *(theme.id for theme in RUBRIC.themes), "check"):
        screen.goto(link + path)
        sound(screen)
    screen.get_by_role("button", name="Submit and see the result").click()
    expect(screen.get_by_role("alert")).to_contain_text("Answer at least one question")
    sound(screen)
    screen.goto(f"{link}skills")
    for summary in screen.locator("summary").all():
        summary.click()
    sound(screen)
    screen.locator(f"#{FIRST.id}-3").check()
    screen.locator(f"#{SECOND.id}-not-applicable").check()
    screen.get_by_role("button", name="Save and go on").click()
    expect(screen.get_by_role("alert")).to_be_focused()
    sound(screen)
    screen.locator(f"#reason-{SECOND.id}").fill("There is none.")
    screen.locator(f"#note-{SECOND.id}").fill("https://example.org/" + "long-address/" * 30)
    screen.get_by_role("button", name="Save and see all themes").click()
    expect(screen.get_by_role("status")).to_contain_text("“Skills and talent” is saved.")
    sound(screen)
    for path in ("skills", "check"):
        screen.goto(link + path)
        sound(screen)
    screen.get_by_role("button", name="Submit and see the result").click()
    expect(screen).to_have_url(f"{link}result")
    sound(screen)


def test_an_overtaken_page(browser: Browser, page: Page, server: str) -> None:
    link = start(page, server)
    page.goto(f"{link}skills")
    with browser.new_context() as elsewhere:
        other = elsewhere.new_page()
        other.goto(f"{link}skills")
        other.locator(f"#{FIRST.id}-1").check()
        other.get_by_role("button", name="Save and go on").click()
    page.locator(f"#{FIRST.id}-4").check()
    page.get_by_role("button", name="Save and go on").click()
    expect(page.get_by_role("alert")).to_contain_text("Changed in another window")
    expect(page.get_by_text("It now says: “Said or tried once”.")).to_be_visible()
    expect(page.locator(f"#{FIRST.id}-4")).to_be_checked()
    sound(page)


@pytest.mark.parametrize("scale", ["200%", "spacing"])
def test_large_text_and_wide_spacing_stay_on_the_page(page: Page, server: str, scale: str) -> None:
    page.set_viewport_size({"width": 640 if scale == "200%" else 320, "height": 900})
    link = start(page, server)
    for path in ("", "skills", "check"):
        page.goto(link + path)
        page.evaluate(
            "scale => scale === '200%' ? document.documentElement.style.fontSize = '200%' : "
            "document.body.style.cssText = 'line-height:1.5;letter-spacing:.12em;word-spacing:.16em'",
            scale,
        )
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_what_a_screen_reader_is_told_of_a_question(page: Page, server: str) -> None:
    link = start(page, server)
    page.goto(f"{link}skills")
    group = page.get_by_role("group", name=FIRST.text)
    for value, level in enumerate(RUBRIC.levels):
        choice = group.get_by_role("radio", name=level.name, exact=True)
        expect(choice).to_have_attribute("value", str(value))
        expect(choice).to_have_accessible_description(FIRST.levels[value])
    for state in RUBRIC.states:
        expect(group.get_by_role("radio", name=state.label, exact=True)).to_have_attribute("value", state.id)
    assert group.get_by_role("radio").count() == len(RUBRIC.levels) + len(RUBRIC.states)


def test_an_error_is_tied_to_its_field(page: Page, server: str) -> None:
    link = start(page, server)
    page.goto(f"{link}skills")
    page.locator(f"#{FIRST.id}-not-applicable").check()
    page.get_by_role("button", name="Save and go on").click()
    page.get_by_role("alert").get_by_role("link").click()
    field = page.locator(f"#reason-{FIRST.id}")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description("Error: Please say in a few words why this does not apply.")


def test_the_keyboard_alone_is_enough(page: Page, server: str) -> None:
    page.goto(server)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the main content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Start an assessment")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_label("Name of your region").focus()
    page.keyboard.type("Made-up region Keys")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Skills and talent").focus()
    page.keyboard.press("Enter")
    page.locator(f"#{FIRST.id}-0").focus()
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    expect(page.locator(f"#{FIRST.id}-3")).to_be_checked()
    page.get_by_role("button", name="Save and go on").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Firms and markets")
