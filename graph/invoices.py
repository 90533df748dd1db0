"""Invoices: drafting for an order, several or delivery notes; issuing, voiding and deleting."""

from typing import Annotated, Any, Self

import strawberry
from strawberry import ID, UNSET

from graph.blockers import ActionBlocker
from graph.confirmation import BODY, DONE
from graph.core.command_inputs import CommandInput, VersionedInput
from graph.core.context import Info, or_none
from graph.core.ids import Kind, from_id
from graph.document_types import Invoice
from graph.order_actions import ActionPayload, CommandPayload, OrderInput
from graph.orders import Order
from resolvers import invoice_drafts, invoices, nodes
from resolvers.core.notices import Message
from resolvers.core.refusals import Outcome


@strawberry.input(description="Drafts an invoice for the official content of an order.")
class CreateInvoiceInput(OrderInput):
    pass


@strawberry.type(description=f"Result of createInvoice. {DONE}")
class CreateInvoicePayload(ActionPayload):
    invoice: Invoice | None = strawberry.field(description="The drafted invoice. Null if refused.")


@strawberry.input(description="Drafts one invoice for the official content of several orders.")
class CreateInvoiceForOrdersInput(CommandInput):
    order_ids: list[ID] = strawberry.field(
        description=f"Orders of one buyer in one currency, at most {invoice_drafts.MAX_DOCUMENTS}."
    )


@strawberry.input(description="Drafts one invoice for the quantities on delivery notes, at the prices of their orders.")
class CreateInvoiceForDeliveryNotesInput(CommandInput):
    delivery_note_ids: list[ID] = strawberry.field(
        description="Delivery notes of one buyer's orders in one currency, none of them on an invoice, at "
        f"most {invoice_drafts.MAX_DOCUMENTS}."
    )


@strawberry.type(description="One of several orders that cannot be invoiced, and why.")
class RefusedOrder:
    order: Order = strawberry.field(description="The order.")
    blockers: list[ActionBlocker] = strawberry.field(
        description="Every reason why. Order.actions lists them beforehand."
    )


@strawberry.type
class InvoicingPayload(CommandPayload):
    """Base of the payloads of an invoice for several orders; not a type of the schema itself."""

    invoice: Invoice | None = strawberry.field(description="The drafted invoice. Null if refused.")
    orders: list[Order] = strawberry.field(description="The orders after the command.")
    refused_orders: list[RefusedOrder] = strawberry.field(
        description="The orders because of which no invoice was drafted."
    )

    @classmethod
    async def of(cls, info: Info, outcome: Outcome) -> Self:
        rows = await info.context.loaders.order.load_many(list(outcome.order_ids))
        orders = {row.id: Order.of(row) for row in rows if row}
        return cls.after(
            outcome,
            invoice=await _invoice(info, outcome),
            orders=list(orders.values()),
            refused_orders=[
                RefusedOrder(order=orders[id], blockers=[ActionBlocker.of(each) for each in blockers])
                for id, blockers in outcome.blockers.items()
            ],
        )


@strawberry.type(description=f"Result of createInvoiceForOrders. {DONE}")
class CreateInvoiceForOrdersPayload(InvoicingPayload):
    pass


@strawberry.type(description=f"Result of createInvoiceForDeliveryNotes. {DONE}")
class CreateInvoiceForDeliveryNotesPayload(InvoicingPayload):
    pass


@strawberry.type
class InvoicePayload(ActionPayload):
    """Base of the payloads about an existing invoice; not a type of the schema itself."""

    orders: list[Order] = strawberry.field(
        description="All orders of the invoice after the command. `order` is the first of them."
    )

    @classmethod
    async def about(cls, info: Info, outcome: Outcome, **more: Any) -> Self:
        rows = await info.context.loaders.order.load_many(list(outcome.order_ids))
        return await cls.of(info, outcome, orders=[Order.of(row) for row in rows if row], **more)


@strawberry.input
class InvoiceInput(VersionedInput):
    """Base of the inputs about an existing invoice; not a type of the schema itself."""

    expected_version: int | None = strawberry.field(
        default=UNSET,
        description="The version (Order.version) of the invoice's order that the caller has read; of several orders, "
        "that of the first one in Invoice.orders, as each change of the invoice changes them all. If the order has "
        "changed since, the command is refused with STALE_ORDER. Default: no check.",
    )


@strawberry.input(description="Issues a drafted invoice.")
class IssueInvoiceInput(InvoiceInput):
    invoice_id: ID = strawberry.field(description="The drafted invoice.")
    notify: bool | None = strawberry.field(
        default=UNSET,
        description="Whether to send the buyer an e-mail. Of an invoice for several orders, it is about the first. "
        "Default: false.",
    )
    body: str | None = strawberry.field(default=UNSET, description=BODY)


@strawberry.type(description=f"Result of issueInvoice. {DONE}")
class IssueInvoicePayload(InvoicePayload):
    invoice: Invoice | None = strawberry.field(description="The issued invoice. Null if refused.")


@strawberry.input(description="Voids an issued invoice permanently and releases its orders.")
class VoidInvoiceInput(InvoiceInput):
    invoice_id: ID = strawberry.field(description="The issued invoice.")


@strawberry.type(description=f"Result of voidInvoice. {DONE}")
class VoidInvoicePayload(InvoicePayload):
    invoice: Invoice | None = strawberry.field(description="The void invoice. Null if refused.")


@strawberry.input(description="Deletes a drafted invoice and releases its orders.")
class DeleteInvoiceInput(InvoiceInput):
    invoice_id: ID = strawberry.field(description="The drafted invoice.")


@strawberry.type(description=f"Result of deleteInvoice. {DONE}")
class DeleteInvoicePayload(InvoicePayload):
    deleted_invoice_id: ID | None = strawberry.field(description="Id of the deleted invoice. Null if refused.")


async def create_invoice(
    info: Info, input: Annotated[CreateInvoiceInput, strawberry.argument(description="The order.")]
) -> CreateInvoicePayload:
    outcome = await invoice_drafts.create_invoice(info.context, from_id(Kind.ORDER, input.order_id), **input.terms())
    return await CreateInvoicePayload.of(info, outcome, invoice=await _invoice(info, outcome))


async def create_invoice_for_orders(
    info: Info, input: Annotated[CreateInvoiceForOrdersInput, strawberry.argument(description="The orders.")]
) -> CreateInvoiceForOrdersPayload:
    ids = [from_id(Kind.ORDER, id) for id in input.order_ids]
    outcome = await invoice_drafts.create_invoice_for_orders(info.context, ids, **input.terms())
    return await CreateInvoiceForOrdersPayload.of(info, outcome)


async def create_invoice_for_delivery_notes(
    info: Info,
    input: Annotated[CreateInvoiceForDeliveryNotesInput, strawberry.argument(description="The delivery notes.")],
) -> CreateInvoiceForDeliveryNotesPayload:
    ids = [from_id(Kind.DELIVERY_NOTE, id) for id in input.delivery_note_ids]
    outcome = await invoice_drafts.create_invoice_for_delivery_notes(info.context, ids, **input.terms())
    return await CreateInvoiceForDeliveryNotesPayload.of(info, outcome)


async def _invoice(info: Info, outcome: Outcome) -> Invoice | None:
    if outcome.made is None:
        return None
    row = (await nodes.invoices(info.context, [outcome.made])).get(outcome.made)
    return Invoice.of(row) if row else None


async def issue_invoice(
    info: Info, input: Annotated[IssueInvoiceInput, strawberry.argument(description="The drafted invoice.")]
) -> IssueInvoicePayload:
    invoice_id = from_id(Kind.INVOICE, input.invoice_id)
    message = Message(bool(or_none(input.notify)), or_none(input.body))
    outcome = await invoices.issue_invoice(info.context, invoice_id, message, **input.terms())
    return await IssueInvoicePayload.about(info, outcome, invoice=await _invoice(info, outcome))


async def void_invoice(
    info: Info, input: Annotated[VoidInvoiceInput, strawberry.argument(description="The invoice.")]
) -> VoidInvoicePayload:
    invoice_id = from_id(Kind.INVOICE, input.invoice_id)
    outcome = await invoices.void_invoice(info.context, invoice_id, **input.terms())
    return await VoidInvoicePayload.about(info, outcome, invoice=await _invoice(info, outcome))


async def delete_invoice(
    info: Info, input: Annotated[DeleteInvoiceInput, strawberry.argument(description="The drafted invoice.")]
) -> DeleteInvoicePayload:
    invoice_id = from_id(Kind.INVOICE, input.invoice_id)
    outcome = await invoices.delete_invoice(info.context, invoice_id, **input.terms())
    deleted = None if outcome.refusals else input.invoice_id
    return await DeleteInvoicePayload.about(info, outcome, deleted_invoice_id=deleted)
