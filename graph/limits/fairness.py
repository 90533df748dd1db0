"""A limit on concurrent work that is shared fairly: between brands first, between the viewers of a brand second."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from typing import NamedTuple, TypeVar

T = TypeVar("T")


class Overloaded(Exception):
    """All slots are taken and the queue is full, or the wait was too long."""


class Party(NamedTuple):
    """Whose work it is. Both are any text that tells the parties apart."""

    brand: str = ""
    viewer: str = ""


@dataclass(eq=False, slots=True)
class Waiter:
    party: Party
    admitted: "asyncio.Future[None]"


class FairLimit:
    """At most `concurrent` slots in use and `queued` waiters, each of whom waits at most `seconds`.

    A viewer uses at most `per_viewer` slots at once and a brand at most `per_brand`, so the others always find some.
    The last `reserved` slots are for brands that use none: several busy brands together leave these to another one. A
    free slot goes to the brand, and within it to the viewer, that uses the fewest; among equals to the one that was
    served longest ago. A full queue makes room at the expense of the viewer with the most waiters in the brand with
    the most, so that no one can fill it for others.
    """

    def __init__(
        self,
        concurrent: int,
        queued: int,
        seconds: float,
        *,
        per_viewer: int | None = None,
        per_brand: int | None = None,
        queued_per_viewer: int | None = None,
        reserved: int = 0,
        whole_turns: bool = False,
    ) -> None:
        """`whole_turns`: a slot is in use at least until the event loop's turn ends.

        Work that waits for nothing is done within a turn. Without it, any number of such works of one viewer would run
        in one turn, and each of the others' many turns would be as long.
        """
        self._free = concurrent
        self._reserved = reserved
        self._max_queued = queued
        self._max_queued_per_viewer = queued if queued_per_viewer is None else queued_per_viewer
        self._seconds = seconds
        self._whole_turns = whole_turns
        self._per_viewer = per_viewer or concurrent
        self._per_brand = per_brand or concurrent
        self._waiting: list[Waiter] = []  # in the order of arrival
        # Brands and parties, as long as they have something running or waiting.
        self._running: Counter[str | Party] = Counter()
        self._served: dict[str | Party, int] = {}
        self._clock = count(1)

    @property
    def queued(self) -> int:
        return len(self._waiting)

    def refuses(self, party: Party) -> bool:
        """Whether `slot` would refuse it now: its viewer, or its brand, is the one with the most waiters."""
        return not self._may_run(party) and self._is_crowding(party)

    @asynccontextmanager
    async def slot(self, party: Party = Party()) -> AsyncIterator[bool]:  # noqa: B008 - immutable
        """Yields whether the caller had to wait. Raises Overloaded."""
        waited = await self.take(party)
        try:
            yield waited
        finally:
            self.give_back(party)

    async def take(self, party: Party) -> bool:
        """Takes a slot, and tells whether the caller had to wait for it. Raises Overloaded."""
        if self._may_run(party):
            self._start(party)
            return False
        await self._wait(party)
        return True

    def give_back(self, party: Party) -> None:
        if self._whole_turns:
            asyncio.get_running_loop().call_soon(self._end, party)
        else:
            self._end(party)

    def _end(self, party: Party) -> None:
        """Gives the slot to the next one."""
        self._free += 1
        self._running[party.brand] -= 1
        self._running[party] -= 1
        self._admit()
        self._forget(party)

    def _may_run(self, party: Party) -> bool:
        # No waiter could run: whenever a slot is freed, all who can are admitted.
        kept_free = self._reserved if self._running[party.brand] else 0
        return (
            self._free > kept_free
            and self._running[party] < self._per_viewer
            and self._running[party.brand] < self._per_brand
        )

    def _start(self, party: Party) -> None:
        self._free -= 1
        for key in (party.brand, party):
            self._running[key] += 1
            self._served[key] = next(self._clock)

    async def _wait(self, party: Party) -> None:
        self._make_room(party)
        waiter = Waiter(party, asyncio.get_running_loop().create_future())
        self._waiting.append(waiter)
        try:
            async with asyncio.timeout(self._seconds):
                await waiter.admitted
        except BaseException as error:
            if waiter in self._waiting:
                self._waiting.remove(waiter)
            elif waiter.admitted.done() and not waiter.admitted.cancelled() and not waiter.admitted.exception():
                # Admitted in the same instant in which the wait ended.
                self._end(party)
            self._forget(party)
            if isinstance(error, TimeoutError):
                raise Overloaded from None
            raise

    def _make_room(self, party: Party) -> None:
        """Raises Overloaded if the newcomer's viewer is the one with the most waiters."""
        if self._is_crowding(party):
            raise Overloaded
        if len(self._waiting) < self._max_queued:
            return
        crowding = self._crowding(party)
        newest = next(waiter for waiter in reversed(self._waiting) if waiter.party == crowding)
        self._waiting.remove(newest)
        if not newest.admitted.done():  # it is when its task was cancelled in this instant
            newest.admitted.set_exception(Overloaded())

    def _is_crowding(self, party: Party) -> bool:
        if sum(waiter.party == party for waiter in self._waiting) >= self._max_queued_per_viewer:
            return True
        return len(self._waiting) >= self._max_queued and self._crowding(party) == party

    def _crowding(self, newcomer: Party) -> Party:
        """The viewer with the most waiters in the brand with the most, the newcomer included."""
        parties = [*(waiter.party for waiter in self._waiting), newcomer]
        brand = _most_frequent(each.brand for each in reversed(parties))
        return _most_frequent(each for each in reversed(parties) if each.brand == brand)

    def _admit(self) -> None:
        while candidates := [each for each in self._waiting if not each.admitted.done() and self._may_run(each.party)]:
            chosen = min(candidates, key=self._turn)
            self._waiting.remove(chosen)
            self._start(chosen.party)
            chosen.admitted.set_result(None)

    def _turn(self, waiter: Waiter) -> tuple[int, int, int, int]:
        """The smallest is next. Of equals, `min` takes the first in the queue."""
        party = waiter.party
        return (
            self._running[party.brand],
            self._served.get(party.brand, 0),
            self._running[party],
            self._served.get(party, 0),
        )

    def _forget(self, party: Party) -> None:
        waiting = {key for waiter in self._waiting for key in (waiter.party.brand, waiter.party)}
        for key in (party.brand, party):
            if self._running[key] <= 0 and key not in waiting:
                del self._running[key]
                self._served.pop(key, None)


def _most_frequent(values: Iterable[T]) -> T:
    """Of several, the first."""
    return Counter(values).most_common(1)[0][0]
