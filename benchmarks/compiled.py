"""Queries by compiled plans and by graphql-core: processor time of a real server over one kept-alive connection.

Less what the server's background work takes in the same time, which was measured before without requests.

Both servers run at the same time, on the same data, and are asked in turns, so that a busy machine disturbs both alike.
BASELINE=/path/to/another/checkout adds that checkout as a third server; `sqlite` or `postgresql`: only that database.
"""

import asyncio
import os
import tempfile
import time
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from statistics import mean, median

import httpx2

from benchmarks.workbook import fill
from graph.identity.own_tokens import Tokens
from models.actor import Actor
from models.database.sessions import Database
from models.migrations import upgrade
from models.policy import Role
from tests.support.client import SECRET
from tests.support.postgres import start_postgres
from tests.support.server_process import ServerProcess, server_process

ORDERS = 5_000
ROUNDS = 8
TURN_SECONDS = 1.0  # of each document in each round: shorter turns measure the background work of a server
IDLE_SECONDS = 5.0
DOCUMENTS = {
    "50 orders": """{ orders(first: 50) { nodes { id code status statusLabel canReject
        rejectionBlockers { code message } tags { code } buyer { name } total { amount currency } placedAt } } }""",
    "100 orders x 10 lines": """{ orders(first: 100) { nodes { id code status statusLabel isRejected isArchived version
        placedAt updatedAt totalQuantity canReject rejectionBlockers { code } lines(first: 10) { nodes { id quantity
        unitPrice { amount } amount { amount } sku { number name } } } } } }""",
    "viewer": "{ viewer { name } }",
}


async def main(*arguments: str) -> None:
    if "postgresql" not in arguments:
        with tempfile.TemporaryDirectory() as folder:
            await measure("SQLite", f"sqlite:///{folder}/orders.db")
    if "sqlite" not in arguments:
        with start_postgres() as server:
            await asyncio.to_thread(server.create_database, "bench")
            await measure("PostgreSQL", f"{server.url}/bench")


async def measure(name: str, url: str) -> None:
    database = Database(url)
    await upgrade(database)
    brand_id = await fill(database, ORDERS)
    await database.close()
    actor = Actor(role=Role.WRITE, id="bench", name="Bench", brand_id=brand_id)
    token = Tokens(SECRET, lambda: datetime.now(UTC)).sign(actor, timedelta(hours=1))
    baseline = os.environ.get("BASELINE")
    starts = {"compiled": {"ORDERS_COMPILED_QUERIES": "on"}, "graphql-core": {"ORDERS_COMPILED_QUERIES": "off"}} | (
        {"baseline": {}} if baseline else {}
    )
    times: dict[tuple[str, str], list[float]] = {}
    rates: dict[tuple[str, str], list[float]] = {}
    async with AsyncExitStack() as stack:
        servers: dict[str, ServerProcess] = {}
        for kind, settings in starts.items():
            change = f"import sys; sys.path.insert(0, {baseline!r})" if kind == "baseline" else ""
            opening = server_process(url, change=change, forked=False, ORDERS_RATE_LIMIT="0", **settings)
            servers[kind] = await stack.enter_async_context(opening)
        http = await stack.enter_async_context(
            httpx2.AsyncClient(headers={"Authorization": f"Bearer {token}"}, timeout=60)
        )
        idle = {kind: await _idle(server) for kind, server in servers.items()}
        for n in range(ROUNDS + 1):
            for document, text in DOCUMENTS.items():
                answers = set()
                for kind, server in servers.items():
                    before, started = _processor_seconds(server), time.perf_counter()
                    requests = 0
                    while time.perf_counter() - started < TURN_SECONDS:
                        requests += 1
                        response = await http.post(f"{server.url}/graphql", json={"query": text})
                        assert response.status_code == 200, response.text
                    answers.add(response.text.partition(',"extensions"')[0])
                    if n:  # the first round warms up
                        elapsed = time.perf_counter() - started
                        own = idle[kind] * elapsed
                        rates.setdefault((document, kind), []).append(requests / elapsed)
                        spent = (_processor_seconds(server) - before - own) / requests
                        times.setdefault((document, kind), []).append(spent * 1000)
                assert len(answers) == 1
    print(f"\n{name}, {ORDERS:,} orders: milliseconds of processor for each request (and how much compiling saves)")
    for document in DOCUMENTS:
        found = {kind: mean(times[document, kind]) for kind in starts}
        shown = "  ".join(f"{kind} {each:6.2f} (x{each / found['compiled']:.1f})" for kind, each in found.items())
        print(f"{document:<24}{shown}")
    print("requests a second, median of the turns")
    for document in DOCUMENTS:
        found = {kind: median(rates[document, kind]) for kind in starts}
        shown = "  ".join(f"{kind} {each:6.1f} (x{found['compiled'] / each:.1f})" for kind, each in found.items())
        print(f"{document:<24}{shown}")


async def _idle(server: ServerProcess) -> float:
    """Seconds of processor for each second without requests."""
    before = _processor_seconds(server)
    await asyncio.sleep(IDLE_SECONDS)
    return (_processor_seconds(server) - before) / IDLE_SECONDS


def _processor_seconds(server: ServerProcess) -> float:
    """Of the server with all its threads."""
    return time.clock_gettime(~server.process.pid << 3 | 2)  # Linux's clock of a process, in nanoseconds
