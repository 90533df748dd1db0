"""Steps on PostgreSQL run past SQLAlchemy's connection: the same scope, errors, counts and pool as through it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from models.base import new_id
from models.database.engines import TIMEOUTS, is_busy
from models.database.prepared import Prepared, Steps
from models.database.sessions import Database
from models.scope import EVERYTHING, Scope
from tests.support.factories import make_shop


def steps(*texts: str) -> Steps:
    found = []
    for each in texts:
        found = yield Prepared(each, (), {}), {}
    return [tuple(row) for row in found]


@pytest.fixture(params=["", "?pgbouncer=true"])
async def database(postgres_url: str, request: pytest.FixtureRequest) -> AsyncIterator[Database]:
    database = Database(postgres_url + request.param)
    yield database
    assert database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
    await database.close()


async def test_row_level_security_sees_the_scope_of_each_run(database: Database) -> None:
    shop = await make_shop(database)
    names = "SELECT count(*) FROM brands"
    assert await database.run_steps(Scope(shop.brand.id), steps(names)) == [(1,)]
    assert await database.run_steps(Scope(new_id()), steps(names)) == [(0,)]
    assert await database.run_steps(EVERYTHING, steps(names)) == [(1,)]
    assert await database.run_steps(Scope(shop.brand.id), steps(names)) == [(1,)]
    # The setting ends with its transaction.
    async with database.engine.connect() as connection:
        assert await connection.scalar(text(names)) == 0


async def test_readers_are_rolled_back_and_writers_commit(database: Database) -> None:
    await make_shop(database)
    rename = "UPDATE brands SET name = '{}'"
    await database.run_steps(EVERYTHING, steps(rename.format("Read")))
    await database.run_steps(EVERYTHING, steps(rename.format("Written")), writes=True)
    with pytest.raises(DBAPIError):
        await database.run_steps(EVERYTHING, steps(rename.format("Failed"), "SELECT 1 / 0"), writes=True)
    assert await database.run_steps(EVERYTHING, steps("SELECT name FROM brands")) == [("Written",)]


async def test_the_pool_need_not_end_a_transaction_again(database: Database) -> None:
    """That would be a round trip more for each request."""
    has_ended: list[bool] = []
    event.listen(
        database.engine.sync_engine.pool, "reset", lambda _, __, state: has_ended.append(state.transaction_was_reset)
    )
    await database.run_steps(EVERYTHING, steps("SELECT 1"))
    await database.run_steps(EVERYTHING, steps("SELECT 1"), writes=True)
    with pytest.raises(DBAPIError):
        await database.run_steps(EVERYTHING, steps("SELECT 1 / 0"))
    assert has_ended == [True] * 3


async def test_an_error_of_what_reads_the_rows_rolls_back_too(database: Database) -> None:
    def failing() -> Steps:
        yield Prepared("UPDATE brands SET name = 'Failed'", (), {}), {}
        raise LookupError

    await make_shop(database)
    with pytest.raises(LookupError):
        await database.run_steps(EVERYTHING, failing(), writes=True)
    assert await database.run_steps(EVERYTHING, steps("SELECT name FROM brands WHERE name = 'Failed'")) == []


async def test_a_lost_connection_is_busy_and_replaced(database: Database) -> None:
    with pytest.raises(DBAPIError) as raised:
        await database.run_steps(EVERYTHING, steps("SELECT pg_terminate_backend(pg_backend_pid())", "SELECT 1"))
    assert raised.value.connection_invalidated
    assert is_busy(raised.value)
    assert await database.run_steps(EVERYTHING, steps("SELECT 7")) == [(7,)]


async def test_a_statement_that_a_migration_changed_is_prepared_again(database: Database) -> None:
    await make_shop(database)
    every = "SELECT * FROM schema_compatibility"
    before = await database.run_steps(EVERYTHING, steps(every))
    async with database.engine.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE schema_compatibility ADD COLUMN more integer")
    for _ in range(2):
        try:
            after = await database.run_steps(EVERYTHING, steps(every))
        except DBAPIError:  # once, on the connection that had prepared it
            continue
    assert after == [(*row, None) for row in before]


async def test_each_run_has_the_time_limits(database: Database) -> None:
    for name, value in TIMEOUTS.items():
        limit = value if value != "60s" else "1min"
        assert await database.run_steps(EVERYTHING, steps(f"SHOW {name}")) == [(limit,)]
        async with database.read(EVERYTHING) as session:
            assert await session.scalar(text(f"SHOW {name}")) == limit


async def test_statements_are_counted_and_parameters_stay_out_of_errors(database: Database) -> None:
    seen: list[str] = []

    def see(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(database.engine.sync_engine, "before_cursor_execute", see)

    def dividing() -> Steps:
        yield Prepared("SELECT 1 / $1::integer", ("zero",), {"zero": 0}), {}

    with pytest.raises(DBAPIError, match="division by zero") as raised:
        await database.run_steps(EVERYTHING, dividing())
    assert "parameters: " not in str(raised.value)
    await database.run_steps(EVERYTHING, steps("SELECT 1", "SELECT 2"))
    assert seen == ["SELECT 1 / $1::integer", "SELECT 1", "SELECT 2"]


async def test_a_cancelled_run_stops_its_statement_in_the_database(database: Database, postgres_url: str) -> None:
    outside = Database(postgres_url)
    asleep = "SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)' AND state = 'active'"

    async def until(sleepers: int) -> None:
        while await outside.run_steps(EVERYTHING, steps(asleep)) != [(sleepers,)]:  # noqa: ASYNC110 - only a poll tells
            await asyncio.sleep(0.01)

    running = asyncio.create_task(database.run_steps(EVERYTHING, steps("SELECT pg_sleep(60)")))
    await until(1)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await until(0)
    await outside.close()
