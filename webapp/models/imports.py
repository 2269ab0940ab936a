"""What administrators have uploaded and not confirmed yet."""

import datetime as dt

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.models.base import Base, UtcTime, now


class PendingImport(Base):
    """The answers files that an account has uploaded last, read, as JSON: kept until it confirms or uploads anew."""

    __tablename__ = "pending_imports"

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    content: Mapped[str] = mapped_column(Text)
    uploaded_at: Mapped[dt.datetime] = mapped_column(UtcTime, default=now)
