"""The long fuzzing run: `python -m tests.hostile.campaign --documents 5000`; its figures are in docs/security.md.

Tries every value of the corpus in every argument, then sends documents made up from the schema; exit code 1 when
anything is answered by a fault. On a SQLite file of its own.
"""

import argparse
import asyncio
import logging
import sys
import tempfile
import time
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from graph.settings.edge import Edge
from tests.conftest import migrate
from tests.hostile.fuzz import fuzz
from tests.hostile.world import World, make_world, try_values
from tests.support.client import Client, serving
from tests.support.clock import Clock


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--values", action=argparse.BooleanOptionalAction, default=True, help="the corpus too")
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)
    loop = asyncio.new_event_loop()
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/orders.db"
        loop.run_until_complete(migrate(url))
        served = serving(url, Path(folder), Clock(), edge=Edge(rate_limit=0))
        world = loop.run_until_complete(make_world_of(served))
        try:
            if asked.values:
                loop.run_until_complete(try_values(world))
                tell(f"{world.tried:,} values in arguments, {world.refused:,} refused, {len(world.faults)} faults")
            figures = fuzz(world, loop, asked.documents, asked.seed)
            tell(f"{figures.documents:,} documents, {figures.executed:,} executed, {len(figures.faults)} faults")
            tell(f"errors by code: {dict(figures.codes)}")
        finally:
            loop.run_until_complete(served.__aexit__(None, None, None))
            loop.close()
    tell(f"in {time.monotonic() - started:.0f} s")
    faults = world.faults + figures.faults
    for fault in faults[:50]:
        tell(fault[:2000])
    return 1 if faults else 0


async def make_world_of(served: AbstractAsyncContextManager[Client]) -> World:
    api = await served.__aenter__()
    return await make_world(api.database, api)


def tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
