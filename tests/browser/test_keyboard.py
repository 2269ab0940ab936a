"""The whole questionnaire by keyboard alone: nothing needs a mouse, and whoever tabs always sees where they are."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from rubric.model import Question
from tests.browser.site import RUBRIC, SKILLS, started

NOTE, REASON = "Adopted by all parties in 2019.", "There is no such body in the region."
CHOICES = [*"01234", *(state.id for state in RUBRIC.states)]
NOTED, REASONED, UNKNOWN = (question.id for question in (RUBRIC.questions[0], SKILLS[0], SKILLS[1]))
MOST_STOPS = 7
"""Tab stops that one question may take: three explanations, its choices on both sides of one, evidence, taking back."""
FOCUS = """() => {
  const box = element => element?.getBoundingClientRect().toJSON();
  const focused = document.activeElement;
  const { id, tagName: tag, innerText: text = '', checked = false, value = '' } = focused;
  const question = focused.closest('.question')?.id ?? '';
  const shown = focused.closest('.choice-level') ?? focused;
  const { outlineStyle: style, outlineWidth: width } = getComputedStyle(shown);
  const state = box(document.querySelector('[data-save-state]'));
  const window = [innerWidth, innerHeight];
  return { id, tag, text, checked, value, question, box: box(shown), style, width, state, window };
}"""
"""What has the focus, where it is shown to have it, and where the line on saving stands."""


@dataclass
class Keyboard:
    """Somebody without a mouse at `page`, who looks where the focus is after every key."""

    page: Page
    stops: Counter[str] = field(default_factory=Counter)

    def press(self, key: str) -> dict[str, Any]:
        """Presses a key; gives back what then has the focus."""
        self.page.keyboard.press(key)
        focus: dict[str, Any] = self.page.evaluate(FOCUS)
        return focus

    def tab(self) -> dict[str, Any]:
        """Goes on to the next thing, and asserts that it is seen to have the focus."""
        focus = self.press("Tab")
        self.stops[focus["question"]] += 1
        assert_in_sight(focus)
        return focus

    def tab_to(self, most: int = 40, **wanted: str) -> dict[str, Any]:
        """Goes on until what has the focus is as wanted, or begins with it."""
        for _ in range(most):
            focus = self.tab()
            if all(focus[key].startswith(value) for key, value in wanted.items()):
                return focus
        raise AssertionError(f"{wanted} is not reached in {most} tab stops")

    def write(self, text: str, **where: str) -> None:
        """Goes on to a field, and types there."""
        self.tab_to(most=3, **where)
        self.page.keyboard.type(text)

    def enter(self, title: str) -> None:
        """Presses Enter, which leads to a page with this first heading."""
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_role("heading", level=1)).to_have_text(title)
        self.page.wait_for_load_state()


def assert_in_sight(focus: dict[str, Any]) -> None:
    """Asserts that what has the focus is in the window, has a ring round it, and is not behind the line on saving."""
    box, state, (width, height) = focus["box"], focus["state"], focus["window"]
    # Browsers bring the cursor of a long field into sight, not the end of the field.
    bottom = box["top"] + 60 if focus["tag"] == "TEXTAREA" else box["bottom"]
    assert focus["style"] != "none", focus
    assert float(focus["width"].removesuffix("px")) >= 2, focus
    assert box["height"] >= 16, focus
    assert 0 <= box["left"] < box["right"] <= width, focus
    assert 0 <= box["top"] < bottom <= height, focus
    assert not state or bottom <= state["top"] or box["top"] >= state["bottom"], focus


def answer(keyboard: Keyboard, question: Question, choice: str) -> None:
    """Gives an answer: the arrow keys go through all nine, the space bar takes the first."""
    keyboard.tab_to(most=MOST_STOPS, id=f"{question.id}-0")
    place = CHOICES.index(choice)
    for key in ["ArrowDown"] * place or ["Space"]:
        focus = keyboard.press(key)
    assert_in_sight(focus)
    assert focus["id"] == f"{question.id}-{choice}"
    assert focus["checked"]


def start(keyboard: Keyboard, server: str) -> None:
    """From the home page to the first theme."""
    keyboard.page.goto(server)
    assert keyboard.tab()["text"] == "Skip to the main content"
    keyboard.press("Enter")
    assert keyboard.tab()["text"] == "Start an assessment"
    keyboard.enter("Start an assessment")
    keyboard.tab_to(id="region")
    keyboard.page.keyboard.type("Made-up region Keys")
    keyboard.tab_to(most=1, id="country")
    assert keyboard.press("P")["value"]
    keyboard.tab_to(most=4, text="Get my link and start")
    keyboard.enter("Made-up region Keys")
    keyboard.tab_to(text=RUBRIC.themes[0].title)
    keyboard.enter(RUBRIC.themes[0].title)


def test_the_whole_questionnaire_without_a_mouse(page: Page, server: str) -> None:
    keyboard = Keyboard(page)
    start(keyboard, server)
    given = {question.id: CHOICES[place % 5] for place, question in enumerate(RUBRIC.questions)}
    given |= {NOTED: "2", REASONED: "not-applicable", UNKNOWN: "unknown"}
    for theme, title in zip(
        RUBRIC.themes, [*(theme.title for theme in RUBRIC.themes[1:]), "Check your answers"], strict=True
    ):
        for question in RUBRIC.questions_by_theme[theme.id]:
            answer(keyboard, question, given[question.id])
            if question.id == REASONED:
                keyboard.write(REASON, id=f"reason-{question.id}")
            if question.id == NOTED:
                keyboard.tab_to(most=MOST_STOPS, text="Add a note or evidence")
                keyboard.press("Enter")
                keyboard.write(NOTE, id=f"note-{question.id}")
        keyboard.tab_to(text="Save and go on")
        keyboard.enter(title)
    few = {name: stops for name, stops in keyboard.stops.items() if name not in ("", "priority", NOTED, REASONED)}
    assert few.keys() >= {question.id for question in RUBRIC.questions} - {NOTED, REASONED}
    assert max(few.values()) <= MOST_STOPS, few
    finish(keyboard)


def finish(keyboard: Keyboard) -> None:
    """From the check page to the result."""
    main = keyboard.page.get_by_role("main")
    for text in (f"All {len(RUBRIC.questions)} questions are answered.", NOTE, REASON):
        expect(main).to_contain_text(text)
    keyboard.stops.clear()
    keyboard.tab_to(most=2 + len(RUBRIC.questions) + len(RUBRIC.themes) + 2, id="declaration")
    assert keyboard.press("Space")["checked"]
    keyboard.tab_to(most=1, text="Submit and see the result")
    keyboard.page.keyboard.press("Enter")
    keyboard.page.wait_for_url("**/result")
    expect(main.get_by_role("link", name="Download the report (PDF)").first).to_be_visible()


@pytest.mark.parametrize(("width", "height"), [(320, 568), (1280, 400)])
def test_the_line_on_saving_hides_nothing_that_has_the_focus(page: Page, server: str, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    keyboard = Keyboard(page)
    page.goto(f"{started(server)}skills")
    for question in SKILLS:
        answer(keyboard, question, "1")
        keyboard.tab_to(most=MOST_STOPS, text="Add a note or evidence")
        keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Saved at ")
    for key in ("Shift+Tab", "Tab"):
        for _ in range(len(SKILLS) * MOST_STOPS):
            assert_in_sight(keyboard.press(key))
