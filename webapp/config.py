"""Everything that whoever runs Octant may set, read once from the environment."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent

LARGEST_REQUEST = 1_000_000
"""Bytes of a request body: ten times what the longest theme page can send."""


@dataclass(frozen=True)
class Settings:
    """Where Octant keeps its data: `OCTANT_DATA` and `OCTANT_DATABASE_URL`."""

    data: Path
    database_url: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """The settings in `environment`; by default SQLite in `instance/` beside the program."""
        data = Path(environment.get("OCTANT_DATA") or ROOT / "instance").absolute()
        default = f"sqlite:///{data / 'octant.sqlite'}"
        return cls(data=data, database_url=_with_driver(environment.get("OCTANT_DATABASE_URL") or default))

    def secret(self, name: str) -> str:
        """A random secret of this data folder; made when first asked for, and readable by its owner alone."""
        self.data.mkdir(parents=True, exist_ok=True)
        file = self.data / f"{name}.secret"
        try:
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return file.read_text(encoding="ascii")
        with os.fdopen(handle, "w", encoding="ascii") as new:
            new.write(secrets.token_urlsafe(48))
        return file.read_text(encoding="ascii")


def _with_driver(url: str) -> str:
    """`url` with psycopg named as the driver, which people rightly leave out."""
    for short in ("postgresql://", "postgres://"):
        if url.startswith(short):
            return url.replace(short, "postgresql+psycopg://", 1)
    return url
