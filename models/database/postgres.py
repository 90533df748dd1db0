"""Sends the current scope to PostgreSQL with BEGIN, for row-level security.

The setting belongs to the transaction, so a connection pool, ours or PgBouncer's, cannot leak it to the next
transaction. It is sent in the same message as BEGIN, so it costs no round trip.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
from sqlalchemy import Engine, event, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from models.scope import Scope

# The setting that the policies read (models/migrations/row_level_security.py): a brand's id, or "all".
SCOPE_SETTING = "orders.brand"
ALL_BRANDS = "all"


class ScopedConnection(asyncpg.Connection):  # type: ignore[misc] # asyncpg has no types
    """`scope`: of the next transaction. None: no scope, so that no brand's rows are visible."""

    scope: Scope | None = None

    async def execute(self, query: str, *args: Any, **options: Any) -> str:
        if self.scope and query.startswith("BEGIN"):
            value = self.scope.brand_id.hex if self.scope.brand_id else ALL_BRANDS
            query += f" SET LOCAL {SCOPE_SETTING} = '{value}'"
        status: str = await super().execute(query, *args, **options)
        return status


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
class OnCursor:
    """Runs statements on the driver's cursor, within a transaction of SQLAlchemy, without its contexts and results.

    They are counted as all others are, and raise the same errors.
    """

    connection: Connection
    listeners: Sequence[Callable[..., Any]]

    @classmethod
    def of(cls, connection: AsyncConnection) -> "OnCursor":
        sync: Any = connection.sync_connection
        return cls(sync, list(sync.dispatch.before_cursor_execute))

    async def rows(self, text: str, parameters: tuple[Any, ...]) -> Sequence[Any]:
        for listener in self.listeners:
            listener(self.connection, None, text, parameters, None, False)
        dialect = self.connection.dialect
        cursor: Any = self.connection.connection.cursor()
        try:
            await cursor._prepare_and_execute(text, parameters)  # its execute() would switch greenlets first
        except dialect.loaded_dbapi.Error as error:
            is_lost = dialect.is_disconnect(error, self.connection.connection, cursor)
            raise DBAPIError.instance(
                text, None, error, dialect.loaded_dbapi.Error, True, connection_invalidated=is_lost, dialect=dialect
            ) from error
        except asyncio.CancelledError as error:
            # As SQLAlchemy does. A cancelled BEGIN may have begun: the pool would not roll it back, and the next
            # transaction on this connection would be nested in it, so that its COMMIT would commit nothing.
            self.connection.invalidate(error)
            raise
        return list(cursor._rows)


async def bypasses_row_security(engine: AsyncEngine) -> str | None:
    """The name of our PostgreSQL role if row-level security does not apply to it, else None."""
    bypassing = text("SELECT rolname FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolbypassrls)")
    async with engine.connect() as connection:
        role: str | None = await connection.scalar(bypassing)
    return role
