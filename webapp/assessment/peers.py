"""How all regions stood when a submission was made, kept with it so that its report never changes.

What is told must not give one region away. Quartiles are told of six regions or more, in coarse steps (see
`rubric.peers`), and they change only after five regions more have come that have a score: two of them, set side by
side, never show what a single newcomer did. So it is with each theme by itself: as long as fewer than five regions more
have scored it, it stays as it was told last. A region that submits again, or as the next assessment, is no newcomer,
and what it changes is seen only together with five that are. Withdrawn assessments do not count, and those that are
erased are gone: what was told of them stays told until there are five more regions than then. Whoever makes up regions
enough can still narrow a few others down: scores are therefore told coarsely, and never which region has which.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

from pydantic import BaseModel
from sqlalchemy import Subquery, func, select
from sqlalchemy.orm import Session

from rubric.digests import canonical
from rubric.peers import FEWEST, NEWCOMERS, Peers, Standing, peers_of
from webapp import regions
from webapp.models import Assessment, StoredRubric, Submission

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
    told = last_told(session, rubric_digest)
    last = Peers.from_json(told) if told else None
    enough = _enough(last.regions if last else 0)
    # Those without a score are among these, and only their results tell: read where there may be enough.
    if (session.scalar(select(func.count()).select_from(newest)) or 0) < enough:
        return told
    peers = peers_of(_standings(session, newest), day)
    if peers is None or peers.regions < enough:
        return told
    # Not with a submission alone: that may be erased, and what went before would then count as told last.
    renewed = canonical((_renewed(last, peers) if last else peers).content)
    session.get_one(StoredRubric, rubric_digest).peers = renewed
    return renewed


def last_told(session: Session, rubric_digest: str) -> str | None:
    """The spread that was told last with this rubric, if one was; also where nobody is left to whom it was told."""
    return session.scalar(select(StoredRubric.peers).filter_by(digest=rubric_digest))


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


def _newest(rubric_digest: str) -> Subquery:
    """Each region's newest submission with this rubric, but for withdrawn ones."""
    return regions.newest(Submission, Submission.rubric_digest == rubric_digest, Assessment.status != "withdrawn")


def _standings(session: Session, newest: Subquery) -> Iterator[Standing]:
    query = select(Submission.result).join(newest, newest.c.submission_id == Submission.id)
    results = session.scalars(query.execution_options(yield_per=500))
    return map(_standing, results)


def _standing(result: str) -> Standing:
    scored = _Scored.model_validate_json(result)
    return Standing(scored.score.value, {theme.id: theme.score.value for theme in scored.themes})
