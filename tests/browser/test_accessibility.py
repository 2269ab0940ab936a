"""Every page of the public and of respondents, in every state, on every screen: what axe finds and what sticks out."""

import json
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screens import SCREENS, findings, open_all
from tests.browser.site import (
    FIRST,
    FOURTH,
    LONG,
    REGION,
    RUBRIC,
    SECOND,
    THIRD,
    Sent,
    Site,
    form,
    open_answer_to,
    send,
    upload,
)

WRONG = {
    FIRST: "5",
    SECOND: "not-applicable",
    f"note-{THIRD}": "x" * 2001,
    f"evidence-{THIRD}": "rumour",
    f"reference-{FOURTH}": "x" * 501,
    "priority-skills": "9",
}
OTHERS = {
    FIRST: "1",
    f"note-{FIRST}": f"Mine. {LONG}",
    f"evidence-{FIRST}": "document",
    f"revision-{FIRST}": "0-000000000000",
    SECOND: "2",
    f"revision-{SECOND}": "0-000000000000",
}
FILE = json.dumps(
    {"region": "Another region", "answers": {FIRST: 1}, "notes": {FIRST: LONG}, "priorities": {"skills": 1}}
)
BROKEN = json.dumps({"region": REGION, "answers": {FIRST: 7, "long-term-visoin": 3}, "notes": {FIRST: "x" * 2001}})


def collide(page: Page) -> None:
    """Chooses an answer that somebody else has just given otherwise."""
    send(page.url, {FIRST: "1", f"note-{FIRST}": LONG})
    page.locator(f"#{FIRST}-4").check()
    expect(page.locator(f"#{FIRST}-overtaken")).to_be_focused()


def leave_out_the_reason(page: Page) -> None:
    """Says that a question does not apply, but not why."""
    page.locator(f"#{FIRST}-not-applicable").check()
    expect(page.locator("[data-save-state]")).to_have_attribute("data-now", "lacking")


@dataclass(frozen=True)
class View:
    """A page in a state: the one at `path` of the assessment `of`, or the answer to what is `sent` there."""

    page: str
    state: str
    of: str
    path: str = ""
    sent: Sent | None = None
    act: Callable[[Page], None] | None = None

    def open(self, page: Page, site: Site) -> None:
        """Opens it in a browser."""
        address = getattr(site, self.of) + self.path
        if self.sent:
            open_answer_to(page, address, self.sent)
        else:
            page.goto(address)
        if self.act:
            self.act(page)


VIEWS = (
    View("home", "public", "server"),
    View("about", "public", "server", "about"),
    View("privacy", "public", "server", "privacy"),
    View("start", "public", "server", "start"),
    View("start", "with errors", "server", "start", form({"country": "XX", "contact": "nobody"})),
    View("no such page", "error page", "server", "nothing"),
    View("too large", "error page", "server", "start", form({"region": "x" * 1_100_000})),
    View("wrong method", "error page", "empty", "link/mail"),
    View("mistyped link", "error page", "server", "a/mistyped/"),
    View("renewed link", "error page", "renewed"),
    View("withdrawn link", "error page", "withdrawn"),
    View("deleted link", "error page", "deleted"),
    View("page of the owner", "error page", "asked", "check"),
    View("theme of others", "error page", "asked", "finance"),
    View("task list", "empty", "empty"),
    View("task list", "filled", "filled", "?saved=skills"),
    View("task list", "filled, with colleagues", "helped"),
    View("task list", "submitted", "submitted", "?rated=yes"),
    View("task list", "out of date", "outdated"),
    View("task list", "next", "next"),
    View("task list", "contributor", "asked"),
    View("task list", "contributor, done", "thanked"),
    View("skills", "empty", "empty", "skills"),
    View("skills", "empty, all open", "empty", "skills", act=open_all),
    View("skills", "with errors", "mistaken", "skills", form(WRONG)),
    View("skills", "with errors, saved by itself", "lacking", "skills", act=leave_out_the_reason),
    View("skills", "filled", "filled", "skills?saved=focus&back=check"),
    View("skills", "filled, with colleagues", "helped", "skills"),
    View("skills", "submitted", "submitted", "skills"),
    View("skills", "conflict", "filled", "skills", form(OTHERS)),
    View("skills", "conflict, saved by itself", "colliding", "skills", act=collide),
    View(
        "skills",
        "conflict, with a colleague",
        "helped",
        "skills",
        form({FOURTH: "0", f"revision-{FOURTH}": "0-0" + "0" * 11}),
    ),
    View("skills", "next", "next", "skills"),
    View("skills", "contributor", "asked", "skills"),
    View("check", "empty", "empty", "check"),
    View("check", "empty, with errors", "empty", "check", form({})),
    View("check", "filled", "filled", "check", act=open_all),
    View("check", "filled, with colleagues", "helped", "check"),
    View("check", "with errors", "unreasoned", "check", form({})),
    View("check", "submitted", "submitted", "check"),
    View("check", "next", "next", "check"),
    View("vignettes", "empty", "empty", "vignettes"),
    View("vignettes", "with errors", "empty", "vignettes", form({RUBRIC.vignettes[0].id: "7"})),
    View("vignettes", "filled", "submitted", "vignettes"),
    View("link", "empty", "empty", "link"),
    View("link", "filled, renewed", "empty", "link?said=renewed"),
    View("link", "with errors", "empty", "link?said=no-contact"),
    View("colleagues", "empty", "empty", "colleagues"),
    View("colleagues", "with errors", "helped", "colleagues", form({"days": "1"})),
    View("colleagues", "filled, with colleagues", "helped", "colleagues"),
    View("details", "filled", "empty", "details"),
    View("details", "with errors", "empty", "details", form({"country": "XX", "contact": "nobody"})),
    View("exchange", "empty", "empty", "exchange"),
    View("exchange", "with errors, no file", "empty", "exchange", form({})),
    View("exchange", "with errors", "empty", "exchange", upload(BROKEN)),
    View("preview", "filled", "filled", "exchange", upload(FILE)),
    View("preview", "filled, nothing new", "empty", "exchange", upload(json.dumps({"region": REGION, "answers": {}}))),
    View("preview", "out of date", "filled", "exchange/take-over", form({"content": FILE, "seen": "another"})),
    View("delete", "filled", "filled", "delete"),
    View("delete", "submitted", "submitted", "delete"),
    View("start the next", "submitted", "submitted", "next"),
    View("deleted", "deleted", "doomed", "delete", form({})),
    View("result", "submitted", "submitted", "result"),
    View("result", "submitted, once more", "submitted", "result?unchanged=yes"),
    View("result", "out of date", "outdated", "result"),
    View("result", "submitted, all open", "submitted", "result", act=open_all),
    View("what if", "empty", "empty", "what-if"),
    View("what if", "filled", "filled", "what-if", form({FIRST: "0", SECOND: "2"}), act=open_all),
    View("what if", "submitted", "submitted", "what-if"),
    View("what if", "with errors", "submitted", "what-if", form({FIRST: "9", "nothing": "1"})),
)


OTHER_THEMES = [View(theme.id, "empty", "empty", theme.id) for theme in RUBRIC.themes if theme.id != "skills"]


@pytest.mark.parametrize(
    "view",
    [*VIEWS, *(pytest.param(view, marks=pytest.mark.long) for view in OTHER_THEMES)],
    ids=lambda view: f"{view.page}, {view.state}",
)
def test_every_page_is_sound_on_every_screen(
    window: Page, site: Site, view: View, record_property: Callable[[str, object], None]
) -> None:
    view.open(window, site)
    found = findings(window)
    assert not found, "\n".join(found)
    for _screen in filter(lambda screen: screen.axe, SCREENS):
        record_property("axe", view.state.partition(",")[0])
