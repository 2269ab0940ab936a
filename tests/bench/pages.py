"""What a page of the questionnaire costs the server: `python -m tests.bench.pages`.

Beside each other in the same run: the page of a theme and a bare page of the same size (Flask, Jinja, one query through
SQLAlchemy; questions in plain markup, as many as it takes; no form, no translation); and a save of one answer, beside
a bare page that stores one row.
Aim: at most twice as much.
"""

import itertools
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from flask import Flask, render_template, request
from flask.testing import FlaskClient
from jinja2 import DictLoader
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from rubric import load
from webapp.app import create_app
from webapp.config import Settings
from webapp.database import Database

ROUNDS = 200
THEME = "skills"
RUBRIC = load.rubric()
ASKED = RUBRIC.questions_by_theme[THEME]
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{{ theme.title }}</title></head><body><main>
<h1>{{ theme.title }}</h1><p>{{ theme.sentence }}</p>
<dl>{% for term in rubric.guide %}<dt>{{ term.name }}</dt><dd>{{ term.meaning }}</dd>{% endfor %}</dl>
<form method="post">
{% for q in questions %}
<section class="question" id="{{ q.id }}"><fieldset><legend><h2>{{ q.text }}</h2></legend>
<details><summary>Why this matters: {{ q.name }}</summary><p>{{ q.why }}</p></details>
{% for level in rubric.levels %}
<div class="choice"><input type="radio" id="{{ q.id }}-{{ loop.index0 }}" name="{{ q.id }}" value="{{ loop.index0 }}"
{{ "checked" if answers[q.id] == loop.index0 | string }} aria-describedby="{{ q.id }}-{{ loop.index0 }}-means">
<label for="{{ q.id }}-{{ loop.index0 }}">{{ level.name }}</label>
<p id="{{ q.id }}-{{ loop.index0 }}-means">{{ q.levels[loop.index0] }}</p></div>
{% endfor %}
<p>{{ q.evidence }}</p>
{% for state in rubric.states %}
<div class="choice"><input type="radio" id="{{ q.id }}-{{ state.id }}" name="{{ q.id }}" value="{{ state.id }}"
{{ "checked" if answers[q.id] == state.id }}><label for="{{ q.id }}-{{ state.id }}">{{ state.label }}</label></div>
{% endfor %}
{% for part in ("reason", "note", "reference") %}
<label for="{{ part }}-{{ q.id }}">{{ part }}</label>
<textarea id="{{ part }}-{{ q.id }}" name="{{ part }}-{{ q.id }}" rows="3"></textarea>
{% endfor %}
{% for grade in ("none", "document", "published", "evaluated") %}
<div class="choice">
<input type="radio" id="evidence-{{ q.id }}-{{ grade }}" name="evidence-{{ q.id }}" value="{{ grade }}">
<label for="evidence-{{ q.id }}-{{ grade }}">{{ grade }}</label></div>
{% endfor %}
</fieldset></section>
{% endfor %}
<button>Save</button></form>
<ol>{% for t in rubric.themes %}<li><a href="/{{ t.id }}">{{ t.title }}</a></li>{% endfor %}</ol>
</main></body></html>"""


class Base(DeclarativeBase):
    """The one table of the bare page."""


class Row(Base):
    """An answer, and nothing else."""

    __tablename__ = "rows"

    question: Mapped[str] = mapped_column(primary_key=True)
    answer: Mapped[str]


def bare(folder: Path, size: int) -> FlaskClient:
    """A visitor of a bare application whose page has about `size` bytes."""
    database = Database(f"sqlite:///{folder / 'bare.sqlite'}")
    Base.metadata.create_all(database.engine)
    with database.writing() as session:
        session.add_all(Row(question=question.id, answer="2") for question in RUBRIC.questions)
    app = Flask("bare")
    app.jinja_env.autoescape = True
    app.jinja_loader = DictLoader({"page": PAGE})
    shown = list(ASKED)
    theme = RUBRIC.theme_by_id[THEME]

    @app.get("/")
    def show() -> str:
        with database.reading() as session:
            answers = {row.question: row.answer for row in session.scalars(select(Row))}
        return render_template("page", theme=theme, rubric=RUBRIC, questions=shown, answers=answers)

    @app.post("/")
    def save() -> dict[str, str]:
        with database.writing() as session:
            session.get_one(Row, ASKED[0].id).answer = request.form[ASKED[0].id]
        return {"saved": "yes"}

    client = app.test_client()
    more = (question for question in RUBRIC.questions if question not in ASKED)
    while len(client.get("/").data) < size:
        shown.append(next(more))
    return client


def octant(folder: Path) -> tuple[FlaskClient, str]:
    """A visitor of Octant, and the address of a theme whose questions are all answered."""
    app = create_app(Settings(data=folder, database_url=f"sqlite:///{folder / 'octant.sqlite'}"))
    client = app.test_client()
    link = client.post("/start", data={"region": "Made-up region Aldermoor"}).location
    for theme in RUBRIC.themes:
        client.post(link + theme.id, data={q.id: "2" for q in RUBRIC.questions_by_theme[theme.id]})
    return client, link + THEME


def side_by_side(first: Callable[[], object], second: Callable[[], object]) -> tuple[float, float]:
    """Median milliseconds of the two, each taken in turn."""
    for call in (first, second):
        call()
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for call, taken in zip((first, second), times, strict=True):
            start = time.perf_counter()
            call()
            taken.append(1000 * (time.perf_counter() - start))
    return statistics.median(times[0]), statistics.median(times[1])


def main() -> None:
    """Prints milliseconds of the bare page and ours, and the ratio."""
    with tempfile.TemporaryDirectory() as name:
        client, address = octant(Path(name))
        size = len(client.get(address).data)
        plain = bare(Path(name), size)
        levels = itertools.cycle("0123")
        data = {ASKED[0].id: "0"}

        def save() -> object:
            data[ASKED[0].id] = next(levels)
            return client.post(address, data=data, headers={"Accept": "application/json"})

        def store() -> object:
            return plain.post("/", data={ASKED[0].id: next(levels)})

        print(f"{size} bytes; bare page {len(plain.get('/').data)} bytes; medians of {ROUNDS}, taken in turn")
        _compare("page", lambda: plain.get("/"), "page of a theme", lambda: client.get(address))
        _compare("page", lambda: plain.get("/"), "saving POST", save)
        _compare("POST that stores one row", store, "saving POST", save)


def _compare(reference: str, bare_call: Callable[[], object], ours: str, our_call: Callable[[], object]) -> None:
    bare_time, our_time = side_by_side(bare_call, our_call)
    print(f"bare {reference} {bare_time:.2f} ms, {ours} {our_time:.2f} ms: {our_time / bare_time:.2f}")


if __name__ == "__main__":
    main()
