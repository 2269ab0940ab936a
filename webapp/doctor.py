"""What stands in the way of running well here: each thing is looked at by itself, whatever is wrong with the others.

Nothing is made or changed. What is said about a finding, and how to mend it, stands in `templates/cli/doctor.txt`.
"""

import datetime as dt
import os
import shutil
import smtplib
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from sqlalchemy import func, make_url, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from rubric.problems import InputError
from webapp import fonts, mail, migrations
from webapp.config import Settings
from webapp.database import Database
from webapp.models import Submission, now
from webapp.report import pdf

TESTED = {"sqlite": (3, 40), "postgresql": (15, 0)}
"""The oldest versions that the tests run on."""
LEAST_FREE, LITTLE_FREE = 200_000_000, 1_000_000_000
"""Bytes of the disk: with less nothing is safe; with less it is time to look after it."""
OFF = dt.timedelta(minutes=2)
"""By how much a clock may differ: codes of authenticator apps are for half a minute, and the ones beside it."""
OTHERS = stat.S_IRWXG | stat.S_IRWXO

State = Literal["fine", "look", "broken"]


@dataclass(frozen=True)
class Finding:
    """How one thing stands: what was looked at, and `what` was found, in one word each; `facts` for the sentence.

    `look` is worth a look, and Octant runs without; `broken` keeps it, or a part of it, from working.
    """

    about: str
    state: State
    what: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)


def examine(environment: Mapping[str, str] = os.environ) -> list[Finding]:
    """Looks at everything. With settings that cannot be read, at what does not depend on them."""
    try:
        settings = Settings.from_environment(environment)
    except InputError as error:
        return [Finding("settings", "broken", "wrong", {"problems": error.problems}), *_of_the_machine()]
    looks: tuple[Callable[[Settings], Iterator[Finding]], ...] = (_folder, _secrets, _disk, _database, _mail, _choices)
    found = (finding for look in looks for finding in look(settings))
    return [Finding("settings", "fine"), *_of_the_machine(), *found]


def _of_the_machine() -> Iterator[Finding]:
    if os.geteuid() == 0:
        yield Finding("rights", "look", "root")
    there = all((fonts.FOLDER / face.name).exists() for face in fonts.FACES)
    yield Finding("fonts", "fine") if there else Finding("fonts", "look", "missing")
    command = {"command": pdf.NoPango().command}
    yield Finding("pango", "fine") if pdf.works() else Finding("pango", "broken", "missing", command)


def _folder(settings: Settings) -> Iterator[Finding]:
    folder, facts = settings.data, {"folder": settings.data}
    if not folder.exists():
        above = _nearest(folder)
        able = above.is_dir() and os.access(above, os.W_OK)
        yield Finding("folder", "fine", "new", facts) if able else Finding("folder", "broken", "unwritable", facts)
    elif not folder.is_dir() or not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        yield Finding("folder", "broken", "unwritable", facts)
    elif folder.stat().st_mode & OTHERS:
        yield Finding("folder", "look", "open", facts)
    else:
        yield Finding("folder", "fine", "own", facts)


def _secrets(settings: Settings) -> Iterator[Finding]:
    files = sorted(settings.data.glob("*.secret")) if settings.data.is_dir() else []
    if bad := [file for file in files if file.stat().st_mode & OTHERS]:
        yield Finding("secrets", "broken", "open", {"files": bad})
    elif bad := [file for file in files if not os.access(file, os.R_OK) or not file.stat().st_size]:
        yield Finding("secrets", "broken", "unreadable", {"files": bad})
    else:
        yield Finding("secrets", "fine", "own" if files else "new")


def _disk(settings: Settings) -> Iterator[Finding]:
    free = shutil.disk_usage(_nearest(settings.data)).free
    state: State = "broken" if free < LEAST_FREE else "look" if free < LITTLE_FREE else "fine"
    yield Finding("disk", state, "free", {"megabytes": free // 1_000_000, "least": LEAST_FREE // 1_000_000})


def _nearest(folder: Path) -> Path:
    """The folder itself, or the one above it that is there."""
    return next(one for one in (folder, *folder.parents) if one.exists())


def _database(settings: Settings) -> Iterator[Finding]:
    parts = make_url(settings.database_url)
    if parts.get_backend_name() == "sqlite" and not Path(parts.database or "").is_file():
        yield Finding("database", "fine", "new")  # it would be made by being opened
        return
    try:
        with closing(Database(settings.database_url)) as database, database.reading() as session:
            yield _version(session)
            tables = _tables(session)
            yield tables
            if tables.what == "current":
                yield _clock(session)
    except (InputError, SQLAlchemyError) as error:
        reason = " ".join(str(getattr(error, "orig", error)).split())
        yield Finding("database", "broken", "unreachable", {"reason": reason})


def _version(session: Session) -> Finding:
    dialect = session.get_bind().dialect
    version = dialect.server_version_info or (0, 0)
    facts = {"kind": dialect.name, "version": ".".join(map(str, version)), "tested": TESTED[dialect.name]}
    return Finding("database", "look" if version < TESTED[dialect.name] else "fine", "reached", facts)


def _tables(session: Session) -> Finding:
    state = migrations.state(session.connection())
    states: Mapping[str, State] = {"none": "fine", "current": "fine", "older": "look", "unknown": "broken"}
    return Finding("tables", states[state], state)


def _clock(session: Session) -> Finding:
    """The machine's clock against the database's own, and against what was stored last."""
    latest = session.scalar(select(func.max(Submission.at)))
    if latest is not None and latest - now() > OFF:
        return Finding("clock", "broken", "behind", {"latest": latest})
    if session.get_bind().dialect.name == "postgresql":
        theirs: dt.datetime = session.scalar(select(func.clock_timestamp())) or now()
        if abs(theirs - now()) > OFF:
            return Finding("clock", "broken", "differs", {"theirs": theirs})
    return Finding("clock", "fine", "", {"now": now()})


def _mail(settings: Settings) -> Iterator[Finding]:
    if settings.mail is None:
        yield Finding("mail", "fine", "none")
        return
    facts = {"host": settings.mail.server.hostname}
    try:
        with mail.connected(settings.mail) as connection:
            connection.noop()
    except (OSError, ValueError, smtplib.SMTPException) as error:
        yield Finding("mail", "broken", "unreachable", facts | {"reason": type(error).__name__})
    else:
        yield Finding("mail", "fine", "reached", facts)


def _choices(settings: Settings) -> Iterator[Finding]:
    if settings.second_factor == "optional":
        yield Finding("second-factor", "look", "optional")
    if not settings.controller.name:
        yield Finding("controller", "look", "nobody")
