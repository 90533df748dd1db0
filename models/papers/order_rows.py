"""The rows that the PDFs of orders are made of. The texts of these statements are made once: commands run them, too."""

from collections import namedtuple
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.brand import Brand
from models.buyer import Buyer, BuyerRecipient
from models.catalog import Catalog, Sku
from models.database.prepared import Query
from models.letterhead import Letterhead
from models.order import DataSet, Order, OrderLine
from models.papers.columns import BRAND, BUYER, OF_BRAND, SKU
from models.prices import price_of
from models.rejection import OrderRejection
from models.rejection_reason import GROUNDS_OF_REJECTION, REASON_OF_GROUNDS, RejectionGrounds, RejectionReason


async def read_orders(session: AsyncSession, ids: Iterable[UUID]) -> list[Any]:
    """Those that the session's viewer has, with brand, letterhead, buyer, catalog and rejection."""
    return [_OrderRow(*row) for row in await _ORDERS.rows(session, ids)]


async def read_lines(
    session: AsyncSession, brand_id: UUID, order_ids: Iterable[UUID], *, only_original: bool
) -> list[Any]:
    """With their SKUs, by position."""
    query = _ORIGINAL_LINES if only_original else _ALL_LINES
    return [_LineRow(*row) for row in await query.rows(session, order_ids, of_brand=brand_id)]


async def count_lines(session: AsyncSession, brand_id: UUID, order_ids: Iterable[UUID]) -> dict[UUID, int]:
    """Order's id → the number of its lines, of both contents."""
    return {row[0]: row[1] for row in await _COUNTS.rows(session, order_ids, of_brand=brand_id)}


async def read_emails(session: AsyncSession, brand_id: UUID, buyer_ids: Iterable[UUID]) -> dict[UUID, list[str]]:
    """Buyer's id → its e-mail addresses."""
    found: dict[UUID, list[str]] = {}
    for buyer_id, email in await _EMAILS.rows(session, buyer_ids, of_brand=brand_id):
        found.setdefault(buyer_id, []).append(email)
    return found


_ORDER = (
    select(
        Order.brand_id,
        Order.id,
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
        OrderLine.order_id,
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

_of_brand = OrderLine.brand_id == bindparam("of_brand")
_ORDERS = Query(lambda preparing: _ORDER.where(preparing.among_ids(Order.id)))
_ALL_LINES = Query(lambda preparing: _LINES.where(_of_brand, preparing.among_ids(OrderLine.order_id)))
_ORIGINAL_LINES = Query(
    lambda preparing: _LINES.where(
        _of_brand, preparing.among_ids(OrderLine.order_id), OrderLine.data_set == DataSet.ORIGINAL
    )
)
_COUNTS = Query(
    lambda preparing: (
        select(OrderLine.order_id, func.count())
        .where(_of_brand, preparing.among_ids(OrderLine.order_id))
        .group_by(OrderLine.order_id)
    )
)
_EMAILS = Query(
    lambda preparing: (
        select(BuyerRecipient.buyer_id, BuyerRecipient.email)
        .where(BuyerRecipient.brand_id == bindparam("of_brand"), preparing.among_ids(BuyerRecipient.buyer_id))
        .order_by(BuyerRecipient.email)
    )
)
_OrderRow: Any = namedtuple("_OrderRow", _ORDER.selected_columns.keys())  # type: ignore[misc]
_LineRow: Any = namedtuple("_LineRow", _LINES.selected_columns.keys())  # type: ignore[misc]
