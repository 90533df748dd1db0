"""What a mail says that an order was about: its first official lines, how many more there are, and its sums."""

from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache, partial
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from models.catalog import Sku
from models.database.prepared import Preparing, Query
from models.locale import Locale
from models.messages.mail import MailKind
from models.money import from_minor, money_text
from models.order import Order, OrderLine
from models.outbox import MAX_LINES_SHOWN, OrderContents
from models.prices import Price, joined
from resolvers.core.mail_changes import COMPARED, add_changes

# Stands for {total} in the texts of a mail about an invoice until its total is known. No text contains it.
TOTAL_LATER = "\0"

ALL = 2**31 - 1  # the last position there can be


def shown_total(contents: OrderContents, locale: Locale) -> str:
    """The total, with its currency."""
    return money_text(Decimal(contents["total"]), contents["currency"], locale)


def _first_lines(preparing: Preparing) -> Select[*tuple[Any, ...]]:
    """Reads no more lines of an order than are shown. The rest is counted in an index."""
    line, of_order = aliased(OrderLine), aliased(OrderLine)
    is_of_order = (
        of_order.brand_id == Order.brand_id,
        of_order.order_id == Order.id,
        of_order.data_set == Order.official,
    )
    last = select(of_order.position).where(*is_of_order).order_by(of_order.position).limit(1)
    shown = (
        select(
            Order.brand_id,
            Order.id,
            Order.official,
            select(func.count()).where(*is_of_order).scalar_subquery().label("count"),
            func.coalesce(last.offset(MAX_LINES_SHOWN - 1).scalar_subquery(), ALL).label("last"),
        )
        .where(Order.brand_id == bindparam("brand_id"), preparing.among_ids(Order.id))
        .cte("shown")
        .prefix_with("MATERIALIZED")
    )
    return (
        select(
            shown.c.id,
            shown.c.count,
            Sku.name,
            Sku.number,
            line.quantity,
            line.amount_minor,
            line.unit_price_minor,
            line.unit_price_fraction,
        )
        .join_from(
            shown,
            line,
            and_(
                line.brand_id == shown.c.brand_id,
                line.order_id == shown.c.id,
                line.data_set == shown.c.official,
                line.position <= shown.c.last,
            ),
        )
        .join(Sku, and_(Sku.brand_id == line.brand_id, Sku.id == line.sku_id))
        .order_by(line.order_id, line.position)
    )


# The viewer has these orders: nothing is to be narrowed to a buyer.
_FIRST_LINES = Query(_first_lines, whole_brand=True)


async def read_contents(session: AsyncSession, orders: Sequence[Order], kind: MailKind) -> dict[UUID, OrderContents]:
    """Order's id → what it is about, from its official lines."""
    found: dict[UUID, OrderContents] = {}
    for order in orders:
        money = partial(_money, order.currency)
        contents = OrderContents(lines=[], more=0, total=money(order.total_minor), currency=order.currency)
        if order.shipping_minor:
            contents["shipping"] = money(order.shipping_minor)
        if order.tax_minor:
            contents["tax"] = money(order.tax_minor)
        found[order.id] = contents
    rows = await _FIRST_LINES.rows(session, found, brand_id=orders[0].brand_id)
    for (order_id, count), lines in groupby(rows, itemgetter(0, 1)):
        contents = found[order_id]
        currency, shown = contents["currency"], contents["lines"]
        for _, _, name, number, quantity, amount, whole, fraction in lines:
            price = _money(currency, joined(whole, fraction))
            shown.append(
                {
                    "name": name,
                    "number": number,
                    "quantity": quantity,
                    "amount": _money(currency, amount),
                    "price": price,
                }
            )
        contents["more"] = max(count - MAX_LINES_SHOWN, 0)
    if kind in COMPARED:
        await add_changes(session, orders, found)
    return found


@lru_cache(maxsize=4096)  # orders of a season repeat the prices of its SKUs
def _money(currency: str, minor: Price) -> str:
    return str(from_minor(minor, currency))
