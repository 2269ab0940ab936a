"""A theme's page saves itself: what it says, what it sends, and what becomes of answers when something goes wrong."""

import re
import time
from collections.abc import Iterator
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from rubric import load

RUBRIC = load.rubric()
FIRST, SECOND = (question.id for question in RUBRIC.questions_by_theme["skills"][:2])
WAITING = re.compile("Not saved yet: the server does not answer")
WAITS_FOR_CHOICE = re.compile(r"Saved at \d\d:\d\d, but one answer waits for your choice")
SAVED = re.compile(r"Saved at \d\d:\d\d\.")


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser of its own, with nothing remembered."""
    context = browser.new_context()
    context.set_default_timeout(10_000)
    yield context
    context.close()


@pytest.fixture
def skills(context: BrowserContext, server: str) -> Page:
    """The page of a theme of a new assessment."""
    page = context.new_page()
    page.goto(f"{server}/start")
    page.get_by_label("Name of your region").fill("Made-up region Aldermoor")
    page.get_by_role("button", name="Get my link and start").click()
    page.goto(f"{page.url}skills")
    return page


def says(page: Page, what: re.Pattern[str]) -> None:
    """Asserts what the status line says."""
    expect(page.locator("[data-save-state]")).to_have_text(what)


def somebody_else_saves(browser: Browser, address: str, question: str, answer: str) -> None:
    """Gives an answer on the same page in another browser."""
    with browser.new_context() as elsewhere:
        other = elsewhere.new_page()
        other.goto(address)
        other.locator(f"#{question}-{answer}").check()
        says(other, SAVED)


def stored(browser: Browser, page: Page, question: str) -> str | None:
    """The value of the answer that somebody else finds who opens the same page, without JavaScript."""
    with browser.new_context(java_script_enabled=False) as elsewhere:
        other = elsewhere.new_page()
        other.goto(page.url.partition("#")[0])
        chosen = other.locator(f"input[name={question}]:checked")
        return chosen.get_attribute("value") if chosen.count() else None


def note(browser: Browser, address: str, question: str) -> str:
    """The note that somebody else finds."""
    with browser.new_context(java_script_enabled=False) as elsewhere:
        other = elsewhere.new_page()
        other.goto(address)
        return other.locator(f"#note-{question}").input_value()


def waits_in_browser(page: Page) -> bool:
    return bool(page.evaluate("Object.keys(localStorage).some(key => key.startsWith('octant '))"))


def test_a_choice_is_saved_as_it_is_made(browser: Browser, skills: Page) -> None:
    skills.locator(f"#{FIRST}-3").check()
    says(skills, SAVED)
    assert stored(browser, skills, FIRST) == "3"
    assert not waits_in_browser(skills)
    expect(skills.locator("[data-position]")).to_contain_text("1 of 50 answered")
    expect(skills.locator("[data-count]")).to_have_text("1 of 5")


def test_only_what_was_changed_is_sent(skills: Page) -> None:
    skills.locator(f"#{FIRST}-3").check()
    says(skills, SAVED)
    skills.locator(f"#{SECOND} .grounds summary").click()
    with skills.expect_request(lambda request: request.method == "POST") as sent:
        skills.locator(f"#note-{SECOND}").fill("A note.")
    fields = parse_qs(sent.value.post_data or "")
    assert fields.keys() == {f"note-{SECOND}", f"revision-{SECOND}"}


def test_without_a_connection_answers_wait_and_go_up_when_it_is_back(
    browser: Browser, context: BrowserContext, skills: Page
) -> None:
    context.set_offline(True)
    skills.locator(f"#{FIRST}-3").check()
    says(skills, WAITING)
    skills.locator(f"#{SECOND}-1").check()
    assert waits_in_browser(skills)
    context.set_offline(False)
    says(skills, SAVED)
    assert (stored(browser, skills, FIRST), stored(browser, skills, SECOND)) == ("3", "1")
    assert not waits_in_browser(skills)


def until(page: Page, script: str) -> None:
    """Waits for what `script` says of a page that lets nobody evaluate anything in it."""
    for _ in range(200):
        if page.evaluate(script):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"not so in ten seconds: {script}")


@pytest.mark.parametrize("again", ["skills", "firms", ""])
def test_what_waits_outlives_the_page(browser: Browser, context: BrowserContext, skills: Page, again: str) -> None:
    address = skills.url
    context.set_offline(True)
    skills.locator(f"#{FIRST}-3").check()
    skills.locator(f"#{SECOND} .grounds summary").click()
    skills.locator(f"#note-{SECOND}").fill("Typed on the train.")
    says(skills, WAITING)
    until(skills, "JSON.stringify(localStorage).includes('Typed on the train.')")
    skills.close()
    context.set_offline(False)
    page = context.new_page()
    page.goto(address.removesuffix("skills") + again)
    until(page, "Object.keys(localStorage).length === 0")
    page.goto(address)
    expect(page.locator(f"#{FIRST}-3")).to_be_checked()
    expect(page.locator(f"#note-{SECOND}")).to_have_value("Typed on the train.")
    until(page, "Object.keys(localStorage).length === 0")


def test_a_request_whose_answer_was_lost_is_no_conflict(browser: Browser, skills: Page) -> None:
    lost: list[str] = []

    def lose_the_first(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route.request.url)
            route.fetch()
            route.abort("connectionreset")
        else:
            route.continue_()

    skills.route("**/skills", lose_the_first)
    skills.locator(f"#{FIRST}-3").check()
    says(skills, WAITING)
    skills.locator(f"#{FIRST}-2").check()
    says(skills, SAVED)
    assert lost
    assert stored(browser, skills, FIRST) == "2"
    expect(skills.locator(".overtaken")).to_have_count(0)


def test_a_server_in_trouble_is_asked_again(browser: Browser, skills: Page) -> None:
    answers = iter([503, 502])

    def fail_twice(route: Route) -> None:
        status = next(answers, None) if route.request.method == "POST" else None
        if status:
            route.fulfill(status=status, body="<h1>not now</h1>")
        else:
            route.continue_()

    skills.route("**/skills", fail_twice)
    skills.locator(f"#{FIRST}-3").check()
    says(skills, WAITING)
    says(skills, SAVED)
    assert stored(browser, skills, FIRST) == "3"


@pytest.mark.parametrize(("button", "counts"), [("Keep this one", "1"), ("Put mine in its place", "4")])
def test_of_two_answers_the_second_writer_chooses(
    browser: Browser, skills: Page, server: str, button: str, counts: str
) -> None:
    somebody_else_saves(browser, skills.url, FIRST, "1")
    skills.locator(f"#{FIRST}-4").check()
    says(skills, WAITS_FOR_CHOICE)
    panel = skills.get_by_role("group", name="Two answers: please choose which one counts")
    expect(panel).to_be_focused()
    expect(panel).to_contain_text(RUBRIC.question_by_id[FIRST].levels[1])
    expect(panel).to_contain_text(RUBRIC.question_by_id[FIRST].levels[4])
    with skills.expect_response(lambda answer: answer.request.method == "POST"):
        skills.locator(f"#{SECOND}-0").check()
    says(skills, WAITS_FOR_CHOICE)
    assert stored(browser, skills, FIRST) == "1", "nothing is overwritten before the choice"
    panel.get_by_role("button", name=button).click()
    expect(skills.locator(f"#{FIRST}-{counts}")).to_be_checked()
    expect(skills.locator(".overtaken")).to_have_count(0)
    until(skills, "Object.keys(localStorage).length === 0")
    assert (stored(browser, skills, FIRST), stored(browser, skills, SECOND)) == (counts, "0")


def test_a_choice_between_two_answers_can_wait(browser: Browser, context: BrowserContext, skills: Page) -> None:
    somebody_else_saves(browser, skills.url, FIRST, "1")
    skills.locator(f"#{FIRST}-4").check()
    expect(skills.locator(".overtaken")).to_be_visible()
    skills.get_by_role("link", name="All themes", exact=True).click()
    skills.go_back()
    skills.reload()
    expect(skills.locator(".overtaken")).to_be_visible()
    expect(skills.locator(f"#{FIRST}-4")).to_be_checked()


def test_what_others_change_meanwhile_is_not_taken_for_seen(browser: Browser, skills: Page) -> None:
    somebody_else_saves(browser, skills.url, SECOND, "1")
    skills.locator(f"#{FIRST}-4").check()
    says(skills, SAVED)
    skills.locator(f"#{SECOND}-4").check()
    says(skills, WAITS_FOR_CHOICE)


def test_what_cannot_be_saved_says_why_and_is_saved_once_mended(browser: Browser, skills: Page) -> None:
    skills.locator(f"#{FIRST} .grounds summary").click()
    note = skills.locator(f"#note-{FIRST}")
    note.fill("x" * 2001)
    too_long = re.compile("Not saved: .*at most 2000 characters")
    says(skills, too_long)
    with skills.expect_response(lambda answer: answer.request.method == "POST"):
        skills.locator(f"#{SECOND}-2").check()
    says(skills, too_long)
    assert stored(browser, skills, SECOND) == "2"
    note.fill("Short enough.")
    says(skills, SAVED)
    expect(skills.locator(".field-error")).to_have_count(0)


def test_a_reason_that_is_missing_keeps_nothing_back(browser: Browser, skills: Page) -> None:
    expect(skills.locator(f"#reason-{FIRST}")).to_be_hidden()
    skills.locator(f"#{FIRST}-not-applicable").check()
    says(skills, re.compile("Saved at .* Please also say why it doesn’t apply: "))
    assert stored(browser, skills, FIRST) == "not-applicable"
    skills.locator(f"#reason-{FIRST}").fill("There are no such courses.")
    says(skills, SAVED)


def test_leaving_at_once_loses_nothing(browser: Browser, skills: Page) -> None:
    address = skills.url
    skills.locator(f"#{FIRST} .grounds summary").click()
    skills.locator(f"#note-{FIRST}").press_sequentially("Typed and gone.")
    skills.get_by_role("link", name="All themes", exact=True).click()
    expect(skills.get_by_role("heading", level=1)).to_have_text("Made-up region Aldermoor")
    assert note(browser, address, FIRST) == "Typed and gone."


def test_closing_at_once_loses_nothing(browser: Browser, context: BrowserContext, skills: Page) -> None:
    address = skills.url
    skills.locator(f"#{FIRST} .grounds summary").click()
    skills.locator(f"#note-{FIRST}").press_sequentially("Typed and closed.")
    skills.close(run_before_unload=True)
    for _ in range(50):
        if note(browser, address, FIRST) == "Typed and closed.":
            return
        time.sleep(0.1)
    pytest.fail("what was typed did not arrive")


def test_the_buttons_still_save_what_is_not_saved_yet(browser: Browser, skills: Page) -> None:
    address = skills.url
    skills.locator(f"#{FIRST} .grounds summary").click()
    skills.locator(f"#note-{FIRST}").press_sequentially("Typed and sent.")
    skills.get_by_role("button", name="Save and go on").click()
    expect(skills.get_by_role("heading", level=1)).to_have_text("Firms and markets")
    skills.goto(address)
    expect(skills.locator(f"#note-{FIRST}")).to_have_value("Typed and sent.")
    assert not waits_in_browser(skills)


def test_an_answer_can_be_taken_back(browser: Browser, skills: Page) -> None:
    take_back = skills.get_by_role("button", name="Take back this answer").first
    expect(take_back).to_be_hidden()
    skills.locator(f"#{FIRST}-3").check()
    says(skills, SAVED)
    take_back.click()
    expect(skills.locator(f"input[name={FIRST}]:checked")).to_have_count(0)
    assert stored(browser, skills, FIRST) is None


def test_a_link_that_ends_meanwhile_says_so_and_keeps_the_text(browser: Browser, skills: Page) -> None:
    with browser.new_context() as elsewhere:
        owner = elsewhere.new_page()
        owner.goto(skills.url.removesuffix("skills") + "link")
        owner.get_by_role("button", name="Make a new link and end this one").click()
    skills.locator(f"#{FIRST} .grounds summary").click()
    skills.locator(f"#note-{FIRST}").fill("Written with care.")
    says(skills, re.compile("Not saved: this link no longer works"))
    expect(skills.locator(f"#note-{FIRST}")).to_have_value("Written with care.")


def test_a_priority_is_saved_too(browser: Browser, skills: Page) -> None:
    for priority in "31":
        with skills.expect_response(lambda answer: answer.request.method == "POST"):
            skills.locator(f"#priority-skills-{priority}").check()
        says(skills, SAVED)
    assert stored(browser, skills, "priority-skills") == "1"


def test_a_mended_text_is_not_overwritten_by_the_refused_one(browser: Browser, skills: Page) -> None:
    skills.locator(f"#{FIRST} .grounds summary").click()
    note_field = skills.locator(f"#note-{FIRST}")
    with skills.expect_request(lambda request: request.method == "POST"):
        note_field.fill("x" * 2001)
    note_field.fill("Short enough.")
    says(skills, SAVED)
    with skills.expect_response(lambda answer: answer.request.method == "POST"):
        skills.locator(f"#{FIRST}-2").check()
    says(skills, SAVED)
    assert note(browser, skills.url, FIRST) == "Short enough."


def test_going_back_and_forth_overwrites_nothing_unseen(browser: Browser, skills: Page) -> None:
    skills.locator(f"#{FIRST}-3").check()
    says(skills, SAVED)
    skills.reload()
    skills.get_by_role("link", name="All themes", exact=True).click()
    somebody_else_saves(browser, f"{skills.url}skills", FIRST, "0")
    skills.go_back()
    expect(skills.locator(f"#{FIRST}-0")).to_be_checked()
    skills.get_by_role("button", name="Save and go on").click()
    skills.go_back()
    assert stored(browser, skills, FIRST) == "0"


def test_what_mine_is_is_shown_whole(browser: Browser, skills: Page) -> None:
    skills.locator(f"#{FIRST}-3").check()
    says(skills, SAVED)
    somebody_else_saves(browser, skills.url, FIRST, "1")
    skills.locator(f"#{FIRST} .grounds summary").click()
    skills.locator(f"#note-{FIRST}").fill("Only a note.")
    says(skills, WAITS_FOR_CHOICE)
    mine = skills.locator(".overtaken .both > div").nth(1)
    expect(mine).to_contain_text("Reaching most")
    mine.get_by_role("button").click()
    expect(skills.locator(".overtaken")).to_have_count(0)
    assert stored(browser, skills, FIRST) == "3"


def test_a_lost_answer_and_a_second_thought(browser: Browser, context: BrowserContext, skills: Page) -> None:
    skills.locator(f"#{FIRST}-3").check()
    says(skills, SAVED)

    def lose(route: Route) -> None:
        route.fetch()
        route.abort("connectionreset")

    skills.route("**/skills", lambda route: lose(route) if route.request.method == "POST" else route.continue_())
    skills.locator(f"#{FIRST}-1").check()
    says(skills, WAITING)
    skills.locator(f"#{FIRST}-3").check()
    address = skills.url
    skills.close()
    page = context.new_page()
    page.goto(address)
    says(page, SAVED)
    expect(page.locator(f"#{FIRST}-3")).to_be_checked()
    assert stored(browser, page, FIRST) == "3"


def test_what_another_page_cannot_save_is_told(browser: Browser, context: BrowserContext, skills: Page) -> None:
    skills.locator(f"#{FIRST} .grounds summary").click()
    skills.locator(f"#note-{FIRST}").fill("x" * 2001)
    says(skills, re.compile("Not saved"))
    skills.get_by_role("link", name="All themes", exact=True).click()
    notice = skills.get_by_text("Something that you typed on another page is not saved yet.")
    expect(notice).to_be_visible()
    notice.get_by_role("link").click()
    expect(skills.locator(f"#note-{FIRST}")).to_have_value("x" * 2001)


def test_too_much_at_once_is_told_as_such(skills: Page) -> None:
    skills.locator(f"#{FIRST} .grounds summary").click()
    skills.locator(f"#note-{FIRST}").fill("x" * 1_100_000)
    says(skills, re.compile("Not saved: that was too much at once"))


def test_made_up_regions_are_saved_as_they_are_rated(skills: Page) -> None:
    vignette = RUBRIC.vignettes[0].id
    address = skills.url.removesuffix("skills") + "vignettes"
    skills.goto(address)
    skills.locator(f"#{vignette}-2").check()
    says(skills, SAVED)
    skills.goto(address)
    expect(skills.locator(f"#{vignette}-2")).to_be_checked()
