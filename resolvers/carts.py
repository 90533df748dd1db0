"""The carts of a buyer."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select

from models.brand import Brand
from models.cart import Cart, CartLine
from models.catalog import Catalog, Sku
from models.prices import Price, price_of
from resolvers.core.context import Context
from resolvers.reading.rows import SKU_COLUMNS, SkuRow


@dataclass(frozen=True, slots=True)
class CartLineRow:
    sku: SkuRow
    quantity: int
    unit_price_minor: Price


@dataclass(frozen=True, slots=True)
class CartRow:
    id: UUID
    catalog_code: str
    currency: str
    source_order_id: UUID | None
    updated_at: datetime
    lines: list[CartLineRow] = field(default_factory=list)


async def carts_of(context: Context, buyer_id: UUID) -> list[CartRow]:
    """At most one cart for each catalog, sorted by catalog code. Two statements."""
    return list((await _read(context, Cart.buyer_id == buyer_id)).values())


async def carts(context: Context, ids: Collection[UUID]) -> dict[UUID, CartRow]:
    """By their ids; those that the viewer may not see are missing."""
    return await _read(context, Cart.id.in_(ids))


async def _read(context: Context, condition: ColumnElement[bool]) -> dict[UUID, CartRow]:
    heads = (
        select(Cart.id, Catalog.code, Cart.currency, Brand.currency, Cart.source_order_id, Cart.updated_at)
        .join_from(Cart, Catalog)
        .join(Brand, Brand.id == Cart.brand_id)
        .where(condition)
        .order_by(Catalog.code)
    )
    lines = (
        select(
            CartLine.cart_id,
            CartLine.quantity,
            price_of(CartLine.unit_price_minor, CartLine.unit_price_fraction),
            *SKU_COLUMNS,
        )
        .join_from(CartLine, Sku)
        .order_by(CartLine.position)
    )
    async with context.read() as session:
        carts = {
            id: CartRow(id, code, currency or default, source, at)
            for id, code, currency, default, source, at in await session.execute(heads)
        }
        for row in await session.execute(lines.where(CartLine.cart_id.in_(list(carts)))):
            carts[row[0]].lines.append(CartLineRow(SkuRow(*row[3:]), row[1], row[2]))
    return carts
