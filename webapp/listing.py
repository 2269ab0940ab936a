"""What the list of submissions looks things up in, kept beside them and drawn anew whenever they change."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from webapp import search
from webapp.database import Database
from webapp.i18n import DEFAULT_LANGUAGE, country_names
from webapp.models import Assessment, Listing, Submission, ThemeScore, add_rows
from webapp.search import Said
from webapp.status import SUPERSEDED

NO_SCORE = -1.0
OVERALL = "overall"
"""Stands in place of a theme for the score over all of them."""
QUARTERS = 4
QUARTER = 100 / QUARTERS
KEY_LENGTH = 120
NOBODY = 0
"""Stands in place of the reviewer's id where nobody is assigned."""
AT_ONCE = 100
"""How many assessments are drawn in one transaction where many are."""


def refresh(session: Session, assessment: Assessment) -> None:
    """Draws all that is looked up about an assessment's submissions anew; to be called with every change of either."""
    session.flush()
    ids = [submission.id for submission in assessment.submissions]
    for table in (Listing, ThemeScore):
        session.execute(delete(table).where(table.submission_id.in_(ids)))
    draw(session, [assessment])


def assign(session: Session, assessments: Collection[int], reviewer: int) -> None:
    """Says in the list that an account reviews the assessments with these ids: nothing else of them has changed."""
    session.execute(update(Listing).where(Listing.assessment_id.in_(assessments)).values(reviewer_id=reviewer))


def restate(session: Session, assessment: Assessment) -> None:
    """Says in the list how the review of an assessment stands, and who reviews it: nothing else of it has changed."""
    session.flush()
    own = select(Listing).where(Listing.assessment_id == assessment.id)
    for row in session.scalars(own.execution_options(populate_existing=True)):
        row.status = status_of(assessment, row.number, row.latest)
        row.reviewer_id = assessment.reviewer_id or NOBODY


def quarter_of(score: float) -> int:
    """The quarter of the scale, 0 to 3, where a score lies; where one begins, it belongs to it."""
    return min(int(score // QUARTER), QUARTERS - 1)


def draw(session: Session, assessments: Iterable[Assessment]) -> None:
    """Draws what is looked up about submissions of which nothing is drawn yet: those of all `assessments`, at once."""
    drawn = [_drawn(each, submission) for each in assessments for submission in each.submissions]
    add_rows(session, Listing, (one.listing for one in drawn))
    add_rows(session, ThemeScore, (score for one in drawn for score in one.scores))
    search.draw(session, (one.said for one in drawn))


def complete(database: Database) -> None:
    """Draws what is missing, as after a change of tables. Of processes that start at once, one does at a time."""
    lacking = select(Submission.assessment_id).where(Submission.id.not_in(select(Listing.submission_id))).distinct()
    while True:
        with database.completing() as session:
            ids = session.scalars(lacking.limit(AT_ONCE)).all()
            for assessment in session.scalars(select(Assessment).where(Assessment.id.in_(ids))):
                refresh(session, assessment)
        if len(ids) < AT_ONCE:
            return


@dataclass(frozen=True)
class _Drawn:
    """The rows of one submission in the tables, and what can be searched for of it."""

    listing: dict[str, Any]
    scores: list[dict[str, Any]]
    said: Said


def _drawn(assessment: Assessment, submission: Submission) -> _Drawn:
    result: dict[str, Any] = json.loads(submission.result)
    listing = _listing(assessment, submission, result)
    contact = assessment.contact.email if assessment.contact else ""
    return _Drawn(
        listing=listing,
        scores=_scores(listing, result),
        said=Said(submission.id, _written(result, json.loads(submission.answers)), contact),
    )


def _scores(listing: Mapping[str, Any], result: Mapping[str, Any]) -> list[dict[str, Any]]:
    scores = {theme["id"]: theme["score"]["value"] for theme in result["themes"]} | {OVERALL: result["score"]["value"]}
    same = {
        "submission_id": listing["submission_id"],
        "at": listing["at"],
        "overall": listing["score"],
        "region_key": listing["region_key"],
    }
    return [
        {**same, "theme": theme, "score": score, "quarter": quarter_of(score)}
        for theme, score in scores.items()
        if score is not None
    ]


def _listing(assessment: Assessment, submission: Submission, result: Mapping[str, Any]) -> dict[str, Any]:
    score, newest = result["score"], max(each.number for each in assessment.submissions)
    low, high = score["interval"] or (None, None)
    return {
        "submission_id": submission.id,
        "assessment_id": assessment.id,
        "number": submission.number,
        "at": submission.at,
        "region": result["region"],
        "region_key": search.plain(result["region"])[:KEY_LENGTH],
        "country": result["country"] or "",
        "rubric_digest": submission.rubric_digest,
        "rubric_version": result["rubric"]["version"],
        "answers_digest": result["answers_digest"],
        "status": status_of(assessment, submission.number, submission.number == newest),
        "latest": submission.number == newest,
        "reviewer_id": assessment.reviewer_id or NOBODY,
        "score": NO_SCORE if score["value"] is None else score["value"],
        "low": low,
        "high": high,
        "verdict": result["exemplars"]["verdict"],
        "nearest": nearest(result["exemplars"]["ranking"]),
    }


def status_of(assessment: Assessment, number: int, latest: bool) -> str:
    """What the list says of a submission: where the review stands, if it is the `latest`, or what became of it."""
    if latest:
        return assessment.status
    return "accepted" if number == assessment.accepted and assessment.status != "withdrawn" else SUPERSEDED


def nearest(ranking: Sequence[Mapping[str, Any]]) -> str:
    """The code of the country that ranks first in a result's ranking, "" where too few answers say so."""
    return ranking[0]["country"] if ranking and ranking[0]["resemblance"] is not None else ""


def _written(result: Mapping[str, Any], answers: Mapping[str, Any]) -> tuple[str, ...]:
    """All that can be searched for but for the contact: region and country, and what the region wrote."""
    country = result["country"] or ""
    texts = (text for kind in ("notes", "reasons", "references") for text in answers.get(kind, {}).values())
    return (result["region"], country, dict(country_names(DEFAULT_LANGUAGE)).get(country, ""), *texts)
