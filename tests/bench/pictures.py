"""Makes the README's pictures from the running product: `python -m tests.bench.pictures`."""

import tempfile
from pathlib import Path

import pypdfium2
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from rubric import answers
from rubric.answers import Answers
from rubric.model import Rubric
from tests import chromium, server
from webapp.config import ROOT

HERE = Path(__file__).parent / "pictures"
REGION = ROOT / "tests" / "examples" / "sample-region.toml"
THEME = "skills"
SHEETS = (0, 2, 5)
"""Pages of the report that are shown, the cover first."""
PAGE_WIDTH = 560
GAP = 24
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
    with page.expect_download() as download:
        page.get_by_role("link", name="PDF").first.click()
    download.value.save_as(report)


def _answer(page: Page, question: str, region: Answers) -> None:
    if question in region.answers:
        page.locator(f"#{question}-{region.answers[question]}").check()
    if reason := region.reasons.get(question):
        page.locator(f"#reason-{question}").fill(reason)


def _lay_out(report: Path) -> Image.Image:
    """Some pages of the report side by side."""
    pages = [pypdfium2.PdfDocument(report)[number] for number in SHEETS]
    images = [page.render(scale=PAGE_WIDTH / page.get_width()).to_pil() for page in pages]
    height = max(image.height for image in images)
    table = Image.new("RGB", (len(images) * (PAGE_WIDTH + GAP) + GAP, height + 2 * GAP), TABLE)
    for place, image in enumerate(images):
        table.paste(image, (GAP + place * (PAGE_WIDTH + GAP), GAP))
    return table


if __name__ == "__main__":
    main()
