"""Database URLs, connection pools and timeouts; which driver errors mean that the database is unavailable."""

import json
import sqlite3
from datetime import timedelta
from functools import partial
from typing import Any

import asyncpg
import orjson
from sqlalchemy import event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from models.database import sqlite as sqlite_hooks
from models.database.postgres import ScopedConnection, announce_scope, refuse_unusable, with_settings

LOCK_WAIT = timedelta(seconds=10)
# The longest wait for a lock, the longest statement, and how long a process that hangs can hold its locks.
TIMEOUTS = {"lock_timeout": "10s", "statement_timeout": "60s", "idle_in_transaction_session_timeout": "60s"}


def _json(value: Any) -> str:
    try:
        return orjson.dumps(value).decode()
    except TypeError:  # orjson takes no large numbers and no half of a surrogate pair
        return json.dumps(value)


OPTIONS: dict[str, Any] = {
    "pool_size": 10,
    "pool_use_lifo": True,
    "max_overflow": 10,
    "pool_timeout": 10,
    # Parameters are customer data and may be secret: they stay out of errors and logs.
    "hide_parameters": True,
    "json_serializer": _json,
}

# In transaction mode the next transaction may run on another server connection, so prepared statements cannot be reused
# (an unnamed one lasts for its transaction), and PgBouncer refuses settings when a connection starts.
PGBOUNCER = {
    "statement_cache_size": 0,
    "prepared_statement_cache_size": 0,
    "prepared_statement_name_func": lambda: "",
}


# PostgreSQL: connection lost, read-only, serialization failure or deadlock, out of resources, lock not available,
# cancelled or shut down, system error.
BUSY_STATES = ("08", "25006", "40", "53", "55", "57", "58")
BUSY_CODES = (
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
)


class DatabaseBusyError(Exception):
    """A command waited too long for a lock. A retry later may help."""


class DatabaseUrlError(ValueError):
    """The database URL cannot be used; the message says why and shows a valid one."""


def is_busy(error: BaseException | None) -> bool:
    """Whether a retry may help: the pool is exhausted, a lock wait timed out, or the database is unavailable."""
    if isinstance(error, DBAPIError):
        state = getattr(error.orig, "sqlstate", None) or ""
        code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
        return error.connection_invalidated or state.startswith(BUSY_STATES) or code in BUSY_CODES
    # A connection that fails while it is being opened raises asyncpg's own errors or an OSError, e.g. TimeoutError.
    # No other OSError is possible: resolvers touch no files.
    if isinstance(error, asyncpg.PostgresError):
        return (error.sqlstate or "").startswith(BUSY_STATES)
    return isinstance(error, DatabaseBusyError | PoolTimeoutError | asyncpg.InterfaceError | OSError)


def is_unreachable(error: BaseException) -> bool:
    """Whether the database itself could not be opened, reached or written. False for a wrong statement."""
    if isinstance(error, DBAPIError):
        # PostgreSQL's error classes: connection failure, invalid login, unknown database, server shutting down.
        state = getattr(error.orig, "sqlstate", None) or ""
        return isinstance(error, OperationalError | InterfaceError) or state[:2] in ("08", "28", "3D", "57")
    # A driver raises OSError if no server listens. A library that cannot be loaded is an OSError without errno.
    return isinstance(error, OSError) and error.errno is not None


def parse_database_url(text: str) -> URL:
    """`sqlite:///path` or `postgresql://user:password@host/name`, with our driver added. Raises DatabaseUrlError."""
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
        # Part of a password with an @ in it: it would be parsed as the host, and be shown.
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
    """Each process has its own connection pool. docs/operations.md explains the sizes."""
    wait = lock_wait.total_seconds()
    if url.get_backend_name() == "sqlite":
        engine = create_async_engine(url, connect_args={"timeout": wait}, **OPTIONS)
        event.listen(engine.sync_engine, "connect", sqlite_hooks.prepare)
        event.listen(engine.sync_engine, "begin", partial(sqlite_hooks.begin, wait))
        return engine
    timeouts = TIMEOUTS | {"lock_timeout": f"{wait * 1000:.0f}ms"}
    settings = (
        PGBOUNCER | {"connection_class": with_settings(timeouts)}
        if url.query.get("pgbouncer")
        else {"connection_class": ScopedConnection, "server_settings": timeouts}
    )
    engine = create_async_engine(
        url.difference_update_query(["pgbouncer"]), connect_args={"timeout": 10} | settings, **OPTIONS
    )
    event.listen(engine.sync_engine, "checkout", refuse_unusable)
    announce_scope(engine.sync_engine)
    return engine
