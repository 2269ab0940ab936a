"""The web application, put together from its parts."""

from collections.abc import Callable

from flask import Flask

from webapp import current, errors, headers, i18n, intake, listing, pages, weight
from webapp.accounts import roles, security
from webapp.accounts import views as accounts
from webapp.admin import views as admin
from webapp.admin.comparison import views as comparison
from webapp.admin.overview import views as overview
from webapp.admin.review import views as review
from webapp.admin.submissions import views as submissions
from webapp.admin.transfer import export_views as exports
from webapp.admin.transfer import import_views as imports
from webapp.assessment import file_views as files
from webapp.assessment import fragments
from webapp.assessment import owner_views as owner
from webapp.assessment import take_back_views as take_back
from webapp.assessment import views as assessment
from webapp.config import LARGEST_REQUEST, ROOT, Settings
from webapp.database import Database
from webapp.governance import views as governance
from webapp.migrations import upgrade
from webapp.report import background, questionnaires, store
from webapp.report import figure_views as figures
from webapp.report import views as report
from webapp.report import what_if_views as what_if
from webapp.versions import views as versions


def create_app(settings: Settings, shared: Callable[[], background.Background] = background.Background) -> Flask:
    """The application on the data that `settings` name, with its tables brought up to date.

    `shared` says how PDFs are made: by default ahead and in another process.
    """
    app = errors.Octant(__name__, template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    app.config.from_mapping(
        SECRET_KEY=settings.secret("session"),
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        MAX_FORM_MEMORY_SIZE=LARGEST_REQUEST,
    )
    database = Database(settings.database_url)
    upgrade(database)
    listing.complete(database)
    current.equip(app.extensions, database, settings)
    for part in (errors, headers, i18n, intake, weight):
        part.init_app(app)
    fragments.install(app.jinja_env)
    roles.install(app.jinja_env)
    security.init_app(app, database, settings)
    _make_pdfs(app, database, shared())
    for blueprint in (
        pages.bp,
        assessment.bp,
        owner.bp,
        take_back.bp,
        files.bp,
        report.bp,
        figures.bp,
        what_if.bp,
        admin.bp,
        submissions.bp,
        review.bp,
        exports.bp,
        imports.bp,
        overview.bp,
        comparison.bp,
        governance.bp,
        versions.bp,
        *accounts.BLUEPRINTS,
    ):
        app.register_blueprint(blueprint)
    return app


def _make_pdfs(app: Flask, database: Database, shared: background.Background) -> None:
    background.init_app(app, shared)
    store.init_app(app, store.Reports(database, shared))
    questionnaires.init_app(app, questionnaires.Questionnaires(shared))
