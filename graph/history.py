"""history and historyExcel: who decided what in the whole brand, with their filter."""

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import ID, UNSET

from graph.core.batching import names_of
from graph.core.context import Info, given
from graph.core.download_links import Download
from graph.core.enums import InLocale, SortDirection
from graph.core.ids import Kind
from graph.core.pagination import After, Before, Connection, First, Last, connection
from graph.downloads import HISTORY_EXCEL
from graph.history_types import OrderEvent
from graph.limits.cost import COST_OF_A_FILTER
from graph.order_filter import read_ids
from models.actor import ActorKind
from models.permissions import Permission
from resolvers import history as resolvers
from resolvers.core.refusals import demand
from resolvers.inputs import MAX_SEARCH_LENGTH, MAX_WORDS
from resolvers.reading.pagination import PageRequest


@strawberry.input(description="Which events; all conditions must hold. An empty list matches nothing.")
class HistoryFilter:
    search: str | None = strawberry.field(
        default=UNSET,
        description="Words, each of which must be somewhere in the actor's name or id or in the order's code, in upper "
        f"or lower case. At most {MAX_SEARCH_LENGTH} characters and {MAX_WORDS} words.",
    )
    actors: list[str] | None = strawberry.field(default=UNSET, description="By one of these: names or ids, exactly.")
    actor_kinds: list[ActorKind] | None = strawberry.field(default=UNSET, description="By one of these kinds of users.")
    kinds: list[str] | None = strawberry.field(
        default=UNSET, description="One of these, e.g. ORDER_REJECTED; one that does not exist is refused."
    )
    order_ids: list[ID] | None = strawberry.field(default=UNSET, description="Done to one of these orders.")
    order_codes: list[str] | None = strawberry.field(
        default=UNSET, description="Done to an order with one of these codes, exactly."
    )
    at_from: datetime | None = strawberry.field(default=UNSET, description="At this instant or later.")
    at_to: datetime | None = strawberry.field(default=UNSET, description="Before this instant.")

    def read(self) -> resolvers.HistoryFilter:
        """Raises InputError for an id of something else."""
        return resolvers.HistoryFilter(
            search=given(self.search),
            actors=given(self.actors),
            actor_kinds=given(self.actor_kinds),
            kinds=given(self.kinds),
            order_ids=read_ids(Kind.ORDER, given(self.order_ids), "filter", "orderIds"),
            order_codes=given(self.order_codes),
            at_from=given(self.at_from),
            at_to=given(self.at_to),
        )


Filter = Annotated[
    HistoryFilter | None, strawberry.argument(description="Everything when left out.", directives=[COST_OF_A_FILTER])
]


async def history(
    info: Info,
    first: First = UNSET,
    after: After = UNSET,
    last: Last = UNSET,
    before: Before = UNSET,
    filter: Filter = UNSET,
    direction: Annotated[
        SortDirection | None, strawberry.argument(description="By date; newest first (DESC) when left out.")
    ] = UNSET,
) -> Connection[OrderEvent]:
    wanted = (filter or HistoryFilter()).read()
    request = PageRequest.of(given(first), given(after), given(last), given(before))
    newest_first = direction is not SortDirection.ASC
    page = await resolvers.history(info.context, wanted, request, newest_first=newest_first)
    if "order" in names_of(info.selected_fields):
        await info.context.loaders.order.load_many([row.order_id for row in page.rows if row.order_id])
    return connection(page, OrderEvent.of, lambda: resolvers.count_history(info.context, wanted))


def history_excel(info: Info, filter: Filter = UNSET, locale: InLocale = UNSET) -> Download:
    wanted = (filter or HistoryFilter()).read()
    demand(info.context, Permission.READ_INTERNAL)
    resolvers.conditions(wanted)  # a filter that makes no sense is told now, not by the link
    return info.context.links.to(HISTORY_EXCEL, wanted, info.context.actor, locale or None)
