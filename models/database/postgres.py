"""Sends the current scope to PostgreSQL with BEGIN, for row-level security.

The setting belongs to the transaction: a pool, ours or PgBouncer's, hands no brand on to the next one. It travels in
the message that carries BEGIN, so it costs no round trip.
"""

from typing import Any

import asyncpg
from sqlalchemy import Engine, event, text
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from models.scope import Scope

# What the policies compare with (models/migrations/row_level_security.py): a brand's id, or "all".
SCOPE_SETTING = "orders.brand"
ALL_BRANDS = "all"


class ScopedConnection(asyncpg.Connection):  # type: ignore[misc] # asyncpg has no types
    """`scope`: of the transaction that begins next. None: of nobody, who sees no brand's rows."""

    scope: Scope | None = None

    async def execute(self, query: str, *args: Any, **options: Any) -> str:
        if self.scope and query.startswith("BEGIN"):
            said = self.scope.brand_id.hex if self.scope.brand_id else ALL_BRANDS
            query += f" SET LOCAL {SCOPE_SETTING} = '{said}'"
        status: str = await super().execute(query, *args, **options)
        return status


def announce_scope(engine: Engine) -> None:
    """Every transaction of this engine takes the scope from the execution options of its connection."""
    event.listen(engine, "begin", _begin)


def _begin(connection: Connection) -> None:
    # The driver sends BEGIN with the transaction's first statement, which is yet to come.
    driver: Any = connection.connection.driver_connection
    driver.scope = connection.get_execution_options().get("scope")


async def bypasses_row_security(engine: AsyncEngine) -> str | None:
    """The name of the role that we are, if PostgreSQL does not hold it to row-level security."""
    bypassing = text("SELECT rolname FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolbypassrls)")
    async with engine.connect() as connection:
        found: str | None = await connection.scalar(bypassing)
    return found
