"""What two independent checkers find in a PDF, against the standards for accessible and archivable files."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import page as page_validation

STANDARDS = ("ua1", "3a")
"""PDF/UA-1 and PDF/A-3a, as page-validation names them."""


def breaches(file: Path, standard: str) -> list[str]:
    """What page-validation finds against one of STANDARDS."""
    found = page_validation.validate_pdf(file, profile=standard).failures
    return [one.message for one in found if not _is_the_checkers_fault(one.rule_id, file)]


def _is_the_checkers_fault(rule: str, file: Path) -> bool:
    """It takes a stream whose own last byte is 0x0D for one that is longer than it says."""
    return bool(rule == "PDFA3A-STREAM-LENGTH-001" and b"\r\nendstream" in file.read_bytes())


def second_opinion(file: Path) -> list[dict[str, Any]]:
    """What pdfua finds against PDF/UA-1."""
    command = [str(Path(sys.executable).with_name("pdfua")), "check", "-f", "json", str(file)]
    checked = subprocess.run(command, capture_output=True, check=False)
    findings: list[dict[str, Any]] = json.loads(checked.stdout)["findings"]
    return findings
