"""What tests in a browser share: assessments in every state, and how often axe has looked at which."""

from collections import Counter

import pytest

from tests.browser.site import Site, build


@pytest.fixture(scope="session")
def site(server: str) -> Site:
    """Assessments in every state on the server of this run."""
    return build(server)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tells how often axe looked at pages in each state, and found nothing."""
    passed = terminalreporter.stats.get("passed", [])
    looks = Counter(state for report in passed for name, state in report.user_properties if name == "axe")
    if looks:
        counts = ", ".join(f"{state} {count}" for state, count in looks.items())
        terminalreporter.write_line(f"axe: {looks.total()} runs without a finding ({counts})")
