"""The screens on which pages must hold: narrow and wide, light and dark, large and spaced text."""

from dataclasses import dataclass
from typing import Literal

from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import Page, expect

TWICE = "html { font-size: 212.5% !important }"
"""The text at 200 %: ours begins at 106.25 % of the browser's."""
SPACED = """
* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }
p { margin-bottom: 2em !important }
"""
"""What readers may set without losing anything (WCAG 2.2, 1.4.12)."""
RESTYLE = """rules => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(rules);
  document.adoptedStyleSheets = [sheet];
}"""
LOADED = "document.fonts.ready.then(() => document.getAnimations().length)"
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
STICKS_OUT = """() => {
  const edge = document.documentElement.clientWidth;
  const out = [...document.body.querySelectorAll("*")].filter(one => one.getBoundingClientRect().right > edge + 0.5);
  return out.filter(one => !out.some(other => one !== other && one.contains(other))).slice(0, 3).map(
    one => one.parentElement.tagName + " > " + one.outerHTML.slice(0, 120));
}"""


ALL_RULES: dict[str, object] = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
"""All that axe looks at by itself, and targets of at least 24 px (WCAG 2.2, 2.5.8)."""


@dataclass(frozen=True)
class Screen:
    """A window of `width` CSS pixels, and what its reader has set. `axe`: whether that can change what axe finds."""

    name: str
    width: int
    scheme: Literal["light", "dark"] = "light"
    style: str = ""
    axe: bool = True

    def show(self, page: Page) -> None:
        """Shows `page` as on this screen."""
        page.set_viewport_size({"width": self.width, "height": 900})
        page.emulate_media(color_scheme=self.scheme)
        page.evaluate(RESTYLE, self.style)


SCREENS = (
    Screen("320 px light", 320),
    Screen("1280 px dark", 1280, "dark"),
    Screen("text at 200 %", 1280, style=TWICE, axe=False),
    Screen("spaced text", 320, style=SPACED, axe=False),
)


def findings(page: Page) -> list[str]:
    """What is wrong with `page` on any screen: what axe finds, what sticks out, a first heading too few or too many."""
    page.wait_for_load_state()  # the style belongs to what is judged
    page.evaluate(LOADED)
    page.evaluate(AXE_SCRIPT)
    found = [f"{screen.name}: {what}" for screen in SCREENS for what in _findings(page, screen)]
    SCREENS[0].show(page)
    headings = page.get_by_role("heading", level=1).count()
    return found if headings == 1 else [*found, f"{headings} first headings"]


def _findings(page: Page, screen: Screen) -> list[str]:
    screen.show(page)
    found = []
    if screen.axe:
        result = AxeResults(page.evaluate("options => axe.run(options)", ALL_RULES))
        found = [result.generate_report()] if result.violations_count else []
    too_wide = page.evaluate(TOO_WIDE)
    return [*found, f"{too_wide} px too wide: {page.evaluate(STICKS_OUT)}"] if too_wide > 0 else found


def assert_sound(page: Page, title: str | None = None) -> None:
    """Asserts that nothing is wrong with `page` on any screen, and leaves it on the first: narrow, light."""
    if title:
        expect(page).to_have_title(f"{title} – Octant")
    found = findings(page)
    assert not found, "\n".join(found)


def open_all(page: Page) -> None:
    """Opens everything that can be opened."""
    page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
