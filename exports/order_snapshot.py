"""The snapshot of one order, read in the session of the viewer: what the viewer may not see is not found."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.brand import Brand
from models.buyer import Buyer, BuyerRecipient
from models.catalog import Catalog, Sku, SkuPicture
from models.letterhead import Letterhead
from models.locale import Text
from models.money import from_minor, to_minor
from models.order import DataSet, Order, OrderLine
from models.papers.columns import BRAND, BUYER, OF_BRAND, SKU, brand_of, buyer_of, head_of, line_of, tax_rows
from models.papers.parts import Head, LineSnapshot, Party, TaxRow
from models.policy import OrderStatus
from models.prices import price_of
from models.rejection import OrderRejection, rejected_by
from models.rejection_reason import GROUNDS_OF_REJECTION, REASON_OF_GROUNDS, RejectionGrounds, RejectionReason
from models.tax import Tax, tax_of


class OrderDocument(StrEnum):
    """PURCHASE_ORDER: what the buyer ordered. ORDER_CONFIRMATION: what the brand confirmed; only with an OC."""

    PURCHASE_ORDER = "PURCHASE_ORDER"
    ORDER_CONFIRMATION = "ORDER_CONFIRMATION"


MAX_PICTURES = 300


@dataclass(frozen=True, slots=True)
class RejectionStamp:
    """`by`: the person who rejected the order; in the buyer's copy, the brand, and neither reason nor note."""

    at: datetime
    by: str
    reason: Text | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class OrderSnapshot:
    """One document of one order. Instants are UTC; documents show them in `time_zone`, the brand's.

    `for_buyer`: the buyer's copy. `confirmed_at`: when the confirmation was created; None on a purchase order.
    """

    document: OrderDocument
    for_buyer: bool
    code: str
    status: OrderStatus
    placed_at: datetime
    confirmed_at: datetime | None
    brand: Party
    buyer: Party
    delivery_address: str
    catalog: str
    currency: str
    lines: tuple[LineSnapshot, ...]
    total_quantity: int
    subtotal: Decimal
    tax: Decimal
    shipping: Decimal
    total: Decimal
    comment: str
    rejection: RejectionStamp | None
    time_zone: str
    head: Head = field(default_factory=Head)
    taxes: tuple[TaxRow, ...] = ()
    prices_include_tax: bool = False
    shipping_tax: Tax | None = None
    deliver_from: date | None = None
    deliver_to: date | None = None
    buyer_order_number: str = ""
    billing_address: str = ""
    # On a confirmation: what the buyer ordered, and what it would have cost.
    ordered_lines: tuple[LineSnapshot, ...] = ()
    ordered_total: Decimal | None = None

    @property
    def shippings(self) -> list[tuple[Tax | None, Decimal]]:
        return [(self.shipping_tax, self.shipping)] if self.shipping else []


DATA_SETS = {
    OrderDocument.PURCHASE_ORDER: DataSet.ORIGINAL,
    OrderDocument.ORDER_CONFIRMATION: DataSet.CONFIRMATION,
}
OFFICIAL = {data_set: document for document, data_set in DATA_SETS.items()}


class NoConfirmation(LookupError):
    """The order has no order confirmation."""


async def order_snapshot(
    session: AsyncSession, order_id: UUID, document: OrderDocument | None, *, for_buyer: bool
) -> OrderSnapshot | None:
    """None if the session's viewer has no such order. `document` None: the order's official document.

    A constant number of statements for any number of lines. Raises NoConfirmation.
    """
    row = (await session.execute(_ORDER.where(Order.id == order_id))).one_or_none()
    if row is None:
        return None
    document = document or OFFICIAL[row.official]
    if document is OrderDocument.ORDER_CONFIRMATION and row.official is not DataSet.CONFIRMATION:
        raise NoConfirmation(f"Order {row.code} has no order confirmation")

    of_order = (OrderLine.brand_id == row.brand_id, OrderLine.order_id == order_id)
    data_sets = {DataSet.ORIGINAL, DATA_SETS[document]}
    found: dict[DataSet, list[LineSnapshot]] = {each: [] for each in data_sets}
    rows = (await session.execute(_LINES.where(*of_order, OrderLine.data_set.in_(data_sets)))).all()
    pictures = await _pictures(session, row.brand_id, rows)
    for each in rows:
        line = line_of(each, row.currency)
        picture = pictures.get(each.picture_digest)
        found[each.data_set].append(replace(line, barcode=each.barcode, place=each.place, picture=picture))
    lines = tuple(found[DATA_SETS[document]])
    emails = await session.scalars(
        select(BuyerRecipient.email)
        .where(BuyerRecipient.brand_id == row.brand_id, BuyerRecipient.buyer_id == row.buyer_id)
        .order_by(BuyerRecipient.email)
    )
    shipping = from_minor(row.shipping_minor, row.currency)
    subtotal = sum((line.amount for line in lines), from_minor(0, row.currency))
    taxes, tax = _taxes(row, lines)
    ordered = tuple(found[DataSet.ORIGINAL]) if document is OrderDocument.ORDER_CONFIRMATION else ()
    nothing = from_minor(0, row.currency)
    ordered_total = sum((line.amount for line in ordered), nothing) + _taxes(row, ordered)[1] + shipping
    return OrderSnapshot(
        document=document,
        for_buyer=for_buyer,
        code=row.code,
        status=row.status,
        placed_at=row.placed_at,
        confirmed_at=row.confirmation_created_at if document is OrderDocument.ORDER_CONFIRMATION else None,
        brand=brand_of(row),
        buyer=buyer_of(row, tuple(emails)),
        delivery_address=row.delivery_address if row.delivery_address.strip() else row.buyers_delivery_address,
        catalog=row.catalog_name,
        currency=row.currency,
        lines=lines,
        total_quantity=sum(line.quantity for line in lines),
        subtotal=subtotal,
        tax=tax,
        shipping=shipping,
        total=subtotal + tax + shipping,
        comment=row.comment,
        rejection=_stamp(row, for_buyer=for_buyer),
        time_zone=row.time_zone,
        head=await head_of(session, row),
        taxes=taxes,
        prices_include_tax=row.prices_include_tax,
        shipping_tax=tax_of(row.shipping_tax_kind, row.shipping_tax_rate) if row.shipping_minor else None,
        deliver_from=row.deliver_from,
        deliver_to=row.deliver_to,
        buyer_order_number=row.buyer_order_number,
        billing_address=row.billing_address,
        ordered_lines=ordered,
        ordered_total=ordered_total if ordered else None,
    )


async def _pictures(session: AsyncSession, brand_id: UUID, rows: Sequence[Any]) -> dict[str | None, bytes]:
    """By digest. Of an order with more than MAX_PICTURES, none: its PDF would be too large to be sent."""
    digests = {row.picture_digest for row in rows if row.picture_digest}
    if not 0 < len(digests) <= MAX_PICTURES:
        return {}
    found = select(SkuPicture.digest, SkuPicture.data)
    found = found.where(SkuPicture.brand_id == brand_id, SkuPicture.digest.in_(digests))
    return {row.digest: row.data for row in await session.execute(found)}


def _taxes(row: Any, lines: tuple[LineSnapshot, ...]) -> tuple[tuple[TaxRow, ...], Decimal]:
    """By rate, and what of it comes on top. An order without tax data has the tax that it has as an amount."""
    if not any(line.tax for line in lines):
        return (), from_minor(row.tax_minor, row.currency)
    amounts = [(line.tax, to_minor(line.amount, row.currency)) for line in lines]
    if row.shipping_minor:
        amounts.append((tax_of(row.shipping_tax_kind, row.shipping_tax_rate), row.shipping_minor))
    taxes = tax_rows(amounts, row.currency, included=row.prices_include_tax, rounding=row.tax_rounding)
    nothing = from_minor(0, row.currency)
    return taxes, nothing if row.prices_include_tax else sum((each.tax for each in taxes), nothing)


def _stamp(row: Any, *, for_buyer: bool) -> RejectionStamp | None:
    if row.rejected_at is None:
        return None
    by = rejected_by(row.actor_name, row.brand_name, to_buyer=for_buyer)
    if for_buyer:
        return RejectionStamp(row.rejected_at, by)
    reason = Text(row.label_en, row.label_ja) if row.label_en else None
    return RejectionStamp(row.rejected_at, by, reason, row.note or "")


_ORDER = (
    select(
        Order.brand_id,
        Order.buyer_id,
        Order.code,
        Order.status,
        Order.official,
        Order.currency,
        Order.tax_minor,
        Order.shipping_minor,
        Order.comment,
        Order.delivery_address,
        Order.placed_at,
        Order.confirmation_created_at,
        Order.billing_address,
        Order.deliver_from,
        Order.deliver_to,
        Order.buyer_order_number,
        Order.prices_include_tax,
        Order.tax_rounding,
        Order.shipping_tax_kind,
        Order.shipping_tax_rate,
        Buyer.delivery_address.label("buyers_delivery_address"),
        *BRAND,
        *BUYER,
        Catalog.name.label("catalog_name"),
        OrderRejection.rejected_at,
        OrderRejection.actor_name,
        RejectionReason.label_en,
        RejectionReason.label_ja,
        RejectionGrounds.note,
    )
    .select_from(Order)
    .join(Brand, Brand.id == Order.brand_id)
    .join_from(Order, Buyer)
    .join_from(Order, Catalog)
    .outerjoin(Letterhead, OF_BRAND)
    .outerjoin_from(Order, OrderRejection)
    .outerjoin(RejectionGrounds, GROUNDS_OF_REJECTION)
    .outerjoin(RejectionReason, REASON_OF_GROUNDS)
)

_LINES = (
    select(
        OrderLine.position,
        OrderLine.quantity,
        price_of(OrderLine.unit_price_minor, OrderLine.unit_price_fraction),
        OrderLine.amount_minor,
        OrderLine.data_set,
        OrderLine.tax_kind,
        OrderLine.tax_rate,
        *SKU,
        Sku.barcode,
        Sku.position.label("place"),
        Sku.picture_digest,
    )
    .join_from(OrderLine, Sku)
    .order_by(OrderLine.position)
)
