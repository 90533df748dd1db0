"""history and historyExcel: who decided what in the whole brand, with their filter."""

from datetime import datetime
from typing import Annotated, Unpack

import strawberry
from strawberry import ID, UNSET

from graph.core.batching import selected_fields
from graph.core.context import Info, or_none
from graph.core.download_links import Download
from graph.core.enums import InLocale, SortDirection
from graph.core.ids import Kind
from graph.core.pagination import (
    After,
    Before,
    Connection,
    First,
    Last,
    PageArguments,
    connection,
    page_request,
    selected_page,
)
from graph.core.ranges import checked_end
from graph.downloads import HISTORY_EXCEL
from graph.history_types import OrderEvent, OrderEventKind
from graph.limits.cost import COST_OF_A_WORD_IN_HISTORY
from graph.order_filter import read_ids
from models.actor import ActorKind, Viewpoint
from models.permissions import Permission
from resolvers import history as resolvers
from resolvers.core.refusals import require
from resolvers.inputs import MAX_SEARCH_LENGTH, MAX_WORDS
from resolvers.reading.pagination import Listing
from resolvers.viewer import brand_day


@strawberry.input(description="Conditions on events. All given conditions must hold. An empty list matches nothing.")
class HistoryFilter:
    search: str | None = strawberry.field(
        default=UNSET,
        description="Search words; case, width (full or half), accents and kinds of dashes do not matter. Each word "
        "must occur in the actor's name or id or "
        f"in the order's code. At most {MAX_SEARCH_LENGTH} characters and {MAX_WORDS} words.",
        directives=[COST_OF_A_WORD_IN_HISTORY],
    )
    actors: list[str] | None = strawberry.field(
        default=UNSET, description="Events by one of these actors: exact names or ids."
    )
    actor_kinds: list[ActorKind] | None = strawberry.field(
        default=UNSET, description="Events by one of these kinds of users."
    )
    kinds: list[OrderEventKind] | None = strawberry.field(default=UNSET, description="Events of one of these kinds.")
    order_ids: list[ID] | None = strawberry.field(default=UNSET, description="Events on one of these orders.")
    order_codes: list[str] | None = strawberry.field(
        default=UNSET, description="Events on an order with one of these exact codes."
    )
    at_from: datetime | None = strawberry.field(default=UNSET, description="Events at this instant or later.")
    at_before: datetime | None = strawberry.field(default=UNSET, description="Events before this instant.")
    at_to: datetime | None = strawberry.field(
        default=UNSET, description="Events before this instant.", deprecation_reason="Use `atBefore`."
    )

    def read(self) -> resolvers.HistoryFilter:
        """Raises InputError for an id of something else, and for a range that ends before it starts."""
        at_from = or_none(self.at_from)
        return resolvers.HistoryFilter(
            search=or_none(self.search),
            actors=or_none(self.actors),
            actor_kinds=or_none(self.actor_kinds),
            kinds=[kind.value for kind in self.kinds] if self.kinds else or_none(self.kinds),
            order_ids=read_ids(Kind.ORDER, or_none(self.order_ids), "filter", "orderIds"),
            order_codes=or_none(self.order_codes),
            at_from=at_from,
            at_to=checked_end("at", at_from, self.at_before, self.at_to, "filter"),
        )


Filter = Annotated[
    HistoryFilter | None,
    strawberry.argument(description="Conditions on the events. Default: all events."),
]


def listing(
    _: Viewpoint,
    *,
    filter: HistoryFilter | None = UNSET,
    direction: SortDirection | None = UNSET,
    **page: Unpack[PageArguments],
) -> Listing:
    """Raises InputError."""
    wanted = (filter or HistoryFilter()).read()
    request = page_request(**page)
    return resolvers.listing(wanted, request, newest_first=direction is not SortDirection.ASC)


async def history(
    info: Info,
    first: First = UNSET,
    after: After = UNSET,
    last: Last = UNSET,
    before: Before = UNSET,
    filter: Filter = UNSET,
    direction: Annotated[
        SortDirection | None, strawberry.argument(description="Sort direction by date. Default: DESC, newest first.")
    ] = UNSET,
) -> Connection[OrderEvent]:
    wanted = (filter or HistoryFilter()).read()
    request = selected_page(info, first, after, last, before)
    newest_first = direction is not SortDirection.ASC
    page = await resolvers.history(info.context, wanted, request, newest_first=newest_first)
    if "order" in selected_fields(info.selected_fields):
        await info.context.loaders.order.load_many([row.order_id for row in page.rows if row.order_id])
    return connection(page, OrderEvent.of, lambda: resolvers.count_history(info.context, wanted))


async def history_excel(info: Info, filter: Filter = UNSET, locale: InLocale = UNSET) -> Download:
    wanted = (filter or HistoryFilter()).read()
    require(info.context, Permission.READ_INTERNAL)
    resolvers.plain_conditions(wanted)  # a filter that makes no sense is refused now, not by the link
    day = await brand_day(info.context)
    return info.context.links.to(HISTORY_EXCEL, wanted, info.context.actor, locale or None, day)
