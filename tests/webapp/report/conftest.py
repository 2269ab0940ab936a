"""PDFs of the made-up regions, each made once for all tests, whichever process runs them."""

import os
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
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "pdf"
    folder.mkdir(exist_ok=True)
    cases = CASES | {"mirrored": mirrored}

    @cache
    def made(name: str) -> Path:
        file = folder / f"{name}.pdf"
        if not file.exists():
            draft = folder / f"{name}.{os.getpid()}"
            draft.write_bytes(pdf(report_on(cases[name]()), Edition("en")))
            draft.replace(file)
        return file

    return made
