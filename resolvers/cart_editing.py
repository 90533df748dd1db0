"""A buyer's user edits the cart: an order that was sent back is corrected here before the buyer places it again."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Unpack
from uuid import UUID

from sqlalchemy import delete, insert, select

from models.base import new_id
from models.buyer import Buyer
from models.cart import Cart, CartLine
from models.catalog import Catalog
from models.messages.refusals import UNKNOWN_CATALOG, UNKNOWN_CURRENCY
from models.money import currencies
from models.permissions import Permission
from resolvers.core.actions import Terms, act
from resolvers.core.context import Context
from resolvers.core.refusals import Outcome, Refused, invalid, wrong_text
from resolvers.core.work import Work
from resolvers.order_lines import NewLine, cart_rows, check_prices, priced


@dataclass(frozen=True, slots=True)
class CartContent:
    """The new content of the cart for a catalog. Without lines the cart is deleted."""

    catalog_code: str
    currency: str
    lines: Sequence[NewLine] = field(default_factory=list)


async def update_cart(context: Context, content: CartContent, **terms: Unpack[Terms]) -> Outcome:
    """The cart keeps the order that was sent back into it."""
    wrong = wrong_text(context, content.catalog_code, 64, "catalogCode", is_one_line=False)

    async def change(work: Work) -> UUID | None:
        return await _update(work, content)

    return await act(context, change, needs=Permission.EDIT_CARTS, wrong=wrong, **terms)


async def _update(work: Work, content: CartContent) -> UUID | None:
    """The id of the cart that was written or deleted; None if there was none to delete."""
    context = work.context
    # The buyer's own row is the lock: two edits, or an edit and an order, run one after the other.
    locked = select(Buyer).where(Buyer.id == context.actor.buyer_id).with_for_update()
    buyer = (await work.read(locked)).scalar_one()
    of_brand = (Catalog.brand_id == buyer.brand_id, Catalog.code == content.catalog_code.strip())
    catalog = await work.find(select(Catalog).where(*of_brand))
    if catalog is None:
        raise Refused(invalid(context, UNKNOWN_CATALOG, "catalogCode"))
    currency = content.currency.strip().upper()
    if currency not in currencies():
        raise Refused(invalid(context, UNKNOWN_CURRENCY, "currency"))
    of_buyer = (Cart.brand_id == buyer.brand_id, Cart.buyer_id == buyer.id, Cart.catalog_id == catalog.id)
    cart = await work.find(select(Cart).where(*of_buyer))
    if not content.lines:
        if cart:
            await work.save(delete(Cart).where(Cart.brand_id == cart.brand_id, Cart.id == cart.id))
        return cart.id if cart else None
    lines = await priced(work, buyer.brand_id, currency, content.lines)
    await check_prices(work, buyer, catalog, currency, lines)
    if cart is None:
        cart = Cart(id=new_id(), brand_id=buyer.brand_id, buyer_id=buyer.id, catalog_id=catalog.id)
        work.add(cart)
    cart.currency, cart.updated_at = currency, work.now
    await work.save(delete(CartLine).where(CartLine.brand_id == cart.brand_id, CartLine.cart_id == cart.id))
    await work.save(insert(CartLine), cart_rows(cart, lines))
    return cart.id
