"""A buyer's user edits the cart: an order that was sent back is corrected here before it is placed anew."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.base import new_id
from models.buyer import Buyer
from models.cart import Cart, CartLine
from models.catalog import Catalog
from models.messages.refusals import UNKNOWN_CATALOG, UNKNOWN_CURRENCY
from models.money import currencies
from models.permissions import Permission
from resolvers.core.context import Context
from resolvers.core.refusals import Refusal, Refused, invalid, not_permitted
from resolvers.inputs import check_text
from resolvers.order_lines import NewLine, check_prices, priced


@dataclass(frozen=True, slots=True)
class CartContent:
    """What the cart for a catalog shall hold; no lines: it is emptied away."""

    catalog_code: str
    currency: str
    lines: Sequence[NewLine] = field(default_factory=list)


async def update_cart(context: Context, content: CartContent) -> list[Refusal]:
    """Empty when it is done. The cart keeps the order that was sent back into it."""
    check_text(content.catalog_code, 64, "input", "catalogCode")
    if refusals := not_permitted(context, Permission.EDIT_CARTS):
        return refusals
    try:
        async with context.transaction() as session:
            await _update(context, session, content)
    except Refused as refused:
        return refused.refusals
    context.refresh()
    return []


async def _update(context: Context, session: AsyncSession, content: CartContent) -> None:
    # The buyer's own row is the lock: two edits, or an edit and an order, run one after the other.
    buyer = (await session.scalars(select(Buyer).where(Buyer.id == context.actor.buyer_id).with_for_update())).one()
    of_brand = (Catalog.brand_id == buyer.brand_id, Catalog.code == content.catalog_code.strip())
    catalog = await session.scalar(select(Catalog).where(*of_brand))
    if catalog is None:
        raise Refused(invalid(context, UNKNOWN_CATALOG, "catalogCode"))
    currency = content.currency.strip().upper()
    if currency not in currencies():
        raise Refused(invalid(context, UNKNOWN_CURRENCY, "currency"))
    of_buyer = (Cart.brand_id == buyer.brand_id, Cart.buyer_id == buyer.id, Cart.catalog_id == catalog.id)
    cart = await session.scalar(select(Cart).where(*of_buyer))
    if not content.lines:
        if cart:
            await session.delete(cart)
        return
    lines = await priced(context, session, buyer.brand_id, currency, content.lines)
    await check_prices(context, session, buyer, catalog, currency, lines)
    if cart is None:
        cart = Cart(id=new_id(), brand_id=buyer.brand_id, buyer_id=buyer.id, catalog_id=catalog.id)
        session.add(cart)
    cart.currency, cart.updated_at = currency, context.clock()
    await session.flush()
    await session.execute(delete(CartLine).where(CartLine.brand_id == cart.brand_id, CartLine.cart_id == cart.id))
    rows = [
        {
            "brand_id": cart.brand_id,
            "id": new_id(),
            "cart_id": cart.id,
            "position": position,
            "sku_id": line.sku_id,
            "quantity": line.quantity,
            "unit_price_minor": line.unit_price_minor,
        }
        for position, line in enumerate(lines, 1)
    ]
    await session.execute(insert(CartLine), rows)
