"""Fields over batched reads: plain values when the rows are there already, awaited when they are not.

An awaited field costs GraphQL ten times as much as a plain one, so a list loads ahead what its entries will ask for.
"""

from asyncio import Future
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar, cast

T = TypeVar("T")
V = TypeVar("V")


def then(loading: Awaitable[V | None], use: Callable[[V], T]) -> T:
    """use(what is loaded): at once when it is there, else a coroutine, which GraphQL awaits in place of the value."""

    def used(value: V | None) -> T:
        if value is None:
            raise LookupError("a row that belongs to an order is missing")
        return use(value)

    async def later() -> T:
        return used(await loading)

    if isinstance(loading, Future) and loading.done():
        return used(loading.result())
    return cast(T, later())


def names_of(selections: Iterable[Any]) -> set[str]:
    """Every field name in a selection, however deep."""
    found: set[str] = set()
    for each in selections:
        found |= {getattr(each, "name", "")} | names_of(each.selections)
    return found
