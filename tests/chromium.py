"""The browser that tests drive: the system's Chromium, or else one that Playwright downloaded.

`python -m tests.chromium` fails where there is neither, or where Playwright itself does not start.
"""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, Playwright, sync_playwright

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def launch(playwright: Playwright) -> Browser:
    """A browser without a window. Raises FileNotFoundError where none is installed."""
    return playwright.chromium.launch(executable_path=_program(playwright), args=OPTIONS)


def _program(playwright: Playwright) -> str:
    found = next(filter(None, map(shutil.which, PROGRAMS)), playwright.chromium.executable_path)
    if not Path(found).exists():
        raise FileNotFoundError("Chromium is not installed: ./octant test installs it")
    return found


if __name__ == "__main__":
    with sync_playwright() as started:
        try:
            _program(started)
        except FileNotFoundError as error:
            sys.exit(str(error))
