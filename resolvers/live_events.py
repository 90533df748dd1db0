"""Events as they are committed: each process reads the chain of a brand that is listened to once, for all listeners.

What was read last stays in memory, one row for all. A listener that is further behind, because it has just come or
reads slowly, reads the database instead, page by page. So a listener has no buffer of its own, and misses nothing.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice
from uuid import UUID

from sqlalchemy import select

from models.audit import AuditEntry, AuditHead, BuyerEvent
from models.database.channel import Channel
from models.database.sessions import Database
from models.scope import EVERYTHING, Scope
from resolvers.core.context import Context
from resolvers.events import EventFilter, EventRow, Feed, check_position, columns_of, events, head_of, make_row
from resolvers.reading.pagination import MAX_PAGE_SIZE

REMEMBERED = 1_000  # events of each feed
AT_ONCE = 500  # entries that one statement reads
# Between looks for what other processes have committed, in seconds. With notifications the look is only behind them.
POLL = 0.5
POLL_BEHIND_NOTIFICATIONS = 2.0
log = logging.getLogger("orders.events")


@dataclass(slots=True, eq=False)
class Tail:
    """The last events of one feed. `head`: the number of the last one; `rows` end with it, without gaps."""

    feed: Feed
    head: int
    rows: deque[EventRow] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    listeners: int = 0
    _has_moved: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, row: EventRow) -> None:
        if row.sequence == self.head + 1:
            self.rows.append(row)
        elif row.sequence > self.head:
            self.rows.clear()
        self.head = max(self.head, row.sequence)

    def jump(self, head: int) -> None:
        """The last event is known to be this one, or a later one, though not what it is."""
        if head > self.head:
            self.rows.clear()
            self.head = head
            self.tell()

    def tell(self) -> None:
        self._has_moved.set()
        self._has_moved = asyncio.Event()

    def after(self, position: int) -> list[EventRow] | None:
        """The events after this number; None when not all of them are in memory."""
        if position >= self.head:
            return []
        if not self.rows or self.rows[0].sequence > position + 1:
            return None
        return list(islice(self.rows, position + 1 - self.rows[0].sequence, None))

    async def moved_beyond(self, position: int) -> None:
        while self.head <= position:
            await self._has_moved.wait()


@dataclass(slots=True, eq=False)
class Brand:
    """`head`: of the chain, up to which it has been read. `tails`: of the brand itself (None) and of its buyers."""

    head: int
    tails: dict[UUID | None, Tail] = field(default_factory=dict)


class LiveEvents:
    """Call `run` in a task; `committed` after each commit that recorded events of a brand."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._channel = Channel(database, self._hinted)
        self._poll = POLL_BEHIND_NOTIFICATIONS if self._channel.is_possible else POLL
        self._brands: dict[UUID, Brand] = {}
        self._named: set[UUID] = set()
        self._is_woken = asyncio.Event()
        self._look_at_all = False

    def committed(self, brand_id: UUID) -> None:
        self._wake(brand_id)
        self._channel.send(brand_id.hex)

    async def run(self) -> None:
        """Until it is cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._channel.run(), name="notifications")
            tasks.create_task(self._read_on(), name="live events")

    async def follow(
        self, context: Context, feed: Feed, after: int | None, filter: EventFilter, on_start: Callable[[], None]
    ) -> AsyncGenerator[EventRow, None]:
        """The events after this number, or from now on, as they are committed. Never ends by itself.

        `on_start` is called when nothing can be refused any more. Raises InputError before.
        """
        async with self._listening(feed) as (tail, head):
            check_position(after or 0, head)
            position = head if after is None else after
            on_start()
            while True:
                rows, has_more = tail.after(position), False
                last = tail.head
                if rows is None:
                    page = await events(context, feed, position, MAX_PAGE_SIZE, filter)
                    rows, last, has_more = page.rows, page.last, page.has_more
                for row in rows:
                    if filter.takes(row):
                        yield row
                position = max(position, last)
                if not has_more:
                    await tail.moved_beyond(position)

    @asynccontextmanager
    async def _listening(self, feed: Feed) -> AsyncGenerator[tuple[Tail, int], None]:
        """The tail of a feed, and the number of the last event that is committed now."""
        if feed.brand_id not in self._brands:
            head = await self._head(Feed(feed.brand_id))
            self._brands.setdefault(feed.brand_id, Brand(head))
        brand = self._brands[feed.brand_id]
        tail = brand.tails.setdefault(feed.buyer_id, Tail(feed, 0))
        tail.listeners += 1
        self._wake(feed.brand_id)  # for what was committed since its head was read
        try:
            # Now that this tail is there: what is committed later is added to it.
            tail.jump(head := await self._head(feed))
            yield tail, head
        finally:
            tail.listeners -= 1
            if tail.listeners == 0:
                del brand.tails[feed.buyer_id]
            if not brand.tails and self._brands.get(feed.brand_id) is brand:
                del self._brands[feed.brand_id]

    async def _head(self, feed: Feed) -> int:
        async with self._database.read(Scope(feed.brand_id, feed.buyer_id)) as session:
            return await head_of(session, feed)

    def _hinted(self, hint: str | None) -> None:
        if hint is None:
            self._look_at_all = True
            self._is_woken.set()
        else:
            with suppress(ValueError):
                self._wake(UUID(hint))

    def _wake(self, brand_id: UUID) -> None:
        if brand_id in self._brands:
            self._named.add(brand_id)
            self._is_woken.set()

    async def _read_on(self) -> None:
        while True:
            is_woken = True
            try:
                await asyncio.wait_for(self._is_woken.wait(), self._poll if self._brands else None)
            except TimeoutError:
                is_woken = False
            try:
                await self._read(look_at_all=self._look_at_all or not is_woken)
            except Exception as error:
                # The next look finds the same; until then the listeners wait.
                log.warning("events could not be read: %s", type(error).__name__)
                await asyncio.sleep(self._poll)

    async def _read(self, *, look_at_all: bool) -> None:
        self._is_woken.clear()
        named, self._named = self._named, set()
        if look_at_all:
            self._look_at_all = False
            named |= await self._moved()
        for brand_id in named:
            if brand := self._brands.get(brand_id):
                await self._read_brand(brand_id, brand)

    async def _moved(self) -> set[UUID]:
        heads = select(AuditHead.brand_id, AuditHead.sequence).where(AuditHead.brand_id.in_(list(self._brands)))
        async with self._database.read(EVERYTHING) as session:
            found = (await session.execute(heads)).all()
        return {id for id, head in found if (brand := self._brands.get(id)) and head > brand.head}

    async def _read_brand(self, brand_id: UUID, brand: Brand) -> None:
        feed, after = Feed(brand_id), brand.head
        entries = (
            select(*columns_of(feed))
            .where(AuditEntry.brand_id == brand_id, AuditEntry.sequence > after)
            .order_by(AuditEntry.sequence)
            .limit(AT_ONCE)
        )
        async with self._database.read(Scope(brand_id)) as session:
            rows = [make_row(feed, row) for row in await session.execute(entries)]
            if not rows:
                return
            head = rows[-1].sequence
            # A buyer whose tail is made meanwhile reads its head later, so after these were committed.
            buyers = [id for id in brand.tails if id is not None]
            told = [
                (buyer_id, make_row(Feed(brand_id, buyer_id), row))
                for buyer_id, *row in (
                    await session.execute(
                        select(BuyerEvent.buyer_id, *columns_of(Feed(brand_id, buyers[0])))
                        .where(BuyerEvent.brand_id == brand_id, BuyerEvent.buyer_id.in_(buyers))
                        .where(BuyerEvent.entry_sequence > after, BuyerEvent.entry_sequence <= head)
                        .order_by(BuyerEvent.entry_sequence)
                    )
                    if buyers
                    else ()
                )
            ]
        brand.head = head
        for row in rows:
            if own := brand.tails.get(None):
                own.add(row)
        for buyer_id, row in told:
            if tail := brand.tails.get(buyer_id):
                tail.add(row)
        for tail in list(brand.tails.values()):
            tail.tell()
        if len(rows) == AT_ONCE:
            self._wake(brand_id)
