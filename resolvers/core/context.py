"""What every query and command is given: the database, the actor, the clock, the loaders."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from models.actor import Actor
from models.database.prepared import Preparing, Steps
from models.database.sessions import Database
from resolvers.reading.loaders import Loaders

# However many fields a request has, and however many requests a viewer, it reads with no more connections of the pool
# at once. The other reads wait: two heavy statements of one viewer would take both cores of a small machine.
MAX_SESSIONS = 1


@dataclass
class Context:
    """One per request. `clock` returns the present instant in UTC; `on_mail` tells the relay that there is work.

    `sessions_of_viewer`: shared by the viewer's requests; None outside of the server.
    `on_events`: called after a commit that recorded events of this brand.
    `webhooks_to_loopback`: whether webhooks may post to this machine. `storefront_url`: where buyers see an order, with
    {code} and {brand} in it; None: nowhere.

    One read() must not be nested in another: each waits for its turn. A command has one transaction() at a time.
    """

    database: Database
    actor: Actor
    clock: Callable[[], datetime]
    request_id: str | None = None
    on_mail: Callable[[], None] = lambda: None
    sessions_of_viewer: asyncio.Semaphore | None = field(default=None, repr=False)
    on_events: Callable[[UUID], None] = lambda _: None
    webhooks_to_loopback: bool = False
    storefront_url: str | None = None
    loaders: Loaders = field(init=False)
    may_lag: bool = field(default=True, init=False)
    _sessions: asyncio.Semaphore = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._sessions = asyncio.Semaphore(MAX_SESSIONS)
        self.loaders = Loaders(self.read)

    @asynccontextmanager
    async def read(self, *, may_lag: bool = True) -> AsyncIterator[AsyncSession]:
        """Reads from the replica, if there is one and it may lag, until the request runs a command."""
        # First the request's own: so a request with many fields does not queue with all of them before another one's.
        async with (
            self._sessions,
            self.sessions_of_viewer or nullcontext(),
            self.database.read(self.actor.scope, may_lag=may_lag and self.may_lag) as session,
        ):
            yield session

    def preparing(self) -> Preparing:
        """Makes the texts of statements for this database and the shape of the actor's scope."""
        scope = self.actor.scope
        return self.database.preparing(has_brand=scope.brand_id is not None, has_buyer=scope.buyer_id is not None)

    async def run_steps(self, steps: Steps) -> Any:
        """Runs prepared statements as read() runs others: in the actor's scope, one snapshot on SQLite."""
        async with self._sessions, self.sessions_of_viewer or nullcontext():
            return await self.database.run_steps(self.actor.scope, steps, may_lag=self.may_lag)

    def transaction(self, *, short: bool = False) -> AbstractAsyncContextManager[AsyncSession]:
        return self.database.transaction(self.actor.scope, short=short)

    def refresh(self) -> None:
        """Called after a command: what was loaded before it is stale, and so may be the replica."""
        self.may_lag = False
        self.loaders = Loaders(self.read)
