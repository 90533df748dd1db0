"""asyncpg against psycopg 3, both through SQLAlchemy, on one PostgreSQL: a page, a rejection, a bulk insert.

The drivers take turns, round by round, so that noise hits both. psycopg is not a dependency of the project: to run
this, install psycopg[binary] beside it.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from importlib.util import find_spec
from itertools import islice
from statistics import median
from uuid import UUID

from sqlalchemy import insert, select, text, update
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from benchmarks.workbook import NOON, fill
from models.actor import ActorKind
from models.audit import AuditEntry
from models.base import new_id
from models.buyer import Buyer, BuyerRecipient
from models.database.sessions import Database
from models.facts import FACT_SQL
from models.migrations import upgrade
from models.order import Order, OrderLine
from models.outbox import OutboxMessage
from models.policy import RULES, OrderAction, OrderStatus
from models.rejection import OrderRejection
from tests.support.postgres import start_postgres

DRIVERS = ("asyncpg", "psycopg")
ORDERS = 20_000
ROUNDS = 9
PAGES = REJECTIONS = 200
BULK = 10_000
CLIENTS = 16


def main() -> None:
    if find_spec("psycopg") is None:
        raise SystemExit("This compares asyncpg with psycopg, which is not installed: pip install 'psycopg[binary]'")
    with start_postgres() as server:
        server.create_database("benchmark")
        # As a superuser, past row-level security: the drivers alone are compared.
        asyncio.run(_compare(f"{server.superuser_url}/benchmark"))


async def _compare(url: str) -> None:
    database = Database(url)
    await upgrade(database)
    brand_id = await fill(database, ORDERS)
    async with database.engine.connect() as connection:
        open_orders = select(Order.id).where(Order.status.in_(sorted(RULES[OrderAction.REJECT].within)))
        rejectable = iter((await connection.execute(open_orders)).scalars().all())
        sku_id = (await connection.execute(select(OrderLine.sku_id).limit(1))).scalar_one()
        last = (await connection.execute(select(Order.id).order_by(Order.id.desc()).limit(1))).scalar_one()
    # Without statistics the two get different plans for the same page, and the figures tell of nothing else.
    async with database.engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text("VACUUM ANALYZE"))
    await database.close()

    async def pages(engine: AsyncEngine) -> float:
        return await _per_second(PAGES, 1, lambda: _page(engine, brand_id))

    async def rejections(engine: AsyncEngine, clients: int) -> float:
        taken = iter(list(islice(rejectable, REJECTIONS)))
        return await _per_second(REJECTIONS, clients, lambda: _reject(engine, brand_id, next(taken)))

    async def bulk(engine: AsyncEngine) -> float:
        return BULK * await _per_second(1, 1, lambda: _insert_lines(engine, brand_id, last, sku_id))

    cases: dict[str, Callable[[AsyncEngine], Awaitable[float]]] = {
        "pages of 50 orders/s": pages,
        "rejections/s, 1 client": lambda engine: rejections(engine, 1),
        f"rejections/s, {CLIENTS} clients": lambda engine: rejections(engine, CLIENTS),
        f"lines/s, {BULK:,} at once": bulk,
    }
    engines = {driver: _engine(url, driver) for driver in DRIVERS}
    print(f"{'':<26} {'asyncpg':>9} {'psycopg':>9}   asyncpg : psycopg, median of {ROUNDS} rounds (range)")
    for name, measure in cases.items():
        rates = await _take_turns(engines, measure)
        ratios = sorted(one / other for one, other in zip(*rates.values(), strict=True))
        medians = [median(rates[driver]) for driver in DRIVERS]
        print(
            f"{name:<26} {medians[0]:>9,.0f} {medians[1]:>9,.0f}   "
            f"{median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"
        )
    for engine in engines.values():
        await engine.dispose()


async def _take_turns(
    engines: dict[str, AsyncEngine], measure: Callable[[AsyncEngine], Awaitable[float]]
) -> dict[str, list[float]]:
    rates: dict[str, list[float]] = {driver: [] for driver in DRIVERS}
    for turn in range(ROUNDS + 1):
        for driver in DRIVERS if turn % 2 else reversed(DRIVERS):
            rate = await measure(engines[driver])
            if turn:  # the first only warms up: connections, prepared statements
                rates[driver].append(rate)
    return rates


def _engine(url: str, driver: str) -> AsyncEngine:
    # As in models/base.py, but for every client a connection.
    return create_async_engine(
        make_url(url).set(drivername=f"postgresql+{driver}"), pool_size=CLIENTS, max_overflow=0, pool_pre_ping=True
    )


async def _per_second(times: int, clients: int, work: Callable[[], Awaitable[None]]) -> float:
    turns: Iterator[int] = iter(range(times))

    async def client() -> None:
        for _ in turns:
            await work()

    started = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    return times / (time.perf_counter() - started)


async def _page(engine: AsyncEngine, brand_id: UUID) -> None:
    statement = (
        select(Order.id, Order.code, Order.status, Order.currency, Order.total_minor, Order.placed_at, Buyer.name)
        .join(Buyer, (Buyer.brand_id == Order.brand_id) & (Buyer.id == Order.buyer_id))
        .where(Order.brand_id == brand_id)
        .order_by(Order.placed_at.desc(), Order.id.desc())
        .limit(50)
    )
    async with engine.connect() as connection:
        assert len((await connection.execute(statement)).all()) == 50


async def _reject(engine: AsyncEngine, brand_id: UUID, order_id: UUID) -> None:
    """The statements of a rejection, without our code around them."""
    this = (Order.brand_id == brand_id, Order.id == order_id)
    owner = {"brand_id": brand_id, "order_id": order_id}
    actor = {"actor_kind": ActorKind.MEMBER, "actor_id": "mem-1", "actor_name": "Mina Sato"}
    async with engine.begin() as connection:
        order = (await connection.execute(select(Order.__table__).where(*this).with_for_update())).one()
        facts = select(*(expression.label(fact.name) for fact, expression in FACT_SQL.items())).where(*this)
        (await connection.execute(facts)).one()
        to = select(BuyerRecipient.email).where(
            BuyerRecipient.brand_id == brand_id, BuyerRecipient.buyer_id == order.buyer_id
        )
        (await connection.execute(to)).all()
        await connection.execute(
            update(Order)
            .where(*this, Order.version == order.version)
            .values(status=OrderStatus.REJECTED_BY_BRAND, updated_at=NOON, version=order.version + 1)
        )
        await connection.execute(
            insert(OrderRejection).values(
                **owner, **actor, rejected_at=NOON, status_before=order.status, notified=True, body="Sorry."
            )
        )
        await connection.execute(
            insert(AuditEntry).values(**owner, **actor, kind="ORDER_REJECTED", at=NOON, details={"notify": True})
        )
        await connection.execute(
            insert(OutboxMessage).values(
                **owner, kind="ORDER_REJECTED", recipients=["a@example.com"], notice={}, due_at=NOON, created_at=NOON
            )
        )


async def _insert_lines(engine: AsyncEngine, brand_id: UUID, order_id: UUID, sku_id: UUID) -> None:
    rows = [
        {
            "brand_id": brand_id,
            "order_id": order_id,
            "id": new_id(),
            "position": position,
            "sku_id": sku_id,
            "quantity": 2,
            "unit_price_minor": 1250,
            "amount_minor": 2500,
        }
        for position in range(1_000, 1_000 + BULK)
    ]
    async with engine.connect() as connection:  # rolled back at the end: the table stays as large as it was
        await connection.execute(insert(OrderLine), rows)
