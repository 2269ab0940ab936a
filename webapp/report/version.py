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
    "pydyf",
    "jinja2",
    "babel",
    "numpy",
    "font-source-sans-pro",
    "font-source-serif-pro",
    "manimgx-fonts",
    "fontpkg-ibm-plex-sans-arabic",
)
"""The packages whose version shapes a PDF."""


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
    for folder, pattern in (("templates/report", "*"), ("webapp/report", "*.py"), ("rubric", "*.py")):
        yield from sorted(file for file in (ROOT / folder).glob(pattern) if file.is_file())
    yield ROOT / "templates" / "components.html"
    yield ROOT / "webapp" / "charts.py"
