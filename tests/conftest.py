"""What tests may ask for: a fresh database of each kind, the application on it, a real server, a real browser."""

import re
import shutil
import signal
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from playwright.sync_api import Browser, Page, sync_playwright

from tests import chromium, postgresql
from tests import server as real_server
from tests.webapp.report.making import in_this_process
from webapp import current
from webapp.app import create_app
from webapp.config import Settings
from webapp.database import Database
from webapp.migrations import upgrade
from webapp.report.background import background

DATABASES = ("sqlite", "postgresql")


class _Compiled(BytecodeCache):
    """Templates that an application in this process has compiled already."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if code := self._code.get(bucket.key):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key] = bucket.bytecode_to_string()


COMPILED = _Compiled()
CHEAP = {"argon2__time_cost": 1, "argon2__memory_cost": 8, "argon2__parallelism": 1}
"""How passwords are hashed where tests sign in: as costly as elsewhere, hashing would be half of what they do."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="also the long fault, fuzz and load tests")


def pytest_configure() -> None:
    """Ends in order when told to end, so that no server outlives the tests."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what takes long, and what no database changes on the second one, unless it is asked for."""
    if not config.getoption("--long"):
        left_out = [item for item in items if item.get_closest_marker("long") or _is_the_same_again(item)]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def _is_the_same_again(item: pytest.Item) -> bool:
    chosen = item.callspec.params.get("database_url") if hasattr(item, "callspec") else None
    return chosen == "postgresql" and item.get_closest_marker("one_database") is not None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tells how many tests each kind of database passed, and how often axe looked at pages in each state."""
    passed = terminalreporter.stats.get("passed", [])
    for database in DATABASES:
        count = sum(re.search(rf"[\[-]{database}[\]-]", report.nodeid) is not None for report in passed)
        terminalreporter.write_line(f"{database}: {count} tests passed")
    looks = Counter(state for report in passed for name, state in report.user_properties if name == "axe")
    counts = ", ".join(f"{state} {count}" for state, count in looks.items())
    terminalreporter.write_line(f"axe: {looks.total()} runs without a finding ({counts or 'none asked for'})")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file that holds all tables and nothing in them."""
    file = tmp_path_factory.mktemp("sqlite") / "template.sqlite"
    _migrate(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[postgresql.Server]:
    """A PostgreSQL server with a database `template` that holds all tables and nothing in them."""
    with postgresql.running() as server:
        server.create("template")
        _migrate(server.url("template"))
        yield server


def _migrate(url: str) -> None:
    with closing(Database(url)) as database:
        upgrade(database)


@pytest.fixture(params=DATABASES)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without a table, of each kind in turn."""
    yield from _fresh(request, tmp_path, migrated=False)


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with all tables and nothing in them, of each kind in turn."""
    yield from _fresh(request, tmp_path, migrated=True)


def _fresh(request: pytest.FixtureRequest, folder: Path, migrated: bool) -> Iterator[str]:
    # Asked for by name, so that a run of `-k sqlite` starts no PostgreSQL.
    if request.param == "sqlite":
        file = folder / "octant.sqlite"
        if migrated:
            shutil.copyfile(request.getfixturevalue("sqlite_template"), file)
        yield f"sqlite:///{file}"
        return
    server: postgresql.Server = request.getfixturevalue("postgresql_server")
    name = f"test_{uuid.uuid4().hex}"
    server.create(name, template="template" if migrated else "template0")
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings with a data folder of their own."""
    return Settings(data=tmp_path / "data", database_url=database_url, second_factor="optional")


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """The application on a fresh database."""
    app = create_app(settings, in_this_process)
    app.jinja_env.bytecode_cache = COMPILED
    app.extensions["security"].pwd_context.update(**CHEAP)
    yield app
    with app.app_context():
        background().close()
        current.database().close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A visitor of `app` without JavaScript."""
    return app.test_client()


@pytest.fixture
def database(app: Flask) -> Database:
    """The database of `app`."""
    return _database_of(app)


def _database_of(app: Flask) -> Database:
    with app.app_context():
        return current.database()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address, without a slash at its end, of a real server on SQLite that all tests of a run share."""
    with real_server.running(tmp_path_factory.mktemp("server")) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, without a window."""
    with sync_playwright() as playwright:
        browser = chromium.launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of the browser, with nothing remembered from other tests."""
    context = browser.new_context()
    yield context.new_page()
    context.close()
