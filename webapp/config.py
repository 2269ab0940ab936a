"""Everything that whoever runs Octant may set, read once from the environment."""

import os
import secrets
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from rubric.problems import InputError, Problem, quote

ROOT = Path(__file__).parent.parent
TRANSLATIONS = ROOT / "translations"
"""Where pages and reports look for other languages."""

LARGEST_REQUEST = 1_000_000
"""Bytes of a request body: ten times what the longest theme page can send."""
DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
"""The driver for each kind of database that an address may begin with."""


@dataclass(frozen=True)
class Settings:
    """Where Octant keeps its data: `OCTANT_DATA` and `OCTANT_DATABASE_URL`."""

    data: Path
    database_url: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """The settings in `environment`; by default SQLite in `instance/` beside the program. Raises InputError."""
        data = Path(environment.get("OCTANT_DATA") or ROOT / "instance").absolute()
        default = f"sqlite:///{data / 'octant.sqlite'}"
        return cls(data=data, database_url=_with_driver(environment.get("OCTANT_DATABASE_URL") or default))

    def secret(self, name: str) -> str:
        """A random secret of this data folder; made when first asked for, and readable by its owner alone.

        Raises InputError where the folder cannot be written to.
        """
        file = self.data / f"{name}.secret"
        try:
            self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not file.exists():
                _write_once(file, secrets.token_urlsafe(48))
            return file.read_text(encoding="ascii")
        except OSError as error:
            found = f"{error.filename or file}: {error.strerror}"
            raise InputError([Problem("OCTANT_DATA", found, "a folder that you may write to")]) from None


def _write_once(file: Path, text: str) -> None:
    """Puts `text` into `file` whole, unless another process was quicker."""
    handle, name = tempfile.mkstemp(dir=file.parent)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as new:
            new.write(text)
        with suppress(FileExistsError):
            os.link(name, file)
    finally:
        Path(name).unlink()


def _with_driver(url: str) -> str:
    """`url` with the driver that we bring, which people rightly leave out."""
    scheme, _, rest = url.partition("://")
    kind = scheme.partition("+")[0]
    if kind not in DRIVERS:
        raise InputError(
            [Problem("OCTANT_DATABASE_URL", f"begins with {quote(scheme)}", "sqlite:/// or postgresql://")]
        )
    return f"{DRIVERS[kind]}://{rest}"
