"""The version of the template: it changes with all that shapes a PDF, and with nothing else."""

import re
import subprocess
import sys

from webapp.config import ROOT
from webapp.report.edition import Edition
from webapp.report.version import MODULES, TEMPLATES, template_version

FOLDER = ROOT / "templates" / "report"


def test_it_knows_every_template_that_the_pdf_is_made_from() -> None:
    found, new = set[str](), {"report.html"}
    while new:
        found |= new
        told = (re.findall(r'(?:include|import) "report/([^"]+)"', (FOLDER / name).read_text("utf-8")) for name in new)
        new = {name for names in told for name in names} - found
    assert found | {"cover.svg", "pdfua.xmp", "report.css"} == set(TEMPLATES)


def test_it_knows_every_module_that_the_pdf_is_made_by() -> None:
    code = "import sys, webapp.report.order; print(*(n for n in sys.modules if n.startswith('webapp.report.')))"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    own = {name.removeprefix("webapp.report.") for name in loaded.stdout.split()}
    assert own == {*MODULES, "version"}


def test_papers_and_the_brief_have_versions_of_their_own_and_languages_have_not() -> None:
    editions = [Edition("en"), Edition("en", "letter"), Edition("en", brief=True)]
    assert len({template_version(edition) for edition in editions}) == len(editions)
    assert template_version(Edition("de")) == template_version(Edition("en"))
