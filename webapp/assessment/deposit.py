"""Assessments that come whole, many at once: each with answers that are submitted as they come."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from rubric.answers import DEFAULT_PRIORITY, Answers
from rubric.model import Rubric
from webapp import listing
from webapp.assessment import peers
from webapp.assessment.entries import entry_in
from webapp.assessment.rubrics import keep
from webapp.assessment.snapshot import Snapshot
from webapp.models import Answer, Assessment, Contact, Priority, Rating, Submission, add_rows
from webapp.status import FOLLOWS, Step


@dataclass(frozen=True)
class Deposit:
    """A new assessment: what it says now, all of its submissions, and the steps of its review, submitting among them.

    `made_up` is the number of a made-up region, None for a real one.
    """

    answers: Answers
    submissions: tuple[Snapshot, ...]
    steps: tuple[Step, ...] = ("submit",)
    contact: str | None = None
    made_up: int | None = None


def store(
    session: Session, rubric: Rubric, deposits: Sequence[Deposit], told_anew: bool = True
) -> Sequence[Assessment]:
    """Stores new assessments, which answer `rubric`, and gives them back in the same order. None has a link yet.

    They are told alike how all regions stand: counting themselves, or with `told_anew` false as it was told last, which
    spares reading all results where many batches follow each other. Raises IntegrityError where a made-up region is
    there already.
    """
    keep(session, rubric)
    peers.take_turn(session, rubric.digest)
    told = peers.last_told(session, rubric.digest)
    stored = [_assessment(deposit, rubric, told) for deposit in deposits]
    session.add_all(stored)
    session.flush()
    for kind, rows in ((Answer, _answers), (Priority, _priorities), (Rating, _ratings)):
        pairs = zip(stored, deposits, strict=True)
        add_rows(session, kind, (row for each, deposit in pairs for row in rows(each, deposit.answers, rubric)))
    listing.draw(session, stored)
    if told_anew:
        _tell(session, rubric, stored, told)
    return stored


def _assessment(deposit: Deposit, rubric: Rubric, told: str | None) -> Assessment:
    status, accepted = reviewed(deposit.steps)
    first, last = deposit.submissions[0], deposit.submissions[-1]
    return Assessment(
        rubric_digest=rubric.digest,
        region=deposit.answers.region,
        country=deposit.answers.country,
        started_at=first.at,
        changed_at=last.at,
        status=status,
        accepted=accepted,
        revision=len(deposit.steps),
        made_up=deposit.made_up,
        contact=Contact(email=deposit.contact) if deposit.contact else None,
        submissions=[Submission(rubric_digest=rubric.digest, peers=told, **vars(s)) for s in deposit.submissions],
    )


def reviewed(steps: Iterable[Step]) -> tuple[str, int | None]:
    """The status to which `steps` lead from a draft, and the number of the submission that was accepted last."""
    status, number, accepted = "draft", 0, None
    for step in steps:
        status = FOLLOWS[step][status]
        number += step == "submit"
        accepted = {"accept": number, "withdraw": None}.get(step, accepted)
    return status, accepted


def _answers(assessment: Assessment, answers: Answers, rubric: Rubric) -> Iterator[dict[str, Any]]:
    given = {*answers.answers, *answers.reasons, *answers.notes, *answers.evidence, *answers.references}
    for question in rubric.questions:
        if question.id in given:
            entry = vars(entry_in(answers, question.id))
            key = {"assessment_id": assessment.id, "question": question.id}
            yield {**key, **entry, "revision": 1, "changed_at": assessment.changed_at}


def _priorities(assessment: Assessment, answers: Answers, rubric: Rubric) -> Iterator[dict[str, Any]]:
    for theme, priority in answers.priorities.items():
        if priority != DEFAULT_PRIORITY:
            yield {"assessment_id": assessment.id, "theme": theme, "priority": priority}


def _ratings(assessment: Assessment, answers: Answers, rubric: Rubric) -> Iterator[dict[str, Any]]:
    for vignette, level in answers.vignettes.items():
        yield {"assessment_id": assessment.id, "vignette": vignette, "level": level}


def _tell(session: Session, rubric: Rubric, stored: Sequence[Assessment], told: str | None) -> None:
    newest = [submission for each in stored for submission in each.submissions]
    day = max(submission.at for submission in newest).date()
    spread = peers.spread(session, rubric.digest, day)
    if spread != told:
        ids = [submission.id for submission in newest]
        session.execute(update(Submission).where(Submission.id.in_(ids)).values(peers=spread))
