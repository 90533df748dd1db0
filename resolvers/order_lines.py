"""Checks and prices the lines of a request: of an order confirmation, a cart or a new order."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select

from models.base import new_id
from models.buyer import Buyer
from models.cart import Cart, CartLine
from models.catalog import Catalog, Sku
from models.messages.refusals import (
    BAD_PRICE,
    BAD_QUANTITY,
    NO_LINES,
    NOT_THE_BRANDS_PRICE,
    TOO_MANY_LINES,
    TOTAL_TOO_LARGE,
    UNKNOWN_SKU,
)
from models.money import MAX_MINOR, MoneyError, precision, to_minor
from models.order import DataSet, Order, OrderLine
from models.prices import Price, line_amount, price_columns, price_of, to_price
from models.tax import Rounding, Tax, TaxKind, added_tax, tax_of
from resolvers.core.refusals import Refusal, Refused, invalid
from resolvers.core.work import Work
from resolvers.papers.taxes import GivenTax

MAX_LINES = 10_000  # of one order, whichever way it comes in
MAX_QUANTITY = 1_000_000_000
MAX_TOTAL_QUANTITY = 2**31 - 1  # GraphQL's Int


@dataclass(frozen=True, slots=True)
class NewLine:
    """`sku_id` is None for an argument that is no SKU's id."""

    sku_id: UUID | None
    quantity: int
    unit_price: Decimal
    tax: GivenTax | None = None


@dataclass(frozen=True, slots=True)
class PricedLine:
    sku_id: UUID
    quantity: int
    unit_price_minor: Price
    tax: Tax | None = None

    @property
    def amount_minor(self) -> int:
        return line_amount(self.quantity, self.unit_price_minor)


def added_tax_of(
    lines: Sequence[PricedLine], shipping: tuple[Tax | None, int], *, included: bool, rounding: Rounding
) -> int | None:
    """The tax on top of the lines and the shipping; None when none of them has tax data."""
    amounts = [*((line.tax, line.amount_minor) for line in lines), shipping]
    if all(tax is None for tax, _ in amounts):
        return None
    return added_tax(amounts, included=included, rounding=rounding)


def with_tax(lines: Sequence[PricedLine], default: Tax | None) -> list[PricedLine]:
    """Lines without a tax get this one."""
    return [line if line.tax or default is None else replace(line, tax=default) for line in lines]


async def priced(work: Work, brand_id: UUID, currency: str, lines: Sequence[NewLine]) -> list[PricedLine]:
    """Raises Refused with everything that is wrong."""
    if not lines:
        raise Refused(invalid(work.context, NO_LINES, "lines"))
    if len(lines) > MAX_LINES:
        raise Refused(invalid(work.context, TOO_MANY_LINES, "lines", most=MAX_LINES))
    wanted = {line.sku_id for line in lines if line.sku_id}
    known = set((await work.read(select(Sku.id).where(Sku.brand_id == brand_id, Sku.id.in_(wanted)))).scalars())
    fine_prices = await _fine_prices(work, brand_id, currency, lines)
    refusals: list[Refusal] = []
    found: list[PricedLine] = []
    for place, line in enumerate(lines):
        at = ("lines", str(place))
        if line.sku_id not in known or line.sku_id is None:
            refusals.append(invalid(work.context, UNKNOWN_SKU, *at, "skuId"))
            continue
        if not 0 < line.quantity <= MAX_QUANTITY:
            refusals.append(invalid(work.context, BAD_QUANTITY, *at, "quantity", most=MAX_QUANTITY))
            continue
        try:
            fine = fine_prices.get(line.sku_id, ())
            price = to_price(line.unit_price, currency)
            if price not in fine:
                price = to_minor(line.unit_price, currency)
            if price < 0:
                raise MoneyError(f"{line.unit_price} is negative")
        except MoneyError as error:
            digits = precision(currency)
            refusals.append(invalid(work.context, BAD_PRICE, *at, "unitPrice", why=error, digits=digits))
            continue
        try:
            tax = line.tax.checked(work.context, *at, "tax") if line.tax else None
        except Refused as error:
            refusals += error.refusals
            continue
        found.append(PricedLine(line.sku_id, line.quantity, price, tax))
    too_many = sum(line.quantity for line in found) > MAX_TOTAL_QUANTITY
    if not refusals and (too_many or sum(line.amount_minor for line in found) > MAX_MINOR):
        refusals.append(invalid(work.context, TOTAL_TOO_LARGE, "lines"))
    if refusals:
        raise Refused(*refusals)
    return found


async def _fine_prices(work: Work, brand_id: UUID, currency: str, lines: Sequence[NewLine]) -> dict[UUID, set[Price]]:
    """SKU → its prices finer than the currency's smallest unit, in orders that were imported with them.

    Such a price is not typed again, but a line that is sent unchanged keeps it.
    """
    digits = precision(currency)
    wanted = {line.sku_id for line in lines if line.sku_id and _has_more_digits(line.unit_price, digits)}
    if not wanted:
        return {}
    known = (
        select(OrderLine.sku_id, price_of(OrderLine.unit_price_minor, OrderLine.unit_price_fraction))
        .join(Order, (Order.brand_id == OrderLine.brand_id) & (Order.id == OrderLine.order_id))
        .where(OrderLine.brand_id == brand_id, OrderLine.sku_id.in_(wanted), OrderLine.unit_price_fraction > 0)
        .where(Order.currency == currency)
        .distinct()
    )
    found: dict[UUID, set[Price]] = {}
    for sku_id, price in await work.read(known):
        found.setdefault(sku_id, set()).add(price)
    return found


def _has_more_digits(price: Decimal, digits: int) -> bool:
    return price.is_finite() and int(price.normalize().as_tuple().exponent) < -digits


async def check_prices(work: Work, buyer: Buyer, catalog: Catalog, currency: str, lines: list[PricedLine]) -> None:
    """A buyer orders at the brand's prices: the SKU's own, the cart's, or those of the order sent back into the cart.

    The last so that a line that was taken out can be put back. Raises Refused.
    """
    ids = {line.sku_id for line in lines}
    known = (Sku.brand_id == buyer.brand_id, Sku.id.in_(ids), Sku.currency == currency)
    of_cart = (Cart.brand_id == buyer.brand_id, Cart.buyer_id == buyer.id, Cart.catalog_id == catalog.id)
    in_cart = (
        select(CartLine.sku_id, price_of(CartLine.unit_price_minor, CartLine.unit_price_fraction))
        .join(Cart, (Cart.brand_id == CartLine.brand_id) & (Cart.id == CartLine.cart_id))
        .where(*of_cart, Cart.currency == currency)
    )
    offered = {
        tuple(row)
        for row in await work.read(select(Sku.id, price_of(Sku.price_minor, Sku.price_fraction)).where(*known))
    }
    offered |= {tuple(row) for row in await work.read(in_cart)}
    sent_back = (
        select(OrderLine.sku_id, price_of(OrderLine.unit_price_minor, OrderLine.unit_price_fraction))
        .join(Cart, (Cart.brand_id == OrderLine.brand_id) & (Cart.source_order_id == OrderLine.order_id))
        .join(Order, (Order.brand_id == OrderLine.brand_id) & (Order.id == OrderLine.order_id))
        .where(*of_cart, Order.currency == currency, OrderLine.data_set == DataSet.ORIGINAL)
    )
    offered |= {tuple(row) for row in await work.read(sent_back)}
    refusals = [
        invalid(work.context, NOT_THE_BRANDS_PRICE, "lines", str(place), "unitPrice")
        for place, line in enumerate(lines)
        if (line.sku_id, line.unit_price_minor) not in offered
    ]
    if refusals:
        raise Refused(*refusals)


def line_rows(brand_id: UUID, order_id: UUID, data_set: DataSet, lines: Sequence[PricedLine]) -> list[dict[str, Any]]:
    """For INSERT INTO order_lines."""
    return [
        {
            "brand_id": brand_id,
            "order_id": order_id,
            "id": new_id(),
            "data_set": data_set,
            "position": position,
            "sku_id": line.sku_id,
            "quantity": line.quantity,
            **price_columns(line.unit_price_minor),
            "amount_minor": line.amount_minor,
            "tax_kind": line.tax and line.tax.kind,
            "tax_rate": line.tax and line.tax.rate,
        }
        for position, line in enumerate(lines, 1)
    ]


def cart_rows(cart: Cart, lines: Sequence[PricedLine]) -> list[dict[str, Any]]:
    """For INSERT INTO cart_lines."""
    return [
        {
            "brand_id": cart.brand_id,
            "id": new_id(),
            "cart_id": cart.id,
            "position": position,
            "sku_id": line.sku_id,
            "quantity": line.quantity,
            **price_columns(line.unit_price_minor),
        }
        for position, line in enumerate(lines, 1)
    ]


async def lines_of(work: Work, order: Order, data_set: DataSet) -> list[PricedLine]:
    """The lines of one data set of an order, by position."""
    columns = (
        OrderLine.sku_id,
        OrderLine.quantity,
        price_of(OrderLine.unit_price_minor, OrderLine.unit_price_fraction),
        OrderLine.tax_kind,
        OrderLine.tax_rate,
    )
    statement = (
        select(*columns)
        .where(OrderLine.brand_id == order.brand_id, OrderLine.order_id == order.id, OrderLine.data_set == data_set)
        .order_by(OrderLine.position)
    )
    return [priced_line(*row) for row in await work.read(statement)]


def priced_line(sku_id: UUID, quantity: int, price: Price, kind: TaxKind | None, rate: int | None) -> PricedLine:
    return PricedLine(sku_id, quantity, price, tax_of(kind, rate))
