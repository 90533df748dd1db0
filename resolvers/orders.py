"""Finding orders: by id, by code, and the list."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select, String, bindparam, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.actor import Actor, Viewpoint
from models.buyer import Buyer
from models.folding import fold
from models.order import Order, OrderCodeSuffix
from models.order_count import OrderCount
from resolvers.core.context import Context
from resolvers.inputs import unprintable
from resolvers.order_filter import (
    OrderFilter,
    OrderSort,
    conditions,
    is_by_buyer,
    kept_conditions,
    kept_sum,
    keys,
    plain_conditions,
    search_words,
)
from resolvers.reading.pagination import Found, Listing, Page, PageRequest, shape_of
from resolvers.reading.rows import OrderRow, order_columns
from resolvers.reading.search import (
    FEW_OF_MANY,
    read_found,
)

# Characters with which the code of an order may be typed, e.g. with accents that stand apart. A code has 64; to fold a
# million takes a minute.
MAX_TYPED = 256
V = TypeVar("V")
# Columns of a sort that are not the order's.
OF_BUYER = {"buyer_name": Buyer.name, "buyer_code": Buyer.unique_code}


async def order_by_id(context: Context, order_id: UUID) -> OrderRow | None:
    return await context.loaders.order.load(order_id)


async def order_by_code(context: Context, code: str) -> OrderRow | None:
    """The order with this very code, without the spaces around it; else the only one whose code folds to the same.

    Codes are unique in a brand; an operator, who sees all brands, gets the newest order with that code.
    """
    values = code_values(code)
    if values is None:
        return None
    async with context.read() as session:
        exact, alike = orders_with_code(*order_columns(session))
        rows = (await session.execute(exact, values)).all() or (await session.execute(alike, values)).all()
    return OrderRow(*rows[0]) if len(rows) == 1 else None


def code_values(code: str) -> dict[str, str] | None:
    """Of the parameters of `orders_with_code`; None for what is no code."""
    code = code.strip()
    folded = "" if len(code) > MAX_TYPED or unprintable(code) else fold(code)
    return {"code": code, "folded": folded} if folded else None


def orders_with_code(*columns: Any) -> tuple[Select[*tuple[Any, ...]], Select[*tuple[Any, ...]]]:
    """The newest order with the code; and at most two whose code folds to the same."""
    code, folded = bindparam("code", type_=String), bindparam("folded", type_=String)
    ending = select(OrderCodeSuffix.order_id).where(OrderCodeSuffix.suffix == folded)
    is_whole = or_(func.lower(Order.code) == folded, Order.folded_code == folded)
    exact = select(*columns).where(Order.code == code).order_by(Order.id.desc()).limit(1)
    return exact, select(*columns).where(Order.id.in_(ending), is_whole).limit(2)


async def orders(context: Context, filter: OrderFilter, sort: Sequence[OrderSort], page: PageRequest) -> Page[OrderRow]:
    async with context.read() as session:
        columns = order_columns(session)

        def make(*values: Any) -> OrderRow:
            return OrderRow(*values[: len(columns)])

        return await _read(session, context.actor, filter, sort, page, columns, make)


async def _ids(context: Context, filter: OrderFilter, sort: Sequence[OrderSort], page: PageRequest) -> Page[UUID]:
    """The same page, only the ids."""
    by = {key.name: key.column.label(key.name) for key in keys(sort, context.actor) if key.name not in OF_BUYER}
    async with context.read() as session:
        columns = [by.pop("id"), *by.values()]
        return await _read(session, context.actor, filter, sort, page, columns, lambda id, *_: id)


async def _read(
    session: AsyncSession,
    actor: Actor,
    filter: OrderFilter,
    sort: Sequence[OrderSort],
    page: PageRequest,
    columns: Sequence[Any],
    make: Callable[..., V],
) -> Page[V]:
    statement = select(*columns).where(*plain_conditions(filter, actor))
    if is_by_buyer(sort):
        names = [column.label(name) for name, column in OF_BUYER.items()]
        statement = statement.add_columns(*names).join_from(Order, Buyer)
    return await read_found(session, statement, Order.id, search_words(filter), keys(sort, actor), page, make)


def listing(filter: OrderFilter, sort: Sequence[OrderSort], request: PageRequest, actor: Viewpoint) -> Listing:
    """A page of the list. Raises InputError."""
    shape = (*shape_of(filter), tuple(sort), actor.role)
    made = Listing.of(plain_conditions(filter, actor), keys(sort, actor), request, *shape)
    if filter.search is not None or is_by_buyer(sort):
        return replace(made, find=partial(_find, filter, sort, request))
    return replace(made, count=kept_number(filter)) if filter.is_kept else made


async def _find(
    filter: OrderFilter, sort: Sequence[OrderSort], request: PageRequest, context: Context, page: bool, number: bool
) -> Found:
    """A search chooses its statements by how common the words are; a sort by buyer needs a join."""
    return await Found.of(
        partial(_ids, context, filter, sort, request) if page else None,
        partial(count_orders, context, filter) if number else None,
    )


async def count_orders(context: Context, filter: OrderFilter) -> int:
    async with context.read() as session:
        if filter.is_kept:
            return (await session.scalar(kept_number(filter))) or 0
        found = await conditions(session, filter, context.actor)
        statement = select(func.count()).select_from(Order).where(*found).execution_options(**FEW_OF_MANY)
        return (await session.scalar(statement)) or 0


def kept_number(filter: OrderFilter) -> Select[Any]:
    """How many orders a filter matches whose `is_kept` is true. Reads a row for each buyer and status, not for each
    order.
    """
    return select(kept_sum()).select_from(OrderCount).where(*kept_conditions(filter))
