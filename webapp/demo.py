"""Fills a database with made-up regions: the first so many, each only where it is missing."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from rubric.model import Rubric
from webapp import audit, listing, made_up
from webapp.assessment import deposit, entries, service
from webapp.assessment.deposit import Deposit
from webapp.assessment.entries import Change
from webapp.assessment.rubrics import current, rubric_of
from webapp.assessment.snapshot import snapshot
from webapp.database import Database
from webapp.models import Assessment, ReviewNote, ReviewQuestion, ReviewStep, Submission, add_rows, now
from webapp.status import Step

AT_ONCE = 200
"""How many regions are stored in one transaction."""
GROWTH = 2.0
"""By so much the regions grow in number before all results are read again to tell how they stand."""


@dataclass(frozen=True)
class Made:
    """A submission that was added."""

    region: str
    number: int


@dataclass(frozen=True)
class _Batch:
    """Regions with these numbers. The last of them submits `last` times.

    `told_anew` says whether all results are read again to tell how regions stand.
    """

    regions: range
    last: int
    told_anew: bool

    def rounds(self, region: int) -> int:
        """How often a region of the batch submits."""
        return self.last if region == self.regions[-1] else made_up.rounds(region)


def fill(database: Database, submissions: int) -> Iterator[Made]:
    """Sees to it that the first so many made-up submissions are there, and gives those that were not."""
    with database.reading() as session:
        rubric, until = current(session), _until(session)
    for batch in _batches(submissions):
        with database.reading() as session:
            there = _there(session, batch.regions)
        missing = [region for region in batch.regions if region not in there]
        deposits = [_deposit(rubric, region, batch.rounds(region), until) for region in missing]
        with database.writing() as session:
            added = _store(session, rubric, deposits, batch.told_anew, until)
            for region in (region for region, count in there.items() if count < batch.rounds(region)):
                added.append(_submit_again(session, region, until))
            if added:
                audit.record(session, audit.COMMAND_LINE, "made-up", "made-up-regions", submissions=len(added))
        yield from added


def _batches(submissions: int) -> Iterator[_Batch]:
    """All that belongs to the first so many submissions, in order."""
    first, due = 0, 0.0
    while submissions > 0:
        regions, last = _regions(first, submissions)
        submissions -= sum(map(made_up.rounds, regions[:-1])) + last
        told_anew = submissions == 0 or regions.stop >= due
        due = GROWTH * regions.stop if told_anew else due
        yield _Batch(regions, last, told_anew)
        first = regions.stop


def _regions(first: int, submissions: int) -> tuple[range, int]:
    """At most so many regions as are stored at once, from `first` on, and how often the last of them submits."""
    left, region, last = submissions, first, 0
    while left > 0 and region < first + AT_ONCE:
        last = min(left, made_up.rounds(region))
        left, region = left - last, region + 1
    return range(first, region), last


def _until(session: Session) -> dt.datetime:
    """The end of the years over which submissions are spread: that of the made-up ones that are there, or now."""
    query = select(Assessment.made_up, Submission.at).join(Assessment.submissions).where(Submission.number == 1)
    found = session.execute(query.where(Assessment.made_up.is_not(None)).limit(1)).first()
    moment = now()
    return found.at + (moment - made_up.at(found.made_up, 1, moment)) if found else moment


def _there(session: Session, regions: range) -> dict[int, int]:
    """How many submissions there are of each of `regions`, without those that are missing."""
    query = select(Assessment.made_up, func.count(Submission.id)).outerjoin(Assessment.submissions)
    query = query.where(Assessment.made_up.between(regions.start, regions.stop - 1)).group_by(Assessment.made_up)
    return {region: count for region, count in session.execute(query) if region is not None}


def _deposit(rubric: Rubric, region: int, rounds: int, until: dt.datetime) -> Deposit:
    said = [made_up.answers(rubric, region, number) for number in range(1, rounds + 1)]
    taken = (
        snapshot(answers, rubric, number, made_up.at(region, number, until)) for number, answers in enumerate(said, 1)
    )
    return Deposit(said[-1], tuple(taken), made_up.steps(region, rounds), made_up.contact(region), region)


def _store(
    session: Session, rubric: Rubric, deposits: Sequence[Deposit], told_anew: bool, until: dt.datetime
) -> list[Made]:
    if not deposits:
        return []
    stored = deposit.store(session, rubric, deposits, told_anew)
    _insert_reviews(session, rubric, stored, until)
    return [Made(each.region, submission.number) for each in stored for submission in each.submissions]


def _insert_reviews(session: Session, rubric: Rubric, stored: Sequence[Assessment], until: dt.datetime) -> None:
    """What was asked, noted and told in reviews. Nobody did it: there may be no account."""
    add_rows(session, ReviewQuestion, (row for each in stored for row in _asked(rubric, each, until)))
    add_rows(session, ReviewNote, (row for each in stored for row in _noted(each, until)))
    add_rows(session, ReviewStep, (row for each in stored for row in _told(each, until)))


def _steps(assessment: Assessment) -> tuple[Step, ...]:
    return made_up.steps(_number(assessment), len(assessment.submissions))


def _number(assessment: Assessment) -> int:
    """The number of a made-up region."""
    return assessment.made_up or 0


def _reviewed_at(assessment: Assessment, number: int, until: dt.datetime) -> dt.datetime:
    """When a submission was reviewed: some days later, and before anything else came."""
    later = [submission.at for submission in assessment.submissions if submission.number > number]
    return min(assessment.submissions[number - 1].at + made_up.UNTIL_REVIEWED, *later, until)


def _asked(rubric: Rubric, assessment: Assessment, until: dt.datetime) -> Iterator[Mapping[str, object]]:
    """Questions with which the first submission went back, replied to where there is a second."""
    if "return" not in _steps(assessment):
        return
    at, second = _reviewed_at(assessment, 1, until), assessment.submissions[1:]
    for place, question in enumerate(made_up.doubtful(rubric, _number(assessment))):
        yield {
            "assessment_id": assessment.id,
            "number": 1,
            "question": question,
            "text": made_up.DOUBTS[place],
            "asked_at": at,
            "sent_at": at,
            "reply": made_up.REPLIES[place] if second else None,
            "replied_at": second[0].at if second else None,
        }


def _noted(assessment: Assessment, until: dt.datetime) -> Iterator[Mapping[str, object]]:
    region = _number(assessment)
    if "begin" in _steps(assessment) and region % made_up.REMARKED == 0:
        text = made_up.REMARKS[region // made_up.REMARKED % len(made_up.REMARKS)]
        yield {"assessment_id": assessment.id, "text": text, "at": _reviewed_at(assessment, 1, until)}


def _told(assessment: Assessment, until: dt.datetime) -> Iterator[Mapping[str, object]]:
    """The steps of which a region is told, each after the submission that it was about."""
    number = 0
    for step in _steps(assessment):
        number += step == "submit"
        if step in made_up.WORDS:
            at, text = _reviewed_at(assessment, number, until), made_up.WORDS[step]
            yield {"assessment_id": assessment.id, "number": number, "step": step, "text": text, "at": at}


def _submit_again(session: Session, region: int, until: dt.datetime) -> Made:
    """The second submission of a region that was to submit once only, when fewer were asked for."""
    assessment = session.scalars(select(Assessment).where(Assessment.made_up == region)).one()
    rubric = rubric_of(session, assessment.rubric_digest)
    given = made_up.entries(rubric, region, 2)
    entries.save(assessment, [Change(question, entry, revision=None) for question, entry in given.items()])
    submission = service.add_submission(session, assessment, made_up.at(region, 2, until))
    steps = _steps(assessment)
    assessment.status, assessment.accepted = deposit.reviewed(steps)
    assessment.revision = len(steps)
    for kind in (ReviewNote, ReviewQuestion, ReviewStep):
        session.execute(delete(kind).where(kind.assessment_id == assessment.id, kind.account_id.is_(None)))
    _insert_reviews(session, rubric, [assessment], until)
    listing.refresh(session, assessment)
    return Made(assessment.region, submission.number)
