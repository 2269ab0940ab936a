"""What the database holds."""

import datetime as dt

from flask_security.models import sqla as security
from sqlalchemy import (
    JSON,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

DIGEST_LENGTH = len("sha256:") + 64
LARGEST_ID = 2**31 - 1
"""Of a row: what PostgreSQL's integer holds."""


class UtcTime(TypeDecorator[dt.datetime]):
    """A moment, stored and given back in UTC, on databases with and without time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        return value.astimezone(dt.UTC) if value else None

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


def now() -> dt.datetime:
    """This second, in UTC. Whole seconds, so that a time reads the same wherever it is written."""
    return dt.datetime.now(dt.UTC).replace(microsecond=0)


class Base(DeclarativeBase):
    """All tables, with constraint names that migrations can rely on."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class StoredRubric(Base):
    """A rubric that an assessment uses, whole, so that it outlives the program's own files."""

    __tablename__ = "rubrics"

    digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH), primary_key=True)
    version: Mapped[str] = mapped_column(String(20))
    content: Mapped[str] = mapped_column(Text)


class Assessment(Base):
    """One region's answers in progress. `previous` is the digest of the submission whose answers it began with."""

    __tablename__ = "assessments"

    id: Mapped[int] = mapped_column(primary_key=True)
    rubric_digest: Mapped[str] = mapped_column(ForeignKey("rubrics.digest"))
    region: Mapped[str] = mapped_column(String(120))
    country: Mapped[str | None] = mapped_column(String(2))
    previous: Mapped[str | None] = mapped_column(String(DIGEST_LENGTH))
    started_at: Mapped[dt.datetime] = mapped_column(UtcTime, default=now)
    changed_at: Mapped[dt.datetime] = mapped_column(UtcTime, default=now)

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


class Report(Base):
    """A PDF, kept for the digest of the submission, one version of the template and one language.

    Beside the template, `template_version` stands for the submission before and the other regions that the PDF shows.
    Submissions that say the same in the same second have one digest, and share it.
    """

    __tablename__ = "reports"

    submission_digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH), primary_key=True)
    template_version: Mapped[str] = mapped_column(String(DIGEST_LENGTH), primary_key=True)
    language: Mapped[str] = mapped_column(String(20), primary_key=True)
    pdf: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[dt.datetime] = mapped_column(UtcTime, default=now)


class Rendering(Base):
    """That a process is making the report with this key; nobody else does until then, when it counts as dead."""

    __tablename__ = "renderings"

    submission_digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH), primary_key=True)
    template_version: Mapped[str] = mapped_column(String(DIGEST_LENGTH), primary_key=True)
    language: Mapped[str] = mapped_column(String(20), primary_key=True)
    leased_until: Mapped[dt.datetime] = mapped_column(UtcTime)


security.FsModels.set_db_info(  # type: ignore[no-untyped-call]  # the package is only partly typed
    base_model=Base, user_table_name="accounts", role_table_name="roles", webauthn_table_name="passkeys"
)


class Role(Base, security.FsRoleMixin):
    """What an account may do."""

    __tablename__ = "roles"


class User(Base, security.FsUserMixin):
    """An account of somebody who administers submissions."""

    __tablename__ = "accounts"


class WebAuthn(Base, security.FsWebAuthnMixin):
    """A passkey of an account."""

    __tablename__ = "passkeys"
