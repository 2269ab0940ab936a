"""Assessments: one region's answers in progress, who may give them, whom to ask, and what was submitted."""

import datetime as dt
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.models.base import DIGEST_LENGTH, Base, UtcTime, now


class StoredRubric(Base):
    """A rubric that an assessment uses, whole, so that it outlives the program's own files.

    New assessments begin with the one that was chosen last, `chosen_at`; with the program's newest where none was.
    `norms_from` holds the regions that its norms were measured from here, each by the id of its first assessment, and
    `norms_told` what was told of each question, as rubric.norms.Norm has it.
    `peers` is how the regions stood that answer it, as regions were told last.
    """

    __tablename__ = "rubrics"

    digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH), primary_key=True)
    version: Mapped[str] = mapped_column(String(20))
    content: Mapped[str] = mapped_column(Text)
    kept_at: Mapped[dt.datetime] = mapped_column(UtcTime, default=now)
    chosen_at: Mapped[dt.datetime | None] = mapped_column(UtcTime)
    norms_from: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True))
    norms_told: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))
    peers: Mapped[str | None] = mapped_column(Text)


class Assessment(Base):
    """One region's answers in progress. `previous` is the digest of the submission whose answers it began with.

    `origin` is the id of the region's first assessment, None for the first itself. It stays when that one is erased, so
    that no region is ever taken for another one (see webapp.regions).
    `status` is where its review stands (see webapp.status), `accepted` the number of the submission that was accepted
    last, `reviewer_id` the account that reviews it. `revision` counts what happens in its review, so that nobody
    decides on what has changed under them. `made_up` is the number of a made-up region, None for every real one.
    """

    __tablename__ = "assessments"
    __table_args__ = {"sqlite_autoincrement": True}  # the audit log names rows by their ids: none is given twice

    id: Mapped[int] = mapped_column(primary_key=True)
    rubric_digest: Mapped[str] = mapped_column(ForeignKey("rubrics.digest"))
    region: Mapped[str] = mapped_column(String(120))
    country: Mapped[str | None] = mapped_column(String(2))
    previous: Mapped[str | None] = mapped_column(String(DIGEST_LENGTH))
    origin: Mapped[int | None] = mapped_column(index=True)
    started_at: Mapped[dt.datetime] = mapped_column(UtcTime, default=now)
    changed_at: Mapped[dt.datetime] = mapped_column(UtcTime, default=now)
    status: Mapped[str] = mapped_column(String(20), default="draft")
    accepted: Mapped[int | None]
    reviewer_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), index=True)
    revision: Mapped[int] = mapped_column(default=0)
    made_up: Mapped[int | None] = mapped_column(unique=True)

    contact: Mapped["Contact | None"] = relationship(back_populates="assessment", cascade="all, delete-orphan")
    answers: Mapped[list["Answer"]] = relationship(cascade="all, delete-orphan")
    priorities: Mapped[list["Priority"]] = relationship(cascade="all, delete-orphan")
    ratings: Mapped[list["Rating"]] = relationship(cascade="all, delete-orphan")
    contributors: Mapped[list["Contributor"]] = relationship(
        back_populates="assessment", cascade="all, delete-orphan", order_by="Contributor.id"
    )
    submissions: Mapped[list["Submission"]] = relationship(
        back_populates="assessment", cascade="all, delete-orphan", order_by="Submission.number"
    )


class Contributor(Base):
    """Somebody who was asked to answer some themes: personal, and therefore in a table that can be erased."""

    __tablename__ = "contributors"
    __table_args__ = {"sqlite_autoincrement": True}  # a link made for an id never opens anything for another person

    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[str] = mapped_column(String(20))
    themes: Mapped[list[str]] = mapped_column(JSON)

    assessment: Mapped[Assessment] = relationship(back_populates="contributors")
    links: Mapped[list["Link"]] = relationship(
        back_populates="contributor", cascade="all, delete-orphan", order_by="Link.serial", lazy="selectin"
    )


class Link(Base):
    """A key to an assessment: the owner's, or a contributor's. Only its hash is kept, also after its end.

    `ended`: `renewed`, `withdrawn` or `deleted`, or None while it works; whoever comes with it later is told which.
    """

    __tablename__ = "links"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    assessment_id: Mapped[int | None] = mapped_column(ForeignKey("assessments.id", ondelete="SET NULL"), index=True)
    contributor_id: Mapped[int | None] = mapped_column(ForeignKey("contributors.id", ondelete="CASCADE"), index=True)
    serial: Mapped[int] = mapped_column(default=1)
    made_at: Mapped[dt.datetime] = mapped_column(UtcTime, default=now)
    expires_at: Mapped[dt.datetime | None] = mapped_column(UtcTime)
    ended: Mapped[str | None] = mapped_column(String(20))
    ended_at: Mapped[dt.datetime | None] = mapped_column(UtcTime)

    assessment: Mapped[Assessment | None] = relationship()
    contributor: Mapped[Contributor | None] = relationship(back_populates="links")


class Contact(Base):
    """Whom to ask about an assessment: personal, and therefore in a table of its own that can be erased."""

    __tablename__ = "contacts"

    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id", ondelete="CASCADE"), primary_key=True)
    email: Mapped[str] = mapped_column(String(320))

    assessment: Mapped[Assessment] = relationship(back_populates="contact")


class Answer(Base):
    """What a region says to one question: a level or state (`answer`, None if there is only a note), and its grounds.

    `revision` counts the changes, so that a later save can be told from an older one. `contributor_id` says who gave
    it: None for the owner.
    """

    __tablename__ = "answers"

    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id", ondelete="CASCADE"), primary_key=True)
    question: Mapped[str] = mapped_column(String(80), primary_key=True)
    answer: Mapped[str | None] = mapped_column(String(20))
    reason: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    evidence: Mapped[str | None] = mapped_column(String(20))
    reference: Mapped[str | None] = mapped_column(Text)
    contributor_id: Mapped[int | None] = mapped_column(ForeignKey("contributors.id", ondelete="SET NULL"))
    revision: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[dt.datetime] = mapped_column(UtcTime, default=now)


class Priority(Base):
    """How much a theme matters to a region, 1 to 3."""

    __tablename__ = "priorities"

    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id", ondelete="CASCADE"), primary_key=True)
    theme: Mapped[str] = mapped_column(String(80), primary_key=True)
    priority: Mapped[int]


class Mailing(Base):
    """That a message went to an address, of which only a hash is kept: so that nobody can be flooded from here."""

    __tablename__ = "mailings"

    id: Mapped[int] = mapped_column(primary_key=True)
    address_hash: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[dt.datetime] = mapped_column(UtcTime, default=now, index=True)


class Rating(Base):
    """How far a respondent thinks that the region described in a vignette is, 0 to 4."""

    __tablename__ = "ratings"

    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id", ondelete="CASCADE"), primary_key=True)
    vignette: Mapped[str] = mapped_column(String(80), primary_key=True)
    level: Mapped[int]


class Submission(Base):
    """A numbered snapshot of an assessment that never changes: the whole answers file and its result, as JSON.

    `peers` is how all regions with this rubric stood at that time, None while they were too few.
    """

    __tablename__ = "submissions"
    __table_args__ = (
        UniqueConstraint("assessment_id", "number"),
        Index("ix_submissions_newest", "rubric_digest", "assessment_id", "number"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id", ondelete="CASCADE"))
    number: Mapped[int]
    at: Mapped[dt.datetime] = mapped_column(UtcTime, default=now, index=True)
    digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH), index=True)
    rubric_digest: Mapped[str] = mapped_column(ForeignKey("rubrics.digest"))
    answers: Mapped[str] = mapped_column(Text)
    result: Mapped[str] = mapped_column(Text)
    peers: Mapped[str | None] = mapped_column(Text)

    assessment: Mapped[Assessment] = relationship(back_populates="submissions")
