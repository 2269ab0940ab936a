"""What reviewers do with an assessment: only on what they saw, by the steps that follow, and told to the log."""

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp import audit, listing
from webapp.assessment.replies import newest
from webapp.models import Assessment, Contact, ReviewNote, ReviewQuestion, ReviewStep, Submission, User, now
from webapp.status import FOLLOWS, Overtaken, Step, may_follow


@dataclass(frozen=True)
class Seen:
    """What a page showed: the revision of the assessment's review, and the number of its newest submission."""

    revision: int
    number: int


class NotNow(Exception):
    """The step does not follow from where the review stands."""


class Unsent(Exception):
    """The assessment cannot be accepted while there are questions that were not sent."""


class NothingAsked(Exception):
    """The assessment cannot be returned without a question."""


@dataclass(frozen=True)
class Case:
    """An assessment in the hands of an account, `by`; `number` is its newest submission. Made by `open_case`.

    All that is done with it is done `at` the same moment: what is sent together is told by that.
    """

    session: Session
    assessment: Assessment
    number: int
    by: User
    at: dt.datetime
    done: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    @cached_property
    def drafts(self) -> dict[str, ReviewQuestion]:
        """The questions that were written and not sent, by the id of the rubric's."""
        return {draft.question: draft for draft in drafts(self.session, self.assessment)}

    @property
    def contact(self) -> str | None:
        """The address of whom to tell about the assessment, as it is now; None where there is none."""
        return self.session.scalar(select(Contact.email).where(Contact.assessment_id == self.assessment.id))

    def begin(self) -> None:
        """Begins the review, or takes it up again; whoever does so reviews it where nobody is assigned."""
        self._follow("begin")
        if self.assessment.reviewer_id is None:
            self.assessment.reviewer_id = self.by.id
        self.done.append(("review-begun", {}))

    def ask(self, question: str, text: str) -> None:
        """Writes a question about one answer, in place of the one that was not sent yet; "" takes that back."""
        self._require_review()
        if text:
            self._draft(question, text)
        elif question in self.drafts:
            self.session.delete(self.drafts.pop(question))
            self.done.append(("question-dropped", {"question": question}))

    def word(self, message: str) -> None:
        """Writes the message that goes with the next return; "" takes it back."""
        self._require_review()
        draft = message_of(self.session, self.assessment) or self._step("return")
        draft.text = message
        self.done.append(("message-drafted", {}))

    def note(self, text: str) -> None:
        """Writes a note to other reviewers."""
        written = ReviewNote(assessment_id=self.assessment.id, account_id=self.by.id, text=text, at=self.at)
        self.session.add(written)
        self.session.flush()
        self.done.append(("note-written", {"note": written.id}))

    def assign(self, reviewer: User | None) -> None:
        """Says who reviews the assessment; None leaves it to nobody."""
        self.assessment.reviewer_id = reviewer.id if reviewer else None
        self.done.append(("reviewer-assigned", {"to": audit.account(reviewer) if reviewer else None}))

    def send_back(self) -> None:
        """Returns the assessment with all questions that were written. Raises NotNow, NothingAsked."""
        self._follow("return")
        asked = self.drafts.values()
        if not asked:
            raise NothingAsked
        for question in asked:
            question.number, question.sent_at = self.number, self.at
        step = self._tell(self._step("return", self._take_message()))
        self.done.append(("returned", {"step": step.id, "questions": [question.id for question in asked]}))

    def accept(self) -> None:
        """Accepts the newest submission. Raises NotNow, Unsent."""
        self._follow("accept")
        if self.drafts:
            raise Unsent
        self.assessment.accepted = self.number
        self.done.append(("accepted", {"step": self._tell(self._step("accept")).id}))

    def withdraw(self, reason: str) -> None:
        """Withdraws the assessment, for a reason that the region reads; what was accepted no longer is."""
        self._follow("withdraw")
        self.assessment.accepted = None
        self.done.append(("withdrawn", {"step": self._tell(self._step("withdraw", reason)).id}))

    def _follow(self, step: Step) -> None:
        after = FOLLOWS[step].get(self.assessment.status)
        if after is None:
            raise NotNow
        self.assessment.status = after

    def _require_review(self) -> None:
        if "return" not in may_follow(self.assessment.status):
            raise NotNow

    def _draft(self, question: str, text: str) -> None:
        draft = self.drafts.get(question)
        if draft is None:
            draft = ReviewQuestion(assessment_id=self.assessment.id, question=question)
            self.session.add(draft)
            self.drafts[question] = draft
        draft.number, draft.text, draft.asked_at, draft.account_id = self.number, text, self.at, self.by.id
        self.done.append(("question-drafted", {"question": question}))

    def _take_message(self) -> str:
        """The message that was written. Its row goes: those of steps are in the order in which they were told."""
        draft = message_of(self.session, self.assessment)
        if draft is None:
            return ""
        self.session.delete(draft)
        return draft.text

    def _step(self, step: str, text: str = "") -> ReviewStep:
        made = ReviewStep(assessment_id=self.assessment.id, step=step, text=text, number=self.number)
        self.session.add(made)
        return made

    def _tell(self, step: ReviewStep) -> ReviewStep:
        """Lets the region know of a step."""
        step.number, step.account_id, step.at = self.number, self.by.id, self.at
        self.session.flush()
        return step


@contextmanager
def open_case(session: Session, submission: Submission, seen: Seen, by: User) -> Iterator[Case]:
    """The assessment of a submission, which nobody else changes meanwhile; at the end the log is told what was done.

    Raises Overtaken where it is no longer as it was `seen`, or is gone.
    """
    query = select(Assessment).where(Assessment.id == submission.assessment_id).with_for_update(of=Assessment)
    assessment = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if assessment is None:
        raise Overtaken
    number = newest(session, assessment.id)
    if Seen(assessment.revision, number) != seen:
        raise Overtaken
    case = Case(session, assessment, number, by, now())
    yield case
    if case.done:
        _conclude(case)


def _conclude(case: Case) -> None:
    """Tells the lists, and then the log, which others have to wait for until the transaction ends."""
    first = case.assessment.revision + 1
    case.assessment.revision += len(case.done)
    session, assessment = case.session, case.assessment
    listing.restate(session, assessment)
    who, what = audit.account(case.by), audit.assessment(assessment)
    for revision, (action, details) in enumerate(case.done, first):
        audit.record(session, who, action, what, number=case.number, revision=revision, **details)


def drafts(session: Session, assessment: Assessment) -> Sequence[ReviewQuestion]:
    """The questions that were written and not sent, at most one for each answer."""
    query = select(ReviewQuestion).where(
        ReviewQuestion.assessment_id == assessment.id, ReviewQuestion.sent_at.is_(None)
    )
    return session.scalars(query.order_by(ReviewQuestion.id)).all()


def message_of(session: Session, assessment: Assessment) -> ReviewStep | None:
    """The message that is being written, to go with the next return."""
    query = select(ReviewStep).where(ReviewStep.assessment_id == assessment.id, ReviewStep.at.is_(None))
    return session.scalars(query).one_or_none()
