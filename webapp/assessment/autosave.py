"""What a page that saves itself is told: static/autosave.js reads it. All of it is plain JSON."""

from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any

from flask import get_template_attribute, render_template
from wtforms.form import BaseForm

from rubric.model import Theme
from webapp.assessment import entries
from webapp.assessment.forms import mistakes_in
from webapp.assessment.links import Visit
from webapp.assessment.progress import Progress
from webapp.assessment.reply_form import ReplyForm
from webapp.assessment.theme_form import ThemeForm


def asked_for(accepted: Iterable[str]) -> bool:
    """Whether a request, by the media types that it accepts first, comes from a page that saves itself."""
    return next(iter(accepted), None) == "application/json"


def theme_saved(
    visit: Visit,
    theme: Theme,
    form: ThemeForm,
    replies: ReplyForm,
    far: Sequence[Progress],
    overtaken: Set[str],
    page: Mapping[str, Any],
) -> dict[str, Any]:
    """What was saved of a theme's form, what not, and why. `page`: what the whole page shows, where answers collide.

    `seen`: hidden fields that now say what the respondent has seen; `held`: fields that were not saved; `lacking`:
    questions whose reason is missing; `progress`: texts for places of the page.
    """
    saved = [asked.question for asked in form.questions if asked.is_touched and not asked.unfit]
    seen = entries.seen(visit.assessment, [question for question in saved if question.id not in overtaken])
    position, count = (get_template_attribute("assessment/parts.html", name) for name in ("position", "count"))
    here = next(item for item in far if item.theme is theme)
    return {
        "seen": {f"revision-{question}": str(state) for question, state in seen.items()}
        | form.priority_to_see
        | replies.to_see,
        "held": form.held(overtaken) + replies.held,
        "overtaken": {
            asked.question.id: render_template("assessment/overtaken.html", asked=asked, **page)
            for asked in form.questions
            if asked.question.id in overtaken
        },
        "errors": [
            {"target": mistake.target, "message": str(mistake.message)} for mistake in form.refusals + replies.mistakes
        ],
        "lacking": [asked.question.id for asked in form.questions if asked.lacks_reason],
        "progress": {"position": position(visit.rubric, theme, far), "count": count(here)},
    }


def form_saved(form: BaseForm) -> dict[str, Any]:
    """What was saved of a form whose fields stand for themselves."""
    return {
        "seen": {},
        "held": [field.name for field in form if field.errors],
        "overtaken": {},
        "errors": [{"target": mistake.target, "message": str(mistake.message)} for mistake in mistakes_in(form)],
        "lacking": [],
        "progress": {},
    }
