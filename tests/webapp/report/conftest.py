"""PDFs of the made-up regions, each made once for all tests."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests.webapp.report.cases import CASES, mirrored, report_on
from webapp.report.edition import Edition
from webapp.report.pdf import pdf


@pytest.fixture(scope="session")
def pdf_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The file with the PDF of a case, by its name."""
    folder = tmp_path_factory.mktemp("pdf")

    cases = CASES | {"mirrored": mirrored}

    @cache
    def made(name: str) -> Path:
        file = folder / f"{name}.pdf"
        file.write_bytes(pdf(report_on(cases[name]()), Edition("en")))
        return file

    return made
