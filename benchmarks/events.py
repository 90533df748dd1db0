"""Events: none lost or doubled for any follower while twelve writers work on two processes; what streams cost.

`LOSS` events by each database; then STREAMS idle streams on one server, and the time from an event's instant, which is
taken under the lock, to the client; then, on PostgreSQL, pages of the feed in a small brand and in one with a million
entries.
"""

import asyncio
import contextlib
import json
import resource
import tempfile
import time
from collections.abc import AsyncGenerator, Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import httpx2
from sqlalchemy import select, text, update
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from benchmarks.workbook import fill
from graph.core.ids import Kind, to_id
from graph.identity.own_tokens import Tokens
from models.actor import Actor
from models.brand import Brand
from models.buyer import Buyer
from models.database.sessions import Database
from models.migrations import upgrade
from models.order import Order
from models.policy import OrderStatus, Role
from models.scope import EVERYTHING
from tests.support.client import SECRET
from tests.support.postgres import start_postgres
from tests.support.server_process import ServerProcess, server_process

LOSS = 5_000
WRITERS = 12
PATIENCE = 15.0  # seconds without an event for any follower: then what is missing is lost
STREAMS = 1_000
IDLE_SECONDS = 30
MEASURED = 200  # events for the latency
SMALL, LARGE = 10_000, 1_000_000  # entries of a brand
PAGES = 50  # that are timed
# Entries without hashes: nothing here checks the chain. Ten are of the order, and of a kind of their own.
ENTRIES = """INSERT INTO audit_entries
    (brand_id, id, order_id, kind, at, actor_kind, actor_id, actor_name, details, sequence, previous_hash, hash)
    SELECT :brand, gen_random_uuid(), CASE WHEN n % (:count / 10) = 0 THEN CAST(:order AS uuid) END,
           CASE WHEN n % (:count / 10) = 0 THEN 'ORDER_ARCHIVED' ELSE 'TAG_CREATED' END,
           timestamptz '2026-01-01' + n * interval '1 second', 'MEMBER', 'mem-1', 'Mina',
           '{"name": "T", "code": "T"}', n, '', '' FROM generate_series(1, CAST(:count AS int)) AS n"""
HEAD = "INSERT INTO audit_heads (brand_id, sequence, hash) VALUES (:brand, :count, '')"
FEED = """query ($after: Int, $kinds: [OrderEventKind!], $orderId: ID) {
          events(after: $after, first: 100, kinds: $kinds, orderId: $orderId) { nodes { sequence at summary } } }"""
REJECT = """mutation ($ids: [ID!]!) { rejectOrders(input: {orderIds: $ids, notify: false}) {
            results { outcome blockers { code } } userErrors { code } } }"""
PAGE = "query ($after: Int) { events(after: $after, first: 100, brandCode: BRAND) { nodes { sequence } lastSequence } }"
HISTORY = """query ($after: String) { history(first: 100, after: $after, direction: ASC) {
             pageInfo { endCursor } nodes { sequence } } }"""
LIVE = "subscription ($after: Int) { events(after: $after) { sequence at } }"
TAG = 'mutation ($code: String!) { createTag(input: {code: $code, name: "T"}) { userErrors { code } } }'


@dataclass
class Follower:
    """`seen`: the numbers that it was given, in order."""

    name: str
    seen: list[int] = field(default_factory=list)

    def result(self, expected: int) -> str:
        lost, doubled = expected - len(set(self.seen)), len(self.seen) - len(set(self.seen))
        order = "in order" if self.seen == sorted(self.seen) else "OUT OF ORDER"
        return f"    {self.name:<34} {lost:>4} lost {doubled:>4} doubled, {order}"


def headers(role: Role, brand: Any, number: int | str, buyer: Any = None) -> dict[str, str]:
    actor = Actor(role=role, id=f"{role}-{number}", name="Mina", brand_id=brand, buyer_id=buyer)
    return {"Authorization": f"Bearer {Tokens(SECRET, lambda: datetime.now(UTC)).sign(actor, timedelta(hours=6))}"}


async def post(http: httpx2.AsyncClient, url: str, who: dict[str, str], query: str, **variables: Any) -> Any:
    """Again and again while the server is busy."""
    while True:
        body = {"query": query, "variables": variables}
        answer = await http.post(f"{url}/graphql", json=body, headers=who)
        if answer.status_code == 200 and "errors" not in answer.json():
            return answer.json()["data"]
        assert answer.status_code in (429, 503, 504), answer.text
        await asyncio.sleep(0.1)


async def sse(http: httpx2.AsyncClient, url: str, who: dict[str, str], after: int | None) -> AsyncGenerator[Any, None]:
    body = {"query": LIVE, "variables": {"after": after}}
    accept = {"Accept": "text/event-stream"}
    async with http.stream("POST", f"{url}/graphql", json=body, headers=who | accept) as response:
        if response.status_code in (429, 503):  # its streams that were cut before have not ended yet
            await asyncio.sleep(0.5)
            return
        assert response.status_code == 200, await response.aread()
        async for line in response.aiter_lines():
            if line.startswith("data: {"):
                yield json.loads(line[6:])["data"]["events"]
            elif line.startswith(":"):
                yield None


async def ws(_: httpx2.AsyncClient, url: str, who: dict[str, str], after: int | None) -> AsyncGenerator[Any, None]:
    address = f"{url.replace('http', 'ws', 1)}/graphql"
    async with connect(address, subprotocols=[Subprotocol("graphql-transport-ws")], close_timeout=1) as connection:
        await connection.send(json.dumps({"type": "connection_init", "payload": who}))
        request = {"query": LIVE, "variables": {"after": after}}
        async for text in connection:
            message = json.loads(text)
            if message["type"] == "connection_ack":
                await connection.send(json.dumps({"type": "subscribe", "id": "1", "payload": request}))
                await connection.send(json.dumps({"type": "ping"}))
            elif message["type"] == "pong":
                yield None
            elif message["type"] == "error":
                await asyncio.sleep(0.5)
                return
            else:
                yield message["payload"]["data"]["events"]


async def until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110
        await asyncio.sleep(0.01)


Live = Callable[[httpx2.AsyncClient, str, dict[str, str], int | None], AsyncGenerator[Any, None]]


async def follow_live(follower: Follower, live: Live, urls: list[str], who: dict[str, str], *, cut: int = 0) -> None:
    """`cut`: the connection is lost after so many events; then it goes on at the other server."""
    turn = 0
    async with httpx2.AsyncClient(timeout=None) as http:
        while True:
            after, got = (follower.seen[-1] if follower.seen else 0), 0
            async with contextlib.aclosing(live(http, urls[turn % len(urls)], who, after)) as events:
                async for event in events:
                    if event is not None:
                        follower.seen.append(event["sequence"])
                        got += 1
                    if cut and got == cut:
                        break
            turn += 1


async def follow_pages(follower: Follower, url: str, who: dict[str, str], brand: str | None = None) -> None:
    query = PAGE.replace("BRAND", json.dumps(brand) if brand else "null")
    after = 0
    async with httpx2.AsyncClient(timeout=60) as http:
        while True:
            page = (await post(http, url, who, query, after=after))["events"]
            follower.seen += [node["sequence"] for node in page["nodes"]]
            after = page["lastSequence"]
            await asyncio.sleep(0.05)


async def follow_history(follower: Follower, url: str, who: dict[str, str]) -> None:
    after = None
    async with httpx2.AsyncClient(timeout=60) as http:
        while True:
            page = (await post(http, url, who, HISTORY, after=after))["history"]
            follower.seen += [node["sequence"] for node in page["nodes"]]
            after = page["pageInfo"]["endCursor"] or after
            await asyncio.sleep(0.05)


async def write(urls: list[str], brand: Any, orders: list[str]) -> None:
    """Half of the writers reject one order at a time, the others ten."""
    waiting = list(orders)

    async def writer(number: int) -> None:
        who = headers(Role.WRITE, brand, f"writer-{number}")
        async with httpx2.AsyncClient(timeout=60) as http:
            while waiting:
                size = 1 if number % 2 else 10
                ids = [waiting.pop() for _ in range(min(size, len(waiting)))]
                answer = (await post(http, urls[number // 2 % len(urls)], who, REJECT, ids=ids))["rejectOrders"]
                assert not answer["userErrors"], answer

    await asyncio.gather(*(writer(number) for number in range(WRITERS)))


async def loss(database_url: str) -> None:
    database = Database(database_url)
    await upgrade(database)
    brand = await fill(database, LOSS, [OrderStatus.OC_REQUIRED])
    async with database.read(EVERYTHING) as session:
        buyer = (await session.scalars(select(Buyer.id))).one()
        orders: list[str] = [to_id(Kind.ORDER, id) for id in await session.scalars(select(Order.id))]
    await database.close()
    settings = {"ORDERS_RATE_LIMIT": "0"}
    async with (
        server_process(database_url, forked=False, **settings) as one,
        server_process(database_url, forked=False, **settings) as two,
    ):
        urls = [one.url, two.url]
        followers: list[Follower] = []
        running: list[asyncio.Future[None]] = []

        def add(name: str, follow: Callable[..., Coroutine[Any, Any, None]], *arguments: Any, **more: Any) -> None:
            followers.append(Follower(name))
            running.append(asyncio.ensure_future(follow(followers[-1], *arguments, **more)))

        for place, url in enumerate(urls, 1):
            member = headers(Role.READ, brand, f"member-{place}")
            for whose, who in (("", member), (", buyer", headers(Role.BUYER, brand, f"buyer-{place}", buyer))):
                add(f"SSE{whose}, process {place}", follow_live, sse, [url], who)
                add(f"WebSocket{whose}, process {place}", follow_live, ws, [url], who)
                add(f"query{whose}, process {place}", follow_pages, url, who)
            add(f"history, process {place}", follow_history, url, member)
        cut = headers(Role.READ, brand, "cut")
        add("SSE, cut every 100 events", follow_live, sse, urls, cut, cut=100)
        add("WebSocket, cut every 100 events", follow_live, ws, urls, cut, cut=100)
        add("query, operator", follow_pages, urls[0], headers(Role.OPERATOR, None, 1), "B")
        started = time.perf_counter()
        await write(urls, brand, orders)
        seconds = time.perf_counter() - started
        behind = [len(each.seen) for each in followers]
        while any(len(each.seen) < LOSS for each in followers):
            await asyncio.sleep(PATIENCE)
            if behind == (behind := [len(each.seen) for each in followers]):
                break  # nothing comes any more
        late = time.perf_counter() - started - seconds
        faults = [each.exception() for each in running if each.done()]
        for each in running:
            each.cancel()
        await asyncio.gather(*running, return_exceptions=True)
    assert not faults, faults
    print(f"  {LOSS:,} events in {seconds:.0f} s, {LOSS / seconds:.0f}/s; the last follower had all {late:.0f} s later")
    for follower in followers:
        print(follower.result(LOSS))


def memory(server: ServerProcess) -> float:
    """Resident, in MB."""
    text = Path(f"/proc/{server.process.pid}/status").read_text(encoding="utf-8")
    return int(text.partition("VmRSS:")[2].split()[0]) / 1024


def processor(server: ServerProcess) -> float:
    """Seconds that it has used."""
    times = Path(f"/proc/{server.process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(times[11]) + int(times[12])) / 100


async def hold(url: str, who: dict[str, str], arrived: Callable[[float], None]) -> None:
    """A listener that costs this process little: it looks for the ends of events only."""
    host, _, port = url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    body = json.dumps({"query": LIVE})
    writer.write(
        f"POST /graphql HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nAccept: text/event-stream\r\n"
        f"Authorization: {who['Authorization']}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
    )
    try:
        await reader.readuntil(b"\n:")
        arrived(0)
        while True:
            if (await reader.readuntil(b"\n")).startswith(b"data: {"):
                arrived(time.time())
    finally:
        writer.close()


async def streams(database_url: str) -> None:
    database = Database(database_url)
    await upgrade(database)
    brand = await fill(database, 0)
    await database.close()
    arrivals: list[float] = []
    opened = 0

    def arrived(at: float) -> None:
        nonlocal opened
        if at:
            arrivals.append(at)
        else:
            opened += 1

    settings = {"ORDERS_RATE_LIMIT": "0", "ORDERS_MAX_STREAMS": str(STREAMS + 10)}
    async with (
        server_process(database_url, forked=False, **settings) as one,
        server_process(database_url, forked=False, **settings) as two,
    ):
        writer = headers(Role.WRITE, brand, "writer")
        async with httpx2.AsyncClient(timeout=60) as http:
            for _ in range(20):
                await post(http, one.url, writer, "{ viewer { name } }")
            before = memory(one)
            held: list[asyncio.Future[None]] = []
            for number in range(STREAMS):
                held.append(asyncio.ensure_future(hold(one.url, headers(Role.READ, brand, number), arrived)))
                await until(lambda: opened > len(held) - 20)
            await until(lambda: opened == STREAMS)
            grown = memory(one) - before
            used = processor(one)
            await asyncio.sleep(IDLE_SECONDS)
            share = (processor(one) - used) / IDLE_SECONDS
            print(f"  {STREAMS:,} idle streams: {grown:.0f} MB, {grown * 1024 / STREAMS:.0f} kB each,", end=" ")
            print(f"{share:.1%} of a processor")
            arrivals.clear()
            started = time.time()
            await post(http, one.url, writer, TAG, code="fan-out")
            await until(lambda: len(arrivals) == STREAMS)
            print(f"  one event to all of them: the last after {max(arrivals) - started:.2f} s")
            for each in held:
                each.cancel()
            await asyncio.gather(*held, return_exceptions=True)
            for name, live, url in (
                ("SSE, same process", sse, one.url),
                ("SSE, other process", sse, two.url),
                ("WebSocket, same process", ws, one.url),
                ("WebSocket, other process", ws, two.url),
            ):
                print(f"  {name:<26} {await latency(http, live, one.url, url, brand, writer)}")


async def latency(http: httpx2.AsyncClient, live: Live, to: str, url: str, brand: Any, writer: dict[str, str]) -> str:
    found: list[float] = []
    is_open = asyncio.Event()

    async def listen() -> None:
        async with httpx2.AsyncClient(timeout=None) as client:
            async for event in live(client, url, headers(Role.READ, brand, "listener"), None):
                is_open.set()
                if event is not None:
                    found.append(time.time() - datetime.fromisoformat(event["at"]).timestamp())

    listening = asyncio.ensure_future(listen())
    await is_open.wait()
    for number in range(MEASURED):
        await post(http, to, writer, TAG, code=f"{url[-5:]}-{live.__name__}-{number}")
        await asyncio.sleep(0.02)
    await until(lambda: len(found) == MEASURED)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    cuts = quantiles([each * 1000 for each in found], n=100)
    return f"p50 {cuts[49]:.0f} ms, p99 {cuts[98]:.0f} ms"


async def pages(database_url: str) -> None:
    database = Database(database_url)
    await upgrade(database)
    for count in (SMALL, LARGE):
        async with database.transaction(EVERYTHING) as session:
            await session.execute(update(Brand).values(code=f"B-{count}"))
        brand = await fill(database, 1_000, [OrderStatus.OC_REQUIRED])
        async with database.transaction(EVERYTHING) as session:
            order = (await session.scalars(select(Order.id).where(Order.brand_id == brand).limit(1))).one()
            await session.execute(text("SET LOCAL statement_timeout = 0"))
            for table in ("audit_entries", "audit_heads"):  # their triggers check the chain
                await session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
            await session.execute(text(ENTRIES), {"brand": brand, "order": order, "count": count})
            await session.execute(text(HEAD), {"brand": brand, "count": count})
            for table in ("audit_entries", "audit_heads"):
                await session.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))
        async with database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            await connection.execute(text("ANALYZE"))
        id = to_id(Kind.ORDER, order)
        async with (
            server_process(database_url, forked=False, ORDERS_RATE_LIMIT="0") as one,
            httpx2.AsyncClient(timeout=60) as http,
        ):
            for name, variables in (
                ("from the start", {"after": 0}),
                ("in the middle", {"after": count // 2}),
                ("the end", {"after": count - 100}),
                ("nothing new", {"after": count}),
                ("of one order, from the start", {"after": 0, "orderId": id}),
                ("of a rare kind, from the start", {"after": 0, "kinds": ["ORDER_ARCHIVED"]}),
            ):
                found = []
                for _ in range(PAGES):
                    started = time.perf_counter()
                    await post(http, one.url, headers(Role.READ, brand, "reader"), FEED, **variables)
                    found.append((time.perf_counter() - started) * 1000)
                fast, half = min(found), median(found)
                print(f"  {count:>9,} entries, {name:<32} fastest {fast:.0f} ms, median {half:.0f} ms")
    await database.close()


def main() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(8_192, hard), hard))
    for run in (loss, streams):
        with tempfile.TemporaryDirectory() as folder:
            print(f"{run.__name__}, SQLite")
            asyncio.run(run(f"sqlite:///{folder}/orders.db"))
        with start_postgres("synchronous_commit=on") as postgres:
            print(f"{run.__name__}, PostgreSQL")
            asyncio.run(run(postgres.create_database("events")))
    with start_postgres("synchronous_commit=on") as postgres:
        print("pages, PostgreSQL")
        asyncio.run(pages(postgres.create_database("events")))
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
