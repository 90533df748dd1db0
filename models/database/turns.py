"""The turns of the writers of one process on SQLite, which has one writer at a time.

They wait here, in the order of their arrival, rather than in SQLite's sleeping busy handler.
"""

import asyncio
import math
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

from models.database.engines import DatabaseBusyError


class Joinable(Protocol):
    """An open transaction that the next writer may join."""

    def go_on(self) -> None:
        """Gives it to the next writer, or ends it."""


@dataclass(slots=True, eq=False)
class _Waiter:
    """`given`: its turn, with the transaction that it joins, if any. `can_join`: whether it may be given one."""

    given: asyncio.Future[Joinable | None]
    can_join: bool


@dataclass(slots=True, eq=False)
class Turns:
    """`lock_wait`: the longest wait for a turn and for writers of other processes together, in seconds.

    `ending`: done as soon as a transaction that several may join, and its turn, have ended.
    """

    lock_wait: float
    is_taken: bool = False
    ending: asyncio.Future[None] | None = None
    _waiting: deque[_Waiter] = field(default_factory=deque)

    @asynccontextmanager
    async def one(self) -> AsyncIterator[float]:
        """The turn of one writer. Gives the seconds left to wait for writers of other processes."""
        wait, _ = await self.take()
        try:
            yield wait
        finally:
            self.pass_on()

    async def take(self, *, can_join: bool = False) -> tuple[float, Joinable | None]:
        """Returns the seconds left to wait for writers of other processes, and the transaction to join, if any.

        The seconds are rounded up to tenths: usually they are all of them. Raises DatabaseBusyError.
        """
        if not self.is_taken:
            self.is_taken = True
            return self.lock_wait, None
        until = time.monotonic() + self.lock_wait
        mine = _Waiter(asyncio.get_running_loop().create_future(), can_join)
        self._waiting.append(mine)
        try:
            async with asyncio.timeout(self.lock_wait):
                joined = await mine.given
        except BaseException as error:
            self._give_up(mine)
            if isinstance(error, TimeoutError):
                raise DatabaseBusyError("other commands of this process are being written") from None
            raise
        return max(math.ceil((until - time.monotonic()) * 10) / 10, 0), joined

    def _give_up(self, mine: _Waiter) -> None:
        if mine in self._waiting:
            self._waiting.remove(mine)
        elif joined := mine.given.result():  # it was given its turn in the moment in which it was cancelled
            joined.go_on()
        else:
            self.pass_on()

    def pass_on(self) -> None:
        """To the next writer, who begins a transaction."""
        self.is_taken = self._give(None)

    def pass_on_open(self, transaction: Joinable) -> bool:
        """To the next writer, if that one can join the transaction."""
        waiter = self._next()
        return waiter is not None and waiter.can_join and self._give(transaction)

    def _give(self, transaction: Joinable | None) -> bool:
        waiter = self._next()
        if waiter is None:
            return False
        self._waiting.remove(waiter)
        waiter.given.set_result(transaction)
        return True

    def _next(self) -> _Waiter | None:
        """The first who is not cancelled: a cancelled one leaves the queue only when its task runs."""
        return next((each for each in self._waiting if not each.given.done()), None)
