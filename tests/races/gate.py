"""A gate: while it is shut, all commands on the given orders wait for their locks; when it opens, they race.

A separate connection holds the locks (PostgreSQL: the orders' rows; SQLite: the write lock).
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from sqlalchemy import select, text

from models.database.sessions import Database
from models.order import Order
from models.scope import EVERYTHING

# Long enough for a slow machine; much shorter than a command waits for its lock (tests/support/servers.py, PATIENT).
ALL_WAIT_WITHIN = 30.0  # seconds


@asynccontextmanager
async def shut(database: Database, orders: Sequence[Order]) -> AsyncIterator[None]:
    async with database.transaction(EVERYTHING) as session:
        ids = [order.id for order in orders]
        await session.execute(select(Order.id).where(Order.id.in_(ids)).order_by(Order.id).with_for_update())
        yield


async def wait_for_waiters(database: Database, count: int) -> None:
    """Waits until `count` commands wait at the gate, as far as that is visible; a few seconds at most."""
    if database.is_sqlite:
        await asyncio.sleep(0.2)
        return
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    deadline = time.monotonic() + ALL_WAIT_WITHIN
    while time.monotonic() < deadline:
        async with database.engine.connect() as connection:
            if (await connection.execute(waiting)).scalar_one() >= count:
                return
        await asyncio.sleep(0.02)
