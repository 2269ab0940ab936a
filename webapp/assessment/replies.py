"""The region's side of the review: what reviewers asked, what the region replies, and taking a submission back."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from rubric.model import Question
from webapp import audit, listing
from webapp.assessment.entries import entries, tables
from webapp.assessment.links import Visit
from webapp.models import Assessment, ReviewQuestion, ReviewStep, Submission, User, now
from webapp.status import FOLLOWS, Overtaken

TALKING = ("returned", "in-review", "resubmitted")
"""The statuses in which a region sees what it was asked."""
OPEN = ("returned", "in-review")
"""The statuses in which replies to what was asked about the newest submission are taken."""


@dataclass(frozen=True)
class Asked:
    """What reviewers ask about an answer, and what is replied so far.

    `open` as long as a reply is taken; `changed` says whether the answer differs from the submission asked about.
    """

    id: int
    question: Question
    text: str
    reply: str
    open: bool
    changed: bool

    @property
    def seen_to(self) -> bool:
        """Whether anything was replied or changed."""
        return bool(self.reply) or self.changed


@dataclass(frozen=True)
class Standing:
    """Where the review stands, for the region: `number` and `at` are those of its newest submission.

    `step` is what it was told last about that submission, None where nothing was; `accepted` the number of the
    submission that was accepted last; `asked` what it was asked when it was returned last, as long as that matters.
    """

    status: str
    revision: int
    number: int
    at: dt.datetime
    step: ReviewStep | None
    accepted: int | None
    asked: tuple[Asked, ...]

    @property
    def still(self) -> int:
        """How many questions nothing was replied to, and whose answer is as it was."""
        return sum(asked.open and not asked.seen_to for asked in self.asked)

    def in_theme(self, theme: str) -> tuple[Asked, ...]:
        """What is asked about answers of one theme."""
        return tuple(asked for asked in self.asked if asked.question.theme == theme)


def standing(session: Session, visit: Visit) -> Standing | None:
    """Where the review stands, with what was asked about the themes of this visit; None before it is submitted."""
    assessment = visit.assessment
    ours = Submission.assessment_id == assessment.id
    latest = select(Submission.number, Submission.at).where(ours).order_by(Submission.number.desc())
    found = session.execute(latest.limit(1)).first()
    if found is None:
        return None
    told = select(ReviewStep).where(ReviewStep.assessment_id == assessment.id, ReviewStep.at.is_not(None))
    step = session.scalars(told.where(ReviewStep.number == found.number).order_by(ReviewStep.id.desc()).limit(1))
    return Standing(
        status=assessment.status,
        revision=assessment.revision,
        number=found.number,
        at=found.at,
        step=step.first(),
        accepted=assessment.accepted,
        asked=asked(session, visit) if assessment.status in TALKING else (),
    )


def asked(session: Session, visit: Visit) -> tuple[Asked, ...]:
    """What was asked about answers to the themes of this visit when the assessment was returned last."""
    assessment = visit.assessment
    rows = {row.question: row for row in sent_last(session, assessment)}
    if not rows:
        return ()
    number = next(iter(rows.values())).number
    differing = _differing(assessment, session.scalars(_numbered(assessment, number)).one())
    is_open = assessment.status in OPEN and newest(session, assessment.id) == number
    ours = (q for theme in visit.themes for q in visit.rubric.questions_by_theme[theme.id] if q.id in rows)
    return tuple(
        Asked(rows[q.id].id, q, rows[q.id].text, rows[q.id].reply or "", is_open, q.id in differing) for q in ours
    )


def newest(session: Session, assessment_id: int) -> int:
    """The number of the newest submission of an assessment, 0 where there is none."""
    query = select(func.max(Submission.number)).where(Submission.assessment_id == assessment_id)
    return session.scalar(query) or 0


def _numbered(assessment: Assessment, number: int) -> Select[str]:
    """The answers of a submission."""
    return select(Submission.answers).where(Submission.assessment_id == assessment.id, Submission.number == number)


def _differing(assessment: Assessment, submitted: str) -> frozenset[str]:
    """The questions to which the assessment no longer says what a submission does."""
    then: dict[str, dict[str, object]] = json.loads(submitted)
    return frozenset(
        question
        for table, said in tables(entries(assessment)).items()
        for question in said.keys() | then.get(table, {}).keys()
        if said.get(question) != then.get(table, {}).get(question)
    )


def sent_last(session: Session, assessment: Assessment) -> Sequence[ReviewQuestion]:
    """What the region was asked when its assessment was returned last."""
    ours = ReviewQuestion.assessment_id == assessment.id
    last = select(func.max(ReviewQuestion.sent_at)).where(ours).scalar_subquery()
    query = select(ReviewQuestion).where(ours, ReviewQuestion.sent_at == last)
    return session.scalars(query.order_by(ReviewQuestion.id)).all()


def save(session: Session, assessment: Assessment, replies: Mapping[int, str]) -> None:
    """Keeps replies by the id of what was asked, "" for none; the reviewers see them with the next submission."""
    for row in sent_last(session, assessment):
        if row.id in replies:
            row.reply = replies[row.id] or None


def hand_in(session: Session, assessment: Assessment, at: dt.datetime) -> None:
    """Lets reviewers see what is replied, together with a submission."""
    for row in sent_last(session, assessment):
        if row.reply and row.replied_at is None:
            row.replied_at = at


def reviewer(session: Session, assessment: Assessment) -> str | None:
    """The address of who reviews an assessment, if somebody does."""
    return session.scalar(select(User.email).where(User.id == assessment.reviewer_id, User.active.is_(True)))


def take_back(session: Session, assessment: Assessment, revision: int) -> None:
    """Takes the submission back, by the region itself; what was accepted no longer is.

    Raises Overtaken where the review is not at `revision` any more, or there is nothing to take back.
    """
    number = newest(session, assessment.id)
    after = FOLLOWS["withdraw"].get(assessment.status)
    if not number or after is None or assessment.revision != revision:
        raise Overtaken
    assessment.status, assessment.accepted = after, None
    assessment.revision += 1
    step = ReviewStep(assessment_id=assessment.id, number=number, step="take-back", at=now())
    session.add(step)
    listing.restate(session, assessment)
    told = {"number": number, "revision": assessment.revision, "step": step.id}
    audit.record(session, audit.REGION, "taken-back", audit.assessment(assessment), **told)
