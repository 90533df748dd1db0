"""Rejecting 10,000 orders in one call, with a mail each: seconds on both databases, beside as many single calls."""

import asyncio
import tempfile
import time
from pathlib import Path

from sqlalchemy import func, select

from benchmarks.workbook import fill
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

ORDERS = 10_000
SINGLE = 200
BULK = """mutation ($input: RejectOrdersInput!) { rejectOrders(input: $input) {
          rejectedCount skippedCount results { orderId blockers { code } } userErrors { code } } }"""
ONE = """mutation ($id: ID!) { rejectOrder(input: {orderId: $id, notify: true}) { userErrors { code } } }"""


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        await measure("SQLite", f"sqlite:///{folder}/orders.db", Path(folder))
        with start_postgres("fsync=on", "synchronous_commit=on") as server:
            await asyncio.to_thread(server.create_database, "bench")
            await measure("PostgreSQL", f"{server.url}/bench", Path(folder))


async def measure(name: str, url: str, folder: Path) -> None:
    database = Database(url)
    await upgrade(database)
    brand_id = await fill(database, ORDERS + 1000, [OrderStatus.OC_REQUIRED, OrderStatus.OC_CREATED])
    async with database.transaction(EVERYTHING) as session:
        buyer_id = await session.scalar(select(Order.buyer_id).limit(1))
        session.add(BuyerRecipient(brand_id=brand_id, buyer_id=buyer_id, email="buyer@example.com"))
        ids = list(await session.scalars(select(Order.id).order_by(Order.id)))
    actor = Actor(role=Role.WRITE, id="bench", name="Bench", brand_id=brand_id)
    async with serving(url, folder, Clock()) as server:
        client = server.as_(actor)
        started = time.perf_counter()
        for id in ids[:SINGLE]:
            await client.data(ONE, id=to_id(Kind.ORDER, id))
        each = (time.perf_counter() - started) / SINGLE
        chosen = [to_id(Kind.ORDER, id) for id in ids[SINGLE : SINGLE + ORDERS]]
        started = time.perf_counter()
        with client.statements() as statements:
            answer = await client.data(BULK, input={"orderIds": chosen, "notify": True})
        taken = time.perf_counter() - started
        assert answer["rejectOrders"]["rejectedCount"] == ORDERS
    async with database.read(EVERYTHING) as session:
        for table in (AuditEntry, OutboxMessage):
            assert await session.scalar(select(func.count()).select_from(table)) == ORDERS + SINGLE
    await database.close()
    print(
        f"{name:<12}{ORDERS:,} orders in {taken:.1f} s, {len(statements)} statements; "
        f"one by one {each * 1000:.1f} ms each, {each * ORDERS / taken:.1f} times as long"
    )
