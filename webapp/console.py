"""What the commands share: how they fail, how they write files and what they say."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from webapp.config import ROOT
from webapp.i18n import DEFAULT_LANGUAGE


class Failure(Exception):
    """A command could not be done, though its input may be right. The message says why and what to do."""


@contextmanager
def written(file: Path, mode: int = 0o666) -> Iterator[IO[bytes]]:
    """A file to write that is there whole or not at all, or what is no file, such as a pipe. Raises OSError.

    `mode` says who may read it, within what the system's own mask allows.
    """
    if file.exists() and not file.is_file():
        with file.open("wb") as out:
            yield out
        return
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    # Never through a link that somebody else has put there.
    with open(draft, "xb", opener=lambda path, flags: os.open(path, flags, mode)) as out:
        try:
            yield out
            out.close()
            draft.replace(file)
        finally:
            draft.unlink(missing_ok=True)


def print_template(name: str, **context: object) -> None:
    """Prints a text on standard output."""
    from webapp.report import wording

    environment = Environment(
        loader=FileSystemLoader(ROOT / "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701  plain text for a terminal, no markup
    )
    wording.install(environment, lambda: DEFAULT_LANGUAGE)
    sys.stdout.write(environment.get_template(name).render(context))
