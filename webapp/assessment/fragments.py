"""Parts of a theme's page, rendered once where they depend on little: the rubric, or a question and two choices."""

from functools import lru_cache

from flask import render_template
from jinja2 import Environment
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from rubric.model import Rubric
from webapp.assessment.entries import Entry
from webapp.assessment.service import Previous
from webapp.assessment.theme_form import QuestionForm
from webapp.i18n import language

TEMPLATE = "assessment/asked.html"
KEPT = 2048
"""How many are kept, of about 6 kB each: every answer to a hundred questions, with two grades of evidence."""


def install(environment: Environment) -> None:
    """Makes `asked_question` and `constant` known to templates."""
    environment.globals |= {"asked_question": asked_question, "constant": constant}


def constant(template: str, rubric: Rubric) -> Markup:
    """A template that depends on the rubric alone."""
    return _constant(template, rubric, language())


@lru_cache
def _constant(template: str, rubric: Rubric, language: str) -> Markup:
    return Markup(render_template(template, rubric=rubric))  # noqa: S704  # a template's own output


def asked_question(rubric: Rubric, asked: QuestionForm, previous: Previous | None) -> Markup:
    """What a question asks, and the fields that take the answer, as HTML."""
    before = previous.entries.get(asked.question.id) if previous else None
    entry = asked.entry
    if before or asked.errors or entry.has_text:
        return Markup(render_template(TEMPLATE, rubric=rubric, asked=asked, before=before, previous=previous))  # noqa: S704  # a template's own output
    return _without_text(rubric, asked.question.id, entry.answer, entry.evidence, language())


@lru_cache(maxsize=KEPT)
def _without_text(rubric: Rubric, question: str, answer: str | None, evidence: str | None, language: str) -> Markup:
    asked = QuestionForm(rubric.question_by_id[question], Entry(answer=answer, evidence=evidence), MultiDict())
    return Markup(render_template(TEMPLATE, rubric=rubric, asked=asked))  # noqa: S704  # as above
