"""Pages of the respondent. The link is the only key: no account, no cookie."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from rubric.model import Rubric, Theme
from webapp.assessment import service
from webapp.assessment.forms import StartForm, ThemeForm
from webapp.current import database
from webapp.i18n import country_names, language
from webapp.models import Assessment

bp = Blueprint("assessment", __name__)

Page = str | Response | tuple[str, int]


@bp.get("/start")
def start() -> Page:
    return _start_page(StartForm())


@bp.post("/start")
def begin() -> Page:
    form = StartForm(request.form)
    if not form.validate():
        return _start_page(form), 422
    with database().writing() as session:
        token = service.start(session, form.region.data or "", form.country.data, form.contact.data)
    return redirect(url_for(".tasks", token=token), 303)


def _start_page(form: StartForm) -> str:
    return render_template("assessment/start.html", form=form, countries=country_names(language()))


@bp.get("/a/<token>/")
def tasks(token: str) -> Page:
    with database().reading() as session:
        assessment, rubric = _opened(session, token)
        return render_template(
            "assessment/tasks.html",
            token=token,
            assessment=assessment,
            rubric=rubric,
            progress=service.progress(rubric, service.entries(assessment)),
            submission=service.latest_submission(session, assessment),
            saved=_saved(rubric),
        )


@bp.get("/a/<token>/<theme_id>")
def theme(token: str, theme_id: str) -> Page:
    with database().reading() as session:
        assessment, rubric = _opened(session, token)
        chosen = _theme(rubric, theme_id)
        return _theme_page(token, assessment, rubric, chosen, _form(assessment, rubric, chosen), set())


@bp.post("/a/<token>/<theme_id>")
def save(token: str, theme_id: str) -> Page:
    with database().writing() as session:
        assessment, rubric = _opened(session, token, lock=True)
        chosen = _theme(rubric, theme_id)
        form = ThemeForm(
            rubric, chosen, service.entries(assessment), service.priorities(assessment).get(theme_id), request.form
        )
        valid = form.validate()
        overtaken = service.save(assessment, form.changes)
        if form.chosen_priority:
            service.save_priority(assessment, theme_id, form.chosen_priority)
        if overtaken or not valid:
            return _theme_page(token, assessment, rubric, chosen, form, overtaken), 422
    return redirect(_next_page(token, rubric, chosen), 303)


def _form(assessment: Assessment, rubric: Rubric, theme: Theme) -> ThemeForm:
    return ThemeForm(rubric, theme, service.entries(assessment), service.priorities(assessment).get(theme.id))


def _theme_page(
    token: str, assessment: Assessment, rubric: Rubric, theme: Theme, form: ThemeForm, overtaken: set[str]
) -> str:
    stored = service.entries(assessment)
    return render_template(
        "assessment/theme.html",
        token=token,
        assessment=assessment,
        rubric=rubric,
        theme=theme,
        form=form,
        stored=stored,
        revisions=service.revisions(assessment),
        overtaken=overtaken,
        mistakes=form.mistakes(overtaken),
        progress=service.progress(rubric, stored),
        saved=_saved(rubric),
    )


def _saved(rubric: Rubric) -> Theme | None:
    """The theme that the page before this one saved, if it says so."""
    return rubric.theme_by_id.get(request.args.get("saved", ""))


def _next_page(token: str, rubric: Rubric, theme: Theme) -> str:
    """Where the pressed button leads: all themes, or the next theme and after the last one the check page."""
    later = rubric.themes[rubric.themes.index(theme) + 1 :]
    if request.form.get("then") == "tasks":
        return url_for(".tasks", token=token, saved=theme.id)
    if not later:
        return url_for(".check", token=token, saved=theme.id)
    return url_for(".theme", token=token, theme_id=later[0].id, saved=theme.id)


@bp.get("/a/<token>/check")
def check(token: str) -> Page:
    with database().reading() as session:
        assessment, rubric = _opened(session, token)
        return _check_page(token, assessment, rubric)


@bp.post("/a/<token>/check")
def submit(token: str) -> Page:
    with database().writing() as session:
        assessment, rubric = _opened(session, token, lock=True)
        if not service.can_submit(assessment):
            return _check_page(token, assessment, rubric, refused=True), 422
        service.submit(session, assessment)
    return redirect(url_for("report.result", token=token), 303)


def _check_page(token: str, assessment: Assessment, rubric: Rubric, refused: bool = False) -> str:
    given = service.entries(assessment)
    return render_template(
        "assessment/check.html",
        token=token,
        assessment=assessment,
        rubric=rubric,
        entries=given,
        progress=service.progress(rubric, given),
        refused=refused,
        saved=_saved(rubric),
    )


def _opened(session: Session, token: str, lock: bool = False) -> tuple[Assessment, Rubric]:
    assessment = service.assessment_by_token(session, token, lock)
    if assessment is None:
        abort(404)
    return assessment, service.rubric_of(session, assessment.rubric_digest)


def _theme(rubric: Rubric, theme_id: str) -> Theme:
    return rubric.theme_by_id.get(theme_id) or abort(404)
