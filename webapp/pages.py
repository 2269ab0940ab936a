"""Pages that belong to nobody: start, about, privacy, health."""

from flask import Blueprint, render_template
from sqlalchemy import text

from rubric import load
from webapp.current import database

bp = Blueprint("pages", __name__)


@bp.get("/")
def home() -> str:
    return render_template("pages/home.html", rubric=load.rubric())


@bp.get("/about")
def about() -> str:
    return render_template("pages/about.html", rubric=load.rubric())


@bp.get("/privacy")
def privacy() -> str:
    return render_template("pages/privacy.html")


@bp.get("/healthz")
def health() -> tuple[dict[str, str], int]:
    with database().reading() as session:
        session.execute(text("SELECT 1"))
    return {"status": "ok"}, 200
