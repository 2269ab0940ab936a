"""What belongs to the running application and is needed inside a request."""

from typing import cast

from flask import current_app

from webapp.database import Database

_DATABASE = "octant-database"


def set_database(extensions: dict[str, object], database: Database) -> None:
    """Makes `database` the one of the application whose `extensions` are given."""
    extensions[_DATABASE] = database


def database() -> Database:
    """The database of the application that handles this request."""
    return cast(Database, current_app.extensions[_DATABASE])
