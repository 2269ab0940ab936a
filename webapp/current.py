"""What belongs to the running application and is needed inside a request."""

from typing import cast

from flask import current_app

from webapp.config import Settings
from webapp.database import Database

_DATABASE = "octant-database"
_SETTINGS = "octant-settings"


def equip(extensions: dict[str, object], database: Database, settings: Settings) -> None:
    """Makes `database` and `settings` those of the application whose `extensions` are given."""
    extensions.update({_DATABASE: database, _SETTINGS: settings})


def database() -> Database:
    """The database of the application that handles this request."""
    return cast(Database, current_app.extensions[_DATABASE])


def settings() -> Settings:
    """The settings of the application that handles this request."""
    return cast(Settings, current_app.extensions[_SETTINGS])
