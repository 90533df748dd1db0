"""A real server at three times what it can do: what it still answers, how fast, and how soon it is over.

The clients are a process of their own, on the same machine: what they take, the server does not have.
"""

import asyncio
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count, cycle
from pathlib import Path
from statistics import quantiles
from uuid import UUID

import httpx2
from sqlalchemy import select

from benchmarks.requests import LIST, REJECT
from benchmarks.workbook import fill
from graph.core.ids import Kind, to_id
from graph.identity.own_tokens import Tokens
from models.actor import Actor
from models.database.sessions import Database
from models.migrations import upgrade
from models.order import Order
from models.policy import OPEN, Role
from models.scope import Scope
from tests.support.client import SECRET
from tests.support.postgres import start_postgres
from tests.support.server_process import ServerProcess, server_process

ORDERS = 10_000
SECONDS = 15  # of each of the three parts
CLIENTS = 16  # at once, when the capacity is measured: twice the server's places
VIEWERS = 20  # each is refused only so often (graph/http/paced.py)
TIMES = 3
PATIENCE = 20.0  # seconds that a client waits for its answer
PDF_LINK = "query ($id: ID!) { order(id: $id) { pdf(document: PURCHASE_ORDER) { url } } }"
# Of ten requests: seven pages, two rejections, one link to a document.
MIX = "LLRLLLPRLL"


@dataclass
class Seen:
    """What came back; `latencies` in seconds, of what was answered."""

    outcomes: Counter[str] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)
    refusals: list[float] = field(default_factory=list)

    def row(self, name: str, seconds: float) -> str:
        other = {outcome: n for outcome, n in self.outcomes.items() if outcome not in ("answered", "503")} or "none"
        p50, p99 = _percentiles(self.latencies)
        refused = f"{_percentiles(self.refusals)[1] * 1000:.0f}" if self.refusals else "-"
        return (
            f"{name:<14}{sum(self.outcomes.values()) / seconds:>9.0f}{self.outcomes['answered'] / seconds:>11.0f}"
            f"{self.outcomes['503'] / seconds:>8.0f}{p50 * 1000:>8.0f}{p99 * 1000:>8.0f}{refused:>9}   {other}"
        )


class Load:
    """The mix of requests of a brand's members, whose tokens these are."""

    def __init__(self, http: httpx2.AsyncClient, orders: list[UUID], tokens: list[str]) -> None:
        self._http = http
        self._headers = cycle({"Authorization": f"Bearer {token}"} for token in tokens)
        self._open = cycle(orders)
        self._next = count()

    async def ask(self, seen: Seen) -> None:
        kind = MIX[next(self._next) % len(MIX)]
        started = time.perf_counter()
        outcome = await self._outcome(kind)
        taken = time.perf_counter() - started
        seen.outcomes[outcome] += 1
        if outcome == "answered":
            seen.latencies.append(taken)
        elif outcome == "503":
            seen.refusals.append(taken)

    async def _outcome(self, kind: str) -> str:
        body: dict[str, object] = {"query": {"L": LIST, "R": REJECT, "P": PDF_LINK}[kind]}
        if kind != "L":
            body["variables"] = {"id": to_id(Kind.ORDER, next(self._open))}
        try:
            answer = await self._http.post("/graphql", json=body, headers=next(self._headers))
        except httpx2.TransportError as error:
            return type(error).__name__
        if answer.status_code == 503:
            assert answer.headers["Retry-After"]
            return "503"
        if answer.status_code != 200:
            return str(answer.status_code)
        codes = [error["extensions"]["code"] for error in answer.json().get("errors", [])]
        return codes[0] if codes else "answered"


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        await measure("SQLite", f"sqlite:///{folder}/orders.db")
    with start_postgres("fsync=on", "synchronous_commit=on") as postgres:
        await measure("PostgreSQL", await asyncio.to_thread(postgres.create_database, "bench"))


async def measure(name: str, url: str) -> None:
    database = Database(url)
    await upgrade(database)
    brand_id = await fill(database, ORDERS)
    async with database.read(Scope(brand_id)) as session:
        orders = list(await session.scalars(select(Order.id).where(Order.status.in_(sorted(OPEN)))))
    await database.close()
    members = [Actor(role=Role.WRITE, id=f"bench-{n}", name="Bench", brand_id=brand_id) for n in range(VIEWERS)]
    signer = Tokens(SECRET, lambda: datetime.now(UTC))
    tokens = [signer.sign(member, timedelta(hours=1)) for member in members]
    limits = httpx2.Limits(max_connections=400, max_keepalive_connections=400)
    async with (
        server_process(url, "--drain", "0", forked=False) as server,
        httpx2.AsyncClient(base_url=server.url, limits=limits, timeout=PATIENCE) as http,
    ):
        load = Load(http, orders, tokens)
        await closed(load, Seen(), 3)
        memory = resident(server)
        print(
            f"\n{name}\n{'':<14}{'asked/s':>9}{'answered/s':>11}{'503/s':>8}"
            f"{'p50 ms':>8}{'p99 ms':>8}{'503 p99':>9}   other"
        )
        seen = Seen()
        await closed(load, seen, SECONDS)
        capacity = seen.outcomes["answered"] / SECONDS
        print(seen.row("capacity", SECONDS))
        over = Seen()
        taken = await offered(load, over, TIMES * capacity)
        print(over.row(f"{TIMES} x capacity", taken))
        recovery = await recovered(http, tokens[0])
        after = Seen()
        await closed(load, after, SECONDS)
        print(after.row("afterwards", SECONDS))
        goodput = over.outcomes["answered"] / taken / capacity
        print(f"goodput {goodput:.0%} of capacity; the queue was gone after {recovery:.1f} s")
        print(f"memory {memory} MB before, {resident(server)} MB after (peak {resident(server, 'VmHWM')} MB)")
        server.tell_to_stop()
        print(f"exit code when told to stop: {await server.ended(15)}")


async def closed(load: Load, seen: Seen, seconds: float) -> None:
    """Each client asks again when it is answered."""
    until = time.perf_counter() + seconds

    async def client() -> None:
        while time.perf_counter() < until:
            await load.ask(seen)

    await asyncio.gather(*(client() for _ in range(CLIENTS)))


async def offered(load: Load, seen: Seen, rate: float) -> float:
    """Clients come at a fixed rate, whatever becomes of those before them. The seconds until the last one had come."""
    started = time.perf_counter()
    asked: set[asyncio.Task[None]] = set()
    number = 0
    while (now := time.perf_counter() - started) < SECONDS:
        while number < now * rate:
            number += 1
            task = asyncio.create_task(load.ask(seen))
            asked.add(task)
            task.add_done_callback(asked.discard)
        await asyncio.sleep(0.005)
    taken = time.perf_counter() - started
    await asyncio.gather(*asked)
    return taken


async def recovered(http: httpx2.AsyncClient, token: str) -> float:
    """Seconds until the smallest request is answered within 100 ms again."""
    started = time.perf_counter()
    while True:
        asked = time.perf_counter()
        headers = {"Authorization": f"Bearer {token}"}
        answer = await http.post("/graphql", json={"query": "{ viewer { name } }"}, headers=headers)
        if answer.status_code == 200 and time.perf_counter() - asked < 0.1:
            return asked - started
        await asyncio.sleep(0.05)


def resident(server: ServerProcess, figure: str = "VmRSS") -> int:
    """The server's memory in MB (Linux)."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(status.split(f"{figure}:")[1].split()[0]) // 1000


def _percentiles(seconds: list[float]) -> tuple[float, float]:
    if len(seconds) < 2:
        return 0.0, 0.0
    cuts = quantiles(seconds, n=100)
    return cuts[49], cuts[98]
