"""What an invoice or a credit note says: read live for a draft, kept with the invoice when it is issued."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.brand import Brand
from models.buyer import Buyer
from models.catalog import Sku
from models.delivery_note import DeliveryNote
from models.invoice import CreditNote, Invoice, InvoicedOrder, InvoiceLine, InvoiceStatus
from models.letterhead import Letterhead
from models.money import from_minor
from models.order import Order
from models.papers.columns import BRAND, OF_BRAND, SKU, brand_of, buyer_of, head_of, line_of, tax_rows, with_logo
from models.papers.parts import Head, LineSnapshot, Party, TaxRow
from models.plain_json import from_plain, to_plain
from models.prices import price_of
from models.tax import Tax, tax_of


@dataclass(frozen=True, slots=True)
class BilledPart:
    """Lines of one order that were delivered together; `delivery_note_code` is empty for an order billed as a whole."""

    delivery_note_code: str
    lines: tuple[LineSnapshot, ...]
    delivered_on: date | None = None


@dataclass(frozen=True, slots=True)
class BilledOrder:
    """The part of one order that an invoice bills. `tax`, `shipping`: billed for this order."""

    code: str
    parts: tuple[BilledPart, ...]
    tax: Decimal
    shipping: Decimal
    placed_on: date | None = None
    buyer_order_number: str = ""
    shipping_tax: Tax | None = None


@dataclass(frozen=True, slots=True)
class InvoiceSnapshot:
    """One invoice, for one or several orders of one buyer. The sums cover only what this invoice bills.

    `taxes`: by rate; empty without tax data. `credits`, `credited_on`: of a credit note, the invoice that it takes
    back and its day; `credited_by`: of a void invoice, its credit note. Days are the brand's.
    """

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
    head: Head = field(default_factory=Head)
    taxes: tuple[TaxRow, ...] = ()
    prices_include_tax: bool = False
    issued_on: date | None = None
    due_on: date | None = None
    credits: str = ""
    credited_on: date | None = None
    credited_by: str = ""

    @property
    def lines(self) -> list[LineSnapshot]:
        return [line for order in self.orders for part in order.parts for line in part.lines]

    @property
    def shippings(self) -> list[tuple[Tax | None, Decimal]]:
        """By tax, in the order of the orders."""
        found: dict[Tax | None, Decimal] = {}
        for order in self.orders:
            if order.shipping:
                found[order.shipping_tax] = found.get(order.shipping_tax, Decimal(0)) + order.shipping
        return list(found.items())

    @property
    def is_credit_note(self) -> bool:
        return bool(self.credits)


async def read_invoice(session: AsyncSession, invoice_id: UUID, *, for_buyer: bool) -> InvoiceSnapshot | None:
    """As it was issued, or as it is now for one that is not kept. None if the session's viewer has no such invoice.

    A buyer does not see drafts, so None for a draft `for_buyer`. A constant number of statements.
    """
    # One row for each order: a buyer sees an invoice only through the buyer's own orders.
    heads = (await session.execute(_ORDERS.where(Invoice.id == invoice_id))).all()
    if not heads or (for_buyer and heads[0].status is InvoiceStatus.DRAFT):
        return None
    row = heads[0]
    if row.is_frozen:
        frozen = await session.scalar(select(Invoice.frozen).where(Invoice.id == invoice_id))
        snapshot = await thawed(session, row.brand_id, frozen or {})
        return replace(snapshot, status=row.status, voided_at=row.voided_at, credited_by=row.credit_note_code or "")
    return await _live(session, invoice_id, heads)


async def read_credit_note(session: AsyncSession, invoice_id: UUID) -> InvoiceSnapshot | None:
    """None if the session's viewer has no such invoice, or it was not credited."""
    columns = (CreditNote.brand_id, CreditNote.frozen)
    row = (await session.execute(select(*columns).where(CreditNote.invoice_id == invoice_id))).one_or_none()
    return await thawed(session, row.brand_id, row.frozen) if row else None


def frozen(snapshot: InvoiceSnapshot) -> dict[str, Any]:
    """To be kept. The logo is kept once, in a table of its own."""
    plain: dict[str, Any] = to_plain(replace(snapshot, head=replace(snapshot.head, logo=b"")))
    return plain


async def thawed(session: AsyncSession, brand_id: UUID, plain: dict[str, Any]) -> InvoiceSnapshot:
    snapshot = from_plain(InvoiceSnapshot, plain)
    return replace(snapshot, head=await with_logo(session, brand_id, snapshot.head))


def issued(snapshot: InvoiceSnapshot, code: str, at: datetime) -> InvoiceSnapshot:
    """As the draft will say once it is issued."""
    day = at.astimezone(ZoneInfo(snapshot.time_zone)).date()
    days = snapshot.head.payment_days
    due_on = None if days is None else day + timedelta(days=days)
    return replace(
        snapshot, code=code, status=InvoiceStatus.ISSUED, issued_at=at, voided_at=None, issued_on=day, due_on=due_on
    )


def credit_note(invoice: InvoiceSnapshot, code: str, at: datetime) -> InvoiceSnapshot:
    """Takes back the whole invoice. Its parties, lines and taxes are those of the invoice."""
    day = at.astimezone(ZoneInfo(invoice.time_zone)).date()
    credited_on = invoice.issued_on or (invoice.issued_at or at).astimezone(ZoneInfo(invoice.time_zone)).date()
    return replace(
        invoice,
        code=code,
        status=InvoiceStatus.ISSUED,
        issued_at=at,
        voided_at=None,
        issued_on=day,
        due_on=None,
        credits=invoice.code,
        credited_on=credited_on,
        credited_by="",
    )


async def _live(session: AsyncSession, invoice_id: UUID, heads: Any) -> InvoiceSnapshot:
    invoice = heads[0]
    currency, zone = invoice.currency, ZoneInfo(invoice.time_zone)
    of_invoice = (InvoiceLine.brand_id == invoice.brand_id, InvoiceLine.invoice_id == invoice_id)
    parts: dict[UUID, dict[tuple[str, date | None], list[LineSnapshot]]] = {}
    amounts: list[tuple[Tax | None, int]] = []
    for line in await session.execute(_LINES.where(*of_invoice)):
        day = line.delivered_at.astimezone(zone).date() if line.delivered_at else None
        place = (line.note_code or "", day)
        parts.setdefault(line.order_id, {}).setdefault(place, []).append(line_of(line, currency))
        amounts.append((tax_of(line.tax_kind, line.tax_rate), line.amount_minor))
    amounts += [
        (tax_of(head.shipping_tax_kind, head.shipping_tax_rate), head.shipping_minor)
        for head in heads
        if head.shipping_minor
    ]

    # Sorted by their first lines. An order with only tax or shipping on this invoice has no line and comes last.
    place_of = {order_id: place for place, order_id in enumerate(parts)}
    orders = tuple(
        BilledOrder(
            code=head.order_code,
            parts=_parts(parts.get(head.order_id, {("", None): []})),
            tax=from_minor(head.tax_minor, currency),
            shipping=from_minor(head.shipping_minor, currency),
            placed_on=head.placed_at.astimezone(zone).date(),
            buyer_order_number=head.buyer_order_number,
            shipping_tax=tax_of(head.shipping_tax_kind, head.shipping_tax_rate) if head.shipping_minor else None,
        )
        for head in sorted(heads, key=lambda head: (place_of.get(head.order_id, len(place_of)), head.order_code))
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
        buyer=buyer_of(max(heads, key=lambda head: head.placed_at)),  # the address of the last of the orders
        currency=currency,
        orders=orders,
        subtotal=subtotal,
        tax=tax,
        shipping=shipping,
        total=subtotal + tax + shipping,
        time_zone=invoice.time_zone,
        head=await head_of(session, invoice),
        taxes=tax_rows(amounts, currency, included=invoice.prices_include_tax, rounding=invoice.tax_rounding),
        prices_include_tax=invoice.prices_include_tax,
        credited_by=invoice.credit_note_code or "",
    )


def _parts(lines_of_notes: dict[tuple[str, date | None], list[LineSnapshot]]) -> tuple[BilledPart, ...]:
    return tuple(BilledPart(code, tuple(lines), day) for (code, day), lines in lines_of_notes.items())


_BILLING = func.coalesce(Invoice.buyer_address, func.nullif(func.trim(Order.billing_address), ""), Buyer.address).label(
    "buyer_address"
)
_ORDERS = (
    select(
        Invoice.brand_id,
        Invoice.code,
        Invoice.status,
        Invoice.created_at,
        Invoice.issued_at,
        Invoice.voided_at,
        Invoice.frozen.is_not(None).label("is_frozen"),
        Invoice.prices_include_tax,
        Invoice.tax_rounding,
        func.coalesce(Invoice.currency, Order.currency).label("currency"),
        InvoicedOrder.order_id,
        InvoicedOrder.tax_minor,
        InvoicedOrder.shipping_minor,
        InvoicedOrder.shipping_tax_kind,
        InvoicedOrder.shipping_tax_rate,
        Order.code.label("order_code"),
        Order.placed_at,
        Order.buyer_order_number,
        CreditNote.code.label("credit_note_code"),
        *BRAND,
        func.coalesce(Invoice.buyer_name, Buyer.name).label("buyer_name"),
        Buyer.unique_code,
        Buyer.country,
        _BILLING,
    )
    .join_from(Invoice, InvoicedOrder)
    .join_from(InvoicedOrder, Order)
    .join_from(Invoice, Brand)
    .join_from(Order, Buyer)
    .outerjoin(Letterhead, OF_BRAND)
    .outerjoin(CreditNote, (CreditNote.brand_id == Invoice.brand_id) & (CreditNote.invoice_id == Invoice.id))
    .order_by(InvoicedOrder.order_id)
)

_LINES = (
    select(
        InvoiceLine.order_id,
        InvoiceLine.position,
        InvoiceLine.quantity,
        price_of(InvoiceLine.unit_price_minor, InvoiceLine.unit_price_fraction),
        InvoiceLine.amount_minor,
        InvoiceLine.tax_kind,
        InvoiceLine.tax_rate,
        *SKU,
        DeliveryNote.code.label("note_code"),
        DeliveryNote.created_at.label("delivered_at"),
    )
    .join_from(InvoiceLine, Sku)
    .outerjoin_from(InvoiceLine, DeliveryNote)
    .order_by(InvoiceLine.position)
)
