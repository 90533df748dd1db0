"""A large brand: what pages, analytics and rejections take; ORDERS and DATABASE_URL say how large and where.

`analytics` measures only those. Processor time is that of this process, which SQLite is part of, and PostgreSQL not.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import func, select

from examples.made_up_brand.writer import seed_orders
from graph.core.ids import Kind, to_id
from models.actor import Actor
from models.brand import Brand
from models.database.sessions import Database
from models.facts import possible
from models.migrations import upgrade
from models.order import Order
from models.policy import OrderAction, Role
from models.scope import EVERYTHING
from models.tag import Tag
from resolvers.summing import sum_up
from tests.support.client import Client, serving
from tests.support.clock import Clock

PAGE = """query ($after: String, $filter: OrderFilter, $sort: [OrderSort!]) {
            orders(first: 50, after: $after, filter: $filter, sort: $sort) {
              pageInfo { endCursor } nodes { code statusLabel total { amount } buyer { name } canReject } } }"""
REJECT = """mutation ($id: ID!) { rejectOrder(input: {orderId: $id, notify: true}) {
            order { status } userErrors { code } } }"""
GROUPS = ("MONTH", "BUYER", "CATALOG", "PRODUCT")
ROUNDS = 7
AT_ONCE = 8


async def main(*only: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = os.environ.get("DATABASE_URL", f"sqlite:///{folder}/orders.db")
        database = Database(url)
        await upgrade(database)
        await seed(database, int(os.environ.get("ORDERS", "20000")))
        async with database.read(EVERYTHING) as session:
            brand_id = (await session.scalars(select(Brand.id).where(Brand.code == "seed"))).one()
            middle = (
                await session.scalars(select(Order.placed_at).order_by(Order.placed_at).limit(1).offset(5_000))
            ).one()
            buyer = (await session.execute(select(Order.buyer_id, func.count()).group_by(Order.buyer_id))).all()[7][0]
            tag = (await session.scalars(select(Tag.id).limit(1))).one()
            can_reject = select(Order.id).where(possible(OrderAction.REJECT, Role.WRITE)).limit(2_000)
            ids = [to_id(Kind.ORDER, each) for each in await session.scalars(can_reject)]
        await database.close()
        async with serving(url, Path(folder), Clock()) as server:
            client = server.as_(Actor(role=Role.WRITE, id="bench", name="Bench", brand_id=brand_id))
            await measure(client, to_id(Kind.BUYER, buyer), to_id(Kind.TAG, tag), middle.isoformat(), only)
            if not only:
                await reject(client, ids)


async def seed(database: Database, orders: int) -> None:
    """Unless it is there from the last time."""
    async with database.read(EVERYTHING) as session:
        if await session.scalar(select(Brand.id).where(Brand.code == "seed")):
            return
    started = time.perf_counter()
    await seed_orders(database, orders, brand="seed", seed=1)
    print(f"seeded {orders:,} orders in {time.perf_counter() - started:,.0f} s")
    started = time.perf_counter()
    print(f"summed up {await sum_up(database)} days in {time.perf_counter() - started:,.0f} s")


async def measure(client: Client, buyer: str, tag: str, old: str, only: Sequence[str]) -> None:
    def page(**variables: Any) -> Callable[[], Awaitable[object]]:
        return lambda: client.data(PAGE, **variables)

    def ask(document: str) -> Callable[[], Awaitable[object]]:
        return lambda: client.data(document)

    analytics = "{{ orderAnalytics(groupBy: {}) {{ orderCount groups {{ label orderCount }} }} }}"
    cases = {
        "newest 50": page(),
        "50 from far back": page(filter={"placedTo": old}),
        "by total": page(sort=[{"field": "TOTAL", "direction": "DESC"}]),
        "one status": page(filter={"status": ["OC_REQUIRED"]}),
        "can be rejected": page(filter={"canReject": True}),
        "cannot be rejected": page(filter={"canReject": False}),
        "a buyer's": page(filter={"buyerIds": [buyer]}),
        "a tag's": page(filter={"tagIds": [tag]}),
        "search by code": page(filter={"search": "so-0012345"}),
        "search, part of a code": page(filter={"search": "12345"}),
        "search, all have it": page(filter={"search": "so-"}),
        "search, old ones have it": page(filter={"search": "so-000"}),
        "search, two characters": page(filter={"search": "東京"}),
        "search by e-mail address": page(filter={"search": "buyer-46-0@"}),
        "search by SKU": page(filter={"search": "m0042-xl"}),
        "search, none has it": page(filter={"search": "zzzz"}),
        "history by a code": ask('{ history(first: 50, filter: {search: "so-0012345"}) { nodes { kind } } }'),
        "history, all have it": ask('{ history(first: 50, filter: {search: "so-"}) { nodes { kind } } }'),
        "count of all": ask("{ orders(first: 1) { totalCount } }"),
        "count of those that can be rejected": ask("{ orders(filter: {canReject: true}) { totalCount } }"),
        **{
            f"analytics by {each.lower()}": ask(analytics.format(each))
            for each in ("MONTH", "BUYER", "CATALOG", "PRODUCT")
        },
    }
    for name, run in cases.items():
        if only and not name.startswith(tuple(only)):
            continue
        times, spent = [], []
        for _ in range(ROUNDS):
            started, before = time.perf_counter(), time.process_time()
            try:
                await run()
            except AssertionError as error:
                print(f"{name:<26}{str(error)[:150]}")
                break
            times.append(time.perf_counter() - started)
            spent.append(time.process_time() - before)
        else:
            shown = f"{median(times) * 1000:>10,.1f} ms   (first {times[0] * 1000:,.0f})"
            print(f"{name:<26}{shown:<32}{median(spent) * 1000:>8,.1f} ms of the processor")


async def reject(client: Client, ids: Sequence[str]) -> None:
    """As many as there are, up to 2,000, by several clients at once."""
    left = iter(ids)

    async def one() -> None:
        for id in left:
            answer = await client.data(REJECT, id=id)
            assert not answer["rejectOrder"]["userErrors"]

    started = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(AT_ONCE)))
    print(f"{len(ids):,} rejections by {AT_ONCE} clients: {len(ids) / (time.perf_counter() - started):,.0f}/s")
