"""What every query and command is given: the database, the actor, the clock, the loaders."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from models.actor import Actor
from models.database.sessions import Database
from resolvers.reading.loaders import Loaders


@dataclass
class Context:
    """One per request. `clock` returns the present instant in UTC; `on_mail` tells the relay that there is work."""

    database: Database
    actor: Actor
    clock: Callable[[], datetime]
    request_id: str | None = None
    on_mail: Callable[[], None] = lambda: None
    loaders: Loaders = field(init=False)
    may_lag: bool = field(default=True, init=False)

    def __post_init__(self) -> None:
        self.loaders = Loaders(self.read)

    def read(self) -> AbstractAsyncContextManager[AsyncSession]:
        """Reads from the replica, if there is one, until the request runs a command."""
        return self.database.read(self.actor.scope, may_lag=self.may_lag)

    def transaction(self) -> AbstractAsyncContextManager[AsyncSession]:
        return self.database.transaction(self.actor.scope)

    def refresh(self) -> None:
        """Called after a command: what was loaded before it is stale, and so may be the replica."""
        self.may_lag = False
        self.loaders = Loaders(self.read)
