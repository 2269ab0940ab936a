"""The database's shape through time. Each file in `versions` takes it one step on, and back."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Literal

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from webapp.database import Database

NEWEST = "head"


def upgrade(database: Database, revision: str = NEWEST) -> None:
    """Brings the tables up to `revision`; does nothing where they are there already. Raises InputError."""
    _run(database, command.upgrade, revision)


def downgrade(database: Database, revision: str) -> None:
    """Takes the tables back to `revision`, and what only later ones could hold is lost. Raises InputError."""
    _run(database, command.downgrade, revision)


def state(connection: Connection) -> Literal["none", "older", "current", "unknown"]:
    """How the tables are: not made yet, of an older version, as this one has them, or of a version it does not know."""
    here = revision(connection)
    if here is None:
        return "none"
    if here == _newest():
        return "current"
    return "older" if is_known(here) else "unknown"


def revision(connection: Connection) -> str | None:
    """The version of the tables; None where there are none."""
    return MigrationContext.configure(connection).get_current_revision()


def is_known(revision: str) -> bool:
    """Whether this version of Octant has, or had, tables of this one."""
    return revision in {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}


def _run(database: Database, change: Callable[[Config, str], None], wanted: str) -> None:
    config = _config()
    with database.migrating() as connection:
        if wanted == NEWEST and revision(connection) == _newest():
            return  # as at nearly every start, and much sooner than by Alembic's own way
        config.attributes["connection"] = connection
        change(config, wanted)


@cache
def _newest() -> str | None:
    return ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config
