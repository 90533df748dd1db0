"""invoices, deliveryNotes: the documents of a brand, or of a buyer, newest first."""

from datetime import datetime
from typing import Annotated, Unpack

import strawberry
from strawberry import ID, UNSET

from graph.core.batching import selected_fields
from graph.core.context import Info, or_none
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
from graph.document_types import DeliveryNote, Invoice
from graph.limits.cost import COST_OF_A_FILTER
from graph.order_filter import read_ids
from models.actor import Viewpoint
from models.invoice import InvoiceStatus
from resolvers import document_lists as resolvers
from resolvers.document_lists import MAX_IN_FILTER
from resolvers.reading.pagination import Listing

AT_MOST = f"At most {MAX_IN_FILTER}."


@strawberry.input
class DocumentFilter:
    """Base of the filters of documents; not a type of the schema itself."""

    codes: list[str] | None = strawberry.field(default=UNSET, description=f"Those with one of these codes. {AT_MOST}")
    buyer_ids: list[ID] | None = strawberry.field(
        default=UNSET, description=f"Those for orders of one of these buyers. {AT_MOST}"
    )
    order_ids: list[ID] | None = strawberry.field(
        default=UNSET, description=f"Those for one of these orders. {AT_MOST}"
    )
    created_from: datetime | None = strawberry.field(
        default=UNSET, description="Those created at this instant or later."
    )
    created_before: datetime | None = strawberry.field(default=UNSET, description="Those created before this instant.")

    def read(self, **more: object) -> resolvers.DocumentFilter:
        """Raises InputError for what makes no sense."""
        start = or_none(self.created_from)
        wanted = resolvers.DocumentFilter(
            codes=or_none(self.codes),
            buyer_ids=read_ids(Kind.BUYER, or_none(self.buyer_ids), "filter", "buyerIds"),
            order_ids=read_ids(Kind.ORDER, or_none(self.order_ids), "filter", "orderIds"),
            created_from=start,
            created_before=checked_end("created", start, self.created_before, None, "filter"),
            **more,  # type: ignore[arg-type]
        )
        resolvers.check(wanted, "filter")
        return wanted


@strawberry.input(description="Conditions on invoices. All given conditions must hold. An empty list matches nothing.")
class InvoiceFilter(DocumentFilter):
    status: list[InvoiceStatus] | None = strawberry.field(
        default=UNSET, description="Those in one of these statuses. A buyer sees no drafts."
    )


@strawberry.input(
    description="Conditions on delivery notes. All given conditions must hold. An empty list matches nothing."
)
class DeliveryNoteFilter(DocumentFilter):
    invoiced: bool | None = strawberry.field(
        default=UNSET, description="Those whose DeliveryNote.isInvoiced has this value."
    )


def listing_of_invoices(
    _: Viewpoint, *, filter: InvoiceFilter | None = UNSET, **page: Unpack[PageArguments]
) -> Listing:
    """Raises InputError."""
    given = filter or InvoiceFilter()
    return resolvers.listing_of_invoices(given.read(status=or_none(given.status)), page_request(**page))


def listing_of_notes(
    _: Viewpoint, *, filter: DeliveryNoteFilter | None = UNSET, **page: Unpack[PageArguments]
) -> Listing:
    """Raises InputError."""
    given = filter or DeliveryNoteFilter()
    return resolvers.listing_of_notes(given.read(invoiced=or_none(given.invoiced)), page_request(**page))


async def invoices(
    info: Info,
    first: First = UNSET,
    after: After = UNSET,
    last: Last = UNSET,
    before: Before = UNSET,
    filter: Annotated[
        InvoiceFilter | None,
        strawberry.argument(
            description="Conditions on the invoices. Default: all invoices.", directives=[COST_OF_A_FILTER]
        ),
    ] = UNSET,
) -> Connection[Invoice]:
    given = filter or InvoiceFilter()
    wanted = given.read(status=or_none(given.status))
    request = selected_page(info, first, after, last, before)
    page = await resolvers.invoices(info.context, wanted, request)
    return connection(page, Invoice.of, lambda: resolvers.count_invoices(info.context, wanted))


async def delivery_notes(
    info: Info,
    first: First = UNSET,
    after: After = UNSET,
    last: Last = UNSET,
    before: Before = UNSET,
    filter: Annotated[
        DeliveryNoteFilter | None,
        strawberry.argument(
            description="Conditions on the delivery notes. Default: all delivery notes.",
            directives=[COST_OF_A_FILTER],
        ),
    ] = UNSET,
) -> Connection[DeliveryNote]:
    given = filter or DeliveryNoteFilter()
    wanted = given.read(invoiced=or_none(given.invoiced))
    request = selected_page(info, first, after, last, before)
    page = await resolvers.delivery_notes(info.context, wanted, request)
    if "order" in selected_fields(info.selected_fields):
        await info.context.loaders.order.load_many([row.order_id for row in page.rows])
    return connection(page, DeliveryNote.of, lambda: resolvers.count_delivery_notes(info.context, wanted))
