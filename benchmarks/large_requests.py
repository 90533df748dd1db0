"""How long one request of nearly a megabyte holds the event loop, and a health check beside a stream of such requests.

In one process, on SQLite, without sockets. The longest turn is processor time of the event loop, so what else the
machine does counts only for the health check. With STACKS=1 it also prints where turns longer than 20 ms were.
"""

import asyncio
import gc
import json
import os
import tempfile
import time
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2

from benchmarks._loop_turns import watched
from graph.app import create_app
from graph.core.ids import Kind, to_id
from graph.identity.own_tokens import Tokens
from graph.limits import request
from graph.limits.size import MAX_FIELDS
from graph.settings.edge import Edge
from graph.settings.environment import Settings
from models.actor import Actor
from models.database.sessions import Database
from models.migrations import upgrade
from models.policy import Role
from tests.support.client import SECRET
from tests.support.factories import make_order, make_shop

TIMES = 5
STACKS = bool(os.environ.get("STACKS"))
NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
SORT = "query ($sort: [OrderSort!]) { orders(sort: $sort) { totalCount } }"
BULK = """mutation ($input: RejectOrdersInput!) { rejectOrders(input: $input) {
  results { orderId blockers { code } warnings order { id code } } userErrors { code } } }"""
HISTORY = "query ($filter: HistoryFilter) { history(filter: $filter) { totalCount } }"
FILTER = "query ($filter: OrderFilter) { orders(filter: $filter) { totalCount } }"
REJECT = "mutation ($input: RejectOrdersInput!) { rejectOrders(input: $input) { userErrors { code } } }"
PLACE = "mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) { userErrors { code } } }"
GOOD, WRONG = {"field": "CODE", "direction": "ASC"}, {"field": "CODE", "descending": True}
IDS = [to_id(Kind.ORDER, UUID(int=number)) for number in range(10_000)]
BUYERS = [to_id(Kind.BUYER, UUID(int=number)) for number in range(10_000)]
PAGE = "{ orders(first: 100) { nodes { id code status canReject buyer { id name } tags { id } "
PAGE += "lines(first: 40) { nodes { id quantity unitPrice { amount } } } } } }"
SOME = " ".join(f"a{number}: code" for number in range(600))
LINE = {"skuId": to_id(Kind.SKU, UUID(int=1)), "quantity": 1, "unitPrice": "10.00"}
ORDER = {"buyerId": to_id(Kind.BUYER, UUID(int=1)), "catalogCode": "SS27", "currency": "JPY"}


def asks(query: str, **more: Any) -> dict[str, Any]:
    return {"query": query} | more


REQUESTS: dict[str, dict[str, Any]] = {
    "attack: 480,000 ids": asks(NODES, variables={"ids": [1] * 480_000}),
    "attack: 320,000 lists in extensions": asks("{ viewer { name } }", extensions={"a": [[]] * 320_000}),
    "attack: 28,000 sort objects": asks(SORT, variables={"sort": [GOOD] * 28_000}),
    "attack: a comment of 980 kB": asks("#" + "x" * 980_000 + "\n{ viewer { name } }"),
    "attack: a text of 980 kB": asks(FILTER, variables={"filter": {"search": "あ" * 320_000}}),
    "attack: 980 kB of digits": asks(SORT, variables={"sort": "1" * 980_000}),
    "attack: an operation's name of 980 kB": asks("{ viewer { name } }", operationName="x" * 980_000),
    "attack: 45,000 keys": asks("{ viewer { name } }", variables={str(number): "" for number in range(60_000)}),
    "largest: ids": asks(NODES, variables={"ids": IDS}),
    "largest: bulk command": asks(REJECT, variables={"input": {"orderIds": IDS, "notify": False}}),
    "largest: bulk command, all results": asks(BULK, variables={"input": {"orderIds": IDS, "notify": False}}),
    "largest: bulk command on a filter": asks(BULK, variables={"input": {"filter": {}, "notify": True}}),
    "largest: page of orders": asks(PAGE),
    "largest: buyers of a filter": asks(FILTER, variables={"filter": {"buyerIds": BUYERS}}),
    "largest: orders of a history": asks(HISTORY, variables={"filter": {"orderIds": IDS}}),
    "largest: codes of a history": asks(HISTORY, variables={"filter": {"orderCodes": IDS}}),
    "largest: objects": asks(SORT, variables={"sort": [GOOD] * (request.MAX_OBJECTS - 1)}),
    "largest: wrong objects": asks(SORT, variables={"sort": [WRONG] * (request.MAX_OBJECTS - 1)}),
    "largest: lines of an order": asks(PLACE, variables={"input": ORDER | {"lines": [LINE] * 1_000}}),
    "largest: lines, too many": asks(PLACE, variables={"input": ORDER | {"lines": [LINE] * 1_190}}),
    "largest: statuses": asks(FILTER, variables={"filter": {"status": ["OC_REQUIRED"] * 10_900}}),
    "largest: document of fields": asks("{" + "__typename " * MAX_FIELDS + "}"),
    "attack: fragment of equal fields": asks("{ viewer { name } } fragment f on Query {" + "__typename " * 1_900 + "}"),
    "largest: document of many fields": asks("{ viewer { name } } fragment f on Order {" + SOME + "}"),
    "largest: document of values": asks("{ order(id: [" + "1 " * 1_900 + "]) { id } }"),
    "largest: document of text": asks("#" + "x" * 49_000 + "\n{ viewer { name } }"),
    "largest: document of escapes": asks('{ order(id: "' + "\\u0041" * 8_000 + '") { id } }'),
}


async def main() -> None:
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 50, 50)  # as graph/cli/serve.py
    with tempfile.TemporaryDirectory() as folder:
        await measure(Path(folder))


async def measure(folder: Path) -> None:
    url = f"sqlite:///{folder}/orders.db"
    database = Database(url)
    await upgrade(database)
    shop = await make_shop(database)
    for number in range(300):
        await make_order(database, shop, lines=[(each, 100) for each in range(1, 61 if number < 100 else 2)])
    await database.close()
    actor = Actor(role=Role.ADMIN, id="bench", name="Bench", brand_id=shop.brand.id)
    token = Tokens(SECRET, lambda: datetime.now(UTC)).sign(actor, timedelta(hours=1))
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    settings = Settings(database_url=url, secret_key=SECRET, data_folder=folder, edge=Edge(rate_limit=0))
    app = create_app(settings)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://test", headers=headers) as http,
    ):
        print(f"{'':<40}{'kB':>6}{'CPU ms':>9}{'longest turn ms':>18}   answer")
        for name, body in REQUESTS.items():
            seen = []
            for number in range(TIMES):
                content = encoded(body, number)
                seen.append(await held(http, content))
            turn, taken, answer = min(seen)
            print(f"{name:<40}{len(content) // 1000:>6}{taken * 1000:>9.1f}{turn * 1000:>18.1f}   {answer}")
            if STACKS:
                with watched(stacks_after=0.02) as turns:
                    await asyncio.create_task(http.post("/graphql", content=encoded(body, TIMES)))
                for place, times in turns.places.most_common(6):
                    print(f"  {times:>4} × {place}")
        await beside(http)


def encoded(body: dict[str, Any], number: int) -> bytes:
    """With another document each time, so that none is cached."""
    unique = body | {"query": f"{body['query']} # {number}"}
    return json.dumps(unique, ensure_ascii=False, separators=(",", ":")).encode()


async def held(http: httpx2.AsyncClient, content: bytes) -> tuple[float, float, str]:
    """The longest turn and the processor time of this thread, in seconds, and what was answered."""
    started = time.thread_time()
    with watched() as turns:
        response = await asyncio.create_task(http.post("/graphql", content=content))
    taken = time.thread_time() - started
    errors = response.json().get("errors") or [{}]
    code = errors[0].get("extensions", {}).get("limit") or errors[0].get("extensions", {}).get("code", "")
    return turns.longest, taken, f"{response.status_code} {code}"


async def beside(http: httpx2.AsyncClient) -> None:
    """Health checks while each of the requests is sent again and again."""
    flood = asyncio.create_task(again_and_again(http))
    waits = []
    for _ in range(100):
        started = time.perf_counter()
        assert (await http.get("/health/live")).status_code == 200
        waits.append(time.perf_counter() - started)
        await asyncio.sleep(0.02)
    flood.cancel()
    waits.sort()
    print(f"health check beside all of these: p50 {waits[50] * 1000:.1f} ms, longest {waits[-1] * 1000:.1f} ms")


async def again_and_again(http: httpx2.AsyncClient) -> None:
    for number in count(TIMES):
        for body in REQUESTS.values():
            await http.post("/graphql", content=encoded(body, number))
