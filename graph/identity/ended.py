"""Whose access has ended early: users who were signed out, API keys that were revoked or replaced.

A token and a download link are checked without a look-up of their own: this process keeps what has ended in memory, and
reads what is new at most once in REFRESH_EARLY. What another process ends is known here after REFRESH at the latest.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from graph.identity.claims import Principal, TokenError
from graph.identity.keys import actor_of
from models.actor import Actor
from models.database.sessions import Database
from models.sign_out import SignOut
from resolvers import api_keys
from resolvers.sign_outs import sign_outs_since

REFRESH = timedelta(seconds=30)
# From this age on, what is known is read again beside the requests, so that usually none of them waits for it.
REFRESH_EARLY = timedelta(seconds=10)
# What was signed out before the last reading is read again for so long: another process's clock, a slow commit.
OVERLAP = timedelta(minutes=10)
MAX_WAIT_SECONDS = 5.0
log = logging.getLogger("orders.identity")


class SignedOut(TokenError):
    """The token was issued before its user was signed out."""

    def __init__(self) -> None:
        super().__init__("The user of this token was signed out after it was issued. Sign in again.")


class EndedAccess:
    """`digest_of`: what a link says of its viewer, by identity and brand. `lifetime`: of a link; a key that ended
    before it does not matter.
    """

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        digest_of: Callable[[str, UUID | None], str],
        lifetime: timedelta,
    ) -> None:
        self._database = database
        self._clock = clock
        self._digest_of = digest_of
        self._lifetime = lifetime
        self._read_at: datetime | None = None
        self._reading: asyncio.Task[None] | None = None
        self._keys: dict[str, datetime] = {}  # by digest
        # The last sign-out by brand and identity, and by digest. Nothing is ever removed.
        self._signed_out: dict[tuple[UUID | None, str], datetime] = {}
        self._signed_out_links: dict[str, datetime] = {}

    async def check(self, principal: Principal) -> None:
        """Raises SignedOut; TimeoutError or an error of the database while that cannot be known."""
        await self._refresh()
        at = self._signed_out.get((principal.actor.brand_id, principal.actor.identity))
        if at and principal.issued_at and principal.issued_at <= at:
            raise SignedOut

    async def has_ended(self, viewer: str, made_at: datetime, issued_at: datetime | None) -> bool:
        """Whether the access of a link's viewer has ended. `issued_at`: of the token that asked for the link."""
        await self._refresh()
        key_ended_at, signed_out_at = self._keys.get(viewer), self._signed_out_links.get(viewer)
        return bool(
            (key_ended_at and made_at < key_ended_at) or (signed_out_at and (issued_at or made_at) <= signed_out_at)
        )

    def add(self, sign_out: SignOut) -> None:
        """Takes effect in this process at once."""
        key = (sign_out.brand_id, sign_out.identity)
        at = max(sign_out.at, self._signed_out.get(key, sign_out.at))
        self._signed_out[key] = at
        self._signed_out_links[self._digest_of(sign_out.identity, sign_out.brand_id)] = at

    async def start(self) -> None:
        """Reads what has ended so far. If that fails, the first request tries again."""
        try:
            await self._refresh()
        except Exception as error:
            log.warning("whose access has ended could not be read: %s", type(error).__name__)

    async def close(self) -> None:
        """Call it before the database is closed."""
        if self._reading:
            self._reading.cancel()
            await asyncio.wait([self._reading])

    async def _refresh(self) -> None:
        age = self._clock() - self._read_at if self._read_at else None
        if age is not None and timedelta() <= age < REFRESH_EARLY:
            return
        if self._reading is None:
            self._reading = asyncio.create_task(self._read())
            self._reading.add_done_callback(self._has_read)
        if age is None or not timedelta() <= age < REFRESH:
            async with asyncio.timeout(MAX_WAIT_SECONDS):
                await asyncio.shield(self._reading)

    def _has_read(self, reading: "asyncio.Task[None]") -> None:
        self._reading = None
        if not reading.cancelled() and (error := reading.exception()):
            log.warning("whose access has ended could not be read: %s", type(error).__name__)

    async def _read(self) -> None:
        now = self._clock()
        keys = await api_keys.ended_since(self._database, now - self._lifetime - REFRESH, now)
        since = min(now, self._read_at) - OVERLAP if self._read_at else None
        async for sign_out in sign_outs_since(self._database, since):
            self.add(sign_out)
        self._keys = {self._of(actor_of(key)): at for key, at in keys}
        self._read_at = now

    def _of(self, actor: Actor) -> str:
        return self._digest_of(actor.identity, actor.brand_id)
