"""Groups rows by their parent, and pages them inside it: shared by the readers of all loaders."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

V = TypeVar("V")

# The order or document; the largest number of rows; the position or id to start after (None: from the first row).
PageKey = tuple[UUID, int, Any]


def grouped(rows: Iterable[Any], make: Callable[..., V]) -> dict[Any, list[V]]:
    """Key → what `make` makes of its rows, in their order. The first column of each row is the key."""
    groups: dict[Any, list[V]] = {}
    for key, *columns in rows:
        groups.setdefault(key, []).append(make(*columns))
    return groups


async def read_pages(
    session: AsyncSession,
    keys: list[PageKey],
    statement: Select[*tuple[Any, ...]],
    parent_id: ColumnElement[Any] | Any,
    position: ColumnElement[Any] | Any,
    make: Callable[..., V],
) -> dict[PageKey, list[V]]:
    """One page of rows for each key, e.g. of lines for each order. The statement's first column is `parent_id`.

    One statement reads a page of every parent. Each further page of the same parent takes another statement.
    """
    pages: dict[PageKey, list[V]] = {}
    while keys:
        page_of = {key[0]: key for key in reversed(keys)}
        keys = [key for key in keys if page_of[key[0]] != key]
        after = [and_(parent_id == id, position > after) for id, _, after in page_of.values() if after is not None]
        from_start = [id for id, _, after in page_of.values() if after is None]
        ranked = (
            statement.where(or_(parent_id.in_(from_start), *after))
            .add_columns(func.row_number().over(partition_by=parent_id, order_by=position).label("rank_in_parent"))
            .subquery()
        )
        max_size = max(size for _, size, _ in page_of.values())
        rank = ranked.c.rank_in_parent
        rows = await session.execute(select(ranked).where(rank <= max_size).order_by(rank))
        rows_of = grouped([row[:-1] for row in rows], make)
        pages |= {key: rows_of.get(id, [])[: key[1]] for id, key in page_of.items()}
    return pages
