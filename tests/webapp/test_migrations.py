"""Migrations give the tables that the models describe, on every kind of database, whoever comes first."""

from contextlib import closing

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from webapp.database import Database
from webapp.models import Base


def test_migrated_tables_equal_the_models(database_url: str) -> None:
    with closing(Database(database_url)) as database, database.engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), Base.metadata)
    assert differences == []
