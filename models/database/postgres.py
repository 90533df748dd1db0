"""Sends the current scope to PostgreSQL with BEGIN, for row-level security.

The setting belongs to the transaction, so a connection pool, ours or PgBouncer's, cannot leak it to the next
transaction. It is sent in the same message as BEGIN, so it costs no round trip.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
from sqlalchemy import Engine, event, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.util import greenlet_spawn

from models.scope import Scope

# The setting that the policies read (models/migrations/row_level_security.py): a brand's id, or "all".
SCOPE_SETTING = "orders.brand"
ALL_BRANDS = "all"


class ScopedConnection(asyncpg.Connection):  # type: ignore[misc] # asyncpg has no types
    """`scope`: of the next transaction. None: no scope, so that no brand's rows are visible.

    `settings`: of each transaction.
    """

    scope: Scope | None = None
    settings: Mapping[str, str] = {}

    async def execute(self, query: str, *args: Any, **options: Any) -> str:
        if query.startswith("BEGIN"):
            settings = dict(self.settings)
            if self.scope:
                settings[SCOPE_SETTING] = self.scope.brand_id.hex if self.scope.brand_id else ALL_BRANDS
            query += " " + "; ".join(f"SET LOCAL {name} = '{value}'" for name, value in settings.items())
        status: str = await super().execute(query, *args, **options)
        return status


def with_settings(settings: Mapping[str, str]) -> type[ScopedConnection]:
    """For PgBouncer, which refuses settings when a connection starts."""
    return type("SetConnection", (ScopedConnection,), {"settings": settings})


def announce_scope(engine: Engine) -> None:
    """Makes every transaction of this engine send the scope in the execution options of its connection."""
    event.listen(engine, "begin", _begin)


def _begin(connection: Connection) -> None:
    # The driver sends BEGIN later, together with the transaction's first statement.
    driver: Any = connection.connection.driver_connection
    driver.scope = connection.get_execution_options().get("scope")


def refuse_unusable(connection: Any, *_: Any) -> None:
    """Lets the pool replace a connection that was closed while it was idle, or that is in a transaction.

    The driver knows both without asking the server; SQLAlchemy's `pool_pre_ping` takes three round trips. A server that
    disappears without closing its connections is noticed by the first statement.
    """
    driver: asyncpg.Connection = connection.driver_connection
    if driver.is_closed() or driver.is_in_transaction():
        raise DisconnectionError


@dataclass(frozen=True, slots=True)
class OnDriver:
    """Runs statements by the driver's prepared statements, without SQLAlchemy's contexts, cursors and results.

    `pooled`: a connection of the pool; BEGIN goes before its first statement. `counted_as`: what the listeners get;
    they count these statements as all others. The errors are SQLAlchemy's.
    """

    pooled: Any
    dialect: Any
    counted_as: Connection | Engine
    listeners: Sequence[Callable[..., Any]]

    async def rows(self, text: str, parameters: tuple[Any, ...]) -> Sequence[Any]:
        for listener in self.listeners:
            listener(self.counted_as, None, text, parameters, None, False)
        adapted = self.pooled.dbapi_connection
        try:
            if adapted._transaction is None:
                await adapted._start_transaction()
            prepared, _ = await adapted._prepare(text, self.dialect._invalidate_schema_cache_asof)
            rows: Sequence[Any] = await prepared.fetch(*parameters)
        except Exception as error:
            raise self._wrapped(error, text) from error
        return rows

    async def end(self, *, commits: bool) -> None:
        """Ends the transaction, if it has begun."""
        adapted = self.pooled.dbapi_connection
        transaction, adapted._transaction = adapted._transaction, None
        if transaction is None:
            return
        try:
            await (transaction.commit if commits else transaction.rollback)()
        except Exception as error:
            raise self._wrapped(error, "COMMIT" if commits else "ROLLBACK") from error

    def _wrapped(self, error: Exception, text: str) -> Exception:
        """The error of SQLAlchemy for one of the driver."""
        adapted, base = self.pooled.dbapi_connection, self.dialect.loaded_dbapi.Error
        try:
            adapted._handle_exception(error)
        except Exception as translated:
            error = translated
        if not isinstance(error, base):
            return error
        if isinstance(error, self.dialect.loaded_dbapi.InvalidCachedStatementError):
            self.dialect._invalidate_schema_cache()  # a migration has changed what a prepared statement gives
        is_lost = self.dialect.is_disconnect(error, adapted, None)
        made: Exception = DBAPIError.instance(
            text, None, error, base, True, connection_invalidated=is_lost, dialect=self.dialect
        )
        return made


@dataclass(frozen=True, slots=True)
class InTransaction:
    """The same within a transaction of SQLAlchemy."""

    connection: Connection
    driver: OnDriver

    @classmethod
    def of(cls, connection: AsyncConnection) -> "InTransaction":
        sync: Any = connection.sync_connection
        listeners = list(sync.dispatch.before_cursor_execute)
        return cls(sync, OnDriver(sync.connection, sync.dialect, sync, listeners))

    async def rows(self, text: str, parameters: tuple[Any, ...]) -> Sequence[Any]:
        try:
            return await self.driver.rows(text, parameters)
        except asyncio.CancelledError as error:
            # As SQLAlchemy does. A cancelled BEGIN may have begun: the pool would not roll it back, and the next
            # transaction on this connection would be nested in it, so that its COMMIT would commit nothing.
            self.connection.invalidate(error)
            raise


@asynccontextmanager
async def driver_transaction(engine: AsyncEngine, *, commits: bool) -> AsyncIterator[OnDriver]:
    """A transaction past SQLAlchemy's own connection, which changes greenlets three times for each statement.

    `engine`: with the scope in its execution options. Without `commits` the transaction is rolled back.
    """
    sync = engine.sync_engine
    pooled: Any = await greenlet_spawn(sync.pool.connect)
    driver = OnDriver(pooled, sync.dialect, sync, list(sync.dispatch.before_cursor_execute))
    try:
        pooled.driver_connection.scope = sync.get_execution_options().get("scope")
        try:
            yield driver
        except Exception:
            await driver.end(commits=False)
            raise
        await driver.end(commits=commits)
    except BaseException as error:
        if not isinstance(error, Exception):  # what was cancelled may still run, or may have begun: see InTransaction
            await greenlet_spawn(pooled.invalidate, error)
        elif pooled.driver_connection.is_closed():
            await greenlet_spawn(sync.pool._invalidate, pooled, error)  # the others are probably lost, too
        else:
            await greenlet_spawn(pooled._close_special, transaction_reset=True)
        raise
    # Within a greenlet: a pool that is full closes the connection.
    await greenlet_spawn(pooled._close_special, transaction_reset=True)


async def bypasses_row_security(engine: AsyncEngine) -> str | None:
    """The name of our PostgreSQL role if row-level security does not apply to it, else None."""
    bypassing = text("SELECT rolname FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolbypassrls)")
    async with engine.connect() as connection:
        role: str | None = await connection.scalar(bypassing)
    return role
