"""The rubric versions that there are, what uses each, and how one is named."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from rubric.model import Rubric
from rubric.problems import InputError, Problem, quote
from webapp.assessment import rubrics
from webapp.assessment.rubrics import Version
from webapp.models import Assessment, Submission


@dataclass(frozen=True)
class Line:
    """A version with how many submissions answer it, and how many assessments on it were never submitted.

    `chosen`: new assessments begin with it. `norms`: it has typical levels.
    """

    version: Version
    submissions: int
    drafts: int
    chosen: bool
    norms: bool


class OtherChosen(Exception):
    """Another version was chosen since somebody looked."""


def lines(session: Session) -> tuple[Line, ...]:
    """All versions, those not kept yet first, then the newest first."""
    chosen = rubrics.current(session).digest
    submissions = _counts(session, select(Submission.rubric_digest, func.count()).group_by(Submission.rubric_digest))
    drafts = select(Assessment.rubric_digest, func.count()).where(Assessment.status == "draft")
    under_way = _counts(session, drafts.group_by(Assessment.rubric_digest))
    return tuple(
        Line(
            version=version,
            submissions=submissions.get(version.digest, 0),
            drafts=under_way.get(version.digest, 0),
            chosen=version.digest == chosen,
            norms=_has_norms(session, version),
        )
        for version in rubrics.versions(session)
    )


def _has_norms(session: Session, version: Version) -> bool:
    rubric = rubrics.find(session, version.digest)
    return rubric is not None and rubric.norms is not None


def _counts(session: Session, query: Select[str, int]) -> Mapping[str, int]:
    return dict(session.execute(query).all())


def others(session: Session, rubric: Rubric) -> tuple[Version, ...]:
    """All versions but this one, that with which new assessments begin first."""
    chosen = rubrics.current(session).digest
    found = (version for version in rubrics.versions(session) if version.digest != rubric.digest)
    return tuple(sorted(found, key=lambda version: version.digest != chosen))


def named(session: Session, name: str, where: str, or_else: str = "") -> Rubric:
    """The rubric with this name or digest. Raises InputError, placed by `where`, unless there is exactly one.

    `or_else` is what might have been given instead.
    """
    versions = rubrics.versions(session)
    found = [version for version in versions if name in (version.version, version.digest)]
    if not found:
        known = " or ".join(dict.fromkeys((*(version.version for version in versions), *filter(None, [or_else]))))
        raise InputError([Problem(where, f"no version {quote(name)}", known)])
    if len(found) > 1:
        digests = " or ".join(version.digest for version in found)
        raise InputError([Problem(where, f"{len(found)} versions are called {quote(name)}", digests)])
    rubric = rubrics.find(session, found[0].digest)
    if rubric is None:
        raise RuntimeError(f"{found[0].digest} is listed and cannot be found")
    return rubric


def choose(session: Session, rubric: Rubric, by: str, seen: str | None = None) -> bool:
    """Lets new assessments begin with `rubric`; False where they do already, and nothing is done.

    `seen` is the digest of the version that whoever decides took for the chosen one. Raises OtherChosen where not.
    """
    rubrics.alone(session)
    before = rubrics.current(session).digest
    if seen not in (None, before):
        raise OtherChosen
    if before == rubric.digest:
        return False
    rubrics.choose(session, rubric, by)
    return True
