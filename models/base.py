"""The base of all tables: declarative base, column types, ids, INSERT … ON CONFLICT."""

import os
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import Any, Self

from sqlalchemy import JSON, DateTime, Dialect, Enum, MetaData, TypeDecorator
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase

from models.folding import folded_if_other
from models.locale import Locale


class UtcDateTime(TypeDecorator[datetime]):
    """An instant, stored in UTC and read back with its offset. SQLite's own DateTime loses the offset."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no UTC offset")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    # The same in one step. SQLAlchemy's three take four times as long, and a command has dozens of instants.

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        return _to_text if dialect.name == "sqlite" else super().bind_processor(dialect)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        return _from_text if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _to_text(value: datetime | None) -> str | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError(f"{value!r} has no UTC offset")
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def _from_text(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(f"{text}+00:00")


Json = JSON().with_variant(JSONB(), "postgresql")

LocaleColumn = Enum(
    Locale, native_enum=False, length=2, values_callable=lambda locales: [each.value for each in locales]
)


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime, Locale: LocaleColumn, dict[str, Any]: Json, list[str]: Json}  # noqa: RUF012


class AddedOnce:
    """A row that no command changes after it has added it: models/database/inserting.py writes it."""

    @classmethod
    def made(cls, **values: Any) -> Self:
        """As the constructor. SQLAlchemy's events and notes of each value take longer than to insert the row."""
        table: Any = cls
        if not values.keys() <= _columns_of(table):
            raise TypeError(f"{table.__name__} has no column {min(values.keys() - _columns_of(table))}")
        row: Self = table.__mapper__.class_manager.new_instance()
        row.__dict__.update(values)
        return row


@cache
def _columns_of(table: Any) -> frozenset[str]:
    return frozenset(table.__mapper__.columns.keys())


def folded_from(*columns: str) -> Callable[[Any], str | None]:
    """The default of a column with what `folded_if_other` says of these columns of the same row."""

    def default(context: Any) -> str | None:
        values = context.get_current_parameters()
        return folded_if_other(*(values[column] for column in columns))

    return default


_last_id = 0


def new_id() -> uuid.UUID:
    """A UUIDv7 (RFC 9562): ordered by creation time, strictly increasing within this process.

    48 bits of milliseconds, the version, 12 bits of the fraction of the millisecond, the variant, 62 random bits.
    """
    global _last_id
    milliseconds, nanoseconds = divmod(time.time_ns(), 1_000_000)
    stamp = milliseconds << 12 | (nanoseconds << 12) // 1_000_000
    _last_id = stamp = max(stamp, _last_id + 1)
    bits = (stamp >> 12) << 80 | 0x7 << 76 | (stamp & 0xFFF) << 64 | 0b10 << 62
    return uuid.UUID(int=bits | int.from_bytes(os.urandom(8), "big") >> 2)


def insert_into(session: AsyncSession, table: type[DeclarativeBase]) -> Any:
    """The dialect's own INSERT, which has ON CONFLICT."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    return dialect.insert(table)


def insert_new(session: AsyncSession, table: type[DeclarativeBase]) -> Any:
    """INSERT … ON CONFLICT DO NOTHING: leaves existing rows with the same key unchanged."""
    return insert_into(session, table).on_conflict_do_nothing()
