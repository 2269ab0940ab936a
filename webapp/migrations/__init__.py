"""The database's shape through time. Each file in `versions` takes it one step on, and back."""

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config

from webapp.database import Database


def upgrade(database: Database, revision: str = "head") -> None:
    """Brings the tables up to `revision`; does nothing where they are there already. Raises InputError."""
    _run(database, command.upgrade, revision)


def downgrade(database: Database, revision: str) -> None:
    """Takes the tables back to `revision`, and what only later ones could hold is lost. Raises InputError."""
    _run(database, command.downgrade, revision)


def _run(database: Database, change: Callable[[Config, str], None], revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    with database.migrating() as connection:
        config.attributes["connection"] = connection
        change(config, revision)
