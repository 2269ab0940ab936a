"""Who helps with an assessment, and how far they are, as its owner sees it."""

import datetime as dt
from dataclasses import dataclass

from webapp.assessment import links
from webapp.assessment.entries import entries
from webapp.assessment.links import Visit
from webapp.assessment.progress import Progress, progress


@dataclass(frozen=True)
class Colleague:
    """A contributor as the owner sees them.

    `token` is the secret of their link, None where it cannot be shown again; `state` is `works`, `renewed`, `withdrawn`
    or `expired`; `gave` counts the answers that stand as they gave them.
    """

    id: int
    name: str
    role: str
    token: str | None
    state: str
    until: dt.datetime | None
    progress: tuple[Progress, ...]
    gave: int


def colleagues_of(owner: Visit) -> tuple[Colleague, ...]:
    """Everybody whom the owner asked, in the order of asking."""
    given = entries(owner.assessment)
    gave = [answer.contributor_id for answer in owner.assessment.answers]
    return tuple(
        Colleague(
            id=contributor.id,
            name=contributor.name,
            role=contributor.role,
            token=links.token_of(owner, contributor),
            state=links.state(contributor),
            until=contributor.links[-1].expires_at,
            progress=progress(links.themes_of(contributor, owner.rubric), owner.rubric, given),
            gave=gave.count(contributor.id),
        )
        for contributor in owner.assessment.contributors
    )
