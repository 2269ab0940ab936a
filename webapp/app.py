"""The web application, put together from its parts."""

from flask import Flask

from webapp import accounts, current, errors, headers, i18n, intake, pages, weight
from webapp.admin import views as admin
from webapp.assessment import file_views as files
from webapp.assessment import fragments
from webapp.assessment import owner_views as owner
from webapp.assessment import views as assessment
from webapp.config import LARGEST_REQUEST, ROOT, Settings
from webapp.database import Database
from webapp.migrations import upgrade
from webapp.report import store
from webapp.report import views as report


def create_app(settings: Settings) -> Flask:
    """The application on the data that `settings` name, with its tables brought up to date."""
    app = errors.Octant(__name__, template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    app.config.from_mapping(
        SECRET_KEY=settings.secret("session"),
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        MAX_FORM_MEMORY_SIZE=LARGEST_REQUEST,
    )
    database = Database(settings.database_url)
    upgrade(database)
    current.equip(app.extensions, database, settings)
    for part in (errors, headers, i18n, intake, weight):
        part.init_app(app)
    fragments.install(app.jinja_env)
    accounts.init_app(app, database, settings)
    store.init_app(app, database)
    for blueprint in (pages.bp, assessment.bp, owner.bp, files.bp, report.bp, admin.bp):
        app.register_blueprint(blueprint)
    return app
