"""Placing an order by hand: by the brand for a buyer (a proxy order), or by the buyer's own user."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Unpack
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError

from models.base import new_id
from models.brand import Brand
from models.buyer import Buyer
from models.cart import Cart, CartLine
from models.catalog import Catalog
from models.events import OrderPlaced
from models.messages.refusals import NOT_PERMITTED, ORDER_CODE_TAKEN, UNKNOWN_BUYER, UNKNOWN_CATALOG, UNKNOWN_CURRENCY
from models.money import currencies
from models.order import DataSet, Order, OrderLine, OrderReplacement
from models.permissions import Permission
from models.policy import OrderStatus
from models.prices import plain
from resolvers.core.actions import Terms, act, in_brand_of
from resolvers.core.context import Context
from resolvers.core.refusals import Outcome, RefusalCode, Refused, invalid, refusal, wrong_text
from resolvers.core.work import Work
from resolvers.external_references import ARGUMENT, attach, order_called, taken, wrong_reference
from resolvers.order_lines import NewLine, PricedLine, check_prices, line_rows, priced
from resolvers.order_terms import OrderTerms, addresses

MAX_CODE_LENGTH = 64
MAX_COMMENT_LENGTH = 2_000


@dataclass(frozen=True, slots=True)
class NewOrder:
    """`buyer_id` is None for an argument that is no buyer's id. Without a `code` one is generated."""

    buyer_id: UUID | None
    catalog_code: str
    currency: str
    lines: Sequence[NewLine] = field(default_factory=list)
    comment: str | None = None
    code: str | None = None
    external_reference: str | None = None
    terms: OrderTerms = field(default_factory=OrderTerms)

    @property
    def reference(self) -> str:
        return (self.external_reference or "").strip()


async def place_order(context: Context, new: NewOrder, **terms: Unpack[Terms]) -> Outcome:
    """If an order with the code exists: returns it when its content is the same, else refuses."""
    wrong = [
        *wrong_text(context, new.code, MAX_CODE_LENGTH, "code", is_one_line=False),
        *wrong_text(context, new.catalog_code, MAX_CODE_LENGTH, "catalogCode", is_one_line=False),
        *wrong_reference(context, new.external_reference),
        *wrong_text(context, new.comment, MAX_COMMENT_LENGTH, "comment", is_one_line=False),
        *new.terms.wrong(context),
    ]

    async def change(work: Work) -> UUID:
        return await _place(work, new)

    buyers_brand = select(Buyer.brand_id).where(Buyer.id == new.buyer_id)
    try:
        on = in_brand_of(buyers_brand)
        outcome = await act(context, change, on=on, needs=Permission.PLACE_ORDERS, wrong=wrong, **terms)
    except IntegrityError:
        # The code is that of an order which this buyer does not see, so it could not be compared with.
        if not context.actor.is_buyer:
            raise
        return Outcome(refusals=[invalid(context, ORDER_CODE_TAKEN, "code")])
    return replace(outcome, order_ids=[outcome.made] if outcome.made else [])


async def _place(work: Work, new: NewOrder) -> UUID:
    context = work.context
    statement = select(Buyer).where(Buyer.id == new.buyer_id)
    if context.actor.is_buyer and new.reference:
        raise Refused(refusal(context, RefusalCode.NOT_PERMITTED, NOT_PERMITTED, ARGUMENT))
    if context.actor.is_buyer and (path := new.terms.brands_own(new.lines)):
        raise Refused(refusal(context, RefusalCode.NOT_PERMITTED, NOT_PERMITTED, *path))
    if context.actor.is_buyer:  # one after the other, as in cart_editing.py: a retry finds the order, or the cart
        statement = statement.with_for_update()
    buyer = await work.find(statement) if new.buyer_id else None
    if buyer is None:
        raise Refused(invalid(context, UNKNOWN_BUYER, "buyerId"))
    of_brand = (Catalog.brand_id == buyer.brand_id, Catalog.code == new.catalog_code.strip())
    catalog = await work.find(select(Catalog).where(*of_brand))
    if catalog is None:
        raise Refused(invalid(context, UNKNOWN_CATALOG, "catalogCode"))
    currency = new.currency.strip().upper()
    if currency not in currencies():
        raise Refused(invalid(context, UNKNOWN_CURRENCY, "currency"))
    lines = await priced(work, buyer.brand_id, currency, new.lines)
    charges = await new.terms.charges(work, buyer.brand_id, currency, lines)
    lines = charges.lines
    order_id, now = new_id(), work.now
    given_code = _code(context, new, buyer)
    code = given_code or await _new_code(work, buyer, order_id)
    content_hash = _content_hash(buyer.id, catalog.id, currency, lines, new)
    if found := await order_called(work, buyer.brand_id, new.reference) if new.reference else None:
        if found.content_hash == content_hash and given_code in ("", found.code):
            return found.id
        raise taken(context, found)
    existing = (Order.brand_id == buyer.brand_id, Order.code == code)
    if found := await work.find(select(Order).where(*existing)):
        if found.content_hash == content_hash and not new.reference:
            return found.id
        raise Refused(invalid(context, ORDER_CODE_TAKEN, "code"))
    # Not before: a retry must find its order when the cart, and the prices in it, are gone.
    if context.actor.is_buyer:
        await check_prices(work, buyer, catalog, currency, lines)
    terms = new.terms.columns
    work.add(
        Order(
            id=order_id,
            brand_id=buyer.brand_id,
            code=code,
            buyer_id=buyer.id,
            catalog_id=catalog.id,
            status=OrderStatus.OC_REQUIRED,
            currency=currency,
            total_minor=charges.total_minor,
            total_quantity=sum(line.quantity for line in lines),
            comment=(new.comment or "").strip(),
            placed_at=now,
            updated_at=now,
            content_hash=content_hash,
            **charges.columns,
            **terms | addresses(terms["billing_address"], terms["delivery_address"], buyer),
        )
    )
    await work.save(insert(OrderLine), line_rows(buyer.brand_id, order_id, DataSet.ORIGINAL, lines))
    await _use_cart(work, buyer, catalog, order_id, {line.sku_id for line in lines})
    source = "cart" if context.actor.is_buyer else "proxy order"
    work.record(OrderPlaced(brand_id=buyer.brand_id, order_id=order_id, at=now, source=source))
    if new.reference:
        await attach(work, buyer.brand_id, order_id, new.reference)
    return order_id


def _code(context: Context, new: NewOrder, buyer: Buyer) -> str:
    """Blank when none is given. A buyer's is prefixed with the buyer's own code, so that none learns others' codes.

    Raises Refused for a code that becomes too long.
    """
    given = (new.code or "").strip()
    code = f"{buyer.unique_code}-{given}" if given and context.actor.is_buyer else given
    if wrong := wrong_text(context, code, MAX_CODE_LENGTH, "code", is_one_line=False):
        raise Refused(*wrong)
    return code


async def _new_code(work: Work, buyer: Buyer, order_id: UUID) -> str:
    """The brand's day, and a part of the id: 261129-0DAFA5B3."""
    time_zone = await work.find(select(Brand.time_zone).where(Brand.id == buyer.brand_id)) or "UTC"
    return f"{work.now.astimezone(ZoneInfo(time_zone)):%y%m%d}-{order_id.hex[-8:].upper()}"


async def _use_cart(work: Work, buyer: Buyer, catalog: Catalog, order_id: UUID, ordered: set[UUID]) -> None:
    """A buyer's order takes its SKUs out of the cart for the catalog: other lines stay, an empty cart is deleted.

    The order replaces the order that was sent back into the cart. A proxy order takes the place of such a cart as a
    whole, and leaves a cart alone that only the buyer has filled.
    """
    of_buyer = (Cart.brand_id == buyer.brand_id, Cart.buyer_id == buyer.id, Cart.catalog_id == catalog.id)
    cart = await work.find(select(Cart).where(*of_buyer).with_for_update())
    if cart is None or not (work.context.actor.is_buyer or cart.source_order_id):
        return
    if cart.source_order_id:
        work.add(OrderReplacement(brand_id=buyer.brand_id, order_id=order_id, replaced_order_id=cart.source_order_id))
    of_cart = (CartLine.brand_id == cart.brand_id, CartLine.cart_id == cart.id)
    left = select(CartLine.id).where(*of_cart, CartLine.sku_id.not_in(ordered)).limit(1)
    if not work.context.actor.is_buyer or await work.find(left) is None:
        await work.save(delete(Cart).where(Cart.brand_id == cart.brand_id, Cart.id == cart.id))
        return
    await work.save(delete(CartLine).where(*of_cart, CartLine.sku_id.in_(ordered)))
    cart.source_order_id, cart.updated_at = None, work.now  # what is left has been replaced by this order


def _content_hash(buyer_id: UUID, catalog_id: UUID, currency: str, lines: list[PricedLine], new: NewOrder) -> str:
    """Of what was asked for: the tax that the brand's settings add is no part of it."""
    said = [[line.sku_id.hex, line.quantity, plain(line.unit_price_minor)] for line in lines]
    content: list[object] = [buyer_id.hex, catalog_id.hex, currency, (new.comment or "").strip(), said]
    if more := new.terms.said(new.lines):  # nothing for orders as older releases placed them
        content.append(more)
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()
