"""Rejecting orders in one call, with a mail each, against bare SQL; ORDERS says how many (10,000).

Both databases, seconds and processor time: of this process, which SQLite is part of, and of PostgreSQL. By hand: the
same reads and rows without GraphQL, rules and results (_bulk_by_hand.py). The relay does not run meanwhile.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from benchmarks._bulk_by_hand import reject_many
from benchmarks._by_hand import Postgres, Sqlite
from benchmarks.workbook import fill
from exports.relay.relay import Relay
from graph.core.ids import Kind, to_id
from models.actor import Actor
from models.audit import AuditEntry
from models.buyer import BuyerRecipient
from models.database.sessions import Database
from models.migrations import upgrade
from models.order import Order
from models.outbox import OutboxMessage
from models.policy import OrderStatus, Role
from models.scope import EVERYTHING
from tests.support.client import serving
from tests.support.clock import Clock
from tests.support.postgres import start_postgres

ORDERS = int(os.environ.get("ORDERS", "10000"))
SINGLE = 200
BULK = """mutation ($input: RejectOrdersInput!) { rejectOrders(input: $input) {
          rejectedCount skippedCount results { orderId blockers { code } } userErrors { code } } }"""
ONE = """mutation ($id: ID!) { rejectOrder(input: {orderId: $id, notify: true}) { userErrors { code } } }"""


TICKS = os.sysconf("SC_CLK_TCK")
# The processor time of PostgreSQL so far, in seconds.
Spent = Callable[[], float]


async def main() -> None:
    Relay.run = _rest  # type: ignore[assignment, method-assign]
    with tempfile.TemporaryDirectory() as folder:
        await measure("SQLite", f"sqlite:///{folder}/orders.db", Path(folder), lambda: 0.0)
        with start_postgres("fsync=on", "synchronous_commit=on") as server:
            await asyncio.to_thread(server.create_database, "bench")
            await measure("PostgreSQL", f"{server.url}/bench", Path(folder), lambda: _spent(server.data))


async def _rest(*_: Any) -> None:
    await asyncio.Event().wait()


def _spent(data: Path) -> float:
    server = int((data / "postmaster.pid").read_text().split()[0])
    children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
    fields = [Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split() for child in children]
    return sum(int(each[11]) + int(each[12]) for each in fields) / TICKS


async def measure(name: str, url: str, folder: Path, spent: Spent) -> None:
    database = Database(url)
    await upgrade(database)
    brand_id = await fill(database, 2 * ORDERS + SINGLE + 1, [OrderStatus.OC_REQUIRED, OrderStatus.OC_CREATED])
    async with database.transaction(EVERYTHING) as session:
        buyer_id = await session.scalar(select(Order.buyer_id).limit(1))
        session.add(BuyerRecipient(brand_id=brand_id, buyer_id=buyer_id, email="buyer@example.com"))
        ids = list(await session.scalars(select(Order.id).order_by(Order.id)))
    by_hand: Any = Postgres(url) if spent() else Sqlite(url.removeprefix("sqlite:///"))
    actor = Actor(role=Role.WRITE, id="bench", name="Bench", brand_id=brand_id)
    async with serving(url, folder, Clock()) as server:
        client = server.as_(actor)
        started = time.perf_counter()
        for id in ids[:SINGLE]:
            await client.data(ONE, id=to_id(Kind.ORDER, id))
        each = (time.perf_counter() - started) / SINGLE
        first, *chosen = (to_id(Kind.ORDER, id) for id in ids[SINGLE : SINGLE + ORDERS + 1])
        # So that the document is known, as in a server that has run for a while.
        await client.data(BULK, input={"orderIds": [first], "notify": True})

        async def ours() -> None:
            answer = await client.data(BULK, input={"orderIds": chosen, "notify": True})
            assert answer["rejectOrders"]["rejectedCount"] == ORDERS

        others = ids[SINGLE + ORDERS + 1 : SINGLE + 2 * ORDERS + 1]
        with client.statements() as statements:
            taken, processor = await _timed(ours, spent)
    # Without the server, which writes beside: sums, pruning.
    bare, bare_processor = await _timed(lambda: reject_many(by_hand, brand_id, others), spent)
    async with database.read(EVERYTHING) as session:
        for table in (AuditEntry, OutboxMessage):
            assert await session.scalar(select(func.count()).select_from(table)) == 2 * ORDERS + SINGLE + 1
    await database.close()
    if spent():
        await by_hand.close()
    print(
        f"{name:<12}{ORDERS:,} orders in {taken:.1f} s ({processor:.1f} of the processor), {len(statements)} statements"
    )
    times = f"× {taken / bare:.1f} (× {processor / bare_processor:.1f})"
    print(f"{'':<12}by hand {bare:.1f} s ({bare_processor:.1f}): {times}")
    print(f"{'':<12}one by one {each * 1000:.1f} ms each, {each * ORDERS / taken:.1f} times as long")


async def _timed(run: Callable[[], Awaitable[None]], spent: Spent) -> tuple[float, float]:
    """Seconds, and seconds of the processor."""
    started, before = time.perf_counter(), time.process_time() + spent()
    await run()
    return time.perf_counter() - started, time.process_time() + spent() - before
