"""Short transactions on SQLite: what may wait, for the lock or the disk, in the driver's thread, all else on the loop.

Those that wait for their turn join the open transaction, each within a savepoint, and share its COMMIT (decision 55).
Each of them ends only after the COMMIT.

Most commands need statements that are made once (models/database/prepared.py) and nothing else. So the session that
they are given begins nothing until it is used for another statement.
"""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, cast

from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from models.database.prepared import AT_ONCE, AtOnce, wrapped
from models.database.sqlite import WAIT, checked_in, checked_in_at_once, checked_out, wait_at_most
from models.database.turns import Turns

# The others wait meanwhile: writers of this process that cannot join, and those of other processes.
MAX_TOGETHER = 16
MAX_OPEN = 0.01  # seconds after which nobody joins any more


@asynccontextmanager
async def short_transaction(
    engine: AsyncEngine, turns: Turns, new_session: Callable[[AsyncConnection], AsyncSession]
) -> AsyncIterator[AsyncSession]:
    is_alone = not turns.is_taken
    wait, joined = await turns.take(can_join=True)
    group = cast("Group | None", joined) or await _open(engine, turns)
    try:
        at_once = await group.begin(engine, wait, is_alone=is_alone)
        session = new_session(AsyncConnection(engine, at_once.connection))
        session.info[AT_ONCE] = at_once
        try:
            yield session
            if session.in_transaction():
                await session.flush()
        finally:
            if session.in_transaction():
                await session.close()  # the driver ignores its ROLLBACK
        group.keep()
    except BaseException as error:
        group.undo(error)
        group.go_on()
        if isinstance(error, Exception):
            await group.committed()  # it may have failed because of what another one had written
        raise
    group.go_on()
    await group.committed()
    session.sync_session.dispatch.after_commit(session.sync_session)


async def _open(engine: AsyncEngine, turns: Turns) -> "Group":
    try:
        pool = engine.sync_engine.pool
        return Group(turns, pool, await checked_out(pool))
    except BaseException:
        turns.pass_on()
        raise


class Group:
    """One transaction, which short transactions use one after the other. `pooled`: a connection of the pool."""

    def __init__(self, turns: Turns, pool: Any, pooled: Any) -> None:
        self._turns = turns
        self._pool = pool
        self._pooled = pooled
        self._driver: Any = pooled.driver_connection
        self._database: sqlite3.Connection = self._driver._conn  # aiosqlite has no public way to its connection
        self._count = 0
        self._opened = 0.0
        self._is_kept = False  # there is something to commit
        self._lost: sqlite3.Error | None = None  # why all of it is lost
        self._loop = asyncio.get_running_loop()
        self._ended: asyncio.Future[None] = self._loop.create_future()
        # One future for each transaction: a request that is cancelled cancels its own only.
        self._waiting: list[asyncio.Future[sqlite3.Error | None]] = []

    async def begin(self, engine: AsyncEngine, wait: float, *, is_alone: bool) -> AtOnce:
        """The next one. `wait`: the longest wait for the lock, in seconds.

        Unless it `is_alone`, BEGIN is called in the thread: meanwhile others arrive, and share the COMMIT.
        """
        self._count += 1
        # It belongs to no transaction of SQLAlchemy.
        at_once = AtOnce.of(Connection(engine.sync_engine, connection=self._pooled))
        if self._count > 1:
            at_once.rows("SAVEPOINT command", ())
            return at_once
        if not (is_alone and self._begins_at_once(at_once)):
            self._wait_at_most(wait)
            await self._driver._execute(at_once.rows, "BEGIN IMMEDIATE", ())
        self._driver._execute.begin_group()
        self._opened = time.monotonic()
        return at_once

    def _begins_at_once(self, at_once: AtOnce) -> bool:
        """Whether nobody else had the lock: then nothing has waited for it."""
        if not self._driver._execute.is_idle:
            return False
        self._wait_at_most(0)
        try:
            at_once.rows("BEGIN IMMEDIATE", ())
        except DBAPIError as error:
            if getattr(error.orig, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            return False
        return True

    def _wait_at_most(self, seconds: float) -> None:
        if self._pooled.info.get(WAIT) != seconds:
            self._database.execute(wait_at_most(seconds))
            self._pooled.info[WAIT] = seconds

    def keep(self) -> None:
        """What the present one has written."""
        if self._count > 1:
            self._database.execute("RELEASE command")
        self._is_kept = True

    def undo(self, error: BaseException) -> None:
        """What the present one has written. The first one has no savepoint: nobody else has written anything yet."""
        if self._count == 1:
            return
        try:
            self._database.execute("ROLLBACK TO command")
            self._database.execute("RELEASE command")
        except sqlite3.Error as failed:  # SQLite has rolled back all, e.g. because the disk is full
            orig = error.orig if isinstance(error, DBAPIError) else None
            self._lost = orig if isinstance(orig, sqlite3.Error) else failed

    def go_on(self) -> None:
        """With the next one if it may join; else it ends, whether a request is cancelled or not."""
        if not self._is_joined():
            self._turns.ending = self._ended
            self._loop.call_soon(self._end)

    def _is_joined(self) -> bool:
        may_grow = self._is_kept and not self._lost and self._count < MAX_TOGETHER
        return may_grow and time.monotonic() - self._opened < MAX_OPEN and self._turns.pass_on_open(self)

    async def committed(self) -> None:
        """Waits for the end. Raises the error of COMMIT, or the one with which SQLite has rolled back all."""
        mine: asyncio.Future[sqlite3.Error | None] = self._loop.create_future()
        self._waiting.append(mine)
        if error := await mine:
            raise wrapped(error, "COMMIT") from error

    def _end(self) -> None:
        if not self._is_joined():  # by one that has come in the same turn of the event loop
            self._driver._execute.end_group()
            self._driver._execute.in_thread(self._commit, self._is_ended)

    def _commit(self) -> sqlite3.Error | None:
        """In the driver's thread, behind a cancelled call that still runs there. Returns why nothing is committed."""
        try:
            if self._is_kept and not self._lost:
                self._database.execute("COMMIT")
                return None
            self._database.rollback()
        except sqlite3.Error as failed:
            self._lost = failed
            with suppress(sqlite3.Error):
                self._database.rollback()
        return self._lost

    def _is_ended(self, error: sqlite3.Error | None) -> None:
        for each in self._waiting:
            if not each.done():
                each.set_result(error)
        if checked_in_at_once(self._pool, self._pooled):
            self._free()
        else:
            closing = self._loop.create_task(checked_in(self._pool, self._pooled))
            closing.add_done_callback(lambda _: self._free())

    def _free(self) -> None:
        self._turns.pass_on()
        self._ended.set_result(None)
