"""Short transactions on SQLite: BEGIN IMMEDIATE and COMMIT in the driver's thread, all else on the event loop.

Most commands need statements that are made once (models/database/prepared.py) and nothing else. So the session that
they are given begins nothing until it is used for another statement.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession
from sqlalchemy.util import greenlet_spawn

from models.database.prepared import AT_ONCE, AtOnce
from models.database.sqlite import WAIT, wait_at_most


@asynccontextmanager
async def short_transaction(
    engine: AsyncEngine, wait: float, new_session: Callable[[AsyncConnection], AsyncSession]
) -> AsyncIterator[AsyncSession]:
    """`wait`: the longest wait for the lock, in seconds."""
    connection: Connection = await greenlet_spawn(_connect, engine)
    driver: Any = connection.connection.driver_connection
    try:
        at_once = AtOnce.of(connection)
        if connection.info.get(WAIT) != wait:
            at_once.database.execute(wait_at_most(wait))
            connection.info[WAIT] = wait
        await driver._execute(at_once.rows, "BEGIN IMMEDIATE", ())
        driver._execute.is_short = True  # so that a session does not begin it again: sqlite.begin()
        async with new_session(AsyncConnection(engine, connection)) as session:
            session.info[AT_ONCE] = at_once
            try:
                yield session
            except BaseException:
                await session.rollback()
                raise
            if session.in_transaction():
                await session.commit()
            else:
                await driver._execute(at_once.commit)
                session.sync_session.dispatch.after_commit(session.sync_session)
    finally:
        # If a cancelled call still runs in the thread, this waits for it there.
        try:
            await driver._execute(driver._conn.rollback)  # what is not committed
        finally:
            await greenlet_spawn(connection.close)


def _connect(engine: AsyncEngine) -> Connection:
    """A connection that belongs to no transaction of SQLAlchemy."""
    return Connection(engine.sync_engine, connection=engine.sync_engine.raw_connection())
