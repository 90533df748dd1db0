"""The feed: what happened in a brand, in the order of commits, from any position on.

The brand reads its audit chain. A buyer reads the events of its own orders (models/audit.py, BuyerEvent), which have
numbers of their own. Both number without gaps, under a lock that is held until the commit: so when the last number is
visible, all before it are, and a reader that goes on from the last one that it has seen misses nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.audit import AuditEntry, AuditHead, BuyerEvent
from models.brand import Brand
from models.locale import Locale
from models.messages import history
from models.messages.history import EventKind
from models.rejection import rejected_by
from resolvers.core.context import Context
from resolvers.inputs import InputError, check_text
from resolvers.reading.pagination import DEFAULT_PAGE, MAX_PAGE_SIZE

# A page with a filter by kind looks at no more events than these, so that it costs the same in every brand.
MAX_SCANNED = 5_000
MAX_KINDS = 100
MAX_CODE = 64


@dataclass(frozen=True, slots=True)
class EventFilter:
    """None: no such condition. An empty list of kinds matches nothing."""

    kinds: Sequence[str] | None = None
    order_id: UUID | None = None

    def __post_init__(self) -> None:
        """Raises InputError."""
        if self.kinds is not None and len(self.kinds) > MAX_KINDS:
            raise InputError(f"kinds takes at most {MAX_KINDS}.", "kinds")
        unknown = sorted(set(self.kinds or ()) - EventKind.__members__.keys())
        if unknown:
            raise InputError(f"There is no kind {unknown[0]} to look for.", "kinds")

    def takes(self, event: "EventRow") -> bool:
        return (self.kinds is None or event.kind in self.kinds) and self.order_id in (None, event.order_id)


@dataclass(frozen=True, slots=True)
class EventRow:
    """`details`: of the audit entry; for a buyer, what it may read of them."""

    sequence: int
    order_id: UUID | None
    kind: str
    at: datetime
    actor: str
    details: dict[str, Any]
    is_for_buyer: bool

    def summary(self, locale: Locale) -> str:
        if self.is_for_buyer:
            return history.sentence_for_buyer(self.kind, self.details["code"], self.details["comment"], locale)
        return history.sentence(self.kind, self.details, locale)


@dataclass(frozen=True, slots=True)
class EventPage:
    """`last`: all events up to this number have been looked at. `head`: the number of the last event there is."""

    rows: list[EventRow]
    last: int
    has_more: bool
    head: int


@dataclass(frozen=True, slots=True)
class Feed:
    """Whose events: those of a brand, or of one of its buyers."""

    brand_id: UUID
    buyer_id: UUID | None = None


async def feed_of(context: Context, brand_code: str | None) -> Feed:
    """The viewer's feed. Raises InputError for a brand that the viewer has not, and for an operator who names none."""
    actor = context.actor
    check_text(brand_code, MAX_CODE, "brandCode")
    if brand_code is None:
        if actor.brand_id is None:
            raise InputError("Give brandCode: a platform operator belongs to no brand.", "brandCode")
        return Feed(actor.brand_id, actor.buyer_id)
    async with context.read() as session:
        brand_id = await session.scalar(select(Brand.id).where(Brand.code == brand_code))
    if brand_id is None:
        raise InputError("You have no brand with this code.", "brandCode")
    return Feed(brand_id, actor.buyer_id)


def page_length(first: int | None) -> int:
    """Raises InputError."""
    size = DEFAULT_PAGE if first is None else first
    if not 1 <= size <= MAX_PAGE_SIZE:
        raise InputError(f"first must be between 1 and {MAX_PAGE_SIZE}.", "first")
    return size


async def events(context: Context, feed: Feed, after: int, size: int, filter: EventFilter) -> EventPage:
    """The next events after this number. Read from the primary database: a replica may be behind the reader.

    Raises InputError for a number that is none of the feed.
    """
    async with context.read(may_lag=False) as session:
        return await read_events(session, feed, after, size, filter)


async def read_events(session: AsyncSession, feed: Feed, after: int, size: int, filter: EventFilter) -> EventPage:
    # First, so that in any isolation level all events up to it are visible to the statement after this one.
    head = await head_of(session, feed)
    check_position(after, head)
    # An order has few events, and an index leads to them; a rare kind may be anywhere.
    limited = filter.kinds is not None and filter.order_id is None
    end = min(head, after + MAX_SCANNED) if limited else head
    if end == after or filter.kinds == []:
        return EventPage([], end, has_more=end < head, head=head)
    statement = _statement(feed, after, end, filter)
    rows = (await session.execute(statement.limit(size + 1))).all()
    found = [make_row(feed, row) for row in rows[:size]]
    if len(rows) > size:
        return EventPage(found, found[-1].sequence, has_more=True, head=head)
    return EventPage(found, end, has_more=end < head, head=head)


async def head_of_lists(context: Context, feed: Feed, head: int) -> int:
    """The number of the last event that other queries know, which may read from a replica. `head`: of the feed."""
    if context.database.replica is None:
        return head
    async with context.read() as session:
        return min(head, await head_of(session, feed))


async def head_of(session: AsyncSession, feed: Feed) -> int:
    """The number of the last event; 0 without one."""
    if feed.buyer_id is None:
        head = select(AuditHead.sequence).where(AuditHead.brand_id == feed.brand_id)
    else:
        of_buyer = (BuyerEvent.brand_id == feed.brand_id, BuyerEvent.buyer_id == feed.buyer_id)
        head = select(func.max(BuyerEvent.sequence)).where(*of_buyer)
    return (await session.scalar(head)) or 0


def check_position(after: int, head: int) -> None:
    """Raises InputError."""
    if after < 0:
        raise InputError("after must not be negative; 0 stands before the first event.", "after")
    if after > head:
        message = (
            f"after is {after}, but the last event is {head}. If the database was restored from a backup, "
            "go on from an event that both have, or synchronise again from the start."
        )
        raise InputError(message, "after")


def _statement(feed: Feed, after: int, end: int, filter: EventFilter) -> Select[Any]:
    table: Any = AuditEntry if feed.buyer_id is None else BuyerEvent
    statement = select(*columns_of(feed)).where(table.brand_id == feed.brand_id)
    if feed.buyer_id is None:
        # By order, the other index must not serve: an order's events are few, the numbers after a position are not.
        number: Any = table.sequence if filter.order_id is None else table.sequence + 0
    else:
        statement = statement.where(table.buyer_id == feed.buyer_id)
        number = table.sequence
    statement = statement.where(number > after, number <= end)
    if filter.order_id is not None:
        statement = statement.where(table.order_id == filter.order_id)
    if filter.kinds is not None:
        statement = statement.where(table.kind.in_(filter.kinds))
    return statement.order_by(number)


def columns_of(feed: Feed) -> tuple[Any, ...]:
    """What `make_row` makes events from."""
    if feed.buyer_id is None:
        entry = AuditEntry
        return (entry.sequence, entry.order_id, entry.kind, entry.at, entry.actor_name, entry.details)
    event = BuyerEvent
    brand = select(Brand.name).where(Brand.id == feed.brand_id).scalar_subquery()
    return (event.sequence, event.order_id, event.kind, event.at, event.user_name, brand, event.code, event.comment)


def make_row(feed: Feed, row: Any) -> EventRow:
    sequence, order_id, kind, at = row[:4]
    if feed.buyer_id is None:
        return EventRow(sequence, order_id, kind, at, row[4], row[5], is_for_buyer=False)
    user, brand, code, comment = row[4:]
    details = {"code": code, "comment": comment}
    actor = rejected_by(user, brand, to_buyer=user is None)
    return EventRow(sequence, order_id, kind, at, actor, details, is_for_buyer=True)
