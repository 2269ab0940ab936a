"""What all tables share: the base of the models, and how moments are kept."""

import datetime as dt
from collections.abc import Iterable, Mapping

from sqlalchemy import DateTime, Dialect, MetaData, TypeDecorator, insert
from sqlalchemy.orm import DeclarativeBase, Session

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


def midnight(day: dt.date) -> dt.datetime:
    """The moment at which a day begins, in UTC."""
    return dt.datetime.combine(day, dt.time(), dt.UTC)


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


def add_rows(session: Session, kind: type[Base], rows: Iterable[Mapping[str, object]]) -> None:
    """Adds many rows of a kind at once, by column, without making objects of them."""
    if values := list(rows):
        session.execute(insert(Base.metadata.tables[kind.__tablename__]), values)
