"""What is said in the review of an assessment."""

import datetime as dt

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.models.base import Base, UtcTime, now


class ReviewQuestion(Base):
    """What a reviewer asks about one answer of submission `number`, and what the region says to it.

    It is the reviewers' own until it is sent, with the return of the assessment; the reply is the region's own until it
    is handed in, with the next submission: `replied_at`. `question` is the rubric's.
    """

    __tablename__ = "review_questions"

    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    question: Mapped[str] = mapped_column(String(80))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    text: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[dt.datetime] = mapped_column(UtcTime, default=now)
    sent_at: Mapped[dt.datetime | None] = mapped_column(UtcTime)
    reply: Mapped[str | None] = mapped_column(Text)
    replied_at: Mapped[dt.datetime | None] = mapped_column(UtcTime)


class ReviewNote(Base):
    """What reviewers write to each other about an assessment; the region never sees it."""

    __tablename__ = "review_notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[dt.datetime] = mapped_column(UtcTime, default=now)


class ReviewStep(Base):
    """A step of the review of submission `number` that the region is told of, with the words that go with it.

    `step`: `return`, `accept`, `withdraw`, or `take-back`, which is the region's own. A return that is not taken yet
    (`at` is None) holds the message that reviewers are writing. `text` is "" where there are no words.
    """

    __tablename__ = "review_steps"

    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    step: Mapped[str] = mapped_column(String(20))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    text: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[dt.datetime | None] = mapped_column(UtcTime)
