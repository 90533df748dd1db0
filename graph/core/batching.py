"""Fields over batched reads: plain values when the rows are loaded already, coroutines when they are not.

An awaited field costs graphql-core ten times as much as a plain one, so a list preloads what its entries will need.
"""

from asyncio import Future
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar, cast

T = TypeVar("T")
V = TypeVar("V")


def map_loaded(loading: Awaitable[V | None], use: Callable[[V], T]) -> T:
    """`use` applied to the loaded row: immediately if it is there, else in a coroutine, which GraphQL awaits.

    Raises LookupError when there is no such row: the reference comes from a foreign key.
    """

    def used(value: V | None) -> T:
        if value is None:
            raise LookupError("a row that belongs to an order is missing")
        return use(value)

    async def later() -> T:
        return used(await loading)

    if isinstance(loading, Future) and loading.done():
        return used(loading.result())
    return cast(T, later())


def selected_fields(selections: Iterable[Any]) -> set[str]:
    """The names of all fields in a selection, at any depth."""
    names: set[str] = set()
    for each in selections:
        names |= {getattr(each, "name", "")} | selected_fields(each.selections)
    return names
