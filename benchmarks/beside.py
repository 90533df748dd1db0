"""A list and the smallest query while PDFs are drawn or workbooks made: milliseconds, and × alone.

A real server on SQLite. One client asks over one kept-alive connection, in turns alone and beside two viewers who open
one document after another: each PDF of another order, so that it is drawn. Issue 17 allows a p99 of 2 × alone beside
a PDF and a big export. `load` is the machine's, at the end. `--quick`: one short round.
"""

import asyncio
import os
import tempfile
import time
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from itertools import cycle
from statistics import median, quantiles

import httpx2
from sqlalchemy import select

from benchmarks.requests import LIST
from benchmarks.workbook import fill
from graph.core.ids import Kind, to_id
from graph.identity.own_tokens import Tokens
from models.actor import Actor
from models.database.sessions import Database
from models.migrations import upgrade
from models.order import Order
from models.policy import Role
from models.scope import EVERYTHING
from tests.support.client import SECRET
from tests.support.server_process import server_process

ORDERS = 2_000
VIEWERS = 2
ROUNDS, SECONDS = 4, 5.0
QUICK_ROUNDS, QUICK_SECONDS = 1, 2.0
DOCUMENTS = {
    "alone": "",
    "PDFs of 10 lines": "query($id: ID!) { order(id: $id) { document: pdf { url } } }",
    f"workbooks of {ORDERS:,} orders": "{ document: ordersExcel { url } }",
}
QUERIES = {"20 orders": LIST, "viewer": "{ viewer { name } }"}


async def main(*options: str) -> None:
    rounds, seconds = (QUICK_ROUNDS, QUICK_SECONDS) if "--quick" in options else (ROUNDS, SECONDS)
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/orders.db"
        database = Database(url)
        await upgrade(database)
        brand_id = await fill(database, ORDERS)
        async with database.read(EVERYTHING) as session:
            order_ids = cycle([to_id(Kind.ORDER, id) for id in await session.scalars(select(Order.id))])
        await database.close()
        signer = Tokens(SECRET, lambda: datetime.now(UTC))

        def client(name: str) -> httpx2.AsyncClient:
            actor = Actor(role=Role.WRITE, id=name, name=name, brand_id=brand_id)
            headers = {"Authorization": f"Bearer {signer.sign(actor, timedelta(hours=1))}"}
            return httpx2.AsyncClient(base_url=server.url, headers=headers, timeout=120)

        settings = {"ORDERS_RATE_LIMIT": "0", "ORDERS_DATA_FOLDER": folder}
        found: dict[tuple[str, str], list[float]] = {}
        made = dict.fromkeys(DOCUMENTS, 0)
        async with AsyncExitStack() as stack:
            server = await stack.enter_async_context(server_process(url, forked=False, **settings))
            # Made once: a client takes 30 ms of this process, which measures.
            reader, *viewers = [await stack.enter_async_context(client(f"viewer {n}")) for n in range(1 + VIEWERS)]

            async def open_documents(name: str, http: httpx2.AsyncClient, until: float) -> None:
                while time.perf_counter() < until:
                    request = {"query": DOCUMENTS[name], "variables": {"id": next(order_ids)}}
                    answer = await http.post("/graphql", json=request)
                    data = answer.json()["data"]
                    link = (data.get("order") or data)["document"]["url"]
                    document = await http.get(link)
                    assert document.status_code == 200, document.text
                    made[name] += 1

            for n in range(rounds + 1):
                for name in DOCUMENTS:
                    until = time.perf_counter() + seconds
                    some = viewers if DOCUMENTS[name] else []
                    opening = [asyncio.create_task(open_documents(name, each, until)) for each in some]
                    # A viewer who goes away ends the process that makes the document: each is waited for.
                    while time.perf_counter() < until or not all(each.done() for each in opening):
                        for what, query in QUERIES.items():
                            started = time.perf_counter()
                            answer = await reader.post("/graphql", json={"query": query})
                            assert answer.status_code == 200, answer.text
                            if n:  # the first round starts the processes that make documents
                                found.setdefault((name, what), []).append((time.perf_counter() - started) * 1000)
                        await asyncio.sleep(0.01)
                    await asyncio.gather(*opening)
    for what in QUERIES:
        alone = median(found["alone", what])
        alone_p99 = quantiles(found["alone", what], n=100)[-1]
        print(f"\n{what}\n{'':<28}{'p50 ms':>8}{'x alone':>9}{'p99 ms':>8}{'x alone':>9}{'asked':>8}{'documents':>11}")
        for name in DOCUMENTS:
            times = found[name, what]
            p99 = quantiles(times, n=100)[-1]
            print(
                f"{name:<28}{median(times):>8.1f}{median(times) / alone:>9.2f}{p99:>8.1f}{p99 / alone_p99:>9.2f}"
                f"{len(times):>8}{made[name]:>11}"
            )
    print(f"\nload {os.getloadavg()[0]:.1f}")
