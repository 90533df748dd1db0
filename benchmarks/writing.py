"""rejectOrder with notify over real sockets, by 1 and 16 clients, as a ratio to the same reads and writes by hand.

`--quick`: one short round; `sqlite` or `postgresql`: only that database. BASELINE=/path/to/another/checkout adds that
checkout. Each server has a database of its own and runs all the time; they are asked in turns, so that a busy machine
disturbs them alike. Processor time is that of the server's process with all its threads; with the relay, until its
last mail is sent.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from statistics import median
from uuid import UUID

import httpx2
from sqlalchemy import func, select

from benchmarks.workbook import fill
from graph.core.ids import Kind, to_id
from graph.identity.own_tokens import Tokens
from models.actor import Actor
from models.buyer import BuyerRecipient
from models.database.sessions import Database
from models.migrations import upgrade
from models.order import Order
from models.outbox import NotificationStatus, OutboxMessage
from models.policy import OrderStatus, Role
from models.scope import EVERYTHING
from tests.support.client import SECRET
from tests.support.ports import free_port
from tests.support.postgres import start_postgres
from tests.support.server_process import server_process

REJECT = """mutation ($id: ID!) { rejectOrder(input: {orderId: $id, notify: true}) {
    order { id status version } notification { status to } warnings userErrors { code } } }"""
ROUNDS, REQUESTS = 3, {1: 60, 16: 192}
QUICK_ROUNDS, QUICK_REQUESTS = 1, {1: 20, 16: 64}
WARM_UP = 32
WITHOUT_RELAY = """
import asyncio, exports.relay.relay as relay
async def run(self):
    while not self._stopping:
        self._woken.clear()
        await self._woken.wait()
relay.Relay.run = run
"""
DURABLE = ("fsync=on", "synchronous_commit=on")


@dataclass(frozen=True, slots=True)
class Served:
    port: int
    pid: int
    database: Database
    has_relay: bool
    ids: list[str]

    def processor(self) -> float:
        """Milliseconds so far."""
        # Linux's clock of another process. /proc/PID/stat has steps of 10 ms: a sixth of 60 rejections by hand.
        return time.clock_gettime(~self.pid << 3 | 2) * 1000

    async def all_sent(self) -> None:
        waiting = select(func.count()).where(OutboxMessage.status == NotificationStatus.PENDING)
        while self.has_relay:
            async with self.database.read(EVERYTHING) as session:
                if not await session.scalar(waiting):
                    return
            await asyncio.sleep(0.1)


async def main(*arguments: str) -> None:
    is_quick = "--quick" in arguments
    rounds, requests = (QUICK_ROUNDS, QUICK_REQUESTS) if is_quick else (ROUNDS, REQUESTS)
    names = (f"bench{n}" for n in count())
    if "postgresql" not in arguments:
        with tempfile.TemporaryDirectory() as folder:
            await measure("SQLite", lambda: f"sqlite:///{folder}/{next(names)}.db", rounds, requests)
    if "sqlite" not in arguments:
        with start_postgres(*DURABLE) as server:
            await measure("PostgreSQL", lambda: server.create_database(next(names)), rounds, requests)


async def measure(name: str, new_url: Callable[[], str], rounds: int, requests: dict[int, int]) -> None:
    kinds = ["by hand", "without relay", "with relay"]
    if os.environ.get("BASELINE"):
        kinds += ["baseline without relay", "baseline with relay"]
    found: dict[tuple[str, int], list[tuple[float, float]]] = {}
    async with AsyncExitStack() as stack:
        servers = {}
        for kind in kinds:
            servers[kind] = await stack.enter_async_context(serving(kind, await asyncio.to_thread(new_url)))
        for served, token in servers.values():
            await reject(served, token, WARM_UP, 1)
        for _ in range(rounds):
            for clients, number in requests.items():
                for kind, (served, token) in servers.items():
                    before, started = served.processor(), time.perf_counter()
                    await reject(served, token, number, clients)
                    taken = time.perf_counter() - started
                    await served.all_sent()
                    spent = served.processor() - before
                    found.setdefault((kind, clients), []).append((spent / number, number / taken))
    heads = (f"{f'{clients} clients: cpu ms':>20}{'req/s':>8}{'of hand':>9}{'req/s':>7}" for clients in requests)
    print(f"\n{name}\n{'':<26}{''.join(heads)}")
    for kind in kinds:
        shown = ""
        for clients in requests:
            spent, each = (median(values) for values in zip(*found[kind, clients], strict=True))
            hand, hands = (median(values) for values in zip(*found["by hand", clients], strict=True))
            shown += f"{spent:>20.2f}{each:>8.0f}{hand / spent:>9.3f}{each / hands:>7.2f}"
        print(f"{kind:<26}{shown}", flush=True)


@asynccontextmanager
async def serving(kind: str, url: str) -> AsyncIterator[tuple[Served, str]]:
    database = Database(url)
    await upgrade(database)
    brand_id = await fill(database, 1000, [OrderStatus.OC_REQUIRED, OrderStatus.OC_CREATED])
    async with database.transaction(EVERYTHING) as session:
        buyer_id = await session.scalar(select(Order.buyer_id).limit(1))
        session.add(BuyerRecipient(brand_id=brand_id, buyer_id=buyer_id, email="buyer@example.com"))
        ids: list[str] = [to_id(Kind.ORDER, id) for id in await session.scalars(select(Order.id).order_by(Order.id))]
    if not database.is_sqlite:
        async with database.engine.connect() as connection:
            autocommit = await connection.execution_options(isolation_level="AUTOCOMMIT")
            await autocommit.exec_driver_sql("VACUUM ANALYZE")
    actor = Actor(role=Role.WRITE, id="bench", name="Bench", brand_id=brand_id)
    token = Tokens(SECRET, lambda: datetime.now(UTC)).sign(actor, timedelta(hours=1))
    try:
        if kind == "by hand":
            async with by_hand(url, brand_id) as (port, pid):
                yield Served(port, pid, database, False, ids), token
            return
        has_relay = "without" not in kind
        change = f"import sys; sys.path.insert(0, {os.environ['BASELINE']!r})" if "baseline" in kind else ""
        change += "" if has_relay else WITHOUT_RELAY
        with tempfile.TemporaryDirectory() as folder:
            settings = {"ORDERS_RATE_LIMIT": "0", "ORDERS_DATA_FOLDER": folder}
            async with server_process(url, change=change, forked=False, **settings) as server:
                yield Served(server.port, server.process.pid, database, has_relay, ids), token
    finally:
        await database.close()


@asynccontextmanager
async def by_hand(url: str, brand_id: UUID) -> AsyncIterator[tuple[int, int]]:
    port = free_port()
    command = [sys.executable, "-m", "benchmarks._by_hand", url, str(brand_id), str(port)]
    process = subprocess.Popen(command)  # noqa: ASYNC220 - does not wait for it
    try:
        async with asyncio.timeout(60), httpx2.AsyncClient() as http:
            while True:
                try:
                    await http.get(f"http://127.0.0.1:{port}/")
                    break
                except httpx2.TransportError:
                    assert process.poll() is None
                    await asyncio.sleep(0.1)
        yield port, process.pid
    finally:
        process.kill()
        process.wait(60)


async def reject(served: Served, token: str, number: int, clients: int) -> None:
    """`number` orders, by so many clients at once, each over one kept-alive connection."""
    chosen = list(islice(served.ids, number))
    del served.ids[:number]
    assert len(chosen) == number

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        while chosen:
            order_id = chosen.pop()
            body = json.dumps({"query": REJECT, "variables": {"id": order_id}}).encode()
            writer.write(
                f"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
                + body
            )
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            length = int(head.partition("content-length:")[2].split("\r\n")[0])
            answer = await reader.readexactly(length)
            if " 503 " in head:  # nothing was done
                chosen.append(order_id)
                continue
            assert b'"userErrors":[]' in answer, (head, answer)
            assert b'"to":["buyer@example.com"]' in answer, answer
        writer.close()

    await asyncio.gather(*(client() for _ in range(clients)))
