"""The database's shape through time. Each file in `versions` takes it one step on, and back."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from webapp.database import Database

NEWEST = "head"


def upgrade(database: Database, revision: str = NEWEST) -> None:
    """Brings the tables up to `revision`; does nothing where they are there already. Raises InputError."""
    _run(database, command.upgrade, revision)


def downgrade(database: Database, revision: str) -> None:
    """Takes the tables back to `revision`, and what only later ones could hold is lost. Raises InputError."""
    _run(database, command.downgrade, revision)


def _run(database: Database, change: Callable[[Config, str], None], revision: str) -> None:
    config = _config()
    with database.migrating() as connection:
        if revision == NEWEST and MigrationContext.configure(connection).get_current_revision() == _newest():
            return  # as at nearly every start, and much sooner than by Alembic's own way
        config.attributes["connection"] = connection
        change(config, revision)


@cache
def _newest() -> str | None:
    return ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config
