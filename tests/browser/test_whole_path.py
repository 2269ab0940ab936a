"""From the start page to the PDF, as a respondent goes it, in a browser without JavaScript and without cookies."""

import io
import json
from pathlib import Path

from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from rubric import load
from rubric.answers import from_content
from rubric.assess import assess
from tests.webapp.report.making import PATIENCE

RUBRIC = load.rubric()
FOLLOWED = "DK"


def _answer(page: Page, name: str, value: str) -> None:
    page.locator(f"#{name}-{value}").check()


def test_a_region_answers_everything_and_takes_its_report_home(browser: Browser, server: str, tmp_path: Path) -> None:
    context = browser.new_context(java_script_enabled=False, accept_downloads=True)
    page = context.new_page()
    page.goto(server)
    page.get_by_role("link", name="Start an assessment").click()
    page.get_by_label("Name of your region").fill("Made-up region Aldermoor")
    page.get_by_label("Country").select_option(label="Portugal")
    page.get_by_role("button", name="Get my link and start").click()
    link = page.url
    page.get_by_role("link", name=RUBRIC.themes[0].title).click()
    given: dict[str, int | str] = {}
    for theme in RUBRIC.themes:
        expect(page.get_by_role("heading", level=1)).to_have_text(theme.title)
        for place, question in enumerate(RUBRIC.questions_by_theme[theme.id]):
            level = 4 if FOLLOWED in RUBRIC.countries_of(question) else place % 3
            given[question.id] = level
            _answer(page, question.id, str(level))
        page.get_by_role("button", name="Save and go on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your answers")
    expect(page.get_by_text(f"All {len(RUBRIC.questions)} questions are answered.")).to_be_visible()
    page.get_by_label("I declare that to the best of our knowledge").check()
    page.get_by_role("button", name="Submit and see the result").click()
    expect(page).to_have_url(f"{link}result")

    content = {"region": "Made-up region Aldermoor", "country": "PT", "answers": given}
    result = assess(*from_content(content, "test"))
    assert result.exemplars.verdict == "clear"
    main = page.get_by_role("main")
    expect(main).to_contain_text("closest to Denmark")
    assert result.scores.overall.value is not None
    expect(main).to_contain_text(f"{round(result.scores.overall.value)}")

    with page.expect_download(timeout=PATIENCE * 1000) as download:
        main.get_by_role("link", name="PDF").first.click()
    download.value.save_as(tmp_path / "report.pdf")
    report = PdfReader(io.BytesIO((tmp_path / "report.pdf").read_bytes()))
    text = " ".join(" ".join(p.extract_text() for p in report.pages).split())
    assert "Made-up region Aldermoor" in text
    assert "closest to Denmark" in text
    attached = json.loads(report.attachments["result.json"][0])
    assert attached["exemplars"] == result.json()["exemplars"]
    assert attached["score"] == result.json()["score"]
    assert context.cookies() == []
    context.close()
