"""What is drawn from submissions and can be drawn again: what lists look up, and PDFs."""

import datetime as dt

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.models.base import DIGEST_LENGTH, Base, UtcTime, now

KEY = String(120).with_variant(String(120, collation="C"), "postgresql")
"""What is sorted letter by letter, in the same order on both databases."""
FILTERED = ("status", "country", "verdict", "nearest", "rubric_version", "reviewer_id")
SORTED = ("at", "score", "region_key")
THEME_SORTED = ("at", "score", "overall", "region_key")


def listing_columns(what: str | None, sort: str) -> tuple[str, ...]:
    """The columns of the index by which the list finds what has one value in `what`, or all, in the order of `sort`."""
    leading = (*((what,) if what else ()), sort, "submission_id")
    return (*leading, *(name for name in (*FILTERED, "latest", "at") if name not in leading))


class Listing(Base):
    """What the list filters and sorts by: drawn from a submission and its review, and drawn anew whenever they change.

    `status` is that of the assessment for its newest submission, `accepted` for the one accepted last, `superseded` for
    others; `latest` says whether it is the newest. `score` is 0 to 100, or -1 where nothing defines one; `low` and
    `high` are its interval. `nearest` is the country that ranks first, "" where there is no resemblance; `country` is
    "" where none was said. `region_key` is the region's name as it is sorted. `reviewer_id` is 0 for nobody.

    Each order of each filter has an index, which also holds whatever else may be asked for: however filters are put
    together, rows are read in the order wanted, and only those that are shown are looked up.
    """

    __tablename__ = "listings"
    __table_args__ = tuple(
        Index(f"ix_listings_{what or 'all'}_{sort}", *listing_columns(what, sort))
        for what in (None, *FILTERED)
        for sort in SORTED
    )

    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id", ondelete="CASCADE"), primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    at: Mapped[dt.datetime] = mapped_column(UtcTime)
    region: Mapped[str] = mapped_column(String(120))
    region_key: Mapped[str] = mapped_column(KEY)
    country: Mapped[str] = mapped_column(String(2))
    rubric_digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH), index=True)
    rubric_version: Mapped[str] = mapped_column(String(20))
    answers_digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH), index=True)
    status: Mapped[str] = mapped_column(String(20))
    latest: Mapped[bool]
    reviewer_id: Mapped[int]
    score: Mapped[float]
    low: Mapped[float | None]
    high: Mapped[float | None]
    verdict: Mapped[str] = mapped_column(String(20))
    nearest: Mapped[str] = mapped_column(String(2))


class ThemeScore(Base):
    """The score of a theme in a submission, 0 to 100, and the quarter of the scale where it lies, 0 to 3.

    Beside it stands what its submission may be sorted by: when it came, its overall score, and its region's name.
    """

    __tablename__ = "theme_scores"
    __table_args__ = (
        *(Index(f"ix_theme_scores_{sort}", "theme", "quarter", sort, "submission_id") for sort in THEME_SORTED),
        {"sqlite_with_rowid": False},  # most of what is asked for is one theme of one submission
    )

    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id", ondelete="CASCADE"), primary_key=True)
    theme: Mapped[str] = mapped_column(String(80), primary_key=True)
    score: Mapped[float]
    quarter: Mapped[int]
    at: Mapped[dt.datetime] = mapped_column(UtcTime)
    overall: Mapped[float]
    region_key: Mapped[str] = mapped_column(KEY)


class Report(Base):
    """A PDF, kept for the digest of the submission, one version of the template and one language.

    Beside the template, `template_version` stands for the submission before and the other regions that the PDF shows.
    Submissions that say the same in the same second have one digest, and share it. A comparison has one of its own,
    over those of the submissions that it shows.
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
