"""Importing many answers files: what it would make, and making exactly that, all of it or nothing."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from pydantic import TypeAdapter
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from rubric.answers import Answers, from_content
from rubric.digests import canonical, digest
from rubric.model import Rubric
from rubric.problems import Problem
from webapp import audit
from webapp.admin.transfer.uploaded import File
from webapp.assessment import deposit, peers
from webapp.assessment.deposit import Deposit
from webapp.assessment.rubrics import current, keep
from webapp.assessment.snapshot import snapshot
from webapp.database import Database, batches
from webapp.models import Assessment, Listing, PendingImport, now

KEPT_FOR = dt.timedelta(days=1)
"""How long an upload waits to be confirmed."""
UPLOAD = "import"
"""The subject of entries about uploads, which nothing stands for yet."""
AT_ONCE = 500
"""How many names are looked up together."""


class Changed(Exception):
    """An import is not, or no longer, what was shown."""


@dataclass(frozen=True)
class Planned:
    """What will become of one file. `answered` of `questions` questions have a level or a state.

    `same_name` counts the assessments and files before it whose region has the same name; `same_answers` is the region
    that gave the same answers before, if one did. A file that is both is left out: it has been imported already.
    """

    place: str
    region: str
    country: str | None
    answered: int
    questions: int
    same_name: int
    same_answers: str | None
    left_out: bool


@dataclass(frozen=True)
class Plan:
    """What an import will make of the files that can be read, and the problems of those that cannot.

    As long as there are problems, nothing is imported.
    """

    rubric: str
    files: tuple[Planned, ...]
    problems: tuple[Problem, ...]

    @property
    def new(self) -> tuple[Planned, ...]:
        """The files that become assessments."""
        return tuple(file for file in self.files if not file.left_out)

    @property
    def ready(self) -> bool:
        """Whether there is something to import, and nothing in the way."""
        return bool(self.new) and not self.problems

    @property
    def digest(self) -> str:
        """Tells this plan from every other."""
        return digest(asdict(self))


def plan(session: Session, files: Sequence[File], rubric: Rubric) -> Plan:
    """What importing `files`, which answer `rubric`, would make beside what is there."""
    read = [(file, from_content(file.content, file.place, rubric)[0]) for file in files if file.content is not None]
    digests = [answers.digest(rubric) for _file, answers in read]
    names = _names(session, (answers.region.lower() for _file, answers in read))
    givers = _givers(session, digests)
    planned = []
    for (file, answers), own in zip(read, digests, strict=True):
        planned.append(_planned(file, answers, rubric, names, givers.setdefault(own, {})))
        names[answers.region.lower()] = names.get(answers.region.lower(), 0) + 1
        givers[own].setdefault(answers.region.lower(), answers.region)
    problems = tuple(problem for file in files for problem in file.problems)
    return Plan(rubric.digest, tuple(planned), problems)


def _planned(
    file: File, answers: Answers, rubric: Rubric, names: Mapping[str, int], givers: Mapping[str, str]
) -> Planned:
    """What becomes of one file. `names` counts what is there, and `givers` are who gave the same answers, by name."""
    name = answers.region.lower()
    return Planned(
        place=file.place,
        region=answers.region,
        country=answers.country,
        answered=len(answers.answers),
        questions=len(rubric.questions),
        same_name=names.get(name, 0),
        same_answers=givers.get(name) or next(iter(givers.values()), None),
        left_out=name in givers,
    )


def _names(session: Session, names: Iterable[str]) -> dict[str, int]:
    """How many assessments there are of each of these regions, by name in small letters."""
    lower, found = func.lower(Assessment.region), dict[str, int]()
    for some in batches(dict.fromkeys(names), AT_ONCE):
        query = select(lower, func.count()).where(lower.in_(some)).group_by(lower)
        found |= {row[0]: row[1] for row in session.execute(query)}
    return found


def _givers(session: Session, digests: Iterable[str]) -> dict[str, dict[str, str]]:
    """The regions that have given answers with these digests, by digest and by name in small letters."""
    found: dict[str, dict[str, str]] = {}
    for some in batches(dict.fromkeys(digests), AT_ONCE):
        query = select(Listing.answers_digest, Listing.region).where(Listing.answers_digest.in_(some))
        for own, region in session.execute(query.order_by(Listing.submission_id)):
            found.setdefault(own, {}).setdefault(region.lower(), region)
    return found


def confirm(database: Database, account_id: int, seen: str, actor: str) -> int:
    """Imports what an account has uploaded, if that is still what the plan with the digest `seen` says; how many.

    Raises Changed where it is not: something else was uploaded, or what is there has changed.
    """
    with database.reading() as session:
        rubric, files = current(session), put_aside_by(session, account_id) or ()
        planned = plan(session, files, rubric)
    if not planned.ready or planned.digest != seen:
        raise Changed

    def take(session: Session) -> bool:
        return put_aside_by(session, account_id, lock=True) == files and drop(session, account_id)

    return carry_out(database, files, planned, rubric, actor, take)


def carry_out(
    database: Database,
    files: Sequence[File],
    planned: Plan,
    rubric: Rubric,
    actor: str,
    take: Callable[[Session], bool] = lambda session: True,
) -> int:
    """Imports `files` as `planned`, which is ready, says; how many. `take` ends their waiting, and says if they did.

    Raises Changed where they did not, or where another plan fits what is there by now.
    """
    made = _deposits(files, planned, rubric)
    with database.writing() as session:
        # Before it is planned again: of two imports of one file the second sees what the first has made.
        keep(session, rubric)
        peers.take_turn(session, rubric.digest)
        if not take(session) or plan(session, files, rubric) != planned:
            raise Changed
        _store(session, made, rubric, actor)
    return len(made)


def _deposits(files: Sequence[File], planned: Plan, rubric: Rubric) -> list[Deposit]:
    """The assessments that `planned` says, submitted now and scored: it takes time, and no transaction."""
    read, at, made = [file.content for file in files if file.content is not None], now(), []
    for content, file in zip(read, planned.files, strict=True):
        if not file.left_out:
            answers = from_content(content, file.place, rubric)[0]
            made.append(Deposit(answers, (snapshot(answers, rubric, 1, at),)))
    return made


def _store(session: Session, made: Sequence[Deposit], rubric: Rubric, actor: str) -> None:
    """Stores what `_deposits` made, and says in the log that `actor` has imported it."""
    stored = deposit.store(session, rubric, made)
    for assessment, each in zip(stored, made, strict=True):
        own = each.submissions[0].digest
        audit.record(session, actor, "imported", audit.assessment(assessment), number=1, digest=own)


def put_aside(session: Session, account_id: int, files: Sequence[File], actor: str) -> None:
    """Keeps an upload until its account confirms it, in place of the one before; drops those that nobody confirmed.

    The log is told that `actor` uploaded it, and nothing of what is in it.
    """
    late = PendingImport.uploaded_at < now() - KEPT_FOR
    session.execute(delete(PendingImport).where((PendingImport.account_id == account_id) | late))
    session.add(PendingImport(account_id=account_id, content=canonical([asdict(file) for file in files])))
    audit.record(session, actor, "import-uploaded", UPLOAD, files=len(files))


def put_aside_by(session: Session, account_id: int, lock: bool = False) -> tuple[File, ...] | None:
    """The upload that an account has not confirmed yet, if there is one and it is not too old.

    With `lock` nobody puts another in its place until the transaction ends.
    """
    fresh = PendingImport.uploaded_at >= now() - KEPT_FOR
    query = select(PendingImport.content).where(PendingImport.account_id == account_id, fresh)
    kept = session.scalar(query.with_for_update() if lock else query)
    return TypeAdapter(tuple[File, ...]).validate_json(kept) if kept else None


def give_up(session: Session, account_id: int, actor: str) -> None:
    """Forgets the upload of an account, if there is one, and says in the log that `actor` did so."""
    if drop(session, account_id):
        audit.record(session, actor, "import-dropped", UPLOAD)


def drop(session: Session, account_id: int) -> bool:
    """Forgets the upload of an account; whether there was one."""
    found = session.get(PendingImport, account_id, with_for_update=True)
    if found:
        session.delete(found)
    return found is not None
