"""The snapshot of one order, read in the session of the viewer: what the viewer may not see is not found."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from exports.pdf.parties import BRAND, BUYER, brand_of, buyer_of, line_of
from exports.pdf.snapshots import LineSnapshot, Party
from models.brand import Brand
from models.buyer import Buyer, BuyerRecipient
from models.catalog import Catalog, Sku
from models.locale import Text
from models.money import from_minor
from models.order import DataSet, Order, OrderLine
from models.policy import OrderStatus
from models.prices import price_of
from models.rejection import OrderRejection, rejected_by
from models.rejection_reason import GROUNDS_OF_REJECTION, REASON_OF_GROUNDS, RejectionGrounds, RejectionReason


class OrderDocument(StrEnum):
    """PURCHASE_ORDER: what the buyer ordered. ORDER_CONFIRMATION: what the brand confirmed; only with an OC."""

    PURCHASE_ORDER = "PURCHASE_ORDER"
    ORDER_CONFIRMATION = "ORDER_CONFIRMATION"


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

    Three statements for any number of lines. Raises NoConfirmation.
    """
    row = (await session.execute(_ORDER.where(Order.id == order_id))).one_or_none()
    if row is None:
        return None
    document = document or OFFICIAL[row.official]
    if document is OrderDocument.ORDER_CONFIRMATION and row.official is not DataSet.CONFIRMATION:
        raise NoConfirmation(f"Order {row.code} has no order confirmation")

    of_document = (
        OrderLine.brand_id == row.brand_id,
        OrderLine.order_id == order_id,
        OrderLine.data_set == DATA_SETS[document],
    )
    lines = tuple(line_of(line, row.currency) for line in await session.execute(_LINES.where(*of_document)))
    emails = await session.scalars(
        select(BuyerRecipient.email)
        .where(BuyerRecipient.brand_id == row.brand_id, BuyerRecipient.buyer_id == row.buyer_id)
        .order_by(BuyerRecipient.email)
    )
    tax, shipping = from_minor(row.tax_minor, row.currency), from_minor(row.shipping_minor, row.currency)
    subtotal = sum((line.amount for line in lines), from_minor(0, row.currency))
    return OrderSnapshot(
        document=document,
        for_buyer=for_buyer,
        code=row.code,
        status=row.status,
        placed_at=row.placed_at,
        confirmed_at=row.confirmation_created_at if document is OrderDocument.ORDER_CONFIRMATION else None,
        brand=brand_of(row),
        buyer=buyer_of(row, tuple(emails)),
        delivery_address=row.delivery_address,
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
    )


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
        Sku.number,
        Sku.model_number,
        Sku.name,
    )
    .join_from(OrderLine, Sku)
    .order_by(OrderLine.position)
)
