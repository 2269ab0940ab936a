"""Answers as files: to take away, and to bring back after a look at what they would change."""

import json
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from rubric.answers import Answers
from rubric.digests import canonical, digest
from rubric.problems import InputError, Problem
from webapp.assessment import entries, links, service, spreadsheet, uploads
from webapp.assessment.forms import UploadForm
from webapp.assessment.links import Visit
from webapp.current import database
from webapp.downloads import attachment, file_name

bp = Blueprint("files", __name__, url_prefix="/a/<token>")

Page = str | AnyResponse | tuple[str, int]
FROM_PREVIEW = "preview.json"
"""What the content that a preview sends back is called, should anything be wrong with it."""


@bp.get("/exchange")
def exchange(token: str) -> Page:
    with database().reading() as session:
        visit = links.owner_visit(session, token)
    return _exchange_page(visit, UploadForm())


@bp.get("/answers.xlsx")
def workbook(token: str) -> Response:
    visit, answers = _answers_so_far(token)
    content = spreadsheet.write(visit.rubric, answers.content)
    return attachment(content, spreadsheet.MEDIA_TYPE, file_name(answers.region, "answers", "xlsx"))


@bp.get("/answers.json")
def plain(token: str) -> Response:
    _, answers = _answers_so_far(token)
    text = json.dumps(answers.content, ensure_ascii=False, indent=2)
    return attachment(text.encode(), "application/json", file_name(answers.region, "answers", "json"))


@bp.post("/exchange")
def upload(token: str) -> Page:
    with database().reading() as session:
        visit = links.owner_visit(session, token)
        seen = _state(visit)
        stored, priorities = entries.entries(visit.assessment), entries.priorities(visit.assessment)
    form = UploadForm(request.files)
    if not form.validate():
        return _exchange_page(visit, form), 422
    file = request.files["file"]
    try:
        answers = uploads.parse(file.read(), file.filename or "", visit.rubric, visit.assessment.region)
    except InputError as error:
        return _exchange_page(visit, UploadForm(), error.problems), 422
    return render_template("assessment/preview.html", **_preview(visit, answers, stored, priorities, seen))


@bp.post("/exchange/take-over")
def take_over(token: str) -> Page:
    with database().reading() as session:
        visit = links.owner_visit(session, token)
    try:
        answers = uploads.parse(request.form.get("content", "").encode(), FROM_PREVIEW, visit.rubric)
    except InputError as error:
        return _exchange_page(visit, UploadForm(), error.problems), 422
    with database().writing() as session:
        visit = links.owner_visit(session, token, lock=True)
        seen = _state(visit)
        stored, priorities = entries.entries(visit.assessment), entries.priorities(visit.assessment)
        if current := request.form.get("seen") == seen:
            uploads.take_over(visit.assessment, answers, visit.rubric)
    preview = _preview(visit, answers, stored, priorities, seen)
    if not current:
        return render_template("assessment/preview.html", **preview, outdated=True), 409
    return redirect(url_for("assessment.tasks", token=token, taken=len(preview["changes"])), 303)


def _answers_so_far(token: str) -> tuple[Visit, Answers]:
    with database().reading() as session:
        visit = links.owner_visit(session, token)
        return visit, service.answers_of(visit.assessment, visit.rubric)


def _state(visit: Visit) -> str:
    """Digest of all answers, by which a preview is told from an outdated one."""
    return digest(service.answers_of(visit.assessment, visit.rubric).content)


def _preview(
    visit: Visit, answers: Answers, stored: dict[str, entries.Entry], priorities: dict[str, int], seen: str
) -> dict[str, Any]:
    return {
        "visit": visit,
        "region": answers.region,
        "changes": uploads.differences(answers, stored, visit.rubric),
        "priorities": uploads.priority_differences(answers, priorities),
        "ratings": answers.vignettes,
        "content": canonical(answers.content),
        "seen": seen,
    }


def _exchange_page(visit: Visit, form: UploadForm, problems: Sequence[Problem] = ()) -> str:
    return render_template("assessment/exchange.html", visit=visit, form=form, problems=problems)
