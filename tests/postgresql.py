"""A PostgreSQL server for one run of the tests: its data in a temporary folder, gone at the end.

`python -m tests.postgresql` fails where PostgreSQL is not installed.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

PLACES = (
    "usr/lib/postgresql/*/bin",
    "usr/libexec/postgresql*",
    "usr/pgsql-*/bin",
    "opt/homebrew/opt/postgresql*/bin",
    "usr/local/opt/postgresql*/bin",
)
"""Where systems keep the server's programs outside of PATH: Debian and Ubuntu, Alpine, Red Hat, Homebrew twice."""

INITDB = ("--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "--no-sync")
UNSAFE_BUT_QUICK = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"


@dataclass(frozen=True)
class Server:
    """A running server, whose socket is in `folder`."""

    folder: Path

    def url(self, database: str) -> str:
        """Address of one of its databases, for SQLAlchemy."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"

    def create(self, database: str, template: str = "template0") -> None:
        """Makes a database, as a copy of another that nobody is connected to."""
        self._execute("CREATE DATABASE {} TEMPLATE {}", database, template)

    def drop(self, database: str) -> None:
        """Removes a database, even one that somebody is connected to."""
        self._execute("DROP DATABASE {} WITH (FORCE)", database)

    def _execute(self, statement: str, *names: str) -> None:
        with psycopg.connect(host=str(self.folder), user="postgres", dbname="postgres", autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@contextmanager
def running() -> Iterator[Server]:
    """A server for the length of the block. Raises FileNotFoundError where PostgreSQL is not installed."""
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="octant-pg-", dir="/tmp"))  # a socket's path may have 103 bytes at most
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, *_owner())
        data = f"--pgdata={folder / 'data'}"
        options = f"-c listen_addresses='' -c unix_socket_directories={folder} {UNSAFE_BUT_QUICK}"
        _run(programs / "initdb", data, *INITDB)
        _run(programs / "pg_ctl", "start", data, f"--log={folder / 'log'}", f"--options={options}")
        try:
            yield Server(folder)
        finally:
            _run(programs / "pg_ctl", "stop", data, "--mode=immediate")
    finally:
        shutil.rmtree(folder)


def _programs() -> Path:
    """The folder that holds the newest server's programs."""
    found = shutil.which("pg_ctl")
    if found:
        return Path(found).parent
    folders = [folder for place in PLACES for folder in Path("/").glob(place) if (folder / "pg_ctl").exists()]
    if not folders:
        raise FileNotFoundError("PostgreSQL's server is not installed: ./octant test installs it")
    return max(folders, key=_version)


def _version(programs: Path) -> int:
    return int("".join(filter(str.isdigit, str(programs))) or 0)


def _owner() -> tuple[str, str] | tuple[None, None]:
    """The user and group to run as: the server refuses to run as root."""
    return ("postgres", "postgres") if os.geteuid() == 0 else (None, None)


def _run(*command: str | Path) -> None:
    user, group = _owner()
    # To a file, not a pipe: the server that pg_ctl starts would keep a pipe open for ever.
    with tempfile.TemporaryFile("w+") as output:
        done = subprocess.run(
            command,
            user=user,
            group=group,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            check=False,
        )
        if done.returncode != 0:
            output.seek(0)
            raise RuntimeError(f"{command[0]} failed:\n{output.read()}")


if __name__ == "__main__":
    try:
        _programs()
    except FileNotFoundError as error:
        sys.exit(str(error))
