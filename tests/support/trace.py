"""All rows of all tables, to prove that a refused command changed nothing."""

from typing import Any

from sqlalchemy import select

from models.database.sessions import Database
from models.database.tables import metadata
from models.scope import EVERYTHING

# Columns of the outbox that the relay, which keeps running, changes.
RELAYS_OWN = {"status", "attempts", "due_at", "leased_until", "sent_at", "last_error"}
# Kept by a job of the server, at any time (decision 42).
SUMS = {"analytics_sums", "analytics_marks", "order_counts"}


async def trace(database: Database) -> dict[str, list[Any]]:
    async with database.read(EVERYTHING) as session:
        return {
            name: sorted(
                map(repr, await session.execute(select(*(c for c in table.columns if c.name not in RELAYS_OWN))))
            )
            for name, table in metadata.tables.items()
            if name not in SUMS
        }
