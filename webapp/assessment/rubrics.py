"""Rubrics that assessments use, kept in the database so that they outlive the program's own files."""

import json
from contextlib import suppress
from functools import lru_cache

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from rubric import load
from rubric.model import Rubric
from webapp.models import StoredRubric


def keep(session: Session, rubric: Rubric) -> None:
    """Sees to it that `rubric` is in the database."""
    if session.get(StoredRubric, rubric.digest) is None:
        kept = StoredRubric(digest=rubric.digest, version=rubric.version, content=rubric.text)
        with suppress(IntegrityError), session.begin_nested():  # another may keep it at this moment
            session.add(kept)


def rubric_of(session: Session, rubric_digest: str) -> Rubric:
    """The rubric with this digest: the newest, or one kept in the database."""
    newest = load.rubric()
    if newest.digest == rubric_digest:
        return newest
    return _parsed(session.get_one(StoredRubric, rubric_digest).content)


@lru_cache(maxsize=8)
def _parsed(content: str) -> Rubric:
    return load.from_content(json.loads(content))
