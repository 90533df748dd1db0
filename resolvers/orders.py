"""Finding orders: by id, by code, and the list."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any
from uuid import UUID

from sqlalchemy import Select, String, bindparam, func, or_, select

from models.actor import Viewpoint
from models.buyer import Buyer
from models.folding import fold
from models.order import Order, OrderCodeSuffix
from resolvers.core.context import Context
from resolvers.inputs import unprintable
from resolvers.order_filter import OrderFilter, OrderSort, conditions, is_by_buyer, keys, plain_conditions, search_words
from resolvers.reading.pagination import Listing, Page, PageRequest
from resolvers.reading.rows import OrderRow, order_columns
from resolvers.reading.search import (
    FEW_OF_MANY,
    read_found,
)

# Characters with which the code of an order may be typed, e.g. with accents that stand apart. A code has 64; to fold a
# million takes a minute.
MAX_TYPED = 256


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
        columns, by = order_columns(session), keys(sort, context.actor)
        statement = select(*columns).where(*plain_conditions(filter, context.actor))
        if is_by_buyer(sort):
            names = (Buyer.name.label("buyer_name"), Buyer.unique_code.label("buyer_code"))
            statement = statement.add_columns(*names).join_from(Order, Buyer)

        def make(*values: Any) -> OrderRow:
            return OrderRow(*values[: len(columns)])

        return await read_found(session, statement, Order.id, search_words(filter), by, page, make)


def listing(filter: OrderFilter, sort: Sequence[OrderSort], request: PageRequest, actor: Viewpoint) -> Listing:
    """A page of the list without a search, and not sorted by buyers. Raises InputError."""
    given = [getattr(filter, each.name) for each in fields(filter)]
    values = [tuple(each) if isinstance(each, list) else each for each in given]
    shape = (*values, tuple(sort), actor.role)
    return Listing.of(plain_conditions(filter, actor), keys(sort, actor), request, *shape)


async def count_orders(context: Context, filter: OrderFilter) -> int:
    async with context.read() as session:
        found = await conditions(session, filter, context.actor)
        statement = select(func.count()).select_from(Order).where(*found).execution_options(**FEW_OF_MANY)
        return (await session.scalar(statement)) or 0
