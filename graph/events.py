"""events: the feed of what happened, in the order of commits; as a query, and live as a subscription."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry
from strawberry import ID, UNSET, Private

from graph.core.batching import selected_fields
from graph.core.context import Info, or_none
from graph.core.ids import Kind, from_id
from graph.core.node import loaded_node
from graph.history_types import OrderEventKind, published_kind
from resolvers import events as resolvers
from resolvers.reading.pagination import DEFAULT_PAGE, MAX_PAGE_SIZE

if TYPE_CHECKING:
    from graph.orders import Order


NOTHING = UUID(int=0)


@strawberry.type(
    description="An event of the feed: what was done, to an order or to something else. Never changed. A buyer sees "
    "events of its own orders only, in its own words and with numbers of their own."
)
class Event:
    sequence: int = strawberry.field(
        description="Position in the feed, from 1, in the order of commits and without gaps; unique in the feed of a "
        "brand or of a buyer. Pass it as `after` to go on behind this event."
    )
    kind: OrderEventKind = strawberry.field(description="Kind of event.")
    at: datetime = strawberry.field(description="When it was recorded. Never earlier than of the event before.")
    actor: str = strawberry.field(
        description="Name of the actor. A buyer sees the name of the brand, unless its own user did it."
    )
    row: Private[resolvers.EventRow]

    @strawberry.field(description="What was done: a sentence in the viewer's language.")
    def summary(self, info: Info) -> str:
        return self.row.summary(info.context.actor.locale)

    @strawberry.field(
        description="The order that it was done to, as it is now. Null if there is none, e.g. for a tag or a setting."
    )
    def order(self, info: Info) -> Annotated["Order", strawberry.lazy("graph.orders")] | None:
        order: Order | None = loaded_node(info.context.loaders.order, Kind.ORDER, self.row.order_id)
        return order

    @classmethod
    def of(cls, row: resolvers.EventRow) -> "Event":
        return cls(sequence=row.sequence, kind=published_kind(row.kind), at=row.at, actor=row.actor, row=row)


@strawberry.type(description="A part of the feed. Go on with lastSequence as `after`.")
class EventPage:
    nodes: list[Event] = strawberry.field(
        description="The events, in the order of commits. May be fewer than `first`, even none, while hasMore is true: "
        f"a page with a filter by kind looks at {resolvers.MAX_SCANNED:,} events at most."
    )
    last_sequence: int = strawberry.field(
        description="Position up to which the feed has been read: pass it as `after` to get what follows, now or later."
    )
    has_more: bool = strawberry.field(description="Whether there were events after lastSequence.")
    head_sequence: int = strawberry.field(
        description="Position of the last event that the feed had, whether or not the filter takes it. If queries read "
        "from a replica: of the last one that had arrived there, so a list of orders that is read afterwards knows it."
    )


AfterSequence = Annotated[
    int | None,
    strawberry.argument(
        description="Position after which to read: lastSequence of the page before, or the sequence of an event. "
        "Default: 0, from the first event on."
    ),
]
Kinds = Annotated[
    list[OrderEventKind] | None,
    strawberry.argument(description="Only events of one of these kinds. Default: of any kind."),
]
OfOrder = Annotated[ID | None, strawberry.argument(description="Only events on this order.")]
BrandCode = Annotated[
    str | None,
    strawberry.argument(
        description="Code of the brand. An operator, who belongs to no brand, must give it. Default: the viewer's."
    ),
]
Count = Annotated[
    int | None,
    strawberry.argument(description=f"The most events in the page: 1 to {MAX_PAGE_SIZE}. Default: {DEFAULT_PAGE}."),
]


async def events(
    info: Info,
    after: AfterSequence = UNSET,
    first: Count = UNSET,
    kinds: Kinds = UNSET,
    order_id: OfOrder = UNSET,
    brand_code: BrandCode = UNSET,
) -> EventPage:
    size, filter = resolvers.page_length(or_none(first)), read_filter(or_none(kinds), or_none(order_id))
    feed = await resolvers.feed_of(info.context, or_none(brand_code))
    page = await resolvers.events(info.context, feed, or_none(after) or 0, size, filter)
    selected = selected_fields(info.selected_fields)
    head = await resolvers.head_of_lists(info.context, feed, page.head) if "headSequence" in selected else page.head
    if "order" in selected:
        info.context.refresh()  # a replica may not have the event yet, and a follower looks at its order once
        await info.context.loaders.order.load_many([row.order_id for row in page.rows if row.order_id])
    return EventPage(
        nodes=[Event.of(row) for row in page.rows],
        last_sequence=page.last,
        has_more=page.has_more,
        head_sequence=head,
    )


def read_filter(kinds: list[OrderEventKind] | None, order_id: ID | None) -> resolvers.EventFilter:
    """Raises InputError."""
    # What is no order's id is the id of nothing, like a foreign one.
    order = None if order_id is None else from_id(Kind.ORDER, order_id) or NOTHING
    return resolvers.EventFilter(None if kinds is None else [kind.value for kind in kinds], order)


FromSequence = Annotated[
    int | None,
    strawberry.argument(
        description="Position after which to start: the sequence of the last event that the client has. Default: from "
        "now on."
    ),
]


async def live_events(
    info: Info,
    after: FromSequence = UNSET,
    kinds: Kinds = UNSET,
    order_id: OfOrder = UNSET,
    brand_code: BrandCode = UNSET,
) -> AsyncGenerator[Event, None]:
    context, streaming = info.context, info.context.streaming
    filter, position = read_filter(or_none(kinds), or_none(order_id)), or_none(after)
    streaming.open()
    try:
        feed = await resolvers.feed_of(context, or_none(brand_code))
        following = streaming.live.follow(context, feed, position, filter, streaming.start)
        async with aclosing(following) as rows:
            async for row in rows:
                # Each event costs what the document costs; when the allowance is used up, it comes later.
                while not context.quota.take(context.cost):  # noqa: ASYNC110 - nothing tells when it has refilled
                    await asyncio.sleep(context.quota.retry_after)
                context.refresh()  # the order is shown as it is now
                yield Event.of(row)
    finally:
        streaming.close()
