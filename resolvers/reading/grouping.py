"""Rows grouped by what they belong to: what the loaders' readers share."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

V = TypeVar("V")

# order or document, at most this many rows, after this position or id (None: from the start)
PageKey = tuple[UUID, int, Any]


def grouped(rows: Sequence[Any], make: Callable[..., V]) -> dict[Any, list[V]]:
    """Rows whose first column is the key."""
    found: dict[Any, list[V]] = {}
    for key, *columns in rows:
        found.setdefault(key, []).append(make(*columns))
    return found


async def read_pages(
    session: AsyncSession,
    keys: list[PageKey],
    statement: Select[*tuple[Any, ...]],
    order_id: ColumnElement[Any] | Any,
    position: ColumnElement[Any] | Any,
    make: Callable[..., V],
) -> dict[PageKey, list[V]]:
    """The next rows of several orders in one statement; in one more for each further page of the same order."""
    found: dict[PageKey, list[V]] = {}
    while keys:
        page_of = {key[0]: key for key in reversed(keys)}
        keys = [key for key in keys if page_of[key[0]] != key]
        after = [and_(order_id == id, position > after) for id, _, after in page_of.values() if after is not None]
        from_start = [id for id, _, after in page_of.values() if after is None]
        pages = (
            statement.where(or_(order_id.in_(from_start), *after))
            .add_columns(func.row_number().over(partition_by=order_id, order_by=position).label("rank_in_order"))
            .subquery()
        )
        most = max(size for _, size, _ in page_of.values())
        rows = await session.execute(select(pages).where(pages.c.rank_in_order <= most).order_by(pages.c.rank_in_order))
        rows_of = grouped([row[:-1] for row in rows], make)
        found |= {key: rows_of.get(id, [])[: key[1]] for id, key in page_of.items()}
    return found
