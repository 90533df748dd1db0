"""The orders that a command locks: read and written with statements that are made once.

Each is an Order that belongs to no session. What a command changes of it is written by `save_order`.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, inspect, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import instance_dict, instance_state, set_committed_value
from sqlalchemy.orm.exc import StaleDataError

from models.database.prepared import Query
from models.order import Order

_NAMES = tuple(Order.__mapper__.columns.keys())
_LOCK = Query(
    lambda preparing: (
        select(*(getattr(Order, name) for name in _NAMES))
        .where(preparing.among_ids(Order.id))
        .order_by(Order.id)
        .with_for_update()
    )
)


async def read_locked(session: AsyncSession, ids: Sequence[UUID]) -> list[Order]:
    """Locks them by ascending id, so that concurrent commands on several orders cannot deadlock."""
    return [_order(row) for row in await _LOCK.rows(session, ids)]


def _order(row: Sequence[Any]) -> Order:
    """Detached. SQLAlchemy's make_transient_to_detached takes five times as long: it looks for what is not loaded."""
    order: Order = Order.__mapper__.class_manager.new_instance()
    instance_dict(order).update(zip(_NAMES, row, strict=True))
    instance_state(order).key = Order.__mapper__.identity_key_from_primary_key((order.brand_id, order.id))
    return order


async def save_order(session: AsyncSession, order: Order) -> None:
    """Writes what has changed since the order was read, or saved before; then its version rises."""
    before = inspect(order).committed_state
    changed = tuple(sorted(name for name, value in before.items() if getattr(order, name) != value))
    if not changed:
        return
    values = {f"to_{name}": getattr(order, name) for name in changed}
    values |= {"of_brand": order.brand_id, "of_id": order.id, "of_version": order.version}
    if not await _change(changed).rows(session, (), **values):
        raise StaleDataError(f"order {order.id} was changed although it was locked")
    for name in changed:
        set_committed_value(order, name, getattr(order, name))
    set_committed_value(order, "version", order.version + 1)


@lru_cache(maxsize=100)
def _change(names: tuple[str, ...]) -> Query:
    """Sets these columns. There are as many combinations as there are kinds of change."""
    return Query(
        lambda _: (
            update(Order)
            .where(
                Order.brand_id == bindparam("of_brand"),
                Order.id == bindparam("of_id"),
                Order.version == bindparam("of_version"),
            )
            .values({name: bindparam(f"to_{name}") for name in names} | {"version": Order.version + 1})
            .returning(Order.version)
        )
    )
