"""As `neighbour`, in processor time of the server's process, which a busy machine does not change much.

Server, flood and quiet viewer are one process without sockets, on SQLite. For each request of the quiet viewer: what
the process computed until its answer, for whomever. Statements in other threads count too, though they can run beside
the event loop.
"""

import asyncio
import gc
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from statistics import mean, median, quantiles

from benchmarks._loop_turns import watched
from benchmarks.neighbour import ANALYTICS, COUNTS, HISTORY, ORDER_SEARCH, ORDERS, VIEWER
from benchmarks.requests import LIST
from benchmarks.workbook import fill
from graph.settings.edge import Edge
from models.actor import Actor
from models.database.sessions import Database
from models.migrations import upgrade
from models.policy import Role
from tests.support.client import Client, serving
from tests.support.clock import Clock

SECONDS = 8.0  # of each row
AT_LEAST = 20  # requests
FLOODS = {
    "alone": (0, ""),
    "history searches, 44 clients": (44, HISTORY),
    "order searches, 44 clients": (44, ORDER_SEARCH),
    "analytics by product, 44 clients": (44, ANALYTICS),
    "45 counts, 1 client": (1, COUNTS),
    "smallest queries, 44 clients": (44, VIEWER),
    "lists, 44 clients": (44, LIST),
    "alone again": (0, ""),
}


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/orders.db"
        database = Database(url)
        await upgrade(database)
        brand_id = await fill(database, ORDERS)
        await database.close()
        async with serving(url, Path(folder), Clock(), edge=Edge(rate_limit=0)) as server:
            greedy, quiet = (
                server.as_(Actor(role=Role.ADMIN, id=id, name=id, brand_id=brand_id)) for id in ("greedy", "quiet")
            )
            print(f"{'milliseconds of the processor':<36}{'list p50':>9}{'p99':>7}{'x alone':>9}{'longest turn':>14}")
            alone: list[float] = []
            collect_as_the_server()
            for title, (clients, query) in FLOODS.items():
                outcomes: Counter[int] = Counter()
                flood = [asyncio.create_task(again_and_again(greedy, query, outcomes)) for _ in range(clients)]
                await asyncio.sleep(2)
                with watched() as turns:
                    taken = await measured(quiet)
                for each in flood:
                    each.cancel()
                with suppress(asyncio.CancelledError):
                    await asyncio.gather(*flood)
                p99 = quantiles(taken[LIST] + taken[VIEWER], n=100)[98]
                alone += [] if clients else [p99]
                print(
                    f"{title:<36}{median(taken[LIST]) * 1000:>9.1f}{p99 * 1000:>7.1f}{p99 / mean(alone):>9.1f}"
                    f"{turns.longest * 1000:>14.1f}   the other's answers: {dict(outcomes)}",
                    flush=True,
                )


def collect_as_the_server() -> None:
    """graph/cli/serve.py. Otherwise the longest turns are those of the garbage collector."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 50, 50)


async def again_and_again(client: Client, query: str, outcomes: Counter[int]) -> None:
    while True:
        answer = await client.http.post("/graphql", json={"query": query}, headers=client.headers, timeout=None)
        outcomes[answer.status_code] += 1
        await asyncio.sleep(0.01)


async def measured(client: Client) -> dict[str, list[float]]:
    """Seconds of the processor, by query. Raises AssertionError when a request is refused."""
    taken: dict[str, list[float]] = {LIST: [], VIEWER: []}
    until = time.perf_counter() + SECONDS
    while time.perf_counter() < until or len(taken[VIEWER]) < AT_LEAST:
        for query, seconds in taken.items():
            started = time.process_time()
            await client.data(query)
            seconds.append(time.process_time() - started)
            await asyncio.sleep(0.02)
    return taken
