"""The snapshot of one invoice, read in the session of the viewer: what the viewer may not see is not found."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from exports.pdf.parties import BRAND, brand_of, buyer_of, line_of
from exports.pdf.snapshots import LineSnapshot, Party
from models.brand import Brand
from models.buyer import Buyer
from models.catalog import Sku
from models.delivery_note import DeliveryNote
from models.invoice import Invoice, InvoicedOrder, InvoiceLine, InvoiceStatus
from models.money import from_minor
from models.order import Order
from models.prices import price_of


@dataclass(frozen=True, slots=True)
class BilledPart:
    """Lines of one order that were delivered together; `delivery_note_code` is empty for an order billed as a whole."""

    delivery_note_code: str
    lines: tuple[LineSnapshot, ...]


@dataclass(frozen=True, slots=True)
class BilledOrder:
    """The part of one order that an invoice bills. `tax`, `shipping`: billed for this order."""

    code: str
    parts: tuple[BilledPart, ...]
    tax: Decimal
    shipping: Decimal


@dataclass(frozen=True, slots=True)
class InvoiceSnapshot:
    """One invoice, for one or several orders of one buyer. The sums cover only what this invoice bills."""

    code: str
    status: InvoiceStatus
    created_at: datetime
    issued_at: datetime | None
    voided_at: datetime | None
    brand: Party
    buyer: Party
    currency: str
    orders: tuple[BilledOrder, ...]
    subtotal: Decimal
    tax: Decimal
    shipping: Decimal
    total: Decimal
    time_zone: str


async def invoice_snapshot(session: AsyncSession, invoice_id: UUID, *, for_buyer: bool) -> InvoiceSnapshot | None:
    """None if the session's viewer has no such invoice. A buyer does not see drafts, so None for a draft `for_buyer`.

    Two statements for any number of orders and lines.
    """
    # One row for each order: a buyer sees an invoice only through the buyer's own orders.
    heads = (await session.execute(_ORDERS.where(Invoice.id == invoice_id))).all()
    if not heads or (for_buyer and heads[0].status is InvoiceStatus.DRAFT):
        return None
    invoice = heads[0]
    currency = invoice.currency
    of_invoice = (InvoiceLine.brand_id == invoice.brand_id, InvoiceLine.invoice_id == invoice_id)
    parts: dict[UUID, dict[str, list[LineSnapshot]]] = {}
    for line in await session.execute(_LINES.where(*of_invoice)):
        parts.setdefault(line.order_id, {}).setdefault(line.note_code or "", []).append(line_of(line, currency))

    # Sorted by their first lines. An order with only tax or shipping on this invoice has no line and comes last.
    place = {order_id: place for place, order_id in enumerate(parts)}
    orders = tuple(
        BilledOrder(
            code=head.order_code,
            parts=_parts(parts.get(head.order_id, {"": []})),
            tax=from_minor(head.tax_minor, currency),
            shipping=from_minor(head.shipping_minor, currency),
        )
        for head in sorted(heads, key=lambda head: (place.get(head.order_id, len(place)), head.order_code))
    )
    nothing = from_minor(0, currency)
    lines = [line for order in orders for part in order.parts for line in part.lines]
    subtotal = sum((line.amount for line in lines), nothing)
    tax = sum((order.tax for order in orders), nothing)
    shipping = sum((order.shipping for order in orders), nothing)
    return InvoiceSnapshot(
        code=invoice.code,
        status=invoice.status,
        created_at=invoice.created_at,
        issued_at=invoice.issued_at,
        voided_at=invoice.voided_at,
        brand=brand_of(invoice),
        buyer=buyer_of(invoice),
        currency=currency,
        orders=orders,
        subtotal=subtotal,
        tax=tax,
        shipping=shipping,
        total=subtotal + tax + shipping,
        time_zone=invoice.time_zone,
    )


def _parts(lines_of_notes: dict[str, list[LineSnapshot]]) -> tuple[BilledPart, ...]:
    return tuple(BilledPart(note_code, tuple(lines)) for note_code, lines in lines_of_notes.items())


_ORDERS = (
    select(
        Invoice.brand_id,
        Invoice.code,
        Invoice.status,
        Invoice.created_at,
        Invoice.issued_at,
        Invoice.voided_at,
        func.coalesce(Invoice.currency, Order.currency).label("currency"),
        InvoicedOrder.order_id,
        InvoicedOrder.tax_minor,
        InvoicedOrder.shipping_minor,
        Order.code.label("order_code"),
        *BRAND,
        func.coalesce(Invoice.buyer_name, Buyer.name).label("buyer_name"),
        Buyer.unique_code,
        Buyer.country,
        func.coalesce(Invoice.buyer_address, Buyer.address).label("buyer_address"),
    )
    .join_from(Invoice, InvoicedOrder)
    .join_from(InvoicedOrder, Order)
    .join_from(Invoice, Brand)
    .join_from(Order, Buyer)
)

_LINES = (
    select(
        InvoiceLine.order_id,
        InvoiceLine.position,
        InvoiceLine.quantity,
        price_of(InvoiceLine.unit_price_minor, InvoiceLine.unit_price_fraction),
        InvoiceLine.amount_minor,
        Sku.number,
        Sku.model_number,
        Sku.name,
        DeliveryNote.code.label("note_code"),
    )
    .join_from(InvoiceLine, Sku)
    .outerjoin_from(InvoiceLine, DeliveryNote)
    .order_by(InvoiceLine.position)
)
