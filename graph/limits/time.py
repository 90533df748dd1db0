"""A time limit for work that usually waits for nothing: its timer starts with the first wait."""

import asyncio
from collections.abc import Coroutine, Generator
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class OutOfTime(Exception):
    """The work has been cancelled because it took too long."""


async def within(seconds: float, work: Coroutine[Any, Any, T]) -> T:
    """What the work returns. Raises OutOfTime, and what the work raises: also its own TimeoutError."""
    try:
        waiting = work.send(None)
    except StopIteration as end:
        result: T = end.value
        return result
    try:
        async with asyncio.timeout(seconds) as timer:
            return await _Rest(work, waiting)
    except TimeoutError:
        if timer.expired():
            raise OutOfTime from None
        raise


class _Rest(Generic[T]):
    """The rest of a coroutine that waits for this."""

    def __init__(self, work: Coroutine[Any, Any, T], waiting: Any) -> None:
        self._work, self._waiting = work, waiting

    def __await__(self) -> Generator[Any, Any, T]:
        rest, waiting = self._work.__await__(), self._waiting
        while True:
            try:
                yield waiting
            except BaseException as error:  # it is cancelled
                try:
                    waiting = rest.throw(error)
                except StopIteration as end:
                    result: T = end.value
                    return result
            else:
                return (yield from rest)
