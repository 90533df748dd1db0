"""Writes a made-up brand with any number of orders: for load tests, and to look at plans and figures of a large one."""

import asyncio
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, exists, insert, select, update

from examples.made_up_brand.lives import END
from examples.made_up_brand.loading import postgres, sqlite
from examples.made_up_brand.loading.making import brand_random, made_elsewhere
from examples.made_up_brand.orders import COLUMNS, ORDERS_AT_ONCE, SPAN, Batch, Maker
from examples.made_up_brand.shop import MadeShop, make_shop
from models.audit import AuditHead
from models.brand import Brand
from models.database.copying import copy_rows
from models.database.sessions import Database
from models.database.tables import metadata
from models.order import Order
from models.rejection_reason import RejectionReason, default_reasons
from models.scope import EVERYTHING, Scope
from resolvers.summing import sum_up_at_once

SET_NO_TIME_LIMIT = "SET LOCAL statement_timeout = 0"
WORTH_LOADING = 10_000  # orders


class BrandExistsError(ValueError):
    """Made-up orders are not mixed with a brand's own."""


async def seed_orders(
    database: Database, orders: int, *, brand: str, seed: int, progress: Callable[[int], None] = lambda _: None
) -> None:
    """A brand of its own with this many orders, the same for the same seed. `progress` is told how many are there.

    A database without orders is filled in one transaction (loading/), which keeps others out meanwhile, and its
    analytics are summed up. Beside other orders, and in a SQLite file that others have open, each batch is a
    transaction with its part of the audit's chain: cut off, what is there is whole.
    """
    rng = brand_random(brand, seed)
    shop = await _make_shop(database, rng, brand)
    is_loaded = orders >= WORTH_LOADING and await _is_loaded(database, shop, orders, seed, progress)
    if not is_loaded:
        await _write_batches(database, shop, Maker(rng, shop).batches(orders, ORDERS_AT_ONCE), progress)
    await _analyze(database)
    if is_loaded:
        await sum_up_at_once(database, shop.brand_id)


async def _is_loaded(
    database: Database, shop: MadeShop, orders: int, seed: int, progress: Callable[[int], None]
) -> bool:
    """False if that is not possible here; then nothing was written."""
    async with database.transaction(EVERYTHING) as session:
        if await session.scalar(select(exists().select_from(Order))):
            return False
        if not database.is_sqlite:
            if not await postgres.is_owner(session):
                return False
            with made_elsewhere(database.engine.dialect, shop.code, seed, orders) as batches:
                await postgres.load(session, shop.brand_id, batches, progress)
            return True
    await database.engine.dispose()  # the file must be open nowhere else
    with made_elsewhere(database.engine.dialect, shop.code, seed, orders) as batches:
        path = str(database.url.database)
        try:
            await asyncio.to_thread(sqlite.load, path, shop.brand_id, batches, progress)
        except sqlite.InUseError:
            return False
    return True


async def _write_batches(
    database: Database, shop: MadeShop, batches: Iterator[Batch], progress: Callable[[int], None]
) -> None:
    done, batch = 0, await asyncio.to_thread(next, batches, None)
    while batch:
        # The next batch is made while the database works on this one.
        making = asyncio.create_task(_next(batches))
        try:
            await _write(database, shop, batch)
        finally:
            following = await making
        done += batch.orders
        progress(done)
        batch = following


async def _next(batches: Iterator[Batch]) -> Batch | None:
    return await asyncio.to_thread(next, batches, None)


async def _make_shop(database: Database, rng: random.Random, code: str) -> MadeShop:
    shop, rows = make_shop(rng, code, END - SPAN)
    async with database.transaction(EVERYTHING) as session:
        if await session.scalar(select(Brand.id).where(Brand.code == code)):
            raise BrandExistsError(code)
        for table in metadata.sorted_tables:
            if table.name in rows:
                await session.execute(insert(table), rows[table.name])
        await session.execute(insert(RejectionReason), default_reasons(shop.brand_id))
        await session.execute(insert(AuditHead).values(brand_id=shop.brand_id, sequence=0, hash=""))
    return shop


async def _write(database: Database, shop: MadeShop, batch: Batch) -> None:
    async with database.transaction(Scope(shop.brand_id)) as session:
        head = update(AuditHead).where(AuditHead.brand_id == shop.brand_id)
        await session.execute(head.values(sequence=batch.sequence, hash=batch.hash))
        await copy_rows(session, {name: (COLUMNS[name], _with_uuids(name, rows)) for name, rows in batch.rows.items()})


def _with_uuids(table: str, rows: Sequence[Sequence[Any]]) -> list[Sequence[Any]]:
    is_id = [isinstance(metadata.tables[table].c[name].type, Uuid) for name in COLUMNS[table]]
    return [
        [UUID(value) if is_id and value else value for is_id, value in zip(is_id, row, strict=True)] for row in rows
    ]


async def _analyze(database: Database) -> None:
    """So that the planner knows what is there now."""
    async with database.transaction(EVERYTHING) as session:
        connection = await session.connection()
        # SQLite reads so many rows of each index, PostgreSQL a sample of each table.
        await connection.exec_driver_sql("PRAGMA analysis_limit=1000" if database.is_sqlite else SET_NO_TIME_LIMIT)
        await connection.exec_driver_sql("ANALYZE")
