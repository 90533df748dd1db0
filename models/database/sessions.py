"""Database: the only place that opens sessions and commits: Database.read() and Database.transaction().

Every session is opened for a Scope (models/scope.py), and every statement that runs in it is restricted to that scope
(models/database/visibility.py).
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, event, func, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession
from sqlalchemy.orm import Session

from models.database.engines import LOCK_WAIT, create_engine, parse_database_url
from models.database.postgres import InTransaction
from models.database.prepared import (
    ON_DRIVER,
    InThread,
    Preparing,
    Steps,
    is_traced,
    run_steps_in_session,
    run_steps_on_postgres,
    run_steps_on_sqlite,
)
from models.database.short import short_transaction
from models.database.turns import Turns
from models.database.visibility import keep_within, narrow
from models.scope import Scope


class ScopedSession(Session):
    """A session with a Scope in its `info`."""


event.listen(ScopedSession, "do_orm_execute", narrow)
event.listen(ScopedSession, "before_flush", keep_within)


def _new_session(scope: Scope, bind: AsyncEngine | AsyncConnection) -> AsyncSession:
    options: dict[str, Any] = {"expire_on_commit": False, "autoflush": False, "info": {"scope": scope}}
    return AsyncSession(bind, sync_session_class=ScopedSession, **options)


class Database:
    """Sessions on one database. `engine` is exposed for migrations, health checks and statement counters.

    `replica_url`: a replica, for queries that may read slightly old data. `lock_wait`: how long a command waits for a
    lock (on SQLite: for the writers of this process and of other processes together) before it fails and changes
    nothing. `clock`: replaces the database's clock in tests.
    """

    def __init__(
        self,
        url: str,
        replica_url: str | None = None,
        *,
        lock_wait: timedelta = LOCK_WAIT,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        self.clock = clock
        self.url = parse_database_url(url)
        self.engine = create_engine(self.url, lock_wait)
        self.replica = create_engine(parse_database_url(replica_url), lock_wait) if replica_url else None
        self.engines = [self.engine, *([self.replica] if self.replica else [])]
        self._preparing: dict[tuple[bool, bool], Preparing] = {}
        self._in_scope = lru_cache(maxsize=100)(lambda engine, scope: engine.execution_options(scope=scope))
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._turns = Turns(lock_wait.total_seconds()) if self.is_sqlite else None

    def exists(self) -> bool:
        """False for a SQLite file that does not exist yet. Opening it would create it."""
        return not self.is_sqlite or Path(self.url.database or "").exists()

    def now(self, after: timedelta = timedelta(0)) -> datetime | ColumnElement[datetime]:
        """The present instant plus `after`, for a statement: by the clock of the database, which all processes share.

        A SQLite file is used on one machine only, whose processes share that machine's clock.
        """
        if self.clock or self.is_sqlite:
            return (self.clock() if self.clock else datetime.now(UTC)) + after
        return func.now() + after if after else func.now()

    @asynccontextmanager
    async def read(
        self, scope: Scope, *, may_lag: bool = False, one_snapshot: bool = False
    ) -> AsyncIterator[AsyncSession]:
        """A session for queries (one snapshot on SQLite, read committed on PostgreSQL); changes are rolled back.

        `may_lag`: use the replica if there is one. Never for data that a command decides on. `one_snapshot`: on
        PostgreSQL too.
        """
        engine = self.replica if may_lag and self.replica else self.engine
        async with self._session(scope, engine) as session, session.begin():
            if one_snapshot and not self.is_sqlite:
                connection = await session.connection()
                await connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
            yield session
            # Entities stay readable after the session ends; a rollback would expire them.
            session.expunge_all()
            await session.rollback()

    def preparing(self, *, has_brand: bool, has_buyer: bool) -> Preparing:
        """Prepares statements for reading in scopes of this shape."""
        shape = (has_brand, has_buyer)
        if shape not in self._preparing:
            self._preparing[shape] = Preparing(self.engine.dialect, has_brand, has_buyer)
        return self._preparing[shape]

    async def run_steps(self, scope: Scope, steps: Steps, *, may_lag: bool = False, writes: bool = False) -> Any:
        """Runs prepared statements (models/database/prepared.py) as read() runs others; `writes`: as transaction()."""
        try:
            first = next(steps)
        except StopIteration as end:  # needs no statement, and so no connection
            return end.value
        values = self.preparing(has_brand=True, has_buyer=True).scope_values(scope)
        engine = self._in_scope(self.replica if may_lag and self.replica else self.engine, scope)
        # A writer who would wait for its turn on SQLite may join the open transaction: see short_transaction.
        may_join = writes and self._turns is not None and self._turns.is_taken
        if not may_join and not is_traced(engine):
            if self._turns is None:
                return await run_steps_on_postgres(engine, steps, first, values, commits=writes)
            async with self._turns.one() if writes else nullcontext(self._turns.lock_wait) as wait:
                return await run_steps_on_sqlite(engine, steps, first, values, wait, commits=writes)
        opening = self.transaction(scope, short=True) if writes else self.read(scope, may_lag=may_lag)
        async with opening as session:
            return await run_steps_in_session(session, steps, first, values)

    @asynccontextmanager
    async def transaction(self, scope: Scope, *, short: bool = False) -> AsyncIterator[AsyncSession]:
        """A session for one command: commits when the block ends, rolls back when it raises.

        `short`: it has few statements, each of few rows; SQLite then runs them on the event loop.

        Raises DatabaseBusyError, or the driver's own error, when another transaction holds a lock for too long.
        """
        if short and self._turns and not is_traced(self.engine):
            engine, new_session = self._in_scope(self.engine, scope), partial(_new_session, scope)
            async with short_transaction(engine, self._turns, new_session) as session:
                yield session
            return
        async with self._turn() as wait:
            options = {"writes": True, "short": short} | ({} if wait is None else {"wait": wait})
            async with self._session(scope, self.engine) as session, session.begin():
                connection = await session.connection(execution_options=options)
                if self.is_sqlite and not is_traced(self.engine):
                    session.info[ON_DRIVER] = InThread.of(connection)
                elif short and not is_traced(self.engine):
                    session.info[ON_DRIVER] = InTransaction.of(connection)
                yield session

    def _turn(self) -> AbstractAsyncContextManager[float | None]:
        """The turn of one writer of this process. None on PostgreSQL, whose writers do not wait for each other.

        Gives the seconds left to wait for writers of other processes.
        """
        return self._turns.one() if self._turns else nullcontext()

    def _session(self, scope: Scope, engine: AsyncEngine) -> AsyncSession:
        return _new_session(scope, self._in_scope(engine, scope))

    async def close(self) -> None:
        if self._turns and self._turns.ending:
            await asyncio.wait([self._turns.ending])
        for engine in self.engines:
            await engine.dispose()
