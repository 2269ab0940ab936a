"""Imports go down only: the contracts stand in pyproject.toml."""

import pytest
from importlinter.cli import lint_imports

from webapp.config import ROOT


def test_every_import_keeps_the_rules(capsys: pytest.CaptureFixture[str]) -> None:
    code = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)
    assert code == 0, capsys.readouterr().out
