"""The lines of an order confirmation beside those that were ordered."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

T = TypeVar("T")


def paired(
    ordered: Sequence[T], confirmed: Iterable[T], sku: Callable[[T], Any], said: Callable[[T], Any]
) -> list[tuple[T | None, T | None]]:
    """Each ordered line with the one confirmed of it, None if it was dropped; then None with each line added.

    `said`: what makes a line another one. Of several lines of a SKU, those that say the same belong together.
    """
    left: dict[Any, list[T]] = {}
    for line in confirmed:
        left.setdefault(sku(line), []).append(line)
    unchanged: dict[int, T] = {}
    for place, old in enumerate(ordered):
        rest = left.get(sku(old), [])
        if (at := next((n for n, new in enumerate(rest) if said(new) == said(old)), None)) is not None:
            unchanged[place] = rest.pop(at)
    pairs: list[tuple[T | None, T | None]] = []
    for place, old in enumerate(ordered):
        rest = left.get(sku(old), [])
        pairs.append((old, unchanged[place] if place in unchanged else rest.pop(0) if rest else None))
    return [*pairs, *((None, new) for rest in left.values() for new in rest)]
