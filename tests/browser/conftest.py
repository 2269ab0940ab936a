"""What tests in a browser share: assessments in every state."""

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
