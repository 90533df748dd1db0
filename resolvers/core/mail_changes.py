"""What a mail about an order confirmation (OC) says of the difference to what was ordered."""

from collections.abc import Sequence
from decimal import Decimal
from operator import itemgetter
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.catalog import Sku
from models.database.prepared import Preparing, Query
from models.messages.mail import MailKind
from models.money import from_minor, to_minor
from models.order import DataSet, Order, OrderLine
from models.outbox import MAX_LINES_SHOWN, ContentLine, OrderContents
from models.papers.columns import tax_rows
from models.papers.comparison import paired
from models.prices import price_of
from models.tax import tax_of

COMPARED = frozenset({MailKind.OC_CREATED, MailKind.OC_CONFIRMED, MailKind.OC_APPROVED, MailKind.OC_REFUSED})


def _differing(preparing: Preparing) -> Select[*tuple[Any, ...]]:
    """Ids of orders whose two sets of lines differ, some more than once."""
    line = OrderLine
    said = (
        line.order_id,
        line.sku_id,
        line.quantity,
        line.unit_price_minor,
        line.unit_price_fraction,
        line.tax_kind,
        line.tax_rate,
    )
    is_confirmed = line.data_set == DataSet.CONFIRMATION
    of_orders = (line.brand_id == bindparam("brand_id"), preparing.among_ids(line.order_id))
    return (
        select(line.order_id).where(*of_orders).group_by(*said).having(func.sum(case((is_confirmed, 1), else_=-1)) != 0)
    )


def _both_sets(preparing: Preparing) -> Select[*tuple[Any, ...]]:
    line = OrderLine
    return (
        select(
            line.order_id,
            line.data_set,
            line.sku_id,
            Sku.name,
            Sku.number,
            line.quantity,
            price_of(line.unit_price_minor, line.unit_price_fraction).label("price"),
            line.amount_minor,
            line.tax_kind,
            line.tax_rate,
        )
        .join(Sku, and_(Sku.brand_id == line.brand_id, Sku.id == line.sku_id))
        .where(line.brand_id == bindparam("brand_id"), preparing.among_ids(line.order_id))
        .order_by(line.order_id, line.position)
    )


_DIFFERING, _BOTH_SETS = Query(_differing), Query(_both_sets)


async def add_changes(session: AsyncSession, orders: Sequence[Order], found: dict[UUID, OrderContents]) -> None:
    """Replaces the lines of those whose OC differs by the changed ones, and adds what was ordered.

    One statement more for OCs that are as ordered, two for others.
    """
    with_confirmation = [order for order in orders if order.official is DataSet.CONFIRMATION]
    if not with_confirmation:
        return
    brand_id = orders[0].brand_id
    ids = [order.id for order in with_confirmation]
    differing = {id for (id,) in await _DIFFERING.rows(session, ids, brand_id=brand_id)}
    if not differing:
        return
    lines: dict[tuple[UUID, DataSet], list[Any]] = {}
    for id, data_set, *line in await _BOTH_SETS.rows(session, differing, brand_id=brand_id):
        lines.setdefault((id, data_set), []).append(line)
    for order in with_confirmation:
        if order.id in differing:
            sets = (lines.get((order.id, each), []) for each in (DataSet.ORIGINAL, DataSet.CONFIRMATION))
            _compare(order, found[order.id], *sets)


def _compare(order: Order, contents: OrderContents, ordered: list[Any], confirmed: list[Any]) -> None:
    """Lines: of the SKU's id, name, number, quantity, unit price, amount, kind and rate of the tax."""
    pairs = paired(ordered, confirmed, sku=itemgetter(0), said=_says)
    changed = [_line(order.currency, *pair) for pair in pairs if _says(pair[0]) != _says(pair[1])]
    contents["ordered_total"] = str(_ordered_total(order, ordered, confirmed))
    if changed:
        contents["lines"] = changed[:MAX_LINES_SHOWN]
        contents["more"] = len(pairs) - len(contents["lines"])
        contents["as_ordered"] = len(pairs) - len(changed)


def _says(line: Any) -> Any:
    return line and line[3:5]


def _line(currency: str, old: Any, new: Any) -> ContentLine:
    _, name, number, quantity, price, amount, *_ = new or old

    def money(minor: Any) -> str:
        return str(from_minor(minor, currency))

    made = ContentLine(
        name=name,
        number=number,
        quantity=quantity if new else 0,
        amount=money(amount if new else 0),
        price=money(price),
        ordered=old[3] if old else 0,
    )
    if old and new and old[4] != price:
        made["ordered_price"] = money(old[4])
    return made


def _ordered_total(order: Order, lines: list[Any], confirmed: list[Any]) -> Decimal:
    """With the shipping of today, which the OC may have changed, and the tax on both.

    Lines without tax data have the tax that the order has as an amount, unless that is the tax of the OC's lines.
    """
    amounts, now = ([(tax_of(kind, rate), amount) for *_, amount, kind, rate in each] for each in (lines, confirmed))
    net = sum(amount for _, amount in amounts) + order.shipping_minor
    if not any(tax for tax, _ in amounts):
        tax_minor = 0 if any(tax for tax, _ in now) else order.tax_minor
        return from_minor(net + tax_minor, order.currency)
    if order.shipping_minor:
        amounts.append((tax_of(order.shipping_tax_kind, order.shipping_tax_rate), order.shipping_minor))
    included = order.prices_include_tax
    taxes = tax_rows(amounts, order.currency, included=included, rounding=order.tax_rounding)
    on_top = 0 if included else sum(to_minor(each.tax, order.currency) for each in taxes)
    return from_minor(net + on_top, order.currency)
