"""The database door: the declarative base, the column types, and Database.read() / Database.transaction().

Nothing else opens a session and nothing else commits. Every session is opened for a Scope (models/scope.py), and every
statement that runs in it is narrowed to that scope.
"""

import asyncio
import math
import os
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
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

from models.scope import Scope, keep_within, narrow

LOCK_WAIT = timedelta(seconds=10)


class DatabaseBusyError(Exception):
    """A lock was not to be had within the time that a command waits for one; trying again later may help."""


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
    pooled = url.query.get("pgbouncer")
    if unknown := set(url.query) - {"sslmode", "pgbouncer"}:
        raise DatabaseUrlError(f"The database URL has an unknown parameter ({min(unknown)}): {example}.")
    if pooled not in (None, "true", "false"):
        raise DatabaseUrlError(f"The database URL's pgbouncer is neither true nor false: {example}?pgbouncer=true.")
    # libpq's name for it; asyncpg calls it ssl.
    query = ({"ssl": mode} if mode else {}) | ({"pgbouncer": pooled} if pooled == "true" else {})
    return url.set(drivername="postgresql+asyncpg", query=query)


def create_engine(url: URL, lock_wait: timedelta = LOCK_WAIT) -> AsyncEngine:
    """docs/operations.md explains the sizes; each process has a pool of its own."""
    wait = lock_wait.total_seconds()
    if url.get_backend_name() == "sqlite":
        engine = create_async_engine(
            url, pool_size=8, max_overflow=8, pool_timeout=10, connect_args={"timeout": wait}, hide_parameters=True
        )
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        event.listen(engine.sync_engine, "begin", partial(_begin_sqlite, wait))
        return engine
    # Imported late: who uses SQLite needs no driver for PostgreSQL.
    from models.database.postgres import ScopedConnection, say_for_whom

    through_pgbouncer = bool(url.query.get("pgbouncer"))
    timeouts = TIMEOUTS | {"lock_timeout": f"{wait * 1000:.0f}ms"}
    engine = create_async_engine(
        url.difference_update_query(["pgbouncer"]),
        pool_size=10,
        max_overflow=10,
        pool_timeout=10,
        pool_pre_ping=True,
        # What a statement is about is the customers' business and may be a secret: it stays out of errors and logs.
        hide_parameters=True,
        connect_args={"connection_class": ScopedConnection, "timeout": 10}
        | (PGBOUNCER if through_pgbouncer else {"server_settings": timeouts}),
    )
    say_for_whom(engine.sync_engine)
    if through_pgbouncer:
        event.listen(engine.sync_engine, "begin", partial(_begin_pgbouncer, timeouts))
    return engine


# What a statement waits for a lock, and takes, at most; and how long a process that hangs holds its locks.
TIMEOUTS = {"lock_timeout": "10s", "statement_timeout": "60s", "idle_in_transaction_session_timeout": "60s"}
# In transaction mode the next transaction may run on another connection of the server: nothing prepared may be counted
# on (a statement without a name lasts for its transaction), and PgBouncer refuses settings at the start of one.
PGBOUNCER = {
    "statement_cache_size": 0,
    "prepared_statement_cache_size": 0,
    "prepared_statement_name_func": lambda: "",
}


def _begin_pgbouncer(timeouts: dict[str, str], connection: Connection) -> None:
    settings = ", ".join(f"set_config('{name}', '{value}', true)" for name, value in timeouts.items())
    connection.exec_driver_sql(f"SELECT {settings}")


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver must not open transactions by itself: with its default, concurrent writers lose updates silently.
    connection.isolation_level = None
    # SQLite's own lower() knows ASCII only; PostgreSQL's knows every letter.
    connection.create_function("lower", 1, lambda text: text.lower() if isinstance(text, str) else text)
    connection.create_function("month_in_zone", 2, _month_in_zone, deterministic=True)
    cursor = connection.cursor()
    # FULL: an answered command survives a power cut too; with NORMAL a mail could tell of a rejection that is gone.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _month_in_zone(at: str, time_zone: str) -> str:
    """As 2026-11. PostgreSQL has a function of the same name (migration 0002)."""
    return datetime.fromisoformat(at).replace(tzinfo=UTC).astimezone(ZoneInfo(time_zone)).strftime("%Y-%m")


def _begin_sqlite(lock_wait: float, connection: Connection) -> None:
    options = connection.get_execution_options()
    wait = options.get("wait", lock_wait)
    if connection.info.get("wait", lock_wait) != wait:
        cursor = connection.connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={wait * 1000:.0f}")
        cursor.close()
        connection.info["wait"] = wait
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writes") else "BEGIN")


def insert_into(session: AsyncSession, table: type[DeclarativeBase]) -> Any:
    """The database's own INSERT, which knows ON CONFLICT."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    return dialect.insert(table)


def insert_new(session: AsyncSession, table: type[DeclarativeBase]) -> Any:
    """INSERT … ON CONFLICT DO NOTHING: rows whose key is taken are left as they are."""
    return insert_into(session, table).on_conflict_do_nothing()


class Database:
    """Sessions on one database. `engine` is exposed for migrations, health checks and statement counters.

    `replica_url`: a copy that follows the database, for questions that may see it a moment late. Whoever waits for a
    lock longer than `lock_wait` (on SQLite: for the writers of this process and for those of others together) gives up,
    and nothing has happened.
    """

    def __init__(self, url: str, replica_url: str | None = None, *, lock_wait: timedelta = LOCK_WAIT) -> None:
        self.url = parse_database_url(url)
        self.engine = create_engine(self.url, lock_wait)
        self.replica = create_engine(parse_database_url(replica_url), lock_wait) if replica_url else None
        self.engines = [self.engine, *([self.replica] if self.replica else [])]
        self._lock_wait = lock_wait.total_seconds()
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        # SQLite has one writer at a time: queue for it here, in order, rather than in its sleeping busy handler.
        self._writer = asyncio.Lock() if self.is_sqlite else None

    def exists(self) -> bool:
        """False for a SQLite file that is not there yet; opening it would make it."""
        return not self.is_sqlite or Path(self.url.database or "").exists()

    @asynccontextmanager
    async def read(self, scope: Scope, *, may_lag: bool = False) -> AsyncIterator[AsyncSession]:
        """A session for questions (one snapshot on SQLite, read committed on PostgreSQL); keeps no change.

        `may_lag`: on the replica when there is one. Never for what belongs to a decision.
        """
        engine = self.replica if may_lag and self.replica else self.engine
        async with self._session(scope, engine) as session, session.begin():
            yield session
            # What was read stays readable afterwards; a rollback would expire it.
            session.expunge_all()
            await session.rollback()

    @asynccontextmanager
    async def transaction(self, scope: Scope) -> AsyncIterator[AsyncSession]:
        """A session for one command: all of it is committed when the block ends, nothing when it raises.

        Raises DatabaseBusyError, or the driver's own error, when a lock is held for too long by somebody else.
        """
        async with AsyncExitStack() as stack:
            options: dict[str, Any] = {"writes": True}
            if self._writer:
                options["wait"] = await self._turn(self._writer)
                stack.callback(self._writer.release)
            session = await stack.enter_async_context(self._session(scope, self.engine))
            await stack.enter_async_context(session.begin())
            await session.connection(execution_options=options)
            yield session

    async def _turn(self, writer: asyncio.Lock) -> float:
        """The seconds that are left to wait for the writers of other processes, in tenths: as a rule, all of them."""
        until = time.monotonic() + self._lock_wait
        try:
            async with asyncio.timeout(self._lock_wait):
                await writer.acquire()
        except TimeoutError:
            raise DatabaseBusyError("other commands of this process are being written") from None
        return max(math.ceil((until - time.monotonic()) * 10) / 10, 0)

    @asynccontextmanager
    async def _session(self, scope: Scope, engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
        engine = engine.execution_options(scope=scope)
        async with AsyncSession(engine, expire_on_commit=False, autoflush=False, info={"scope": scope}) as session:
            event.listen(session.sync_session, "do_orm_execute", narrow)
            event.listen(session.sync_session, "before_flush", keep_within)
            yield session

    async def close(self) -> None:
        for engine in self.engines:
            await engine.dispose()
