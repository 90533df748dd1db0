"""Search in a million orders: the first page and `totalCount`, for a member and a buyer; ORDERS and DATABASE_URL too.

The orders are a light copy of those of a real brand: of each, the order, its endings for search, one line and one entry
of the history. DATABASE_URL keeps the database for the next run; without it, both databases are made and deleted.
Besides the time that passes: the processor time of this process, and of a PostgreSQL server on this machine.
"""

import asyncio
import os
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from itertools import accumulate
from pathlib import Path
from statistics import quantiles
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from examples.made_up_brand.lives import END
from examples.made_up_brand.writer import seed_orders
from models.actor import Actor, ActorKind
from models.audit import AuditHead
from models.base import new_id
from models.brand import Brand
from models.buyer import Buyer
from models.catalog import Catalog, Sku
from models.database.copying import copy_rows
from models.database.sessions import Database
from models.folding import folded_if_other
from models.messages.history import EventKind
from models.migrations import upgrade
from models.order import DataSet
from models.policy import OrderStatus, Role
from models.scope import EVERYTHING, Scope
from tests.support.client import Client, serving
from tests.support.clock import Clock
from tests.support.postgres import start_postgres

ORDERS = int(os.environ.get("ORDERS", "1000000"))
SPAN = timedelta(days=730)
AT_ONCE = 20_000
ROUNDS = int(os.environ.get("ROUNDS", "100"))
COUNT_ROUNDS = 3  # of what takes longer than a second for some words
NAME = "シャツの山田 Hélène"
PAGE = """query ($words: String) { orders(first: 50, filter: {search: $words}) {
            nodes { code status placedAt total { amount currency } } } }"""
COUNT = "query ($words: String) { orders(first: 1, filter: {search: $words}) { totalCount } }"
HISTORY = "query ($words: String) { history(first: 50, filter: {search: $words}) { nodes { kind at } } }"
HISTORY_COUNT = "query ($words: String) { history(first: 1, filter: {search: $words}) { totalCount } }"

ORDER_COLUMNS = (
    "brand_id", "id", "code", "buyer_id", "catalog_id", "status", "official", "currency", "tax_minor",
    "shipping_minor", "total_minor", "total_quantity", "comment", "delivery_address", "placed_at", "approval_asked",
    "updated_at", "version",
)  # fmt: skip
LINE_COLUMNS = (
    "brand_id", "id", "order_id", "data_set", "position", "sku_id", "quantity", "unit_price_minor", "amount_minor",
)  # fmt: skip
ENTRY_COLUMNS = (
    "brand_id", "id", "order_id", "kind", "at", "actor_kind", "actor_id", "actor_name", "details", "sequence",
    "previous_hash", "hash",
)  # fmt: skip


async def main() -> None:
    if url := os.environ.get("DATABASE_URL"):
        await measure(url)
        return
    with tempfile.TemporaryDirectory() as folder:
        await measure(f"sqlite:///{folder}/orders.db")
    with start_postgres("shared_buffers=1GB", "random_page_cost=1.1") as server:
        await asyncio.to_thread(server.create_database, "bench")
        await measure(f"{server.url}/bench")


async def measure(url: str) -> None:
    database = Database(url)
    await upgrade(database)
    await fill(database)
    async with database.read(EVERYTHING) as session:
        brand_id = (await session.scalars(select(Brand.id).where(Brand.code == "seed"))).one()
        buyers = (await session.execute(select(Buyer.id, Buyer.name).order_by(Buyer.unique_code))).all()
    await database.close()
    with tempfile.TemporaryDirectory() as folder:
        async with serving(url, Path(folder), Clock()) as server:
            member = Actor(role=Role.WRITE, id="bench", name="Bench", brand_id=brand_id)
            largest = Actor(role=Role.BUYER, id="shop", name="Shop", brand_id=brand_id, buyer_id=buyers[0].id)
            print(f"\n{url.partition(':')[0]}, {ORDERS:,} orders, load {os.getloadavg()[0]:.1f}")
            print(f"{'':<42}{'hits':>10}{'processor ms':>14}{'least':>8}{'p50':>8}{'p99':>8}", flush=True)
            server_id = await find_server(server.database)
            await ask_all("member", server.as_(member), buyers[7].name, server_id)
            await ask_all("buyer", server.as_(largest), buyers[0].name, server_id)


def words(buyer: str) -> dict[str, str]:
    """Of a search: what is special about it → its words."""
    last = f"{ORDERS:07}"
    return {
        "rare: a whole code": f"SO-{ORDERS // 2:07}",
        "common: all codes": "so-",
        "one letter": "o",
        "one digit": "7",
        "one letter, none": "雲",
        "two letters": "so",
        "two digits": "42",
        "three letters": "so-",
        "three digits": "123",
        "code, beginning": f"so-{last[:4]}",
        "code, old ones": "so-00",
        "code, very old ones": "so-000",
        "code, middle": f"{ORDERS // 3:07}"[1:6],
        "buyer's name": buyer,
        "buyer's name, half-width": "ｼｬﾂ",
        "buyer's name, no accents": "helene",
        "e-mail address": "buyer-46-0@",
        "all e-mail addresses": "example",
        "a SKU": "m0042-xl",
        "all SKUs": "m0",
        "two words": "so- ｼｬﾂ",
        "nothing found": "zzzz",
        "no word": "",
    }


async def find_server(database: Database) -> int | None:
    """The process id of PostgreSQL's server, when it is on this machine."""
    if database.is_sqlite:
        return None
    async with database.engine.connect() as connection:
        return parent_of((await connection.exec_driver_sql("SELECT pg_backend_pid()")).scalar_one())


def parent_of(process: int) -> int | None:
    try:
        return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return None


def processor_ms(server_id: int | None) -> float:
    """Of this process and the server's so far."""
    taken = time.process_time() * 1000
    if server_id is not None:
        for child in Path(f"/proc/{server_id}/task/{server_id}/children").read_text().split():
            with suppress(OSError):
                taken += int(Path(f"/proc/{child}/schedstat").read_text().split()[0]) / 1e6
    return taken


async def ask_all(viewer: str, client: Client, buyer: str, server_id: int | None) -> None:
    kinds = {"page": PAGE, "count": COUNT, "history": HISTORY, "history count": HISTORY_COUNT}
    for kind, query in kinds.items():
        if viewer == "buyer" and kind.startswith("history"):
            continue
        for name, search in words(buyer).items():
            times, processor = [], []
            await client.data(query, words=search)
            for _ in range(COUNT_ROUNDS if "count" in kind else ROUNDS):
                started, before = time.perf_counter(), processor_ms(server_id)
                answer = await client.data(query, words=search)
                times.append((time.perf_counter() - started) * 1000)
                processor.append(processor_ms(server_id) - before)
            found = next(iter(answer.values()))
            hits = found["totalCount"] if "count" in kind else len(found["nodes"])
            cuts = quantiles(times, n=100)
            title = f"{viewer}, {kind}: {name}"
            least = f"{min(processor):>14.1f}{min(times):>8.1f}"
            print(f"{title:<42}{hits:>10,}{least}{cuts[49]:>8.1f}{cuts[98]:>8.1f}", flush=True)


async def fill(database: Database) -> None:
    """Unless it is there from the last time."""
    async with database.read(EVERYTHING) as session:
        if await session.scalar(select(Brand.id).where(Brand.code == "seed")):
            return
    started = time.perf_counter()
    await seed_orders(database, 0, brand="seed", seed=1)
    async with database.transaction(EVERYTHING) as session:
        brand_id = (await session.scalars(select(Brand.id))).one()
        buyers = (await session.execute(select(Buyer.id, Buyer.unique_code).order_by(Buyer.unique_code))).all()
        catalog = (await session.scalars(select(Catalog.id))).first()
        skus = (await session.scalars(select(Sku.id))).all()
        assert catalog
        for buyer in buyers[40:48]:
            folded = folded_if_other(buyer.unique_code, NAME)
            await session.execute(update(Buyer).where(Buyer.id == buyer.id).values(name=NAME, folded=folded))
    for batch in batches(brand_id, [each.id for each in buyers], catalog, skus):
        async with database.transaction(Scope(brand_id)) as session:
            last = batch["audit_entries"][1][-1]
            head = update(AuditHead).where(AuditHead.brand_id == brand_id)
            await session.execute(head.values(sequence=last[-3], hash=last[-1]))
            await copy_rows(session, batch)
    async with database.transaction(EVERYTHING) as session:
        await (await session.connection()).exec_driver_sql("ANALYZE")
    print(f"{ORDERS:,} orders made in {time.perf_counter() - started:,.0f} s", flush=True)


def batches(brand_id: UUID, buyers: list[UUID], catalog: UUID, skus: Any) -> Iterator[dict[str, Any]]:
    rng = random.Random(1)  # noqa: S311 - the same each time, on purpose
    weights = list(accumulate(1 / place**0.9 for place in range(1, len(buyers) + 1)))
    statuses = [OrderStatus.OC_CONFIRMED] * 85 + [OrderStatus.REJECTED_BY_BRAND] * 10 + [OrderStatus.OC_REQUIRED] * 5
    for start in range(0, ORDERS, AT_ONCE):
        numbers = range(start + 1, min(start + AT_ONCE, ORDERS) + 1)
        chosen = rng.choices(buyers, cum_weights=weights, k=len(numbers))
        orders: list[tuple[Any, ...]] = []
        lines: list[tuple[Any, ...]] = []
        entries: list[tuple[Any, ...]] = []
        for number, buyer in zip(numbers, chosen, strict=True):
            at = END - SPAN + SPAN / ORDERS * number
            id = new_id()
            orders.append((brand_id, id, f"SO-{number:07}", buyer, catalog, rng.choice(statuses), DataSet.ORIGINAL,
                           "JPY", 0, 0, 1000, 1, "", "", at, False, at, 1))  # fmt: skip
            lines.append((brand_id, new_id(), id, DataSet.ORIGINAL, 1, rng.choice(skus), 1, 1000, 1000))
            member = f"member-{number % 6}"
            # A chain, as triggers ask for one, of hashes that are none.
            before, hash = f"{number - 1:064}" if number > 1 else "", f"{number:064}"
            entries.append((brand_id, new_id(), id, EventKind.ORDER_PLACED, at, ActorKind.MEMBER, member, member, {},
                            number, before, hash))  # fmt: skip
        yield {
            "orders": (ORDER_COLUMNS, orders),
            "order_lines": (LINE_COLUMNS, lines),
            "audit_entries": (ENTRY_COLUMNS, entries),
        }
