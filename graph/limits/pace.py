"""Back-pressure: a client that retries at once after a refusal waits for the next refusal."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from contextlib import suppress
from random import uniform

MAX_KEYS = 10_000


class Pace:
    """For each key, `burst` turns at once and then `per_second`.

    A turn waits at most `seconds`. When more wait than have their turn in that time, the others wait for between half
    of it and all of it, at random: at the same instant they would hold the event loop.
    """

    def __init__(self, per_second: float, burst: int, seconds: float) -> None:
        self._interval = 1 / per_second
        self._ahead = (burst - 1) / per_second
        self._seconds = seconds
        # By key, the instant until which its turns are taken, in the event loop's time. The least recently used one is
        # forgotten first; it is almost always past.
        self._taken: OrderedDict[Hashable, float] = OrderedDict()
        self._waiting: set[asyncio.Timeout] = set()
        self._has_ended = False

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    async def turn(self, key: Hashable, gone: Callable[[], Awaitable[None]]) -> None:
        """Returns when it is the turn of `key`, or when `gone` does: then no client waits for the answer."""
        delay = self._delay(key)
        if delay <= 0:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(delay) as timer:
                self._waiting.add(timer)
                try:
                    await gone()
                finally:
                    self._waiting.discard(timer)

    def end(self) -> None:
        """Ends all waiting, now and later: the server stops."""
        self._has_ended = True
        for timer in self._waiting:
            timer.reschedule(asyncio.get_running_loop().time())

    def _delay(self, key: Hashable) -> float:
        """Seconds until the next turn of `key`, which is taken."""
        now = asyncio.get_running_loop().time()
        taken = max(now, self._taken.get(key, now))
        delay = taken - self._ahead - now
        if self._has_ended:
            return 0
        if delay > self._seconds:
            return uniform(self._seconds / 2, self._seconds)  # noqa: S311 - no secret
        self._taken[key] = taken + self._interval
        self._taken.move_to_end(key)
        if len(self._taken) > MAX_KEYS:
            self._taken.popitem(last=False)
        return delay
