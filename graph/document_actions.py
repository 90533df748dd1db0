"""Making and unmaking what references an order: backlog SKUs, delivery notes, invoices."""

from typing import Annotated
from uuid import UUID

import strawberry
from strawberry import ID, UNSET

from graph.confirmation import DONE
from graph.context import Info, given
from graph.documents import DeliveryNote, Invoice
from graph.ids import Kind, from_id
from graph.order_actions import ActionPayload, OrderInput
from resolvers import backlog, delivery_notes, invoices, nodes
from resolvers.actions import Outcome, not_found
from resolvers.delivery_notes import BacklogQuantity, unknown_document


@strawberry.input(description="Lays out a confirmed order's SKUs, so that they can be delivered in parts.")
class CreateBacklogSkusInput(OrderInput):
    pass


@strawberry.type(description=f"What came of createBacklogSkus. {DONE}")
class CreateBacklogSkusPayload(ActionPayload):
    pass


@strawberry.input(description="How much of a backlog SKU to deliver.")
class BacklogQuantityInput:
    backlog_sku_id: ID = strawberry.field(description="One of the order's.")
    quantity: int = strawberry.field(description="At least 1, at most what remains.")


@strawberry.input(description="From the order as a whole, or, with backlogQuantities, from its backlog SKUs.")
class CreateDeliveryNoteInput(OrderInput):
    backlog_quantities: list[BacklogQuantityInput] | None = strawberry.field(
        default=UNSET, description="Needed exactly when the order has backlog SKUs."
    )


@strawberry.type(description=f"What came of createDeliveryNote. {DONE}")
class CreateDeliveryNotePayload(ActionPayload):
    delivery_note: DeliveryNote | None = strawberry.field(description="The new note; null when it was refused.")


@strawberry.input(description="Deletes a delivery note of an order that is not invoiced.")
class DeleteDeliveryNoteInput:
    delivery_note_id: ID = strawberry.field(description="The note; what it took goes back to the backlog.")


@strawberry.type(description=f"What came of deleteDeliveryNote. {DONE}")
class DeleteDeliveryNotePayload(ActionPayload):
    pass


@strawberry.input(description="Drafts an invoice for the official content of an order.")
class CreateInvoiceInput(OrderInput):
    pass


@strawberry.type(description=f"What came of createInvoice. {DONE}")
class CreateInvoicePayload(ActionPayload):
    invoice: Invoice | None = strawberry.field(description="The new draft; null when it was refused.")


@strawberry.input(description="Issues a draft.")
class IssueInvoiceInput:
    invoice_id: ID = strawberry.field(description="The draft.")


@strawberry.type(description=f"What came of issueInvoice. {DONE}")
class IssueInvoicePayload(ActionPayload):
    pass


@strawberry.input(description="Voids an issued invoice, for good; its orders are released.")
class VoidInvoiceInput:
    invoice_id: ID = strawberry.field(description="The issued invoice.")


@strawberry.type(description=f"What came of voidInvoice. {DONE}")
class VoidInvoicePayload(ActionPayload):
    pass


@strawberry.input(description="Deletes a draft; its orders are released.")
class DeleteInvoiceInput:
    invoice_id: ID = strawberry.field(description="The draft.")


@strawberry.type(description=f"What came of deleteInvoice. {DONE}")
class DeleteInvoicePayload(ActionPayload):
    pass


async def create_backlog_skus(
    info: Info, input: Annotated[CreateBacklogSkusInput, strawberry.argument(description="The order.")]
) -> CreateBacklogSkusPayload:
    order_id = from_id(Kind.ORDER, input.order_id)
    outcome = await backlog.create_backlog_skus(info.context, order_id) if order_id else not_found(info.context)
    return await CreateBacklogSkusPayload.of(info, outcome)


async def create_delivery_note(
    info: Info, input: Annotated[CreateDeliveryNoteInput, strawberry.argument(description="The order and quantities.")]
) -> CreateDeliveryNotePayload:
    outcome: Outcome = not_found(info.context)
    note_id: UUID | None = None
    if order_id := from_id(Kind.ORDER, input.order_id):
        asked = given(input.backlog_quantities)
        quantities = (
            [BacklogQuantity(from_id(Kind.BACKLOG_SKU, each.backlog_sku_id), each.quantity) for each in asked]
            if asked is not None
            else None
        )
        outcome, note_id = await delivery_notes.create_delivery_note(info.context, order_id, quantities)
    row = (await nodes.delivery_notes(info.context, [note_id])).get(note_id) if note_id else None
    return await CreateDeliveryNotePayload.of(info, outcome, delivery_note=DeliveryNote.of(row) if row else None)


async def delete_delivery_note(
    info: Info, input: Annotated[DeleteDeliveryNoteInput, strawberry.argument(description="The note.")]
) -> DeleteDeliveryNotePayload:
    outcome = unknown_document(info.context, "deliveryNoteId")
    if note_id := from_id(Kind.DELIVERY_NOTE, input.delivery_note_id):
        outcome = await delivery_notes.delete_delivery_note(info.context, note_id)
    return await DeleteDeliveryNotePayload.of(info, outcome)


async def create_invoice(
    info: Info, input: Annotated[CreateInvoiceInput, strawberry.argument(description="The order.")]
) -> CreateInvoicePayload:
    outcome: Outcome = not_found(info.context)
    invoice_id: UUID | None = None
    if order_id := from_id(Kind.ORDER, input.order_id):
        outcome, invoice_id = await invoices.create_invoice(info.context, order_id)
    row = (await nodes.invoices(info.context, [invoice_id])).get(invoice_id) if invoice_id else None
    return await CreateInvoicePayload.of(info, outcome, invoice=Invoice.of(row) if row else None)


async def issue_invoice(
    info: Info, input: Annotated[IssueInvoiceInput, strawberry.argument(description="The draft.")]
) -> IssueInvoicePayload:
    outcome = unknown_document(info.context, "invoiceId")
    if invoice_id := from_id(Kind.INVOICE, input.invoice_id):
        outcome = await invoices.issue_invoice(info.context, invoice_id)
    return await IssueInvoicePayload.of(info, outcome)


async def void_invoice(
    info: Info, input: Annotated[VoidInvoiceInput, strawberry.argument(description="The invoice.")]
) -> VoidInvoicePayload:
    outcome = unknown_document(info.context, "invoiceId")
    if invoice_id := from_id(Kind.INVOICE, input.invoice_id):
        outcome = await invoices.void_invoice(info.context, invoice_id)
    return await VoidInvoicePayload.of(info, outcome)


async def delete_invoice(
    info: Info, input: Annotated[DeleteInvoiceInput, strawberry.argument(description="The draft.")]
) -> DeleteInvoicePayload:
    outcome = unknown_document(info.context, "invoiceId")
    if invoice_id := from_id(Kind.INVOICE, input.invoice_id):
        outcome = await invoices.delete_invoice(info.context, invoice_id)
    return await DeleteInvoicePayload.of(info, outcome)
