"""Runs commands of `./octant` in the process of the tests: the same parser and streams, without starting a program."""

import io
import sys
from dataclasses import dataclass

import pytest

from webapp.cli import main
from webapp.config import Settings


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    returncode: int
    stdout: str
    stderr: str


def run(*arguments: object, stdin: bytes = b"", **environment: str) -> Done:
    """Runs a command with nothing but its input, and with this environment besides that of the tests."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    with pytest.MonkeyPatch.context() as changed:
        for name, value in environment.items():
            changed.setenv(name, value)
        changed.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), "utf-8"))
        changed.setattr(sys, "stdout", out)
        changed.setattr(sys, "stderr", err)
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as end:  # as argparse leaves
            code = end.code if isinstance(end.code, int) else 0
    return Done(code, *(stream.buffer.getvalue().decode() for stream in (out, err)))


def run_on(settings: Settings, *arguments: object, stdin: bytes = b"", **environment: str) -> Done:
    """Runs a command on the data that `settings` name; `environment` holds further settings."""
    own = {"OCTANT_DATA": str(settings.data), "OCTANT_DATABASE_URL": settings.database_url}
    return run(*arguments, stdin=stdin, **(own | environment))
