"""Whose access has ended lately: their download links end too.

A link does not name its viewer, so all that ended is read at once, and at most once in REFRESH: no look-up for a link.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from graph.identity.keys import actor_of
from models.actor import Actor
from models.database.sessions import Database
from resolvers import api_keys

REFRESH = timedelta(seconds=30)


class EndedAccess:
    """`digest_of`: what a link says of its viewer. `lifetime`: of a link; what ended before it does not matter."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        digest_of: Callable[[Actor], str],
        lifetime: timedelta,
    ) -> None:
        self._database = database
        self._clock = clock
        self._digest_of = digest_of
        self._lifetime = lifetime
        self._lock = asyncio.Lock()
        self._read_at: datetime | None = None
        self._ended: dict[str, datetime] = {}

    async def has_ended(self, viewer: str, link_made_at: datetime) -> bool:
        """Whether the viewer's access ended after the link was made. At most REFRESH late."""
        async with self._lock:
            now = self._clock()
            if self._read_at is None or not timedelta() <= now - self._read_at < REFRESH:
                ended = await api_keys.ended_since(self._database, now - self._lifetime - REFRESH, now)
                self._ended = {self._digest_of(actor_of(key)): at for key, at in ended}
                self._read_at = now
        ended_at = self._ended.get(viewer)
        return ended_at is not None and link_made_at < ended_at
