"""An order as a file says it, and what that differs in from the order that is there."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.brand import Brand
from models.buyer import Buyer
from models.catalog import Catalog, Sku
from models.messages import importing as texts
from models.money import from_minor
from models.order import DataSet, Order, OrderLine
from models.policy import OrderStatus
from models.prices import Price, price_of
from models.translatable import joined, translatable
from resolvers.importing.rows import ImportRow

# Spreadsheets show minutes: what is less apart is the same moment.
SAME_MOMENT = timedelta(minutes=1)
MAX_SHOWN = 5  # differences of one order
KEYS_AT_ONCE = 500


@dataclass
class ReadyOrder:
    """An order without faults of its own. `placed_at`: the earliest that its rows say, None when they say none."""

    code: str
    first_row: int
    rows: list[tuple[int, ImportRow]]
    placed_at: datetime | None

    @property
    def head(self) -> ImportRow:
        return self.rows[0][1]


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it is compared. `price` None: the file does not say."""

    sku: str
    model: str
    quantity: int
    price: Price | None


@dataclass(frozen=True, slots=True)
class ExistingOrder:
    """`line_sets`: the lines as placed and, when there is one, as confirmed."""

    status: OrderStatus
    buyer: str
    catalog: str
    currency: str
    placed_at: datetime
    line_sets: list[list[Line]]


async def existing_orders(session: AsyncSession, codes: list[str]) -> dict[str, ExistingOrder]:
    found: dict[str, ExistingOrder] = {}
    for start in range(0, len(codes), KEYS_AT_ONCE):
        found |= await _existing(session, codes[start : start + KEYS_AT_ONCE])
    return found


async def _existing(session: AsyncSession, codes: list[str]) -> dict[str, ExistingOrder]:
    orders = await session.execute(
        select(
            Order.id,
            Order.code,
            Order.status,
            Order.currency,
            Order.placed_at,
            Buyer.unique_code,
            Catalog.code.label("catalog"),
        )
        .join(Buyer, (Buyer.brand_id == Order.brand_id) & (Buyer.id == Order.buyer_id))
        .join(Catalog, (Catalog.brand_id == Order.brand_id) & (Catalog.id == Order.catalog_id))
        .where(Order.code.in_(codes))
    )
    rows = orders.all()
    if not rows:
        return {}
    lines = await session.execute(
        select(
            OrderLine.order_id,
            OrderLine.data_set,
            Sku.number,
            Sku.model_number,
            OrderLine.quantity,
            price_of(OrderLine.unit_price_minor, OrderLine.unit_price_fraction),
        )
        .join(Sku, (Sku.brand_id == OrderLine.brand_id) & (Sku.id == OrderLine.sku_id))
        .where(OrderLine.order_id.in_([row.id for row in rows]))
    )
    sets: dict[Any, dict[DataSet, list[Line]]] = {}
    for order_id, data_set, number, model, quantity, price in lines:
        sets.setdefault(order_id, {}).setdefault(data_set, []).append(Line(number, model, quantity, price))
    return {
        row.code: ExistingOrder(
            row.status,
            row.unique_code,
            row.catalog,
            row.currency,
            row.placed_at,
            [lines for _, lines in sorted(sets.get(row.id, {}).items(), reverse=True)],
        )
        for row in rows
    }


def differences(order: ReadyOrder, existing: ExistingOrder, brand: Brand, names: Mapping[str, str]) -> list[str]:
    """What the file says else of the order, as "what old → new"; the order of the rows does not matter.

    `names`: what to call each column.
    """
    head = order.head
    found: list[str] = []
    for name, old, new in (
        ("Buyer Unique Code", existing.buyer, head.buyer_code),
        ("Catalog Code", existing.catalog, head.catalog_code),
        ("Currency", existing.currency, head.currency or existing.currency),
    ):
        if old != new:
            found.append(translatable(texts.CHANGE, name=names[name], old=old, new=new))
    if order.placed_at and not _is_same_moment(order.placed_at, existing.placed_at, brand):
        old, new = (_local(at, brand) for at in (existing.placed_at, order.placed_at))
        found.append(translatable(texts.CHANGE, name=names["Placed At"], old=old, new=new))
    lines = [Line(row.sku_number, row.model_number, row.quantity, row.price) for _, row in order.rows]
    differences = [_line_differences(each, lines, existing.currency) for each in existing.line_sets or [[]]]
    return found + min(differences, key=len)


def _is_same_moment(one: datetime, other: datetime, brand: Brand) -> bool:
    """Also when clocks were put back in between: then the same time of the clock, as a file has it, is either."""
    if abs(one - other) < SAME_MOMENT:
        return True
    zone = ZoneInfo(brand.time_zone)
    of_clock, of_other = (at.astimezone(zone).replace(tzinfo=None) for at in (one, other))
    return abs(of_clock - of_other) < SAME_MOMENT


def _local(at: datetime, brand: Brand) -> str:
    return f"{at.astimezone(ZoneInfo(brand.time_zone)):%Y-%m-%d %H:%M}"


def _line_differences(old: list[Line], new: list[Line], currency: str) -> list[str]:
    if Counter(old) == Counter(new):
        return []
    found: list[str] = []
    before, after = _by_sku(old), _by_sku(new)
    for sku in dict.fromkeys([*before, *after]):
        was, now = before.get(sku, []), after.get(sku, [])
        if any(line.price is None for line in now):
            was = [Line(line.sku, line.model, line.quantity, None) for line in was]
            now = [Line(line.sku, line.model, line.quantity, None) for line in now]
        gone, new_ones = list((Counter(was) - Counter(now)).elements()), list((Counter(now) - Counter(was)).elements())
        if len(gone) == len(new_ones) == 1:
            found.append(translatable(texts.SKU_CHANGE, sku=sku, changes=_changes(gone[0], new_ones[0], currency)))
        elif gone or new_ones:
            change = {"old": _listed(gone, currency), "new": _listed(new_ones, currency)}
            found.append(translatable(texts.SKU_LINES, sku=sku, **change))
    return found


def _by_sku(lines: list[Line]) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = {}
    for line in lines:
        found.setdefault(line.sku, []).append(line)
    return found


def _changes(old: Line, new: Line, currency: str) -> str:
    changes: list[str] = []
    if old.quantity != new.quantity:
        changes.append(translatable(texts.CHANGE, name=texts.QUANTITY, old=old.quantity, new=new.quantity))
    if old.price != new.price:
        prices = {"old": _price(old.price, currency), "new": _price(new.price, currency)}
        changes.append(translatable(texts.CHANGE, name=texts.UNIT_PRICE, **prices))
    if old.model != new.model:
        changes.append(translatable(texts.CHANGE, name=texts.MODEL, old=old.model, new=new.model))
    return joined(changes, texts.COMMA)


def _listed(lines: list[Line], currency: str) -> str:
    if not lines:
        return translatable(texts.NO_LINE)
    each = (translatable(texts.LINE, quantity=line.quantity, price=_price(line.price, currency)) for line in lines)
    return joined(each, texts.PLUS)


def _price(price: Price | None, currency: str) -> str:
    return translatable(texts.SKUS_PRICE) if price is None else str(from_minor(price, currency))
