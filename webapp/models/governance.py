"""What was done, by whom, in an order that nobody can change unseen."""

import datetime as dt

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.models.base import Base, UtcTime


class AuditEntry(Base):
    """One thing that was done. Rows are added and never changed: triggers of the database refuse it.

    `actor` and `subject` are pseudonyms such as `account-1f09c2aa` and `assessment-12`; `details` is canonical JSON
    without personal data. `hash` is that of this entry and the one before (see webapp.audit).
    """

    __tablename__ = "audit"
    __table_args__ = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(UtcTime)
    actor: Mapped[str] = mapped_column(String(40), index=True)
    action: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(80), index=True)
    details: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(String(64))
