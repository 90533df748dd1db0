"""Work on long lists that gives way to the event loop: ten thousand ids are read, hashed and answered in parts."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

EVERY = 1_000  # entries at a stretch, some microseconds each


async def mapped(function: Callable[[T], R], entries: Sequence[T], every: int = 0) -> list[R]:
    """`function` of each entry. Lets others run after each EVERY entries, or after each `every`."""
    every = every or EVERY
    results: list[R] = []
    for start in range(0, len(entries), every):
        results += map(function, entries[start : start + every])
        if len(results) - start == every:
            await asyncio.sleep(0)
    return results
