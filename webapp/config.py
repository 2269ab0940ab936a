"""Everything that whoever runs Octant may set, read once from the environment."""

import os
import re
import secrets
import tempfile
from collections.abc import Callable, Container, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from rubric.problems import InputError, Problem, quote

ROOT = Path(__file__).parent.parent
TRANSLATIONS = ROOT / "translations"
"""Where pages and reports look for other languages."""

LARGEST_REQUEST = 1_000_000
"""Bytes of a request body: ten times what the longest theme page can send."""
_MAIL_ADDRESS = re.compile(r"[^\s@<>]+@[^\s@<>]+")
DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
"""The driver for each kind of database that an address may begin with."""


SMTP_PORTS = {"smtp": 587, "smtps": 465}
"""The usual port of each kind of mail server: one that changes to TLS when asked, and one that begins with it."""


@dataclass(frozen=True)
class Mail:
    """How e-mail goes out: `server` is an address with name and password, `sender` who it comes from.

    `site` is the address of the start page, without a slash at its end, for links in it: no request has a say in that.
    """

    server: SplitResult
    sender: str
    site: str


@dataclass(frozen=True)
class Settings:
    """Where Octant keeps its data (`OCTANT_DATA`, `OCTANT_DATABASE_URL`), and how it sends e-mail, if at all."""

    data: Path
    database_url: str
    mail: Mail | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """The settings in `environment`; by default SQLite in `instance/` beside the program. Raises InputError."""
        data = Path(environment.get("OCTANT_DATA") or ROOT / "instance").absolute()
        default = f"sqlite:///{data / 'octant.sqlite'}"
        url = _with_driver(environment.get("OCTANT_DATABASE_URL") or default)
        return cls(data=data, database_url=url, mail=_mail(environment))

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


def _mail(environment: Mapping[str, str]) -> Mail | None:
    """How to send e-mail: all three settings or none of them. Raises InputError with every problem."""
    given = {name: environment.get(name, "") for name in MAIL_SETTINGS}
    if not any(given.values()):
        return None
    problems = [
        Problem(name, "not such a value" if given[name] else "missing", expected)  # it may hold a password
        for name, (expected, fits) in MAIL_SETTINGS.items()
        if not fits(given[name])
    ]
    if problems:
        raise InputError(problems)
    server, sender, site = given.values()
    return Mail(urlsplit(server), sender, site.rstrip("/"))


def _is_address(text: str, schemes: Container[str]) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


MAIL_SETTINGS: dict[str, tuple[str, Callable[[str], bool]]] = {
    "OCTANT_SMTP_URL": ("smtp://name:password@host:587 or smtps://…", lambda text: _is_address(text, SMTP_PORTS)),
    "OCTANT_MAIL_FROM": ("an address like octant@example.org", lambda text: bool(_MAIL_ADDRESS.fullmatch(text))),
    "OCTANT_SITE_URL": ("https://… as visitors type it", lambda text: _is_address(text, ("http", "https"))),
}
"""What sending e-mail needs: what each setting should look like, and whether it does."""


def _with_driver(url: str) -> str:
    """`url` with the driver that we bring, which people rightly leave out."""
    scheme, _, rest = url.partition("://")
    kind = scheme.partition("+")[0]
    if kind not in DRIVERS:
        raise InputError(
            [Problem("OCTANT_DATABASE_URL", f"begins with {quote(scheme)}", "sqlite:/// or postgresql://")]
        )
    return f"{DRIVERS[kind]}://{rest}"
