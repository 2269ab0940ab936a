"""Which version of the template a PDF is made from, so that a change of it makes kept PDFs anew."""

import hashlib
from collections.abc import Iterator
from dataclasses import asdict
from functools import lru_cache
from importlib import metadata
from pathlib import Path

from rubric.digests import digest
from webapp.config import ROOT
from webapp.report.edition import Edition

SHAPING = (
    "weasyprint",
    "cssselect2",
    "fonttools",
    "pydyf",
    "tinycss2",
    "tinyhtml5",
    "jinja2",
    "babel",
    "numpy",
    "font-source-sans-pro",
    "font-source-serif-pro",
    "manimgx-fonts",
    "fontpkg-ibm-plex-sans-arabic",
)
"""The packages whose version shapes a PDF."""
MODULES = ("context", "edition", "exemplars", "issue", "order", "pdf", "profile", "roadmap", "scripts", "wording")
"""Those beside this one that do."""
TEMPLATES = (
    "answers.html",
    "contents.html",
    "cover.html",
    "cover.svg",
    "doubts.html",
    "exemplars.html",
    "method.html",
    "open.html",
    "origins.html",
    "parts.html",
    "pdfua.xmp",
    "profile.html",
    "report.css",
    "report.html",
    "steps.html",
    "summary.html",
    "wording.html",
)
"""Those of the folder `report` that do; the others are of pages."""


@lru_cache
def template_version(edition: Edition) -> str:
    """Digest over everything that shapes a PDF apart from its submission and language: sources, packages, edition."""
    form = {key: value for key, value in asdict(edition).items() if key != "language"}
    return digest({"sources": _sources(), "packages": packages(), "edition": form})


def packages() -> dict[str, str]:
    """Which versions of other packages shape a PDF here."""
    return {name: metadata.version(name) for name in SHAPING}


@lru_cache
def _sources() -> dict[str, str]:
    return {str(file.relative_to(ROOT)): hashlib.sha256(file.read_bytes()).hexdigest() for file in _files()}


def _files() -> Iterator[Path]:
    yield from (ROOT / "templates" / "report" / name for name in TEMPLATES)
    yield from (ROOT / "webapp" / "report" / f"{name}.py" for name in MODULES)
    yield from sorted((ROOT / "rubric").glob("*.py"))
    yield ROOT / "webapp" / "charts.py"
