"""The overview of many regions, and each part of it to take away as a picture and as a table."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from flask import abort, current_app, get_template_attribute, render_template, request
from werkzeug.wrappers import Response

from rubric.distributions import Spread
from rubric.model import Rubric
from webapp.accounts.roles import needs, pages
from webapp.admin.overview import drawings, regions, tables, trend_drawings
from webapp.admin.overview.counting import Figures, Overviews
from webapp.admin.overview.form import OverviewForm
from webapp.admin.overview.regions import Choice, MapPage, Resembling
from webapp.admin.submissions import lists
from webapp.assessment.rubrics import rubric_of
from webapp.current import database
from webapp.database import Database, batches
from webapp.downloads import attachment, file_name
from webapp.i18n import country_names, language
from webapp.models import now
from webapp.report.figures import Table, as_csv, csv_lines
from webapp.report.picture import picture

bp = pages("overview", "/overview")

_EXTENSION = "octant-overviews"
LAST_PAGE = 100_000
TABLES: dict[str, Callable[[Figures, Rubric], Table]] = {
    "themes": tables.themes,
    "nearest": tables.nearest,
    "trends": tables.trends,
    "questions": tables.questions,
}
"""What each address of a CSV file holds; beside these there is the map."""
MAP = "map"


@bp.record_once
def _prepare(state: object) -> None:
    app = state.app  # type: ignore[attr-defined]  # flask.blueprints.BlueprintSetupState
    app.extensions[_EXTENSION] = Overviews()
    app.jinja_env.globals |= {"drawings": drawings, "trend_drawings": trend_drawings}


@dataclass(frozen=True)
class _Seen:
    """What an overview shows, with a page of the map."""

    rubric: Rubric
    figures: Figures
    map: MapPage

    @property
    def series(self) -> tuple[tuple[str, str, Spread], ...]:
        """The overall score and the themes: id, title, and how the scores lie."""
        named, spreads = tables.series(self.rubric), self.figures.spreads
        return tuple((name, title, spreads.get(name, Spread())) for name, title in named)


@bp.get("")
@needs("viewer")
def show() -> str | tuple[str, int]:
    form, rubrics = _form()
    countries = [(code, name) for code, name in country_names(language()) if code in form.countries]
    shown = {"form": form, "rubrics": rubrics, "countries_by_name": countries}
    if form.errors:
        return render_template("admin/overview/overview.html", seen=None, **shown), 422
    seen = _seen(form.choice) if rubrics else None
    return render_template("admin/overview/overview.html", seen=seen, here=form.query, **shown)


@bp.get("/<name>.svg")
@needs("viewer")
def svg(name: str) -> Response:
    if name not in (*TABLES, MAP):
        abort(404)
    choice = _choice()
    seen = _seen(choice)
    if name == "trends" and not seen.figures.trend:
        abort(404)
    chart, notes = (
        get_template_attribute("admin/overview/parts.html", f"{name}_{part}") for part in ("chart", "notes")
    )
    content = picture(str(chart(seen)), str(notes(seen).unescape()).splitlines())
    return attachment(content, "image/svg+xml", _name(name, seen.rubric, choice, "svg"))


@bp.get("/<name>.csv")
@needs("viewer")
def table(name: str) -> Response:
    choice = _choice()
    if name == MAP:
        return _map(choice)
    made = TABLES.get(name) or abort(404)
    seen = _seen(choice)
    content = as_csv(made(seen.figures, seen.rubric))
    return attachment(content, "text/csv", _name(name, seen.rubric, choice, "csv"))


def _map(choice: Choice) -> Response:
    with database().reading() as session:
        rubric, ids = rubric_of(session, choice.rubric), regions.on_map(session, choice)
    rows = tables.map_rows(_streamed(database(), ids), rubric)
    columns = tables.map_columns(rubric)
    return attachment(csv_lines(columns, rows), "text/csv", _name(MAP, rubric, choice, "csv"))


def _streamed(database: Database, ids: Sequence[int]) -> Iterator[Resembling]:
    """All regions of the map, while the file with them is sent: no transaction lasts as long as its reader takes."""
    for some in batches(ids, regions.AT_ONCE):
        with database.reading() as session:
            found = regions.resembling(session, some)
        yield from found


def _form() -> tuple[OverviewForm, tuple[regions.Submitted, ...]]:
    with database().reading() as session:
        rubrics, countries = regions.rubrics(session), lists.countries(session)
    return OverviewForm(request.args, rubrics, countries), rubrics


def _choice() -> Choice:
    """What the address of a file asks for; not found where that cannot be understood."""
    try:
        return _form()[0].choice
    except ValueError:
        abort(404)


def _seen(choice: Choice) -> _Seen:
    page = _page()
    with database().reading() as session:
        rubric = rubric_of(session, choice.rubric)
        figures = cast(Overviews, current_app.extensions[_EXTENSION]).figures(session, choice, rubric)
        shown = regions.map_page(session, choice, page, figures.regions) or abort(404)
    return _Seen(rubric, figures, shown)


def _page() -> int:
    """The page of the map that the address asks for, from 1."""
    said = request.args.get("page", "1")
    if not (said.isascii() and said.isdigit() and 0 < int(said[:9]) <= LAST_PAGE and len(said) < 7):
        abort(404)
    return int(said)


def _name(part: str, rubric: Rubric, choice: Choice, kind: str) -> str:
    """The name of a file: what it shows, of which rubric and which submissions, and the day on which it was made."""
    filters = (
        "accepted" if choice.accepted else "",
        "no-country" if choice.country == "" else choice.country,
        f"from-{choice.since}" if choice.since else "",
        f"until-{choice.until}" if choice.until else "",
        f"by-{choice.by}" if part == "trends" else "",
    )
    said = "-".join(filter(None, (part, rubric.version, *filters)))
    return file_name("overview", f"{said}-made-{now().date()}", kind)
