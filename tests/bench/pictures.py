"""Makes the README's pictures from the running product: `python -m tests.bench.pictures`.

With a folder behind it, contact sheets of reports that are hard to set, one picture for each case and paper.
"""

import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pypdfium2
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from rubric import answers
from rubric.answers import Answers
from rubric.model import Rubric
from tests import chromium, server
from tests.webapp.report.cases import CASES, again, mirrored, report_on
from tests.webapp.report.making import PATIENCE
from webapp.config import ROOT
from webapp.report.context import Report
from webapp.report.edition import Edition
from webapp.report.pdf import pdf

HERE = Path(__file__).parent / "pictures"
REGION = ROOT / "tests" / "examples" / "sample-region.toml"
THEME = "skills"
SHEETS = (0, 2, 7)
"""Pages of the report that are shown, the cover first."""
PAGE_WIDTH = 560
GAP = 24
SMALL, IN_A_ROW = 420, 6
"""Width in px of a page on a contact sheet, and how many stand side by side."""
EDITIONS = (Edition("en"), Edition("en", "letter"), Edition("en", brief=True), Edition("en", "letter", brief=True))
REPORTS: dict[str, Callable[[], Report]] = {
    "again": again,
    **{name: lambda case=case: report_on(case()) for name, case in {**CASES, "mirrored": mirrored}.items()},  # type: ignore[misc]  # a lambda's default has no type
}
TABLE = "#d9dfe1"
"""Colour of what the pages lie on."""


def main() -> None:
    """Answers the questionnaire for the example region in a browser and photographs a page and the report."""
    HERE.mkdir(exist_ok=True)
    region, rubric = answers.read(REGION)
    with tempfile.TemporaryDirectory() as folder, server.running(Path(folder)) as address:
        report = Path(folder) / "report.pdf"
        with sync_playwright() as playwright:
            page = chromium.launch(playwright).new_page(viewport={"width": 1180, "height": 1080})
            _photograph(page, address, region, rubric, report)
        _lay_out(report).save(HERE / "report.png", optimize=True)


def sheets(folder: Path) -> None:
    """Puts a contact sheet of every hard case into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, report in REPORTS.items():
        for edition in EDITIONS:
            kind = f"{name}-{edition.paper}{'-brief' if edition.brief else ''}"
            pages = list(pypdfium2.PdfDocument(pdf(report(), edition)))
            _side_by_side(pages, SMALL, IN_A_ROW).save(folder / f"{kind}.png", optimize=True)
            print(f"{kind}: {len(pages)} pages")


def _photograph(page: Page, address: str, region: Answers, rubric: Rubric, report: Path) -> None:
    """Fills in everything, keeps the picture of one theme's page and downloads the report."""
    page.goto(f"{address}/start")
    page.get_by_label("Name of your region").fill(region.region)
    page.get_by_role("button", name="Get my link and start").click()
    link = page.url
    for theme in rubric.themes:
        page.goto(link + theme.id)
        for question in rubric.questions_by_theme[theme.id]:
            _answer(page, question.id, region)
        if theme.id == THEME:
            page.evaluate("scrollTo(0, 0)")
            page.screenshot(path=HERE / "question.png")
        with page.expect_navigation():  # the page first waits for what it saves by itself
            page.get_by_role("button", name="Save and go on").click()
    page.goto(f"{link}check")
    page.locator("#declaration").check()
    page.get_by_role("button", name="Submit and see the result").click()
    with page.expect_download(timeout=PATIENCE * 1000) as download:
        page.get_by_role("link", name="PDF").first.click()
    download.value.save_as(report)


def _answer(page: Page, question: str, region: Answers) -> None:
    if question in region.answers:
        page.locator(f"#{question}-{region.answers[question]}").check()
    if reason := region.reasons.get(question):
        page.locator(f"#reason-{question}").fill(reason)


def _lay_out(report: Path) -> Image.Image:
    """Some pages of the report side by side."""
    document = pypdfium2.PdfDocument(report)
    return _side_by_side([document[number] for number in SHEETS], PAGE_WIDTH, len(SHEETS))


def _side_by_side(pages: Sequence[Any], width: int, in_a_row: int) -> Image.Image:
    images = [page.render(scale=width / page.get_width()).to_pil() for page in pages]
    height = max(image.height for image in images)
    rows = -(-len(images) // in_a_row)
    table = Image.new("RGB", (in_a_row * (width + GAP) + GAP, rows * (height + GAP) + GAP), TABLE)
    for number, image in enumerate(images):
        row, column = divmod(number, in_a_row)
        table.paste(image, (GAP + column * (width + GAP), GAP + row * (height + GAP)))
    return table


if __name__ == "__main__":
    if sys.argv[1:]:
        sheets(Path(sys.argv[1]))
    else:
        main()
