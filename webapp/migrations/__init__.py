"""The database's shape through time. Each file in `versions` takes it one step on."""

from pathlib import Path

from alembic import command
from alembic.config import Config

from webapp.database import WRITING, Database


def upgrade(database: Database, revision: str = "head") -> None:
    """Brings the tables to `revision`; does nothing where they are there already."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    with database.engine.execution_options(**{WRITING: True}).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
