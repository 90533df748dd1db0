"""What every question and command is given: the door to the database, who asks, the clock, the loaders."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from models.actor import Actor
from models.database.sessions import Database
from resolvers.reading.loaders import Loaders

# However many fields a request has, it takes no more connections from the pool. The others of its reads wait.
MAX_SESSIONS = 2


@dataclass
class Context:
    """One per request. `clock` returns the present instant in UTC; `on_mail` tells the relay that there is work.

    Sessions must not be nested, except one read() in a transaction(): each waits for one of MAX_SESSIONS.
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
        self._sessions = asyncio.Semaphore(MAX_SESSIONS)
        self.loaders = Loaders(self.read)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """On the replica when there is one, until the request decides something."""
        async with self._sessions, self.database.read(self.actor.scope, may_lag=self.may_lag) as session:
            yield session

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        async with self._sessions, self.database.transaction(self.actor.scope) as session:
            yield session

    def refresh(self) -> None:
        """For and after a command: what was loaded before it is stale, and so is a replica."""
        self.may_lag = False
        self.loaders = Loaders(self.read)
