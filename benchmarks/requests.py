"""What a request costs: SQL statements and microseconds, on both databases, as a ratio to the smallest query."""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median

from sqlalchemy import select

from benchmarks.workbook import fill
from graph.core.ids import Kind, to_id
from models.actor import Actor
from models.database.sessions import Database
from models.migrations import upgrade
from models.order import Order
from models.policy import OPEN, Role
from models.scope import Scope
from tests.support.client import Client, serving
from tests.support.clock import Clock
from tests.support.postgres import start_postgres

ORDERS = 10_000
ROUNDS = 15
SMALLEST = "{ viewer { name } }"
LIST = "{ orders(first: 20) { nodes { id code status statusLabel total { amount currency } } } }"
BLOCKERS = """{ orders(first: 100) { nodes { id code statusLabel total { amount currency } buyer { name } canReject
               rejectionBlockers { code message documents { code } } availableActions } } }"""
FILTERED = "{ orders(first: 20, filter: {canReject: true}) { totalCount nodes { id code } } }"
SEARCH = '{ orders(first: 20, filter: {search: "ORD-00042"}) { nodes { id code } } }'
LINES = """{ orders(first: 20) { nodes { code lines(first: 10) {
            nodes { quantity sku { number } amount { amount } } } } } }"""
REJECT = """mutation ($id: ID!) { rejectOrder(input: {orderId: $id, notify: false}) {
            order { status version } userErrors { code } } }"""


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        await measure("SQLite", f"sqlite:///{folder}/orders.db", Path(folder))
        with start_postgres() as server:
            await asyncio.to_thread(server.create_database, "bench")
            await measure("PostgreSQL", f"{server.url}/bench", Path(folder))


async def measure(name: str, url: str, folder: Path) -> None:
    database = Database(url)
    await upgrade(database)
    brand_id = await fill(database, ORDERS)
    if not database.is_sqlite:
        async with database.engine.connect() as connection:
            autocommit = await connection.execution_options(isolation_level="AUTOCOMMIT")
            await autocommit.exec_driver_sql("VACUUM ANALYZE")
    async with database.read(Scope(brand_id)) as session:
        open_orders = iter((await session.scalars(select(Order.id).where(Order.status.in_(sorted(OPEN))))).all())
    await database.close()
    actor = Actor(role=Role.WRITE, id="bench", name="Bench", brand_id=brand_id)
    async with serving(url, folder, Clock()) as server:
        client = server.as_(actor)

        def ask(document: str) -> Callable[[], Awaitable[object]]:
            return lambda: client.data(document)

        async def reject() -> None:
            answer = await client.data(REJECT, id=to_id(Kind.ORDER, next(open_orders)))
            assert not answer["rejectOrder"]["userErrors"]

        cases: dict[str, Callable[[], Awaitable[object]]] = {
            "viewer": ask(SMALLEST),
            "20 orders": ask(LIST),
            "100 orders with blockers": ask(BLOCKERS),
            "20 orders, canReject, counted": ask(FILTERED),
            "20 orders, search": ask(SEARCH),
            "20 orders x 10 lines": ask(LINES),
            "rejectOrder": reject,
        }
        print(f"\n{name}, {ORDERS:,} orders\n{'request':<32}{'statements':>12}{'us':>10}{'x viewer':>10}")
        times: dict[str, list[float]] = {case: [] for case in cases}
        statements = {case: await count(client, run) for case, run in cases.items()}
        for _ in range(ROUNDS):
            for case, run in cases.items():
                started = time.perf_counter()
                await run()
                times[case].append(time.perf_counter() - started)
        base = median(times["viewer"])
        for case, taken in times.items():
            print(f"{case:<32}{statements[case]:>12}{median(taken) * 1e6:>10.0f}{median(taken) / base:>10.1f}")


async def count(client: Client, run: Callable[[], Awaitable[object]]) -> int:
    await run()
    with client.statements() as seen:
        await run()
    return len(seen)
