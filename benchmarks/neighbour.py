"""A quiet viewer beside one who floods, or beside a stranger: how long it waits, and whether it is ever refused.

A real server without a rate limit. The quiet viewer and the flood are a process each, on the same machine. `x alone` is
the quiet viewer's p99 divided by the mean of its p99 alone before and after. On a busy machine all figures grow, and
those beside a flood grow more: `load` is the machine's, at the end of each row. `--quick` takes a third of the time.
"""

import asyncio
import json
import os
import secrets
import tempfile
import time
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection
from statistics import mean, quantiles
from typing import Any

import httpx2
from joserfc.jwk import RSAKey

from benchmarks.requests import LIST
from benchmarks.workbook import fill
from graph.identity.own_tokens import Tokens
from models.actor import Actor
from models.api_key import PREFIX
from models.database.sessions import Database
from models.migrations import upgrade
from models.policy import Role
from tests.support.client import SECRET
from tests.support.postgres import start_postgres
from tests.support.provider import AUDIENCE, ISSUER, sign
from tests.support.server_process import ServerProcess, server_process

ORDERS = 30_000
SECONDS = 10.0  # of each row
QUICK_SECONDS = 3.0
PATIENCE = 60.0  # seconds that a client waits for its answer
WORDS = "a b c d e f g h i j"
VIEWER = "{ viewer { name } }"


def aliased(field: str, times: int) -> str:
    return "{" + " ".join(f"a{number}: {field}" for number in range(times)) + "}"


HISTORY = aliased(f'history(first: 1, filter: {{search: "{WORDS}"}}) {{ totalCount }}', 3)
ORDER_SEARCH = aliased(f'orders(first: 1, filter: {{search: "{WORDS}"}}) {{ totalCount }}', 30)
ANALYTICS = aliased("orderAnalytics(groupBy: PRODUCT) { orderCount }", 9)
COUNTS = aliased("orders(first: 1, filter: {canReject: true}) { totalCount }", 45)

Flood = Callable[["Parties"], Coroutine[Any, Any, None]]


@dataclass
class Parties:
    url: str
    greedy: dict[str, str]  # headers of the viewer who floods
    outcomes: Counter[str] = field(default_factory=Counter)

    async def again_and_again(self, connections: int, headers: Callable[[], dict[str, str]], query: str) -> None:
        limits = httpx2.Limits(max_connections=connections)

        async def one(http: httpx2.AsyncClient) -> None:
            while True:
                try:
                    answer = await http.post("/graphql", json={"query": query}, headers=headers())
                    self.outcomes[str(answer.status_code)] += 1
                except httpx2.TransportError as error:
                    self.outcomes[type(error).__name__] += 1
                await asyncio.sleep(0.01)

        async with httpx2.AsyncClient(base_url=self.url, limits=limits, timeout=PATIENCE) as http:
            await asyncio.gather(*(one(http) for _ in range(connections)))


def viewer(connections: int, query: str) -> Flood:
    async def flood(parties: Parties) -> None:
        await parties.again_and_again(connections, lambda: parties.greedy, query)

    return flood


async def made_up_keys(parties: Parties) -> None:
    def headers() -> dict[str, str]:
        return {"X-Merchant-API-Key": PREFIX + secrets.token_urlsafe(32)}

    await parties.again_and_again(78, headers, VIEWER)


async def made_up_tokens(parties: Parties) -> None:
    """Signed, by a key that nobody has published: its id is another one each time."""
    key = RSAKey.generate_key(2048)
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "u-1", "orders_role": "operator", "iat": now, "exp": now + 300}
    _, payload, signature = sign(key, claims, kid="made-up").split(".")

    def headers() -> dict[str, str]:
        header = json.dumps({"alg": "RS256", "kid": secrets.token_hex(8)}).encode()
        return {"Authorization": f"Bearer {urlsafe_b64encode(header).rstrip(b'=').decode()}.{payload}.{signature}"}

    await parties.again_and_again(78, headers, VIEWER)


async def idle_connections(parties: Parties) -> None:
    port = httpx2.URL(parties.url).port
    while True:
        opened = [await asyncio.open_connection("127.0.0.1", port, local_addr=("127.0.0.2", 0)) for _ in range(500)]
        await asyncio.sleep(2)
        for _, writer in opened:
            writer.transport.abort()


async def nobody(_: Parties) -> None:
    await asyncio.Event().wait()


FLOODS: dict[str, Flood] = {
    "alone": nobody,
    "history searches, 44 connections": viewer(44, HISTORY),
    "order searches, 44 connections": viewer(44, ORDER_SEARCH),
    "analytics by product, 44 connections": viewer(44, ANALYTICS),
    "45 counts, 1 connection": viewer(1, COUNTS),
    "smallest queries, 44 connections": viewer(44, VIEWER),
    "lists, 44 connections": viewer(44, LIST),
    "made-up API keys, 78 connections": made_up_keys,
    "made-up RS256 tokens, 78 connections": made_up_tokens,
    "500 idle connections": idle_connections,
    "alone again": nobody,
}


async def main(*options: str) -> None:
    seconds = QUICK_SECONDS if "--quick" in options else SECONDS
    with tempfile.TemporaryDirectory() as folder:
        await measure("SQLite", f"sqlite:///{folder}/orders.db", seconds)
    with start_postgres() as postgres:
        await measure("PostgreSQL", await asyncio.to_thread(postgres.create_database, "bench"), seconds)


async def measure(name: str, url: str, seconds: float) -> None:
    """`seconds`: of each row."""
    database = Database(url)
    await upgrade(database)
    brand_id = await fill(database, ORDERS)
    if not database.is_sqlite:  # autovacuum would do it during the first rows
        async with database.engine.connect() as connection:
            autocommit = await connection.execution_options(isolation_level="AUTOCOMMIT")
            await autocommit.exec_driver_sql("VACUUM ANALYZE")
    await database.close()
    tokens = Tokens(SECRET, lambda: datetime.now(UTC))

    def headers(id: str) -> dict[str, str]:
        actor = Actor(role=Role.ADMIN, id=id, name=id, brand_id=brand_id)
        return {"Authorization": f"Bearer {tokens.sign(actor, timedelta(hours=1))}"}

    print(f"\n{name}, {ORDERS:,} orders\n{'':<40}{'asked':>7}{'503':>6}{'p50 ms':>9}{'p99 ms':>9}{'load':>6}")
    p99: dict[str, float] = {}
    async with (
        hanging_provider() as keys,
        server_process(
            url,
            "--drain",
            "0",
            forked=False,
            ORDERS_RATE_LIMIT="0",
            ORDERS_OIDC_ISSUER=ISSUER,
            ORDERS_OIDC_AUDIENCE=AUDIENCE,
            ORDERS_OIDC_JWKS_URL=keys,
        ) as server,
    ):
        for title in FLOODS:
            with flooding(title, server.url, headers("greedy")) as outcomes:
                await asyncio.sleep(2)
                refused, waits = await quiet(server, headers("quiet"), seconds)
            cuts = quantiles(waits, n=100)
            p99[title] = cuts[98]
            print(
                f"{title:<40}{len(waits):>7}{refused:>6}{cuts[49] * 1000:>9.1f}{cuts[98] * 1000:>9.1f}"
                f"{os.getloadavg()[0]:>6.1f}   the other's answers: {outcomes}",
                flush=True,
            )
    alone = mean(each for title, each in p99.items() if title.startswith("alone"))
    print("x alone: " + ", ".join(f"{each / alone:.1f} {title}" for title, each in p99.items()))


@asynccontextmanager
async def hanging_provider() -> AsyncIterator[str]:
    """The URL of keys that are never sent."""

    async def hang(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await ended.wait()
        writer.transport.abort()

    ended = asyncio.Event()
    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/keys"
    finally:
        server.close()
        ended.set()


@contextmanager
def flooding(title: str, url: str, greedy: dict[str, str]) -> Iterator[dict[str, int]]:
    """What the flood was answered is known when the block has ended."""
    spawning = get_context("spawn")
    here, there = spawning.Pipe()
    process = spawning.Process(target=run_flood, args=(title, url, greedy, there))
    process.start()
    here.recv()
    outcomes: dict[str, int] = {}
    try:
        yield outcomes
    finally:
        here.send(None)
        outcomes |= here.recv()
        process.join()


def run_flood(title: str, url: str, greedy: dict[str, str], stop: Connection) -> None:
    async def until_told() -> None:
        task = asyncio.create_task(FLOODS[title](parties))
        await asyncio.to_thread(stop.recv)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    parties = Parties(url, greedy)
    stop.send("ready")
    asyncio.run(until_told())
    stop.send(dict(parties.outcomes))


async def quiet(server: ServerProcess, headers: dict[str, str], seconds: float) -> tuple[int, list[float]]:
    """How often it was refused or got no answer, and the seconds that each request took. A connection for each."""
    refused = 0
    waits: list[float] = []
    until = time.perf_counter() + seconds
    limits = httpx2.Limits(max_keepalive_connections=0)
    async with httpx2.AsyncClient(base_url=server.url, headers=headers, timeout=PATIENCE, limits=limits) as http:
        while time.perf_counter() < until or len(waits) < 3:
            started = time.perf_counter()
            try:
                answer = await http.post("/graphql", json={"query": VIEWER if len(waits) % 2 else LIST})
                refused += answer.status_code != 200
            except httpx2.TransportError:
                refused += 1
            waits.append(time.perf_counter() - started)
            await asyncio.sleep(0.02)
    return refused, waits
