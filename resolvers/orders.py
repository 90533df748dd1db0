"""Finding orders: by id, by code, and the list with its filter and sort."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, not_, or_, select

from models.actor import Actor
from models.buyer import Buyer
from models.catalog import Sku
from models.facts import possible
from models.money import MAX_MINOR
from models.order import BUYER_UPDATED_AT, Order, OrderLine
from models.policy import OrderAction, OrderStatus
from models.tag import OrderTag
from resolvers.core.context import Context
from resolvers.inputs import InputError, check_search, unprintable
from resolvers.reading.pagination import Key, Page, PageRequest, by_id, by_instant, read_page
from resolvers.reading.rows import OrderRow, order_columns

MAX_FILTER_IDS = 1000


class OrderSortField(StrEnum):
    PLACED_AT = "PLACED_AT"
    CODE = "CODE"
    TOTAL = "TOTAL"
    UPDATED_AT = "UPDATED_AT"


@dataclass(frozen=True, slots=True)
class OrderSort:
    field: OrderSortField
    descending: bool


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """None: no such condition. An empty list matches nothing."""

    search: str | None = None
    status: Sequence[OrderStatus] | None = None
    can_reject: bool | None = None
    buyer_ids: Sequence[UUID] | None = None
    tag_ids: Sequence[UUID] | None = None
    placed_from: datetime | None = None
    placed_to: datetime | None = None
    include_archived: bool = False


NEWEST_FIRST = (OrderSort(OrderSortField.PLACED_AT, descending=True),)


async def order_by_id(context: Context, order_id: UUID) -> OrderRow | None:
    return await context.loaders.order.load(order_id)


async def order_by_code(context: Context, code: str) -> OrderRow | None:
    """Codes are unique in a brand; an operator, who sees all brands, gets the newest order with that code."""
    if unprintable(code):
        return None
    async with context.read() as session:
        statement = select(*order_columns(session)).where(Order.code == code).order_by(Order.id.desc()).limit(1)
        row = (await session.execute(statement)).one_or_none()
    return OrderRow(*row) if row else None


async def orders(context: Context, filter: OrderFilter, sort: Sequence[OrderSort], page: PageRequest) -> Page[OrderRow]:
    async with context.read() as session:
        statement = select(*order_columns(session)).where(*conditions(filter, context.actor))
        return await read_page(session, statement, keys(sort, context.actor), page, OrderRow)


async def count_orders(context: Context, filter: OrderFilter) -> int:
    statement = select(func.count()).select_from(Order).where(*conditions(filter, context.actor))
    async with context.read() as session:
        return (await session.scalar(statement)) or 0


def matching(filter: OrderFilter, sort: Sequence[OrderSort], actor: Actor) -> Select[UUID]:
    """Selects the ids of all orders that the filter matches, in the order of the list."""
    ordering = [key.column.desc() if key.descending else key.column.asc() for key in keys(sort, actor)]
    return select(Order.id).where(*conditions(filter, actor)).order_by(*ordering)


def keys(sort: Sequence[OrderSort], actor: Actor) -> list[Key]:
    """The sort of the list, made unique by the id. TOTAL sorts by currency first: currencies do not compare."""
    keys: list[Key] = []
    for part in sort or NEWEST_FIRST:
        down = part.descending
        match part.field:
            case OrderSortField.PLACED_AT:
                keys.append(by_instant("placed_at", Order.placed_at, descending=down))
            case OrderSortField.UPDATED_AT:
                updated_at = BUYER_UPDATED_AT if actor.is_buyer else Order.updated_at
                keys.append(by_instant("updated_at", updated_at, descending=down))
            case OrderSortField.CODE:
                keys.append(Key("code", Order.code, down))
            case OrderSortField.TOTAL:
                keys += [Key("currency", Order.currency, down), Key("total_minor", Order.total_minor, down, _minor)]
    if len({key.name for key in keys}) < len(keys):
        raise InputError("sort names the same field twice.", "sort")
    return [*keys, by_id(Order.id, descending=keys[0].descending)]


def _minor(value: object) -> int:
    if type(value) is not int or abs(value) > MAX_MINOR:
        raise ValueError("not an amount")
    return value


def check(filter: OrderFilter, *at: str) -> None:
    """Raises InputError for an impossible filter. `at`: the path of the filter among the request's arguments."""
    check_search(filter.search, *at)
    for ids, name in ((filter.buyer_ids, "buyerIds"), (filter.tag_ids, "tagIds")):
        if ids is not None and len(ids) > MAX_FILTER_IDS:
            raise InputError(f"{name} takes at most {MAX_FILTER_IDS} ids.", *at, name)


def conditions(filter: OrderFilter, actor: Actor) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = []
    if not filter.include_archived:
        where.append(Order.archived_at.is_(None))
    if filter.status is not None:
        where.append(Order.status.in_(filter.status))
    if filter.can_reject is not None:
        can = possible(OrderAction.REJECT, actor.role)
        where.append(can if filter.can_reject else not_(can))
    if filter.buyer_ids is not None:
        where.append(Order.buyer_id.in_(filter.buyer_ids))
    if filter.tag_ids is not None:
        of_order = and_(OrderTag.brand_id == Order.brand_id, OrderTag.order_id == Order.id)
        where.append(exists().where(of_order, OrderTag.tag_id.in_(filter.tag_ids)).correlate(Order))
    if filter.placed_from is not None:
        where.append(Order.placed_at >= filter.placed_from)
    if filter.placed_to is not None:
        where.append(Order.placed_at < filter.placed_to)
    if filter.search is not None and (words := dict.fromkeys(filter.search.lower().split())):
        where += [_mentions(word) for word in words]
    return where


def _mentions(word: str) -> ColumnElement[bool]:
    """Case-insensitive, anywhere in the order code, the buyer's name or code, a model number or a SKU number."""

    def has(column: Any) -> ColumnElement[bool]:
        return func.lower(column).contains(word, autoescape=True)

    # Uncorrelated on purpose: buyers and SKUs are searched once, not once for each order.
    buyers = select(Buyer.id).where(or_(has(Buyer.name), has(Buyer.unique_code)))
    skus = select(Sku.id).where(or_(has(Sku.number), has(Sku.model_number)))
    lines = select(OrderLine.order_id).where(OrderLine.sku_id.in_(skus))
    return or_(has(Order.code), Order.buyer_id.in_(buyers), Order.id.in_(lines))
