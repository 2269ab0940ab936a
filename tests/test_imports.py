"""Imports go down only: the contracts stand in pyproject.toml."""

import subprocess
import sys
from pathlib import Path

from webapp.config import ROOT


def test_every_import_keeps_the_rules() -> None:
    # In a process of its own: it sets up logging anew, and turns off the loggers of whatever else runs beside it.
    linter = Path(sys.executable).with_name("lint-imports")
    checked = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
