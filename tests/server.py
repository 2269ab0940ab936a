"""The real server, started as its users start it."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from webapp.config import ROOT


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """The address, without a slash at its end, of a server on a new SQLite database in `folder`.

    Raises RuntimeError with what it said where it does not start.
    """
    port = str(free_port())
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(
            [sys.executable, "-m", "webapp", "serve", "--port", port],
            cwd=ROOT,
            env={
                **os.environ,
                "OCTANT_DATA": str(folder / "data"),
                "OCTANT_DATABASE_URL": "",
                "OCTANT_SECOND_FACTOR": "optional",
            },
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):
        assert process.stdout
        try:
            if not process.stdout.readline():
                raise RuntimeError(f"The server did not start:\n{(folder / 'log').read_text()}")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
