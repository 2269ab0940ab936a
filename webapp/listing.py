"""What the list of submissions looks things up in, kept beside them and drawn anew whenever they change."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from webapp.database import Database
from webapp.models import Assessment, Listing, Submission, ThemeScore
from webapp.status import SUPERSEDED

NO_SCORE = -1.0
OVERALL = "overall"
"""Stands in place of a theme for the score over all of them."""
QUARTER = 25
AT_ONCE = 100
"""How many assessments are drawn in one transaction where many are."""


def refresh(session: Session, assessment: Assessment) -> None:
    """Draws all that is looked up about an assessment's submissions anew; to be called with every change of either."""
    session.flush()
    ids = [submission.id for submission in assessment.submissions]
    for table in (Listing, ThemeScore):
        session.execute(delete(table).where(table.submission_id.in_(ids)))
    newest = max((submission.number for submission in assessment.submissions), default=0)
    for submission in assessment.submissions:
        _draw(session, assessment, submission, newest)
    session.flush()


def complete(database: Database) -> None:
    """Draws what is missing, as after a change of tables."""
    lacking = select(Submission.assessment_id).where(Submission.id.not_in(select(Listing.submission_id))).distinct()
    while True:
        with database.writing() as session:
            ids = session.scalars(lacking.limit(AT_ONCE)).all()
            for assessment in session.scalars(select(Assessment).where(Assessment.id.in_(ids))):
                refresh(session, assessment)
        if len(ids) < AT_ONCE:
            return


def _draw(session: Session, assessment: Assessment, submission: Submission, newest: int) -> None:
    result: dict[str, Any] = json.loads(submission.result)
    session.add(_listing(assessment, submission, newest, result))
    scores = {theme["id"]: theme["score"]["value"] for theme in result["themes"]} | {OVERALL: result["score"]["value"]}
    session.add_all(
        ThemeScore(
            submission_id=submission.id,
            theme=theme,
            score=score,
            quarter=min(int(score // QUARTER), 3),
            at=submission.at,
        )
        for theme, score in scores.items()
        if score is not None
    )
    _draw_words(session, submission.id, _words(assessment, result, json.loads(submission.answers)))


def _listing(assessment: Assessment, submission: Submission, newest: int, result: Mapping[str, Any]) -> Listing:
    score = result["score"]
    low, high = score["interval"] or (None, None)
    return Listing(
        submission_id=submission.id,
        assessment_id=assessment.id,
        number=submission.number,
        at=submission.at,
        region=result["region"],
        region_key=result["region"].casefold()[:120],
        country=result["country"] or "",
        rubric_digest=submission.rubric_digest,
        rubric_version=result["rubric"]["version"],
        status=_status(assessment, submission.number, newest),
        reviewer_id=assessment.reviewer_id,
        score=NO_SCORE if score["value"] is None else score["value"],
        low=low,
        high=high,
        verdict=result["exemplars"]["verdict"],
        nearest=_nearest(result["exemplars"]["ranking"]),
    )


def _status(assessment: Assessment, number: int, newest: int) -> str:
    if number == newest:
        return assessment.status
    return "accepted" if number == assessment.accepted and assessment.status != "withdrawn" else SUPERSEDED


def _nearest(ranking: Sequence[Mapping[str, Any]]) -> str:
    return ranking[0]["country"] if ranking and ranking[0]["resemblance"] is not None else ""


def _words(assessment: Assessment, result: Mapping[str, Any], answers: Mapping[str, Any]) -> str:
    """All that can be searched for: the region, its contact, and what it wrote."""
    written = (*answers.get("notes", {}).values(), *answers.get("reasons", {}).values())
    references = answers.get("references", {}).values()
    contact = assessment.contact.email if assessment.contact else ""
    return "\n".join((result["region"], contact, *written, *references))


def _draw_words(session: Session, submission_id: int, words: str) -> None:
    values = {"id": submission_id, "words": words}
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("DELETE FROM search WHERE rowid = :id"), values)
        session.execute(text("INSERT INTO search (rowid, words) VALUES (:id, :words)"), values)
    else:
        session.execute(
            text(
                "INSERT INTO search (submission_id, words) VALUES (:id, to_tsvector('simple', :words)) "
                "ON CONFLICT (submission_id) DO UPDATE SET words = EXCLUDED.words"
            ),
            values,
        )
