"""What a mail says that an order was about: its first official lines, how many more there are, and its sums."""

from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from models.catalog import Sku
from models.database.prepared import Preparing, Query
from models.locale import Locale
from models.messages.mail import MailKind
from models.money import from_minor, money_text
from models.order import Order, OrderLine
from models.outbox import MAX_LINES_SHOWN, ContentLine, OrderContents
from models.prices import Price, price_of
from resolvers.core.mail_changes import COMPARED, add_changes

# Stands for {total} in the texts of a mail about an invoice until its total is known. No text contains it.
TOTAL_LATER = "\0"


def shown_total(contents: OrderContents, locale: Locale) -> str:
    """The total, with its currency."""
    return money_text(Decimal(contents["total"]), contents["currency"], locale)


def _first_lines(preparing: Preparing) -> Select[*tuple[Any, ...]]:
    line, price = OrderLine, price_of(OrderLine.unit_price_minor, OrderLine.unit_price_fraction).label("price")
    lines = (
        select(line.order_id, Sku.name, Sku.number, line.quantity, line.amount_minor, price)
        .join(Order, and_(Order.brand_id == line.brand_id, Order.id == line.order_id))
        .join(Sku, and_(Sku.brand_id == line.brand_id, Sku.id == line.sku_id))
        .where(*_official(preparing, line, Order))
    )
    if preparing.has_one_id:  # windows take SQLite four times as long
        other, of_order = aliased(OrderLine), aliased(Order)
        same_order = and_(of_order.brand_id == other.brand_id, of_order.id == other.order_id)
        count = select(func.count(other.id)).join(of_order, same_order).where(*_official(preparing, other, of_order))
        return lines.add_columns(count.scalar_subquery()).order_by(line.position).limit(MAX_LINES_SHOWN)
    numbered = lines.add_columns(
        func.count().over(partition_by=line.order_id).label("count"),
        func.row_number().over(partition_by=line.order_id, order_by=line.position).label("place"),
    ).subquery()
    shown = [each for each in numbered.c if each is not numbered.c.place]
    return select(*shown).where(numbered.c.place <= MAX_LINES_SHOWN).order_by(numbered.c.order_id, numbered.c.place)


def _official(preparing: Preparing, line: Any, order: Any) -> tuple[ColumnElement[bool], ...]:
    """Selects the official lines of the orders."""
    of_brand = line.brand_id == bindparam("brand_id")
    return of_brand, preparing.among_ids(line.order_id), line.data_set == order.official


_FIRST_LINES = Query(_first_lines)


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
    for order_id, name, number, quantity, amount_minor, price, count in rows:
        contents = found[order_id]
        money = partial(_money, contents["currency"])
        line = ContentLine(name=name, number=number, quantity=quantity, amount=money(amount_minor), price=money(price))
        contents["lines"].append(line)
        contents["more"] = max(count - MAX_LINES_SHOWN, 0)
    if kind in COMPARED:
        await add_changes(session, orders, found)
    return found


@lru_cache(maxsize=4096)  # orders of a season repeat the prices of its SKUs
def _money(currency: str, minor: Price) -> str:
    return str(from_minor(minor, currency))
