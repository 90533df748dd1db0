"""DeliveryNote, Invoice and BacklogSku: what references an order and keeps it from being rejected."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry
from strawberry import ID, UNSET, Private

from graph.catalog import TAX_OF_LINE, Sku
from graph.core.context import Info
from graph.core.download_links import Download
from graph.core.enums import InLocale, describe_enum
from graph.core.ids import Kind
from graph.core.money import Money, money
from graph.core.node import NODES, SOURCES, Node, load_nodes, node_id
from graph.core.pagination import After, Connection, First, connection, counted, selected_page, size_of_page
from graph.downloads import CREDIT_NOTE, DELIVERY_NOTE, INVOICE, Record
from graph.execution.declared import Children, Linked, Within, column, declared, made_of, within
from graph.execution.declared import Kind as KindOfField
from graph.execution.kinds import FLAG, INSTANT, TEXT, WHOLE, among, both, choice, escaped
from graph.limits.cost import Cost, page_size
from graph.packing import Carton, cartons_of
from graph.papers.taxes import TaxSum, TaxType
from models.invoice import InvoiceStatus
from models.papers.missing import MissingField, missing_fields
from models.tax import tax_of
from resolvers import nodes
from resolvers.lines import invoice_lines, note_lines
from resolvers.papers.invoices import credit_note_of, invoice_snapshot_of
from resolvers.reading.rows import BacklogSkuRow, DeliveryNoteLineRow, DeliveryNoteRow, InvoiceLineRow, InvoiceRow
from resolvers.reading.sources import (
    BACKLOG_SKUS,
    DELIVERY_NOTES,
    INVOICES_BY_ID,
    LINES_OF_INVOICES,
    LINES_OF_NOTES,
    NOTES_OF_INVOICES,
    ORDERS,
    ORDERS_OF_INVOICES,
)

if TYPE_CHECKING:
    from graph.orders import Order

OrderOfDocument = Annotated["Order", strawberry.lazy("graph.orders")]

describe_enum(
    InvoiceStatus,
    "Progress of an invoice.",
    {
        "DRAFT": "A draft: can be issued or deleted, and buyers do not see it. Its orders cannot be rejected.",
        "ISSUED": "Issued: can be voided. Its orders cannot be rejected.",
        "VOID": "Permanently invalid. Its orders are released.",
    },
)


NUMBER = KindOfField(
    lambda code, status: None if status is InvoiceStatus.DRAFT else code,
    both("(escaped({0}) if HAS_NUMBER[{1}] else 'null')"),
    {"escaped": escaped, "HAS_NUMBER": {each.value: each is not InvoiceStatus.DRAFT for each in InvoiceStatus}},
)


@strawberry.type(description="A line of a delivery note: the delivered quantity of one SKU.")
class DeliveryNoteLine:
    sku: Sku = strawberry.field(description="The SKU.", metadata=declared(Within(prefix="sku.")))
    quantity: int = column(WHOLE, "quantity", description="Quantity.")

    @classmethod
    def of(cls, row: DeliveryNoteLineRow) -> "DeliveryNoteLine":
        return made_of(cls, row, sku=Sku.of(row.sku))


@strawberry.type(
    description="A delivery note: goods of an order on their way. While one exists, the order cannot be rejected."
)
class DeliveryNote(Node):
    id: ID = node_id(Kind.DELIVERY_NOTE)
    code: str = column(
        TEXT,
        "code",
        description="The number, given when the note is created: consecutive in the brand. The number of a deleted "
        "note is not used again; the history names it.",
    )
    created_at: datetime = column(INSTANT, "created_at", description="When the note was created.")
    updated_at: datetime | None = column(
        INSTANT, "updated_at", description="When the note was last changed. Null: never."
    )
    tracking_number: str = column(
        TEXT, "tracking_number", description="Tracking number of the carrier. Empty if there is none."
    )
    comment: str = column(TEXT, "comment", description="Comment to the buyer on the note. Empty if there is none.")
    carrier: str = column(TEXT, "carrier", description="Carrier of the goods. Empty if not said.")
    cartons: int | None = column(WHOLE, "cartons", description="Number of cartons. Null if not said.")
    is_invoiced: bool = column(
        FLAG,
        "is_invoiced",
        description="Whether the note, or its order as a whole, is on an invoice. If so, the note can be "
        "neither changed nor deleted.",
    )
    row: Private[DeliveryNoteRow]

    @strawberry.field(description="The order that it belongs to.", metadata=declared(Linked("order_id", ORDERS)))
    async def order(self, info: Info) -> OrderOfDocument:
        order: Order
        [order] = await load_nodes(info, Kind.ORDER, [self.row.order_id])
        return order

    @strawberry.field(
        description="The delivered SKUs.",
        directives=[page_size("first")],
        metadata=declared(Children(LINES_OF_NOTES, size=size_of_page)),
    )
    async def lines(self, info: Info, first: First = UNSET, after: After = UNSET) -> Connection[DeliveryNoteLine]:
        page = await note_lines(info.context, self.row.id, selected_page(info, first, after))
        count = counted(info.context.loaders.delivery_note_line_count, self.row.id)
        return connection(page, DeliveryNoteLine.of, count)

    @strawberry.field(
        description="The cartons one by one. Empty if only their number was said.", directives=[Cost(weight="50")]
    )
    async def packing(self, info: Info) -> list[Carton]:
        return await cartons_of(info, self.row.packing)

    @strawberry.field(description="A download link to the PDF.")
    def pdf(self, info: Info, locale: InLocale = UNSET) -> Download:
        subject = Record(self.row.id, self.row.code)
        return info.context.links.to(DELIVERY_NOTE, subject, info.context.actor, locale or None)

    @classmethod
    def of(cls, row: DeliveryNoteRow) -> "DeliveryNote":
        return made_of(cls, row, row=row)


@strawberry.type(description="A line of an invoice. Lines are fixed when the invoice is drafted.")
class InvoiceLine:
    sku: Sku = strawberry.field(description="The SKU.", metadata=declared(Within(prefix="sku.")))
    quantity: int = column(WHOLE, "quantity", description="Quantity.")
    unit_price: Money = money("unit_price_minor", description="Price of one unit, as in the order.")
    amount: Money = money("amount_minor", description="quantity multiplied by unitPrice, rounded once, half up.")
    tax: TaxType | None = strawberry.field(
        description="Tax of the line, as in the order. Null if it was not given.", metadata=declared(TAX_OF_LINE)
    )
    row: Private[InvoiceLineRow]

    @strawberry.field(description="The order that it belongs to.", metadata=declared(Linked("order_id", ORDERS)))
    async def order(self, info: Info) -> OrderOfDocument:
        order: Order
        [order] = await load_nodes(info, Kind.ORDER, [self.row.order_id])
        return order

    @strawberry.field(
        description="The delivery note that delivered the line, if the invoice was created from delivery "
        "notes. Otherwise null.",
        metadata=declared(Linked("delivery_note_id", DELIVERY_NOTES)),
    )
    async def delivery_note(self, info: Info) -> DeliveryNote | None:
        if self.row.delivery_note_id is None:
            return None
        found = await info.context.loaders.delivery_note.load(self.row.delivery_note_id)
        return DeliveryNote.of(found) if found else None

    @classmethod
    def of(cls, row: InvoiceLineRow) -> "InvoiceLine":
        tax = TaxType.of(tax_of(row.tax_kind, row.tax_rate))
        return made_of(cls, row, sku=Sku.of(row.sku), tax=tax, row=row)


describe_enum(
    MissingField,
    "What an invoice of a brand that is registered for tax must say. New values may be added.",
    {
        "SELLER_ADDRESS": "The brand's address.",
        "BUYER_NAME": "The buyer's name.",
        "BUYER_ADDRESS": "The buyer's address.",
        "LINE_TAX": "The tax of each line.",
        "SHIPPING_TAX": "The tax of the shipping.",
        "STERLING_TAX": "The VAT in pounds: a British brand's invoice with VAT is in pounds.",
    },
    name="InvoiceField",
)


@strawberry.type(description="Takes back a voided invoice as a whole.")
class CreditNote:
    code: str = strawberry.field(description="The number: consecutive in the brand, without gaps.")
    issued_at: datetime = strawberry.field(description="When the invoice was voided.")
    invoice_id: Private[UUID]

    @strawberry.field(description="A download link to the PDF.")
    def pdf(self, info: Info, locale: InLocale = UNSET) -> Download:
        subject = Record(self.invoice_id, self.code)
        return info.context.links.to(CREDIT_NOTE, subject, info.context.actor, locale or None)


@strawberry.type(
    description="An invoice to a buyer for one or several orders, or for their delivery notes. Unless it "
    "is void, the orders cannot be rejected."
)
class Invoice(Node):
    id: ID = node_id(Kind.INVOICE)
    code: str = column(
        TEXT,
        "code",
        description="The number of an issued invoice. A draft has no number: its code, e.g. DRAFT-1A2B3C4D, names it "
        "until it is issued. Unique in the brand.",
    )
    number: str | None = column(
        NUMBER,
        "code",
        "status",
        description="The number, given when the invoice is issued: consecutive in the brand, without gaps. Null for a "
        "draft.",
    )
    status: InvoiceStatus = column(choice(InvoiceStatus), "status", description="Progress of the invoice.")
    created_at: datetime = column(INSTANT, "created_at", description="When the invoice was drafted.")
    issued_at: datetime | None = column(
        INSTANT, "issued_at", description="When the invoice was issued. Null while it is a draft."
    )
    voided_at: datetime | None = column(
        INSTANT, "voided_at", description="When the invoice was voided. Null if it was not."
    )
    is_void: bool = column(
        among(frozenset({InvoiceStatus.VOID}), InvoiceStatus),
        "status",
        description="Whether the invoice is void. A void invoice no longer references its orders.",
    )
    total: Money | None = within(
        lambda minor, currency: None if minor is None or currency is None else Money.of(minor, currency),
        {"minor": "total_minor", "currency": "currency"},
        description="Total of the lines and of the tax and shipping that they bill. Null for an invoice that "
        "was imported without a total.",
    )
    row: Private[InvoiceRow]

    @strawberry.field(
        description="The billed SKUs.",
        directives=[page_size("first")],
        metadata=declared(Children(LINES_OF_INVOICES, size=size_of_page)),
    )
    async def lines(self, info: Info, first: First = UNSET, after: After = UNSET) -> Connection[InvoiceLine]:
        page = await invoice_lines(info.context, self.row.id, selected_page(info, first, after))
        count = counted(info.context.loaders.invoice_line_count, self.row.id)
        return connection(page, InvoiceLine.of, count)

    @strawberry.field(
        description="The orders that the invoice is for.", metadata=declared(Children(ORDERS_OF_INVOICES))
    )
    async def orders(self, info: Info) -> list[OrderOfDocument]:
        return await load_nodes(info, Kind.ORDER, await info.context.loaders.invoiced_orders.load(self.row.id))

    @strawberry.field(
        description="The delivery notes that the invoice was created from. Empty if it is for whole orders.",
        metadata=declared(Children(NOTES_OF_INVOICES)),
    )
    async def delivery_notes(self, info: Info) -> list[DeliveryNote]:
        return [DeliveryNote.of(row) for row in await info.context.loaders.invoiced_notes.load(self.row.id)]

    @strawberry.field(
        description="Of a draft of a brand that is registered for tax: what the law asks of an invoice and this one "
        "does not say. issueInvoice refuses until the list is empty. Empty for other invoices, and for a buyer.",
        directives=[Cost(weight="10")],
    )
    async def missing(self, info: Info) -> list[MissingField]:
        if self.row.status is not InvoiceStatus.DRAFT or info.context.actor.is_buyer:
            return []
        snapshot = await invoice_snapshot_of(info.context, self.row.id)
        return missing_fields(snapshot) if snapshot else []

    @strawberry.field(description="The taxes by rate. Empty if lines have no tax data.", directives=[Cost(weight="10")])
    async def taxes(self, info: Info) -> list[TaxSum]:
        snapshot = await invoice_snapshot_of(info.context, self.row.id)
        return [TaxSum.of(each, snapshot.currency) for each in snapshot.taxes] if snapshot else []

    @strawberry.field(
        description="The credit note of a void invoice. Null if it was voided by an older release.",
        directives=[Cost(weight="10")],
    )
    async def credit_note(self, info: Info) -> CreditNote | None:
        found = await credit_note_of(info.context, self.row.id)
        return CreditNote(code=found.code, issued_at=found.issued_at, invoice_id=self.row.id) if found else None

    @strawberry.field(description="A download link to the PDF. A draft and a void invoice are stamped as such.")
    def pdf(self, info: Info, locale: InLocale = UNSET) -> Download:
        subject = Record(self.row.id, self.row.code)
        return info.context.links.to(INVOICE, subject, info.context.actor, locale or None)

    @classmethod
    def of(cls, row: InvoiceRow) -> "Invoice":
        return made_of(cls, row, row=row)


@strawberry.type(
    description="A backlog SKU: a SKU of an order that is delivered in parts. While an order has backlog "
    "SKUs, it cannot be rejected."
)
class BacklogSku(Node):
    id: ID = node_id(Kind.BACKLOG_SKU)
    sku: Sku = strawberry.field(description="The SKU to deliver.", metadata=declared(Within(prefix="sku.")))
    ordered_quantity: int = column(WHOLE, "ordered_quantity", description="Ordered quantity.")
    remaining_quantity: int = column(
        WHOLE, "remaining_quantity", description="Quantity that is not on a delivery note yet."
    )

    @classmethod
    def of(cls, row: BacklogSkuRow) -> "BacklogSku":
        return made_of(cls, row, sku=Sku.of(row.sku))


NODES[Kind.DELIVERY_NOTE] = (nodes.delivery_notes, DeliveryNote.of)
NODES[Kind.INVOICE] = (nodes.invoices, Invoice.of)
NODES[Kind.BACKLOG_SKU] = (nodes.backlog_skus, BacklogSku.of)
SOURCES[Kind.DELIVERY_NOTE] = ("DeliveryNote", DELIVERY_NOTES)
SOURCES[Kind.INVOICE] = ("Invoice", INVOICES_BY_ID)
SOURCES[Kind.BACKLOG_SKU] = ("BacklogSku", BACKLOG_SKUS)
