"""What every query and command is given: the database, the actor, the clock, the loaders."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from models.actor import Actor
from models.database.prepared import Preparing, Steps
from models.database.sessions import Database
from resolvers.reading.loaders import Loaders

# However many fields a request has, it reads with no more connections of the pool at once. Its other reads wait.
MAX_SESSIONS = 2
# SQLite runs in this process: more threads of one request would only slow down the others.
MAX_SESSIONS_ON_SQLITE = 1


@dataclass
class Context:
    """One per request. `clock` returns the present instant in UTC; `on_mail` tells the relay that there is work.

    One read() must not be nested in another: each waits for its turn. A command has one transaction() at a time.
    """

    database: Database
    actor: Actor
    clock: Callable[[], datetime]
    request_id: str | None = None
    on_mail: Callable[[], None] = lambda: None
    loaders: Loaders = field(init=False)
    may_lag: bool = field(default=True, init=False)
    _sessions: asyncio.Semaphore = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._sessions = asyncio.Semaphore(MAX_SESSIONS_ON_SQLITE if self.database.is_sqlite else MAX_SESSIONS)
        self.loaders = Loaders(self.read)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """Reads from the replica, if there is one, until the request runs a command."""
        async with self._sessions, self.database.read(self.actor.scope, may_lag=self.may_lag) as session:
            yield session

    def preparing(self) -> Preparing:
        """Makes the texts of statements for this database and the shape of the actor's scope."""
        scope = self.actor.scope
        return self.database.preparing(has_brand=scope.brand_id is not None, has_buyer=scope.buyer_id is not None)

    async def run_steps(self, steps: Steps) -> Any:
        """Runs prepared statements as read() runs others: in the actor's scope, one snapshot on SQLite."""
        async with self._sessions:
            return await self.database.run_steps(self.actor.scope, steps, may_lag=self.may_lag)

    def transaction(self) -> AbstractAsyncContextManager[AsyncSession]:
        return self.database.transaction(self.actor.scope)

    def refresh(self) -> None:
        """Called after a command: what was loaded before it is stale, and so may be the replica."""
        self.may_lag = False
        self.loaders = Loaders(self.read)
