"""The database door: the declarative base, the column types, and Database.read() / Database.transaction().

Nothing else opens a session and nothing else commits. Every session is opened for a Scope (models/scope.py), and every
statement that runs in it is narrowed to that scope.
"""

import asyncio
import os
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, DateTime, Dialect, MetaData, TypeDecorator, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase

from models.scope import Scope, narrow


class DatabaseUrlError(ValueError):
    """The database URL cannot be used; the message says why and shows one that can."""


def is_unreachable(error: BaseException) -> bool:
    """Whether the database itself could not be opened, reached or written; not whether a statement was wrong."""
    if isinstance(error, DBAPIError):
        # PostgreSQL's classes for a connection that failed or ended, and for a login or database that is not there.
        state = getattr(error.orig, "sqlstate", None) or ""
        return isinstance(error, OperationalError | InterfaceError) or state[:2] in ("08", "28", "3D", "57")
    # OSError: what a driver raises when nobody listens; a library that cannot be loaded is one without a number.
    return isinstance(error, OSError) and error.errno is not None


class UtcDateTime(TypeDecorator[datetime]):
    """An instant. Stored in UTC, always read back aware; SQLite's own DateTime loses the offset."""

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


Json = JSON().with_variant(JSONB(), "postgresql")


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
    type_annotation_map = {datetime: UtcDateTime, dict[str, Any]: Json, list[str]: Json}  # noqa: RUF012


_last_id = 0


def new_id() -> uuid.UUID:
    """A UUIDv7 (RFC 9562): ordered by creation time, strictly rising within this process."""
    global _last_id
    milliseconds, nanoseconds = divmod(time.time_ns(), 1_000_000)
    stamp = milliseconds << 12 | (nanoseconds << 12) // 1_000_000
    _last_id = stamp = max(stamp, _last_id + 1)
    bits = (stamp >> 12) << 80 | 0x7 << 76 | (stamp & 0xFFF) << 64 | 0b10 << 62
    return uuid.UUID(int=bits | int.from_bytes(os.urandom(8), "big") >> 2)


def parse_database_url(text: str) -> URL:
    """`sqlite:///path` or `postgresql://user:password@host/name`, with the driver we use filled in."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        url = None
    example = "use sqlite:///path/to/orders.db or postgresql://user:password@host:5432/name"
    if url is None or url.get_backend_name() not in ("sqlite", "postgresql"):
        raise DatabaseUrlError(f"The database URL is not one we can use: {example}.")
    if url.get_backend_name() == "sqlite":
        if not url.database or url.database == ":memory:":
            raise DatabaseUrlError(f"The database URL names no file: {example}.")
        return url.set(drivername="sqlite+aiosqlite")
    if url.port is not None and not 0 < url.port < 65536:
        raise DatabaseUrlError(f"The database URL's port is not one: {example}.")
    if "@" in f"{url.host}{url.database}":
        # The rest of a password that has one; it would be taken for the host, and be shown.
        raise DatabaseUrlError(f"Write an @ in the password of the database URL as %40: {example}.")
    mode = url.query.get("sslmode")
    if unknown := set(url.query) - {"sslmode"}:
        raise DatabaseUrlError(f"The database URL has an unknown parameter ({min(unknown)}): {example}.")
    # libpq's name for it; asyncpg calls it ssl.
    return url.set(drivername="postgresql+asyncpg", query={"ssl": mode} if mode else {})


def create_engine(url: URL) -> AsyncEngine:
    if url.get_backend_name() == "sqlite":
        engine = create_async_engine(
            url, pool_size=8, max_overflow=8, pool_timeout=10, connect_args={"timeout": 10}, hide_parameters=True
        )
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
        return engine
    return create_async_engine(
        url,
        pool_size=10,
        max_overflow=10,
        pool_timeout=10,
        pool_pre_ping=True,
        # What a statement is about is the customers' business and may be a secret: it stays out of errors and logs.
        hide_parameters=True,
        connect_args={"server_settings": {"lock_timeout": "10s", "statement_timeout": "60s"}},
    )


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver must not open transactions by itself: with its default, concurrent writers lose updates silently.
    connection.isolation_level = None
    # SQLite's own lower() knows ASCII only; PostgreSQL's knows every letter.
    connection.create_function("lower", 1, lambda text: text.lower() if isinstance(text, str) else text)
    connection.create_function("month_in_zone", 2, _month_in_zone, deterministic=True)
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=10000", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _month_in_zone(at: str, time_zone: str) -> str:
    """As 2026-11. PostgreSQL has a function of the same name (migration 0002)."""
    return datetime.fromisoformat(at).replace(tzinfo=UTC).astimezone(ZoneInfo(time_zone)).strftime("%Y-%m")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def insert_into(session: AsyncSession, table: type[DeclarativeBase]) -> Any:
    """The database's own INSERT, which knows ON CONFLICT."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    return dialect.insert(table)


def insert_new(session: AsyncSession, table: type[DeclarativeBase]) -> Any:
    """INSERT … ON CONFLICT DO NOTHING: rows whose key is taken are left as they are."""
    return insert_into(session, table).on_conflict_do_nothing()


class Database:
    """Sessions on one database. `engine` is exposed for migrations, health checks and statement counters."""

    def __init__(self, url: str) -> None:
        self.url = parse_database_url(url)
        self.engine = create_engine(self.url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        # SQLite has one writer at a time: queue for it here, in order, rather than in its sleeping busy handler.
        self._writer = asyncio.Lock() if self.is_sqlite else None

    def exists(self) -> bool:
        """False for a SQLite file that is not there yet; opening it would make it."""
        return not self.is_sqlite or Path(self.url.database or "").exists()

    @asynccontextmanager
    async def read(self, scope: Scope) -> AsyncIterator[AsyncSession]:
        """A session for questions (one snapshot on SQLite, read committed on PostgreSQL); keeps no change."""
        async with self._session(scope) as session, session.begin():
            yield session
            # What was read stays readable afterwards; a rollback would expire it.
            session.expunge_all()
            await session.rollback()

    @asynccontextmanager
    async def transaction(self, scope: Scope) -> AsyncIterator[AsyncSession]:
        """A session for one command: all of it is committed when the block ends, nothing when it raises."""
        async with AsyncExitStack() as stack:
            if self._writer:
                await stack.enter_async_context(self._writer)
            session = await stack.enter_async_context(self._session(scope))
            await stack.enter_async_context(session.begin())
            await session.connection(execution_options={"writes": True})
            yield session

    @asynccontextmanager
    async def _session(self, scope: Scope) -> AsyncIterator[AsyncSession]:
        async with AsyncSession(self.engine, expire_on_commit=False, autoflush=False, info={"scope": scope}) as session:
            event.listen(session.sync_session, "do_orm_execute", narrow)
            yield session

    async def close(self) -> None:
        await self.engine.dispose()
