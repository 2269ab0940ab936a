"""What lies on a reviewer's desk: a submission with all that was asked, told and noted about it."""

import datetime as dt
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from rubric.answers import Answers, from_content
from rubric.model import Rubric
from webapp import listing
from webapp.accounts import members
from webapp.admin.review.hints import Hint, hints
from webapp.admin.review.steps import Seen
from webapp.admin.review.timeline import DRAFTS, Event, Written, since, timeline, written
from webapp.assessment.service import latest_submission
from webapp.models import Answer, Listing, ReviewQuestion, ReviewStep, Submission, User
from webapp.status import WAITING, Step, may_follow


@dataclass(frozen=True)
class Asked:
    """A question of the reviewers with who wrote it (None: an account that is gone).

    `reply` is what the region handed in; `then` the answer that the question was about.
    """

    row: ReviewQuestion
    who: str | None
    then: str | None

    @property
    def reply(self) -> str | None:
        """What the region replied, once it is handed in."""
        return self.row.reply if self.row.replied_at else None


@dataclass(frozen=True)
class Desk:
    """A submission on the desk. `newest` is the one on which the review decides; `steps` may be taken there.

    `drafts` and `message` are not sent yet; `asked` were, by question id, oldest first. `last` is the step that the
    region was told of last. `events` are newest first, `hints` those of this submission.
    """

    submission: Submission
    newest: Submission
    seen: Seen
    steps: frozenset[Step]
    drafts: Mapping[str, Asked]
    message: str
    asked: Mapping[str, Sequence[Asked]]
    last: ReviewStep | None
    reviewers: Sequence[User]
    said: Written
    events: tuple[Event, ...]
    hints: tuple[Hint, ...]

    @property
    def current(self) -> bool:
        """Whether the review decides on this submission."""
        return self.submission.id == self.newest.id

    @property
    def status(self) -> str:
        """What the list says of this submission."""
        return listing.status_of(self.submission.assessment, self.submission.number, self.current)

    @property
    def reviewer(self) -> str | None:
        """Address of who reviews the assessment."""
        return self.said.address(self.submission.assessment.reviewer_id)

    @property
    def told(self) -> tuple[Event, ...]:
        """What happened, newest first, without what is only being written."""
        return tuple(event for event in self.events if event.what not in DRAFTS)

    @property
    def waiting(self) -> tuple[Asked, ...]:
        """The questions that the region was asked when the assessment was returned last, whenever that was."""
        sent = [asked for each in self.asked.values() for asked in each if asked.row.sent_at]
        last = max((asked.row.sent_at for asked in sent if asked.row.sent_at), default=None)
        return tuple(asked for asked in sent if asked.row.sent_at == last)

    @property
    def replied(self) -> int:
        """To how many of those the region replied."""
        return sum(asked.reply is not None for asked in self.waiting)

    def since(self, revision: int) -> tuple[Event, ...]:
        """What happened after a revision of the review, oldest first."""
        return since(self.events, revision)


def desk(session: Session, submission: Submission, rubric: Rubric) -> Desk:
    """What a reviewer needs to know about a submission, which answers `rubric`."""
    assessment = submission.assessment
    said = written(session, assessment)
    answers = answers_in(submission, rubric)
    last = latest_submission(session, assessment) or submission
    drafts, sent = _asked(session, submission, said)
    return Desk(
        submission=submission,
        newest=last,
        seen=Seen(assessment.revision, last.number),
        steps=may_follow(assessment.status) if last.id == submission.id else frozenset(),
        drafts=drafts,
        message=next((step.text for step in said.steps if step.at is None), ""),
        asked=sent,
        last=max((s for s in said.steps if s.at), key=lambda step: step.id, default=None),
        reviewers=members.reviewers(session),
        said=said,
        events=timeline(session, assessment, said),
        hints=hints(answers, rubric, minutes(session, submission)),
    )


def next_waiting(session: Session, submission: Submission, by: User) -> Listing | None:
    """The submission that has waited longest for `by` to begin, or for anybody, apart from this one."""
    free = Listing.reviewer_id.in_((listing.NOBODY, by.id))
    other = select(Listing).where(free, Listing.submission_id != submission.id)
    in_order = other.order_by(Listing.at, Listing.submission_id).limit(1)
    first = (session.scalar(in_order.where(Listing.status == status)) for status in WAITING)
    return min((found for found in first if found), key=lambda found: (found.at, found.submission_id), default=None)


def comparable(session: Session, submission: Submission) -> Sequence[Submission]:
    """The other submissions of the same assessment that answer the same rubric, newest first."""
    same = select(Submission).where(Submission.assessment_id == submission.assessment_id)
    others = same.where(Submission.rubric_digest == submission.rubric_digest, Submission.id != submission.id)
    return session.scalars(others.order_by(Submission.number.desc())).all()


def pair(submission: Submission, others: Sequence[Submission], number: str | None) -> tuple[Submission, Submission]:
    """A submission and the one of `others` with this number, by default the one before it, the older first.

    Raises LookupError where there is none.
    """
    earlier = (other for other in others if other.number < submission.number)
    wanted = (other for other in others if str(other.number) == number) if number else (*earlier, *others[-1:])
    other = next(iter(wanted), None)
    if other is None:
        raise LookupError(number)
    return (other, submission) if other.number < submission.number else (submission, other)


def answers_in(submission: Submission, rubric: Rubric) -> Answers:
    """What a submission says, which answers `rubric`."""
    return from_content(json.loads(submission.answers), "submission", rubric)[0]


def _asked(session: Session, submission: Submission, said: Written) -> tuple[dict[str, Asked], dict[str, list[Asked]]]:
    """The questions that were not sent yet, and those that were, by question id."""
    numbers = {question.number for question in said.questions}
    query = select(Submission.number, Submission.answers).where(Submission.number.in_(numbers))
    rows = session.execute(query.where(Submission.assessment_id == submission.assessment_id))
    answers = {number: json.loads(text)["answers"] for number, text in rows}
    drafts: dict[str, Asked] = {}
    sent: dict[str, list[Asked]] = {}
    for row in said.questions:
        then = answers.get(row.number, {}).get(row.question)
        asked = Asked(row, said.address(row.account_id), None if then is None else str(then))
        if row.sent_at:
            sent.setdefault(row.question, []).append(asked)
        else:
            drafts[row.question] = asked
    return drafts, sent


def minutes(session: Session, submission: Submission) -> float | None:
    """Between the first answer and the last; None where they have changed since, or most were stored at once.

    Those come from a file or from the assessment before: nobody knows how long they took.
    """
    given = select(Answer.changed_at).where(Answer.assessment_id == submission.assessment_id)
    moments = session.scalars(given).all()
    if not moments or max(moments) > submission.at or 2 * Counter(moments).most_common(1)[0][1] > len(moments):
        return None
    return (max(moments) - min(moments)) / dt.timedelta(minutes=1)
