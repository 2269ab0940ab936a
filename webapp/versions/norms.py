"""Norms from accepted submissions: which regions count, what would come of it, and the version that has them.

Each region counts once, by the newest of its submissions that is accepted; a withdrawn one is not. Submissions count
that answer any version which asks all questions of the one that gets norms in the same words. Made-up regions count
only as long as no other region has submitted anything to these versions, so that one can try it out; the version is
then named for it.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from rubric.model import Rubric
from rubric.norms import FEWEST_REGIONS, Norm, Told, TooFewRegions, norms_of, proposed_version, with_norms
from rubric.peers import NEWCOMERS
from rubric.versions import carried_questions, questions_name
from webapp.assessment import rubrics
from webapp.database import batches
from webapp.models import Assessment, Listing, Submission
from webapp.regions import newest

DEMO = "-demo"
"""Stands in the name of a version whose norms come from made-up regions."""
AT_ONCE = 200
"""How many submissions are read together."""


@dataclass(frozen=True)
class Counted:
    """A region that counts, as webapp.regions knows it, and the id of the submission that says its levels."""

    region: int
    submission: int


@dataclass(frozen=True)
class Accepted:
    """The regions whose submissions count, the earliest first. `made_up`: made-up ones, as there are no others.

    `left_out` made-up regions with an accepted submission do not count.
    """

    regions: tuple[Counted, ...]
    made_up: bool
    left_out: int

    @property
    def ids(self) -> frozenset[int]:
        """What stands for each region."""
        return frozenset(counted.region for counted in self.regions)

    @property
    def missing(self) -> int:
        """How many more regions it takes until there can be norms."""
        return max(0, FEWEST_REGIONS - len(self.regions))


@dataclass(frozen=True)
class Proposal:
    """`rubric` as `base` is, with norms, and the norms in its order of questions."""

    base: Rubric
    rubric: Rubric
    norms: tuple[Norm, ...]
    accepted: Accepted

    @property
    def kept(self) -> bool:
        """Whether some question stays as it was told before."""
        return any(norm.kept for norm in self.norms)


class TooFewNewcomers(ValueError):
    """Only `found` regions count that do not count in the norms of `version`.

    From the difference one could work out what one of them said.
    """

    def __init__(self, found: int, version: str) -> None:
        self.found, self.version, self.fewest = found, version, NEWCOMERS
        super().__init__(f"{found} regions more than in {version} are fewer than {NEWCOMERS}")


class Changed(Exception):
    """What would be made is no longer what whoever decides has seen."""


def accepted(session: Session, rubric: Rubric) -> Accepted:
    """The regions that count for norms of `rubric`."""
    digests = [version.digest for version in _asking_the_same(session, rubric)]
    real = _counted(session, digests, made_up=False)
    made_up = _counted(session, digests, made_up=True)
    if real or _real_submissions(session, digests):
        return Accepted(real, False, len(made_up))
    return Accepted(made_up, bool(made_up), 0)


def from_made_up(rubric: Rubric) -> bool:
    """Whether a rubric has norms that were made here of made-up regions, as its name says."""
    return rubric.norms is not None and questions_name(rubric.version).endswith(DEMO)


def _asking_the_same(session: Session, rubric: Rubric) -> Iterator[rubrics.Version]:
    """The versions to which every answer is an answer to the same question of `rubric`, and that ask all of them."""
    for version in rubrics.versions(session):
        old = rubrics.find(session, version.digest)
        if old and len(carried_questions(old, rubric)) == len(rubric.questions):
            yield version


def _counted(session: Session, digests: Sequence[str], made_up: bool) -> tuple[Counted, ...]:
    origin = Assessment.made_up.is_not(None) if made_up else Assessment.made_up.is_(None)
    last = newest(Listing, Listing.status == "accepted", Listing.rubric_digest.in_(digests), origin)
    query = select(last).join(Listing, Listing.submission_id == last.c.submission_id)
    rows = session.execute(query.order_by(Listing.at, Listing.submission_id))
    return tuple(Counted(row.region, row.submission_id) for row in rows)


def _real_submissions(session: Session, digests: Sequence[str]) -> bool:
    query = select(Submission.id).join(Assessment, Assessment.id == Submission.assessment_id)
    query = query.where(Submission.rubric_digest.in_(digests), Assessment.made_up.is_(None))
    return session.scalar(query.limit(1)) is not None


def proposal(session: Session, base: Rubric) -> Proposal:
    """The version with norms that could be made now.

    Raises TooFewRegions, TooFewNewcomers, or InputError where nothing can be measured or its name would be too long.
    """
    found = accepted(session, base)
    if found.missing:
        raise TooFewRegions(len(found.regions))
    _require_newcomers(session, base, found)
    told = [before for _, before in _told(session, base, found)]
    norms = norms_of(base, _levels(session, base, found.regions), told)
    name = questions_name(base.version).removesuffix(DEMO) + (DEMO if found.made_up else "")
    version = proposed_version(name, (there.version for there in rubrics.versions(session)))
    return Proposal(base, with_norms(base, norms, version), norms, found)


def _require_newcomers(session: Session, base: Rubric, found: Accepted) -> None:
    for version, before in _told(session, base, found):
        new = found.ids - before.regions
        if len(before.norms) == len(base.questions) and len(new) < NEWCOMERS:
            raise TooFewNewcomers(len(new), version)


def _told(session: Session, base: Rubric, found: Accepted) -> Iterator[tuple[str, Told]]:
    """What was told of questions that `base` asks in the same words, and the version by which, the newest first.

    Norms of made-up regions say nothing of real ones.
    """
    for rubric, told in rubrics.measured(session):
        if from_made_up(rubric) == found.made_up:
            same = carried_questions(rubric, base)
            yield rubric.version, Told(told.regions, {q: told.norms[q] for q in same if q in told.norms})


def _levels(
    session: Session, rubric: Rubric, regions: Sequence[Counted]
) -> Iterator[tuple[int, Mapping[str, int | str]]]:
    """What each of these regions answers to the questions of `rubric`."""
    for batch in batches(regions, AT_ONCE):
        some = {counted.submission: counted.region for counted in batch}
        query = select(Submission.id, Submission.answers).where(Submission.id.in_(some))
        for submission, text in session.execute(query):
            answers = json.loads(text).get("answers", {})
            yield some[submission], {q: answer for q, answer in answers.items() if q in rubric.question_by_id}


def make(session: Session, base: Rubric, seen: str, by: str) -> Rubric:
    """Keeps the version with norms that could be made now, if it has the digest `seen`; else raises Changed.

    Raises what `proposal` raises.
    """
    rubrics.alone(session)
    found = proposal(session, base)
    if found.rubric.digest != seen:
        raise Changed
    rubrics.add(session, found.rubric, by, Told(found.accepted.ids, {norm.question: norm for norm in found.norms}))
    return found.rubric
