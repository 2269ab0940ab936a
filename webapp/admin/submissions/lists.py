"""The list of submissions: a page of those that fit at a time, and in the same time however many there are."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from webapp import regions
from webapp.admin.submissions import finding
from webapp.admin.submissions.criteria import Filters, Place, Sort
from webapp.admin.submissions.finding import MOST_COUNTED, Count
from webapp.listing import NO_SCORE
from webapp.models import Assessment, Listing, Submission, ThemeScore, User

ON_A_PAGE = 50
AT_ONCE = 1000
"""How many rows are fetched together where all are wanted."""


@dataclass(frozen=True)
class Listed:
    """A submission as the list shows it. Scores are 0 to 100, None where nothing defines one; so is `nearest`.

    `theme_score` is that of the theme that was asked for, `reviewer` the address of the account that reviews it.
    """

    id: int
    assessment: int
    number: int
    at: dt.datetime
    region: str
    country: str | None
    rubric: str
    status: str
    score: float | None
    interval: tuple[float, float] | None
    verdict: str
    nearest: str | None
    theme_score: float | None = None
    reviewer: str | None = None


@dataclass(frozen=True)
class Page:
    """A page of the list. `before` and `after` lead to its neighbours, None where there is none."""

    submissions: tuple[Listed, ...]
    before: Place | None
    after: Place | None
    count: Count


def page(session: Session, filters: Filters, sort: Sort, place: Place | None = None) -> Page:
    """The submissions next to a place in the list, or its first; what arrives meanwhile moves none of them."""
    search = finding.search_for(session, filters)
    keys = finding.next_to(search, sort, place, ON_A_PAGE + 1)
    back = place is not None and place.back
    more, keys = len(keys) > ON_A_PAGE, keys[:ON_A_PAGE]
    if back:
        keys.reverse()
    follows, goes_on = (more, True) if back else (place is not None, more)
    whole = place is None and not more
    return Page(
        submissions=_listed(session, [key.id for key in keys], filters.theme),
        before=Place(keys[0].value, keys[0].id, back=True) if keys and follows else None,
        after=Place(keys[-1].value, keys[-1].id) if keys and goes_on else None,
        count=Count(len(keys)) if whole else finding.count(search, MOST_COUNTED),
    )


def ids(session: Session, filters: Filters) -> Iterator[int]:
    """Ids of all submissions that fit, newest first, in constant memory."""
    query = finding.everything(finding.search_for(session, filters), "newest")
    with session.execute(query.execution_options(yield_per=AT_ONCE)) as rows:  # closed where nobody reads on
        for row in rows:
            yield row.id


def there(session: Session, submissions: Sequence[int]) -> dict[int, int]:
    """The assessments of those of the submissions with these ids that are there, by the submission, in order."""
    query = select(Listing.submission_id, Listing.assessment_id).where(Listing.submission_id.in_(submissions))
    rows = session.execute(query.order_by(Listing.assessment_id, Listing.submission_id))
    return {row.submission_id: row.assessment_id for row in rows}


def siblings(session: Session, submission: Submission) -> tuple[Listed, ...]:
    """The other submissions of the same region, newest first."""
    query = select(Listing).join(Assessment, Assessment.id == Listing.assessment_id)
    query = query.where(regions.of_region(submission), Listing.submission_id != submission.id)
    found = session.scalars(query.order_by(Listing.at.desc(), Listing.number.desc()))
    return tuple(_row(each, {}, {}) for each in found)


def countries(session: Session) -> tuple[str, ...]:
    """Codes of the countries that submissions are from."""
    return tuple(code for code in _distinct(session, Listing.country) if code)


def rubrics(session: Session) -> tuple[str, ...]:
    """Versions of the rubrics that submissions answer."""
    return tuple(_distinct(session, Listing.rubric_version))


def _distinct(session: Session, of: InstrumentedAttribute[str]) -> Sequence[str]:
    """The values of an indexed column, each looked up after the one before: their number counts, not that of rows."""
    first = select(func.min(of).label("value")).cte(recursive=True)
    following = select(func.min(of)).where(of > first.c.value).scalar_subquery()
    values = first.union_all(select(following).where(first.c.value.is_not(None)))
    return session.scalars(select(values.c.value).where(values.c.value.is_not(None))).all()


def _listed(session: Session, wanted: Sequence[int], theme: str | None) -> tuple[Listed, ...]:
    """The submissions with these ids, in this order."""
    rows = {row.submission_id: row for row in session.scalars(select(Listing).where(Listing.submission_id.in_(wanted)))}
    scores: dict[int, float] = {}
    if theme is not None:
        query = select(ThemeScore.submission_id, ThemeScore.score)
        query = query.where(ThemeScore.submission_id.in_(wanted), ThemeScore.theme == theme)
        scores = {row.submission_id: row.score for row in session.execute(query)}
    accounts = {row.reviewer_id for row in rows.values()}
    users = {row.id: row.email for row in session.execute(select(User.id, User.email).where(User.id.in_(accounts)))}
    return tuple(_row(rows[number], scores, users) for number in wanted if number in rows)


def _row(row: Listing, scores: Mapping[int, float], users: Mapping[int, str]) -> Listed:
    return Listed(
        id=row.submission_id,
        assessment=row.assessment_id,
        number=row.number,
        at=row.at,
        region=row.region,
        country=row.country or None,
        rubric=row.rubric_version,
        status=row.status,
        score=None if row.score == NO_SCORE else row.score,
        interval=(row.low, row.high) if row.low is not None and row.high is not None else None,
        verdict=row.verdict,
        nearest=row.nearest or None,
        theme_score=scores.get(row.submission_id),
        reviewer=users.get(row.reviewer_id),
    )
