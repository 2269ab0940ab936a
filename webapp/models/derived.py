"""What is drawn from submissions and can be drawn again: what lists look up, and PDFs."""

import datetime as dt

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.models.base import DIGEST_LENGTH, Base, UtcTime, now


class Listing(Base):
    """What the list filters and sorts by: drawn from a submission and its review, and drawn anew whenever they change.

    `status` is that of the assessment for its newest submission, `accepted` for the one accepted last, `superseded` for
    others. `score` is 0 to 100, or -1 where nothing defines one; `low` and `high` are its interval. `nearest` is the
    country that ranks first, "" where there is no resemblance; `country` is "" where none was said. `region_key` is the
    region's name as it is sorted.
    """

    __tablename__ = "listings"
    __table_args__ = (
        *(
            Index(f"ix_listings_{what or 'all'}_{sort}", *([what] if what else []), sort, "submission_id")
            for what in (None, "status", "country", "verdict", "nearest", "rubric_digest", "reviewer_id")
            for sort in ("at", "score", "region_key")
        ),
    )

    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id", ondelete="CASCADE"), primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    at: Mapped[dt.datetime] = mapped_column(UtcTime)
    region: Mapped[str] = mapped_column(String(120))
    region_key: Mapped[str] = mapped_column(String(120))
    country: Mapped[str] = mapped_column(String(2))
    rubric_digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH))
    rubric_version: Mapped[str] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(20))
    reviewer_id: Mapped[int | None]
    score: Mapped[float]
    low: Mapped[float | None]
    high: Mapped[float | None]
    verdict: Mapped[str] = mapped_column(String(20))
    nearest: Mapped[str] = mapped_column(String(2))


class ThemeScore(Base):
    """The score of a theme in a submission, 0 to 100, and the quarter of the scale where it lies, 0 to 3."""

    __tablename__ = "theme_scores"
    __table_args__ = (
        Index("ix_theme_scores_at", "theme", "quarter", "at", "submission_id"),
        Index("ix_theme_scores_score", "theme", "quarter", "score", "submission_id"),
    )

    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id", ondelete="CASCADE"), primary_key=True)
    theme: Mapped[str] = mapped_column(String(80), primary_key=True)
    score: Mapped[float]
    quarter: Mapped[int]
    at: Mapped[dt.datetime] = mapped_column(UtcTime)


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
