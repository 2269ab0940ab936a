"""What pages weigh on the wire, and that nothing on them moves while they load on a slow connection."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, CDPSession, Page

from tests.browser.site import Site

FIRST_VIEW, LATER_VIEW = 75_000, 15_000
"""Bytes, headers included: the first page of a theme with fonts, style and scripts, and each one after it."""
FONTS = {"octant-sans-regular.woff2", "octant-sans-semibold.woff2", "octant-serif-semibold.woff2"}
SLOW = {"offline": False, "latency": 300, "downloadThroughput": 50_000, "uploadThroughput": 25_000}
"""Milliseconds, and bytes a second: a train's connection."""
LEAST_SHIFT = 0.005
"""Rounds to 0.00, as it is measured elsewhere too: when our fonts arrive, a word may still go to the next line."""
SHIFT = """async () => {
  await document.fonts.ready;
  await new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  const shifts = [];
  const observer = new PerformanceObserver(list => shifts.push(...list.getEntries()));
  observer.observe({ type: 'layout-shift', buffered: true });
  await new Promise(told => setTimeout(told, 100));
  return shifts.filter(shift => !shift.hadRecentInput).reduce((sum, shift) => sum + shift.value, 0);
}"""


class Wire:
    """What goes over the wire to one page, from the moment that somebody listens."""

    def __init__(self, page: Page) -> None:
        self.bytes = 0
        self.files: set[str] = set()
        self.session: CDPSession = page.context.new_cdp_session(page)
        self.session.on("Network.responseReceived", self._named)
        self.session.on("Network.loadingFinished", self._weighed)
        self.session.send("Network.enable")

    def _named(self, event: dict[str, dict[str, str]]) -> None:
        self.files.add(event["response"]["url"].rpartition("/")[2].partition("?")[0])

    def _weighed(self, event: dict[str, float]) -> None:
        self.bytes += int(event["encodedDataLength"])

    def weigh(self, page: Page, address: str) -> int:
        """Bytes that it takes to show the page at `address`."""
        before = self.bytes
        page.goto(address, wait_until="networkidle")
        page.evaluate("document.fonts.ready.then(() => true)")
        return self.bytes - before


@pytest.mark.parametrize("of", ["empty", "filled", "helped"])
def test_themes_are_light_on_the_wire(page: Page, site: Site, of: str) -> None:
    wire, link = Wire(page), getattr(site, of)
    first = wire.weigh(page, f"{link}skills")
    assert wire.files >= FONTS
    assert 10_000 < first <= FIRST_VIEW
    for path in ("firms", "", "focus", "skills"):
        assert 1_000 < wire.weigh(page, link + path) <= LATER_VIEW, path


@pytest.fixture(params=[360, 1280], ids=lambda width: f"{width} px")
def slow(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """A page with nothing kept from before, on a slow connection."""
    context = browser.new_context(viewport={"width": request.param, "height": 800})
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", SLOW)
    yield page
    context.close()


@pytest.mark.parametrize("path", ["", "skills", "check"])
def test_nothing_moves_on_pages_of_an_assessment(slow: Page, site: Site, path: str) -> None:
    slow.goto(site.filled + path)
    assert slow.evaluate(SHIFT) < LEAST_SHIFT


def test_nothing_moves_on_the_start_page(slow: Page, site: Site) -> None:
    slow.goto(f"{site.server}start")
    assert slow.evaluate(SHIFT) < LEAST_SHIFT
