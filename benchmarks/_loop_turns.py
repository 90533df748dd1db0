"""How long each turn of the event loop takes, and, if asked, what a long one was doing.

In a turn the loop runs all callbacks that are ready. It takes nothing from sockets meanwhile. Its processor time does
not depend on what else the machine does.
"""

import asyncio
import sys
import threading
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType

EVERY = 0.002  # seconds between two looks at the loop's thread


@dataclass(slots=True)
class Turns:
    """`longest`: processor seconds of the longest turn. `count`: of the turns. `places`: where the loop's thread was,
    each EVERY seconds, while a turn took longer than `stacks_after` seconds.
    """

    longest: float = 0.0
    count: int = 0
    places: Counter[str] = field(default_factory=Counter)
    began: float | None = None


@contextmanager
def watched(stacks_after: float | None = None) -> Iterator[Turns]:
    """Watches the event loop of this thread. `stacks_after`: seconds; None for no stacks, which cost time."""
    turns = Turns()
    run = asyncio.BaseEventLoop._run_once  # type: ignore[attr-defined]

    def timed(loop: asyncio.BaseEventLoop) -> None:
        turns.began = time.perf_counter()
        started = time.thread_time()
        run(loop)
        turns.longest = max(turns.longest, time.thread_time() - started)
        turns.count += 1
        turns.began = None

    done = threading.Event()
    loop = threading.get_ident()

    def look() -> None:
        while not done.wait(EVERY):
            began = turns.began
            if stacks_after is not None and began and time.perf_counter() - began > stacks_after:
                turns.places[_place(sys._current_frames()[loop])] += 1

    watching = threading.Thread(target=look, daemon=True)
    if stacks_after is not None:
        watching.start()
    asyncio.BaseEventLoop._run_once = timed  # type: ignore[attr-defined]
    try:
        yield turns
    finally:
        asyncio.BaseEventLoop._run_once = run  # type: ignore[attr-defined]
        done.set()


def _place(frame: FrameType) -> str:
    """The last frames, innermost first."""
    stack = traceback.extract_stack(frame)
    short = ["/".join(each.filename.split("/")[-3:]) for each in stack]
    return " < ".join(
        f"{name}:{each.lineno} {each.name}" for name, each in list(zip(short, stack, strict=True))[:-9:-1]
    )
