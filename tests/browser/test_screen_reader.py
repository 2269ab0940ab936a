"""What a screen reader is told: Chromium's own accessibility tree of a question, of its errors and of a conflict."""

import re
from typing import Any, NamedTuple

from playwright.sync_api import Page, expect

from rubric.model import Question
from tests.browser.site import RUBRIC, SKILLS, Site, form, open_answer_to, send, started

FIRST = SKILLS[0]
CONTROLS = ("group", "heading", "radio", "textbox", "button", "DisclosureTriangle", "alert", "status", "link")
SAVED = re.compile(r"Saved at \d\d:\d\d\.")
REASON_LACKS = "Error: Please say in a few words why this does not apply."
GRADES = ("Nothing written", "An internal document", "A published document", "An independent evaluation")


class Heard(NamedTuple):
    """One thing that a screen reader tells of."""

    role: str
    name: str
    description: str = ""


def heard(page: Page, selector: str) -> list[Heard]:
    """All that can be operated or skipped to in the first element that `selector` finds, itself included."""
    session = page.context.new_cdp_session(page)
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    node = session.send("DOM.querySelector", {"nodeId": root, "selector": selector})["nodeId"]
    nodes = session.send("Accessibility.queryAXTree", {"nodeId": node})["nodes"]
    session.detach()
    told = (Heard(_value(node, "role"), _value(node, "name"), _value(node, "description")) for node in nodes)
    return [one for one in told if one.role in CONTROLS]


def _value(node: dict[str, Any], key: str) -> str:
    # Chromium puts a space before text that only it reads, as our colons are.
    return str(node.get(key, {}).get("value", "")).replace(" : ", ": ")


def named(thing: str, question: Question) -> str:
    """A name that tells things of one kind apart by their question."""
    return f"{thing}: {question.name}"


def choices(question: Question) -> list[Heard]:
    """The nine choices and what stands between them, from the question's text on."""
    levels = [Heard("radio", level.name, means) for level, means in zip(RUBRIC.levels, question.levels, strict=True)]
    return [
        Heard("heading", question.text),
        Heard("group", ""),
        Heard("DisclosureTriangle", named("Why this matters", question)),
        *levels[:3],
        Heard("group", ""),
        Heard("DisclosureTriangle", named("Could you show it? What counts as evidence", question)),
        *levels[3:],
        Heard("group", "Or, if none of these fits"),
        *(Heard("radio", state.label) for state in RUBRIC.states),
        Heard("group", ""),
        Heard("DisclosureTriangle", named("What these four mean", question)),
    ]


def grounds(question: Question, note_error: str = "", grade_error: str = "") -> list[Heard]:
    """The fields beside an answer, opened."""
    return [
        Heard("group", ""),
        Heard("DisclosureTriangle", named("Add a note or evidence", question)),
        Heard(
            "textbox",
            "Note for whoever reads the report",
            f"At most 2,000 characters in 40 lines. {note_error}".strip(),
        ),
        Heard("group", "What could you show for this answer?", grade_error),
        *(Heard("radio", grade) for grade in GRADES),
        Heard("textbox", "Where is it? Title, date or address (optional)"),
    ]


def test_a_question_is_a_group_of_nine_choices(page: Page, site: Site) -> None:
    page.goto(f"{site.empty}skills")
    assert heard(page, f"#{FIRST.id} > fieldset") == [
        Heard("group", FIRST.text),
        *choices(FIRST),
    ]
    page.locator(f"#{FIRST.id} .grounds > summary").click()
    assert heard(page, f"#{FIRST.id} > .grounds") == grounds(FIRST)


def test_every_question_of_every_theme_is_told_alike(page: Page, site: Site) -> None:
    for theme in RUBRIC.themes:
        page.goto(site.empty + theme.id)
        for question in RUBRIC.questions_by_theme[theme.id]:
            assert heard(page, f"#{question.id} > fieldset") == [Heard("group", question.text), *choices(question)]


def test_a_reason_is_asked_for_where_a_question_does_not_apply(page: Page, server: str) -> None:
    page.goto(f"{started(server)}skills")
    page.locator(f"#{FIRST.id}-not-applicable").check()
    reason = Heard("textbox", "Why doesn’t it apply?")
    assert reason in heard(page, f"#{FIRST.id} > fieldset")
    state = page.get_by_role("status")
    expect(state).to_have_attribute("data-now", "lacking")
    expect(state).to_contain_text(FIRST.name)
    page.get_by_role("textbox", name="Why doesn’t it apply?").fill("There is no such body.")
    expect(state).to_have_text(SAVED)


def test_an_answer_can_be_taken_back_by_a_button_named_for_it(page: Page, site: Site) -> None:
    page.goto(f"{site.filled}skills")
    assert heard(page, f"#{FIRST.id} > .given") == [Heard("button", named("Take back this answer", FIRST))]


def test_errors_are_told_at_the_group_and_at_the_fields(page: Page, site: Site) -> None:
    wrong = {FIRST.id: "7", f"evidence-{FIRST.id}": "rumour", f"note-{FIRST.id}": "x" * 2001}
    open_answer_to(page, f"{site.empty}skills", form(wrong))
    no_choice = "Error: Please choose one of the answers shown."
    too_long = "Error: This is too long. Please use at most 2000 characters."
    assert heard(page, f"#{FIRST.id} > fieldset")[0] == Heard("group", FIRST.text, no_choice)
    assert heard(page, f"#{FIRST.id} > .grounds") == grounds(FIRST, too_long, no_choice)
    expect(page.locator(f"#note-{FIRST.id}")).to_have_attribute("aria-invalid", "true")
    summary = page.get_by_role("alert", name="There are 3 things to look at")
    expect(summary).to_be_focused()
    for link, target in zip(summary.get_by_role("link").all(), (FIRST.id, "note", "evidence"), strict=True):
        link.press("Enter")
        expect(page.locator(f":focus[id^={target}]")).to_have_count(1)


def test_a_reason_that_is_missing_is_told_at_its_field(page: Page, site: Site) -> None:
    open_answer_to(page, f"{site.unreasoned}skills", form({FIRST.id: "not-applicable", "then": "next"}))
    page.get_by_role("alert").get_by_role("link").first.press("Enter")
    field = page.locator(f"#reason-{FIRST.id}")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(REASON_LACKS)


def test_saving_is_told_without_moving_the_focus(page: Page, server: str) -> None:
    page.goto(f"{started(server)}skills")
    assert heard(page, "[data-save-state]") == [Heard("status", "")]
    choice = page.locator(f"#{FIRST.id}-2")
    choice.check()
    expect(page.get_by_role("status")).to_have_text(SAVED)
    expect(choice).to_be_focused()


def test_a_conflict_is_a_group_with_two_named_buttons(page: Page, server: str) -> None:
    link = started(server)
    page.goto(f"{link}skills")
    send(f"{link}skills", {FIRST.id: "1"})
    page.locator(f"#{FIRST.id}-4").check()
    expect(page.locator(f"#{FIRST.id}-overtaken")).to_be_focused()
    assert heard(page, f"#{FIRST.id}-overtaken") == [
        Heard("group", "Two answers: please choose which one counts"),
        Heard("heading", "Two answers: please choose which one counts"),
        Heard("heading", "Saved meanwhile"),
        Heard("button", named("Keep this one", FIRST)),
        Heard("heading", "Yours, not saved yet"),
        Heard("button", named("Put mine in its place", FIRST)),
    ]
    expect(page.get_by_role("status")).to_have_attribute("data-now", "overtaken")
