"""Everything that whoever runs Octant may set, read once from the environment."""

import os
import re
import secrets
import tempfile
from collections.abc import Callable, Container, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal, TypeVar
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


SecondFactor = Literal["required", "optional"]
SMTP_PORTS = {"smtp": 587, "smtps": 465}
"""The usual port of each kind of mail server: one that changes to TLS when asked, and one that begins with it."""


LONGEST_PERIOD = 36_500
"""Days for which anything can be set to be kept: a hundred years."""
LONGEST_NAME = 200
"""Characters of the name of whoever is responsible."""
T = TypeVar("T")


@dataclass(frozen=True)
class Mail:
    """How e-mail goes out: `server` is an address with name and password, `sender` who it comes from.

    `site` is the address of the start page, without a slash at its end, for links in it: no request has a say in that.
    """

    server: SplitResult
    sender: str
    site: str


@dataclass(frozen=True)
class Retention:
    """For how many days each kind of data is kept; None: until somebody deletes it.

    `drafts` were never submitted, and count from their last change; `contacts` are the addresses and names of whom to
    ask, and `submissions` whole assessments with all that was submitted, both counted from the last submission or
    change; `sessions` are traces of signing in and of invitations, counted from their last use or end.
    """

    drafts: int | None = None
    contacts: int | None = None
    submissions: int | None = None
    sessions: int | None = None


@dataclass(frozen=True)
class Controller:
    """Who is responsible for personal data here, and the e-mail or web address to reach them; "" where not said."""

    name: str = ""
    address: str = ""


@dataclass(frozen=True)
class Settings:
    """Where Octant keeps its data (`OCTANT_DATA`, `OCTANT_DATABASE_URL`), and for how long; how it sends e-mail, if at
    all; who is responsible; and whether administrators must have a second factor (`OCTANT_SECOND_FACTOR`)."""

    data: Path
    database_url: str
    mail: Mail | None = None
    retention: Retention = Retention()
    controller: Controller = Controller()
    second_factor: SecondFactor = "required"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """The settings in `environment`; by default SQLite in `instance/` beside the program.

        Raises InputError with every problem of all of them.
        """
        data = Path(environment.get("OCTANT_DATA") or ROOT / "instance").absolute()
        default = f"sqlite:///{data / 'octant.sqlite'}"
        problems: list[Problem] = []
        url = _read(partial(_with_driver, environment.get("OCTANT_DATABASE_URL") or default), problems)
        mail = _read(partial(_mail, environment), problems)
        retention = _read(partial(_retention, environment), problems)
        controller = _read(partial(_controller, environment), problems)
        second_factor = _read(partial(_second_factor, environment), problems)
        if url is None or retention is None or controller is None or second_factor is None or problems:
            raise InputError(problems)
        return cls(data, url, mail, retention, controller, second_factor)

    def secret(self, name: str) -> str:
        """A random secret of this data folder; made when first asked for, and readable by its owner alone.

        Raises InputError where the folder cannot be written to.
        """
        file = self.data / f"{name}.secret"
        try:
            if not file.exists():
                write_once(file, secrets.token_urlsafe(48))
            return file.read_text(encoding="ascii")
        except OSError as error:
            found = f"{error.filename or file}: {error.strerror}"
            raise InputError([Problem("OCTANT_DATA", found, "a folder that you may write to")]) from None


def _read(reading: Callable[[], T], problems: list[Problem]) -> T | None:
    """What `reading` gives; None where it raises InputError, whose problems are added to the others."""
    try:
        return reading()
    except InputError as error:
        problems.extend(error.problems)
        return None


def write_once(file: Path, text: str) -> None:
    """Puts `text` into `file` whole, for its owner alone, unless it is there already."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
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


def _second_factor(environment: Mapping[str, str]) -> SecondFactor:
    match environment.get("OCTANT_SECOND_FACTOR", "").strip() or "required":
        case "required" | "optional" as given:
            return given
        case other:
            raise InputError([Problem("OCTANT_SECOND_FACTOR", f"found {quote(other)}", "required or optional")])


PERIODS = {
    "drafts": "OCTANT_KEEP_DRAFTS_DAYS",
    "contacts": "OCTANT_KEEP_CONTACTS_DAYS",
    "submissions": "OCTANT_KEEP_SUBMISSIONS_DAYS",
    "sessions": "OCTANT_KEEP_SESSIONS_DAYS",
}
"""The setting of each period of Retention."""


def _retention(environment: Mapping[str, str]) -> Retention:
    given = {kind: environment[name].strip() for kind, name in PERIODS.items() if environment.get(name, "").strip()}
    problems = [
        Problem(PERIODS[kind], f"found {quote(text)}", f"a number of days from 1 to {LONGEST_PERIOD}, or nothing: keep")
        for kind, text in given.items()
        if not _is_period(text)
    ]
    if problems:
        raise InputError(problems)
    return Retention(**{kind: int(text) for kind, text in given.items()})


def _is_period(text: str) -> bool:
    return bool(re.fullmatch("[0-9]{1,5}", text, re.ASCII)) and 1 <= int(text) <= LONGEST_PERIOD


def _controller(environment: Mapping[str, str]) -> Controller:
    given = {name: environment.get(name, "").strip() for name in CONTROLLER_SETTINGS}
    problems = [
        Problem(name, f"found {quote(given[name])}", expected)
        for name, (expected, fits) in CONTROLLER_SETTINGS.items()
        if given[name] and not fits(given[name])
    ]
    if problems:
        raise InputError(problems)
    return Controller(*given.values())


CONTROLLER_SETTINGS: dict[str, tuple[str, Callable[[str], bool]]] = {
    "OCTANT_CONTROLLER": (
        f"a name and perhaps a postal address, on one line of at most {LONGEST_NAME} characters",
        lambda text: text.isprintable() and len(text) <= LONGEST_NAME,
    ),
    "OCTANT_PRIVACY_CONTACT": (
        "an address like privacy@example.org or https://…",
        lambda text: bool(_MAIL_ADDRESS.fullmatch(text)) or _is_address(text, ("http", "https")),
    ),
}
"""Who is responsible: what each setting should look like, and whether it does."""
