"""order, orderByCode, orders, ordersExcel: the queries that find orders."""

from collections.abc import Callable
from functools import partial
from typing import Annotated
from uuid import UUID

import strawberry
from strawberry import ID, UNSET

from graph.core.batching import selected_fields
from graph.core.context import Info
from graph.core.download_links import Download
from graph.core.enums import InLocale
from graph.core.ids import Kind, from_id
from graph.core.pagination import After, Before, Connection, First, Last, connection, page_request, selected_page
from graph.downloads import ORDERS_EXCEL, OrderList
from graph.execution.declared import Lookup
from graph.limits.cost import COST_OF_A_FILTER
from graph.order_filter import OrderFilter, OrderSort
from graph.orders import Order, load_order
from models.actor import Viewpoint
from models.order import Order as OrderRecord
from resolvers import order_filter
from resolvers import orders as resolvers
from resolvers.reading.pagination import Listing, PageRequest
from resolvers.reading.rows import OrderRow
from resolvers.viewer import brand_day

JUDGED = {"deliveryStatus", "deliveryStatusLabel", "canReject", "rejectionBlockers", "availableActions", "actions"}


async def _load_ahead(info: Info, rows: list[OrderRow]) -> None:
    """Loads what the page's orders need, so that their fields are plain values (graph/core/batching.py)."""
    field_names = selected_fields(info.selected_fields)
    if JUDGED & field_names:
        await info.context.loaders.verdict.load_many([row.id for row in rows])
    if "brand" in field_names:
        await info.context.loaders.brand.load_many([row.brand_id for row in rows])
    if "catalog" in field_names:
        await info.context.loaders.catalog.load_many([row.catalog_id for row in rows])
    if "buyer" in field_names:
        await info.context.loaders.buyer.load_many([row.buyer_id for row in rows])


def _read(
    page: Callable[..., PageRequest],
    first: int | None,
    after: str | None,
    last: int | None,
    before: str | None,
    filter: OrderFilter | None,
    sort: list[OrderSort] | None,
) -> tuple[order_filter.OrderFilter, list[order_filter.OrderSort], PageRequest]:
    """Raises InputError."""
    wanted = (filter or OrderFilter()).read("filter")
    request = page(first, after, last, before)
    return wanted, [each.read() for each in sort or ()], request


def listing(
    viewer: Viewpoint,
    *,
    first: int | None = UNSET,
    after: str | None = UNSET,
    last: int | None = UNSET,
    before: str | None = UNSET,
    filter: OrderFilter | None = UNSET,
    sort: list[OrderSort] | None = UNSET,
) -> Listing:
    """The page of `orders` with these arguments. Raises InputError."""
    wanted, by, request = _read(page_request, first, after, last, before, filter, sort)
    return resolvers.listing(wanted, by, request, viewer)


def id_of_order(id: str) -> UUID | None:
    return from_id(Kind.ORDER, id)


async def order(
    info: Info, id: Annotated[ID, strawberry.argument(description="The order's id, archived or not.")]
) -> Order | None:
    return await load_order(info, id_of_order(id))


BY_CODE = Lookup(resolvers.code_values, resolvers.orders_with_code(OrderRecord.id))


async def order_by_code(
    info: Info,
    code: Annotated[
        str,
        strawberry.argument(
            description="The order code. Spaces around it do not matter. If no order has "
            "this very code, the only one whose code differs just in case, width (full or half), accents or kinds of "
            "dashes."
        ),
    ],
) -> Order | None:
    row = await resolvers.order_by_code(info.context, code)
    return Order.of(row) if row else None


Filter = Annotated[
    OrderFilter | None,
    strawberry.argument(
        description="Conditions on the orders. Default: all orders that are not archived.",
        directives=[COST_OF_A_FILTER],
    ),
]

Sort = Annotated[
    list[OrderSort] | None,
    strawberry.argument(description="Fields to sort by, most important first. Default: newest orders first."),
]


async def orders(
    info: Info,
    first: First = UNSET,
    after: After = UNSET,
    last: Last = UNSET,
    before: Before = UNSET,
    filter: Filter = UNSET,
    sort: Sort = UNSET,
) -> Connection[Order]:
    wanted, by, request = _read(partial(selected_page, info), first, after, last, before, filter, sort)
    page = await resolvers.orders(info.context, wanted, by, request)
    await _load_ahead(info, page.rows)
    return connection(page, Order.of, lambda: resolvers.count_orders(info.context, wanted))


async def orders_excel(info: Info, filter: Filter = UNSET, sort: Sort = UNSET, locale: InLocale = UNSET) -> Download:
    wanted = (filter or OrderFilter()).read("filter")
    ordering = [each.read() for each in sort or ()]
    order_filter.keys(ordering, info.context.actor)  # a sort that makes no sense is refused now, not by the link
    day = await brand_day(info.context)
    return info.context.links.to(ORDERS_EXCEL, OrderList(wanted, ordering), info.context.actor, locale or None, day)
