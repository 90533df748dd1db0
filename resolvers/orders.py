"""Finding orders: by id, by code, and the list."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select

from models.actor import Viewpoint
from models.buyer import Buyer
from models.folding import fold
from models.order import Order, OrderCodeSuffix
from resolvers.core.context import Context
from resolvers.inputs import unprintable
from resolvers.order_filter import OrderFilter, OrderSort, conditions, is_by_buyer, keys, plain_conditions, search_words
from resolvers.reading.pagination import (
    Key,
    Page,
    PageRequest,
    beyond,
    cursor_values,
    encode_values,
    ordering,
)
from resolvers.reading.rows import OrderRow, order_columns
from resolvers.reading.search import (
    FEW_OF_MANY,
    read_found,
)


async def order_by_id(context: Context, order_id: UUID) -> OrderRow | None:
    return await context.loaders.order.load(order_id)


async def order_by_code(context: Context, code: str) -> OrderRow | None:
    """The order with this very code, without the spaces around it; else the only one whose code folds to the same.

    Codes are unique in a brand; an operator, who sees all brands, gets the newest order with that code.
    """
    code = code.strip()
    if unprintable(code) or not (folded := fold(code)):
        return None
    ending = select(OrderCodeSuffix.order_id).where(OrderCodeSuffix.suffix == folded)
    is_whole = or_(func.lower(Order.code) == folded, Order.folded_code == folded)
    async with context.read() as session:
        columns = order_columns(session)
        exact = select(*columns).where(Order.code == code).order_by(Order.id.desc()).limit(1)
        alike = select(*columns).where(Order.id.in_(ending), is_whole).limit(2)
        rows = (await session.execute(exact)).all() or (await session.execute(alike)).all()
    return OrderRow(*rows[0]) if len(rows) == 1 else None


async def orders(context: Context, filter: OrderFilter, sort: Sequence[OrderSort], page: PageRequest) -> Page[OrderRow]:
    async with context.read() as session:
        columns, by = order_columns(session), keys(sort, context.actor)
        statement = select(*columns).where(*plain_conditions(filter, context.actor))
        if is_by_buyer(sort):
            names = (Buyer.name.label("buyer_name"), Buyer.unique_code.label("buyer_code"))
            statement = statement.add_columns(*names).join_from(Order, Buyer)

        def make(*values: Any) -> OrderRow:
            return OrderRow(*values[: len(columns)])

        return await read_found(session, statement, Order.id, await search_words(filter), by, page, make)


@dataclass(frozen=True)
class OrderListing:
    """A page of the list without a search, and not sorted by buyers, as conditions and a sort.

    `shape`: equal if only the size and the cursor's values differ.
    """

    where: Sequence[ColumnElement[bool]]
    keys: Sequence[Key]
    request: PageRequest
    cursor: Sequence[Any] | None
    shape: Hashable

    @classmethod
    def of(
        cls, filter: OrderFilter, sort: Sequence[OrderSort], request: PageRequest, actor: Viewpoint
    ) -> "OrderListing":
        """Raises InputError."""
        by = keys(sort, actor)
        given = [getattr(filter, each.name) for each in fields(filter)]
        values = [tuple(each) if isinstance(each, list) else each for each in given]
        shape = (*values, tuple(sort), actor.role, request.backwards, request.cursor is None)
        return cls(plain_conditions(filter, actor), by, request, cursor_values(by, request), shape)

    @property
    def size(self) -> int:
        return self.request.size

    @property
    def backwards(self) -> bool:
        return self.request.backwards

    @property
    def order(self) -> Sequence[ColumnElement[Any]]:
        return ordering(self.keys, backwards=self.backwards)

    @property
    def cursor_columns(self) -> Sequence[Any]:
        return [key.column for key in self.keys]

    def beyond(self, values: Sequence[Any]) -> ColumnElement[bool]:
        return beyond(self.keys, values, backwards=self.backwards)

    def cursor_of(self, values: Sequence[Any]) -> str:
        return encode_values(self.keys, values)


async def count_orders(context: Context, filter: OrderFilter) -> int:
    async with context.read() as session:
        found = await conditions(session, filter, context.actor)
        statement = select(func.count()).select_from(Order).where(*found).execution_options(**FEW_OF_MANY)
        return (await session.scalar(statement)) or 0
