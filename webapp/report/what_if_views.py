"""What if: a page to try other levels on. They come with the request and go with the answer: nothing is stored.

They are sent as a form, never in an address, which browsers, logs and caches would keep.
"""

import json
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, get_template_attribute, render_template, request

from rubric.answers import Answers, from_content
from rubric.model import Rubric
from rubric.problems import InputError, Problem
from webapp.assessment import autosave, service
from webapp.assessment.links import Visit
from webapp.current import database
from webapp.models import Submission
from webapp.report.opened import opened
from webapp.report.what_if import WhatIf, what_if

bp = Blueprint("what_if", __name__)

Page = tuple[str, int] | dict[str, Any]


@bp.get("/a/<token>/what-if")
def page(token: str) -> Page:
    return _page(token, {})


@bp.post("/a/<token>/what-if")
def imagine(token: str) -> Page:
    return _page(token, {question: level for question, level in request.form.items() if level})


def _page(token: str, changes: Mapping[str, str]) -> Page:
    with database().reading() as session:
        visit, submission = opened(session, token)
        found, problems = _found(_answers(visit, submission), changes, visit.rubric)
        shown = {"visit": visit, "submission": submission, "what": found, "problems": problems}
        if autosave.asked_for(request.accept_mimetypes.values()) and not problems:
            return _moved(shown, found)
        return render_template("report/what-if.html", **shown), 422 if problems else 200


def _answers(visit: Visit, submission: Submission | None) -> Answers:
    """What was submitted, or else what is answered so far."""
    if submission is None:
        return service.answers_of(visit.assessment, visit.rubric)
    answers, _ = from_content(json.loads(submission.answers), "submission", visit.rubric)
    return answers


def _found(answers: Answers, changes: Mapping[str, str], rubric: Rubric) -> tuple[WhatIf, tuple[Problem, ...]]:
    try:
        return what_if(answers, changes, rubric), ()
    except InputError as error:
        return what_if(answers, {}, rubric), error.problems


def _moved(shown: Mapping[str, Any], found: WhatIf) -> Page:
    """What static/what-if.js puts into the page: the outcome, the same in one sentence, and counts by theme."""
    said, count = (get_template_attribute("report/what-if-words.html", name) for name in ("said", "count"))
    return {
        "outcome": render_template("report/what-if-outcome.html", **shown),
        "said": said(found),
        "counts": {theme.line.id: count(theme) for theme in found.themes},
    }
