"""Filling a database without orders in one transaction writes what the product's own writers and triggers write."""

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select, text

from examples.made_up_brand import writer
from examples.made_up_brand.writer import seed_orders
from models.analytics_sum import AnalyticsMark, AnalyticsSum
from models.brand import Brand
from models.database.sessions import Database
from models.database.tables import metadata
from models.scope import EVERYTHING
from resolvers.summing import sum_up
from tests.support.invariants import violations, wrong_sums
from tests.support.trace import trace

ORDERS = 250
SCHEMA = {
    True: ("SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_stat%'",),
    False: (
        "SELECT conrelid::regclass::text, conname, convalidated, pg_get_constraintdef(oid) FROM pg_constraint",
        "SELECT indexrelid::regclass::text, indisvalid, pg_get_indexdef(indexrelid) FROM pg_index",
        "SELECT tgrelid::regclass::text, tgname, tgenabled::text FROM pg_trigger WHERE NOT tgisinternal",
        "SELECT oid::regclass::text, relrowsecurity, relforcerowsecurity FROM pg_class WHERE relkind = 'r'",
    ),
}


@pytest.fixture(autouse=True)
def however_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "WORTH_LOADING", 1)


@pytest.fixture
async def other(request: pytest.FixtureRequest, database: Database, tmp_path: Path) -> AsyncIterator[Database]:
    """Another empty database of the same kind."""
    if database.is_sqlite:
        url = f"sqlite:///{shutil.copy(request.getfixturevalue('sqlite_template'), tmp_path / 'other.db')}"
    else:
        template = request.getfixturevalue("postgres_template")
        create = request.getfixturevalue("postgres").create_database
        url = await asyncio.to_thread(create, f"test_{uuid4().hex}", template)
    opened = Database(url)
    yield opened
    await opened.close()


async def schema(database: Database) -> list[list[str]]:
    async with database.read(EVERYTHING) as session:
        return [sorted(map(repr, await session.execute(text(each)))) for each in SCHEMA[database.is_sqlite]]


async def sums(database: Database) -> list[str]:
    async with database.read(EVERYTHING) as session:
        assert not list(await session.scalars(select(AnalyticsMark)))
        return sorted(map(repr, await session.execute(select(*AnalyticsSum.__table__.columns))))


async def test_it_writes_what_the_triggers_write(
    database: Database, other: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await schema(database)
    await seed_orders(database, ORDERS, brand="kumo", seed=1)
    for now, then in zip(await schema(database), before, strict=True):
        assert set(now) ^ set(then) == set()
    monkeypatch.setattr(writer, "WORTH_LOADING", ORDERS + 1)
    await seed_orders(other, ORDERS, brand="kumo", seed=1)
    await sum_up(other)
    loaded, written = await trace(database), await trace(other)
    made_up_ids = {"rejection_reasons"}
    for table in metadata.tables.keys() - made_up_ids:
        assert loaded.get(table) == written.get(table), table
    assert await sums(database) == await sums(other)
    assert await violations(database) == []
    async with database.read(EVERYTHING) as session:
        brand_id = (await session.scalars(select(Brand.id))).one()
        if database.is_sqlite:
            assert not (await session.execute(text("PRAGMA foreign_key_check"))).all()
    assert await wrong_sums(database, brand_id) == []


async def test_beside_other_orders_each_batch_is_a_transaction(database: Database) -> None:
    await seed_orders(database, 5, brand="kumo", seed=1)
    loaded = await schema(database)
    await seed_orders(database, 5, brand="hana", seed=1)
    assert await schema(database) == loaded
    assert len((await trace(database))["orders"]) == 10


async def test_a_file_that_others_have_open_is_filled_too(sqlite_url: str) -> None:
    path = sqlite_url.removeprefix("sqlite:///")
    with sqlite3.connect(path) as other:
        other.execute("SELECT count(*) FROM orders").fetchall()
        database = Database(sqlite_url)
        await seed_orders(database, 5, brand="kumo", seed=1)
        await database.close()
        assert other.execute("SELECT count(*) FROM orders").fetchone() == (5,)
    other.close()


async def test_cut_off_it_leaves_the_schema_and_no_orders(database: Database) -> None:
    before = await schema(database)

    def cut_off(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await seed_orders(database, 5, brand="kumo", seed=1, progress=cut_off)
    assert await schema(database) == before
    assert not (await trace(database))["orders"]
