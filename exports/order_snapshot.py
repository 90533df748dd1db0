"""Reads the snapshot of one order, in the session of whoever asks: what they may not see is not found."""

from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from exports.pdf.parties import BRAND, BUYER, brand_of, buyer_of, line_of
from exports.pdf.snapshots import OrderDocument, OrderSnapshot, RejectionStamp
from models.brand import Brand
from models.buyer import Buyer, BuyerRecipient
from models.catalog import Catalog, Sku
from models.money import from_minor
from models.order import DataSet, Order, OrderLine
from models.prices import price_of
from models.rejection import OrderRejection

DATA_SETS = {
    OrderDocument.PURCHASE_ORDER: DataSet.ORIGINAL,
    OrderDocument.ORDER_CONFIRMATION: DataSet.CONFIRMATION,
}
OFFICIAL = {data_set: document for document, data_set in DATA_SETS.items()}


class NoConfirmation(LookupError):
    """An order confirmation was asked of an order that has none yet."""


async def order_snapshot(
    session: AsyncSession, order_id: UUID, document: OrderDocument | None, *, for_buyer: bool
) -> OrderSnapshot | None:
    """The document of the order; None asks for the official one. None when the session's viewer has no such order.

    Three statements, however many lines there are. Raises NoConfirmation.
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
        rejection=RejectionStamp(at=row.rejected_at, by=row.brand_name if for_buyer else row.actor_name)
        if row.rejected_at
        else None,
        time_zone=row.time_zone,
    )


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
    )
    .select_from(Order)
    .join(Brand, Brand.id == Order.brand_id)
    .join(Buyer, and_(Buyer.brand_id == Order.brand_id, Buyer.id == Order.buyer_id))
    .join(Catalog, and_(Catalog.brand_id == Order.brand_id, Catalog.id == Order.catalog_id))
    .outerjoin(OrderRejection, and_(OrderRejection.brand_id == Order.brand_id, OrderRejection.order_id == Order.id))
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
    .join(Sku, and_(Sku.brand_id == OrderLine.brand_id, Sku.id == OrderLine.sku_id))
    .order_by(OrderLine.position)
)
