"""Reads the snapshot of one invoice, in the session of whoever asks: what they may not see is not found."""

from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from exports.pdf.parties import BRAND, BUYER, brand_of, buyer_of, line_of
from exports.pdf.snapshots import BilledOrder, BilledPart, InvoiceSnapshot, LineSnapshot
from models.brand import Brand
from models.buyer import Buyer
from models.catalog import Sku
from models.delivery_note import DeliveryNote
from models.invoice import Invoice, InvoicedOrder, InvoiceLine, InvoiceStatus
from models.money import from_minor
from models.order import Order
from models.prices import price_of


async def invoice_snapshot(session: AsyncSession, invoice_id: UUID, *, for_buyer: bool) -> InvoiceSnapshot | None:
    """None when the session's viewer has no such invoice. A draft is the brand's own: there is none `for_buyer`.

    Two statements, however many orders and lines there are.
    """
    # A row for each order, as a buyer sees an invoice through own orders only.
    heads = (await session.execute(_ORDERS.where(Invoice.id == invoice_id))).all()
    if not heads or (for_buyer and heads[0].status is InvoiceStatus.DRAFT):
        return None
    invoice = heads[0]
    currency = invoice.currency
    of_invoice = (InvoiceLine.brand_id == invoice.brand_id, InvoiceLine.invoice_id == invoice_id)
    parts: dict[UUID, dict[str, list[LineSnapshot]]] = {}
    for line in await session.execute(_LINES.where(*of_invoice)):
        parts.setdefault(line.order_id, {}).setdefault(line.note_code or "", []).append(line_of(line, currency))

    # In the order of their first lines; an order of which only tax or shipping is billed comes last.
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
        *BUYER,
    )
    .select_from(Invoice)
    .join(InvoicedOrder, and_(InvoicedOrder.brand_id == Invoice.brand_id, InvoicedOrder.invoice_id == Invoice.id))
    .join(Order, and_(Order.brand_id == InvoicedOrder.brand_id, Order.id == InvoicedOrder.order_id))
    .join(Brand, Brand.id == Order.brand_id)
    .join(Buyer, and_(Buyer.brand_id == Order.brand_id, Buyer.id == Order.buyer_id))
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
    .select_from(InvoiceLine)
    .join(Sku, and_(Sku.brand_id == InvoiceLine.brand_id, Sku.id == InvoiceLine.sku_id))
    .outerjoin(
        DeliveryNote,
        and_(DeliveryNote.brand_id == InvoiceLine.brand_id, DeliveryNote.id == InvoiceLine.delivery_note_id),
    )
    .order_by(InvoiceLine.position)
)
