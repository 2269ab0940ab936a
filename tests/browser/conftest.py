"""What tests in a browser share: assessments in every state, and how often axe has looked at which."""

from collections import Counter
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.site import Site, build


@pytest.fixture(scope="session")
def site(server: str) -> Site:
    """Assessments in every state on the server of this run."""
    return build(server)


@pytest.fixture(scope="session")
def window(browser: Browser) -> Iterator[Page]:
    """A page that tests which only look share: a new one for each would take longer than the looking."""
    with browser.new_context() as context:
        yield context.new_page()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tells how often axe looked at pages in each state, and found nothing."""
    passed = terminalreporter.stats.get("passed", [])
    looks = Counter(state for report in passed for name, state in report.user_properties if name == "axe")
    if looks:
        counts = ", ".join(f"{state} {count}" for state, count in looks.items())
        terminalreporter.write_line(f"axe: {looks.total()} runs without a finding ({counts})")
