"""PostgreSQL itself separates the brands, whatever SQL is sent. All other tests run under these policies too.

The tests' databases belong to a role that is no superuser (tests/support/postgres.py). Every table that has rows of
brands is found by its columns, so that none can be forgotten.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import select, text

from graph.cli.doctor import _row_security
from graph.cli.serve import _prepare
from graph.settings.environment import Settings
from models.brand import Brand
from models.database.postgres import bypasses_row_security
from models.database.sessions import Database
from models.database.tables import metadata
from models.order import Order
from models.scope import EVERYTHING, Scope
from tests.support.factories import Shop, make_order, make_shop
from tests.support.postgres import OWNER, SUPERUSER

TABLES = {"brands": "id"} | {name: "brand_id" for name, table in metadata.tables.items() if "brand_id" in table.c}
SAY = "SELECT set_config('orders.brand', $1, true)"


@pytest.fixture
async def database(postgres_url: str) -> AsyncIterator[Database]:
    opened = Database(postgres_url)
    yield opened
    await opened.close()


@pytest.fixture
async def raw(postgres_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection that sets no scope."""
    connection = await asyncpg.connect(postgres_url)
    yield connection
    await connection.close()


@pytest.fixture
async def shops(database: Database) -> list[Shop]:
    made = [await make_shop(database) for _ in range(2)]
    for shop in made:
        await make_order(database, shop)
    return made


async def test_every_table_with_rows_of_brands_is_protected(database: Database, raw: asyncpg.Connection) -> None:
    found = await raw.fetch(
        """SELECT relname, relrowsecurity, relforcerowsecurity, pg_get_expr(polqual, polrelid) AS seen, polcmd
           FROM pg_class LEFT JOIN pg_policy ON polrelid = pg_class.oid
           WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"""
    )
    columns = await raw.fetch("SELECT table_name FROM information_schema.columns WHERE column_name = 'brand_id'")
    assert {row["table_name"] for row in columns} | {"brands"} == set(TABLES)
    policies = {row["relname"]: row for row in found if row["relrowsecurity"] and row["relforcerowsecurity"]}
    unprotected = set(TABLES) - set(policies)
    assert not unprotected, f"run row_level_security.protect() for {unprotected} in the migration that makes them"
    for name, column in TABLES.items():
        assert policies[name]["seen"].startswith(f"(({column} = ( SELECT"), name
        assert policies[name]["polcmd"] == b"*", "for reading and for writing"


async def test_raw_sql_sees_the_brand_of_its_transaction_only(raw: asyncpg.Connection, shops: list[Shop]) -> None:
    async def seen(said: str | None) -> dict[str, set[Any]]:
        async with raw.transaction():
            if said is not None:
                await raw.execute(SAY, said)
            return {
                name: {row[0] for row in await raw.fetch(f"SELECT {column} FROM {name}")}
                for name, column in TABLES.items()
            }

    filled = {name for name, ids in (await seen("all")).items() if ids}
    assert filled >= {"brands", "buyers", "buyer_recipients", "catalogs", "skus", "orders", "order_lines"}
    for shop in shops:
        assert await seen(shop.brand.id.hex) == {name: {shop.brand.id} if name in filled else set() for name in TABLES}
    nothing: dict[str, set[Any]] = {name: set() for name in TABLES}
    # Also after a transaction with a scope: the setting ends with the transaction.
    for said in (None, "", "00000000-0000-7000-8000-000000000000"):
        assert await seen(said) == nothing


async def test_raw_sql_cannot_write_to_another_brand(raw: asyncpg.Connection, shops: list[Shop]) -> None:
    ours, theirs = shops
    for said in (None, "", ours.brand.id.hex):
        async with raw.transaction():
            if said is not None:
                await raw.execute(SAY, said)
            where = f"WHERE brand_id = '{theirs.brand.id}'"
            assert await raw.execute(f"UPDATE orders SET comment = 'x' {where}") == "UPDATE 0"
            assert await raw.execute(f"DELETE FROM order_lines {where}") == "DELETE 0"
            assert await raw.execute(f"UPDATE brands SET name = 'x' WHERE id = '{theirs.brand.id}'") == "UPDATE 0"
    for statement in (
        f"INSERT INTO catalogs (brand_id, id, code, name) VALUES ('{theirs.brand.id}', gen_random_uuid(), 'x', 'x')",
        f"UPDATE catalogs SET brand_id = '{theirs.brand.id}'",
    ):
        async with raw.transaction():
            await raw.execute(SAY, ours.brand.id.hex)
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
                await raw.execute(statement)


async def test_raw_sql_in_a_session_is_restricted_to_its_scope(database: Database, shops: list[Shop]) -> None:
    ours, theirs = shops
    for scope, brands in (
        (Scope(ours.brand.id), {ours.brand.id}),
        (Scope(theirs.brand.id, theirs.buyer.id), {theirs.brand.id}),
        (EVERYTHING, {ours.brand.id, theirs.brand.id}),
    ):
        async with database.read(scope) as session:
            connection = await session.connection()
            assert set(await connection.scalars(text("SELECT brand_id FROM orders"))) == brands
            # models/database/visibility.py cannot see a table that is not used through its model.
            assert set(await connection.scalars(select(Order.__table__.c.brand_id))) == brands
    async with database.engine.connect() as connection:
        assert (await connection.scalars(text("SELECT id FROM orders"))).all() == []


async def test_concurrent_and_consecutive_sessions_do_not_share_a_scope(database: Database, shops: list[Shop]) -> None:
    async def brands(shop: Shop) -> None:
        for _ in range(10):
            async with database.read(Scope(shop.brand.id)) as session:
                connection = await session.connection()
                assert (await connection.scalars(text("SELECT id FROM brands"))).all() == [shop.brand.id]
            async with database.engine.connect() as connection:  # the pool hands nothing on
                assert (await connection.scalars(text("SELECT id FROM brands"))).all() == []

    await asyncio.gather(*(brands(shop) for shop in shops * 4))


async def test_sending_the_scope_costs_no_round_trip(database: Database, shops: list[Shop]) -> None:
    queries: list[str] = []
    async with database.read(Scope(shops[0].brand.id)) as session:
        connection = await session.connection()
        driver: Any = (await connection.get_raw_connection()).driver_connection
        driver.add_query_logger(lambda record: queries.append(record.query))
        await session.scalar(select(Brand.id))
    # Except for the SELECT, which this logger does not see.
    assert queries == [f"BEGIN; SET LOCAL orders.brand = '{shops[0].brand.id.hex}'", "ROLLBACK;"]


async def test_a_role_that_bypasses_row_level_security_is_reported(
    database: Database, postgres_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    superusers = postgres_url.replace(f"//{OWNER}@", f"//{SUPERUSER}@")
    assert await bypasses_row_security(database.engine) is None
    boss = Database(superusers)
    assert await bypasses_row_security(boss.engine) == SUPERUSER
    await boss.close()
    for url, told in ((postgres_url, ""), (superusers, f"does not bind the role {SUPERUSER}")):
        caplog.clear()
        settings = Settings(database_url=url, secret_key="", data_folder=tmp_path)
        await _prepare(settings, "http://127.0.0.1:8000")
        assert told in caplog.text
        assert bool(told) is bool(caplog.text)
        is_fine, finding = await _row_security(settings)
        assert is_fine is not bool(told)
        assert told in finding
