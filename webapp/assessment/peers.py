"""How all regions stood when a submission was made, kept with it so that its report never changes.

What is told must not give one region away. Quartiles are told of six regions or more, in coarse steps (see
`rubric.peers`), and they change only after five regions more have come that have a score: two of them, set side by
side, never show what a single newcomer did. So it is with each theme by itself: as long as fewer than five regions more
have scored it, it stays as it was told last. A region that submits again, or as the next assessment, is no newcomer,
and what it changes is seen only together with five that are. Whoever makes up regions enough can still narrow a few
others down: scores are therefore told coarsely, and never which region has which.
"""

import datetime as dt
from dataclasses import replace

from pydantic import BaseModel
from sqlalchemy import Select, Subquery, and_, func, select
from sqlalchemy.orm import Session, aliased

from rubric.digests import canonical
from rubric.peers import FEWEST, Peers, Standing, peers_of
from webapp.models import Assessment, StoredRubric, Submission

NEWCOMERS = 5
"""How many more regions must have a score before a spread is told anew."""
NEWCOMERS_PER_REGION = 0.1
"""The same as a share of the regions, where these are many and all of their results must be read."""


class _Score(BaseModel):
    value: float | None


class _Theme(BaseModel):
    id: str
    score: _Score


class _Scored(BaseModel):
    """What of a stored result says where its region stands."""

    score: _Score
    themes: tuple[_Theme, ...]


def take_turn(session: Session, rubric_digest: str) -> None:
    """Waits until nobody else adds a submission with this rubric; others wait until this transaction ends.

    Two that are added at once would not see each other: each could tell of its own region alone what is new.
    """
    # Not the stronger lock: new assessments and submissions point to this row all the time.
    session.scalar(select(StoredRubric.digest).filter_by(digest=rubric_digest).with_for_update(key_share=True))


def spread(session: Session, rubric_digest: str, day: dt.date) -> str | None:
    """How the regions with this rubric stand on `day`, as the JSON of `Peers`; None while they are too few.

    The spread that was told last, unless enough regions have come since. Whoever calls has had `take_turn`.
    """
    newest = _newest(rubric_digest)
    told = session.scalar(_told(rubric_digest))
    last = Peers.from_json(told) if told else None
    enough = _enough(last.regions if last else 0)
    # Those without a score are among these, and only their results tell: read where there may be enough.
    if (session.scalar(select(func.count()).select_from(newest)) or 0) < enough:
        return told
    peers = peers_of(_standings(session, newest), day)
    if peers is None or peers.regions < enough:
        return told
    return canonical((_renewed(last, peers) if last else peers).content)


def _enough(told: int) -> float:
    """How many regions must have a score, so that what was told of `told` regions, or 0, is told anew."""
    return max(FEWEST, told + max(NEWCOMERS, told * NEWCOMERS_PER_REGION))


def _renewed(last: Peers, peers: Peers) -> Peers:
    """`peers`, with the themes that too few more regions have scored since as `last` tells them."""
    kept = {name for name, told in last.theme_regions.items() if peers.theme_regions.get(name, 0) < _enough(told)}
    return replace(
        peers,
        themes=peers.themes | {name: last.themes[name] for name in kept},
        theme_regions=peers.theme_regions | {name: last.theme_regions[name] for name in kept},
    )


def _told(rubric_digest: str) -> Select[str | None]:
    """The spread that was told last."""
    query = select(Submission.peers).where(Submission.rubric_digest == rubric_digest, Submission.peers.is_not(None))
    return query.order_by(Submission.id.desc()).limit(1)


def _newest(rubric_digest: str) -> Subquery:
    """`assessment_id` and `number` of each region's newest submission with this rubric."""
    with_rubric = Submission.rubric_digest == rubric_digest
    query = select(Submission.assessment_id, func.max(Submission.number).label("number")).where(with_rubric)
    query = query.where(Submission.assessment_id.not_in(_continued(rubric_digest)))
    return query.group_by(Submission.assessment_id).subquery()


def _continued(rubric_digest: str) -> Select[int]:
    """The assessments whose region has submitted the next one, with this rubric too."""
    before, after = aliased(Submission), aliased(Submission)
    digests = select(Assessment.previous).join(after, after.assessment_id == Assessment.id)
    digests = digests.where(Assessment.previous.is_not(None), after.rubric_digest == rubric_digest)
    return select(before.assessment_id).where(before.digest.in_(digests))


def _standings(session: Session, newest: Subquery) -> list[Standing]:
    same = and_(Submission.assessment_id == newest.c.assessment_id, Submission.number == newest.c.number)
    results = session.scalars(select(Submission.result).join(newest, same).execution_options(yield_per=500))
    return [_standing(result) for result in results]


def _standing(result: str) -> Standing:
    scored = _Scored.model_validate_json(result)
    return Standing(scored.score.value, {theme.id: theme.score.value for theme in scored.themes})
