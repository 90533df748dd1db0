"""A transaction that is cancelled at any moment: the next one on its connection commits what it says."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from sqlalchemy import Update, bindparam, event, select, text, update

from models.brand import Brand
from models.database.prepared import Prepared, Preparing, Query, Steps, run_text
from models.database.sessions import Database
from models.scope import EVERYTHING, Scope
from tests.support.factories import make_shop

Write = Callable[[Database, str], Coroutine[Any, Any, None]]
TURNS = 40  # of the event loop: more than such a transaction needs


def _rename(_: Preparing) -> Update:
    return update(Brand).values(name=bindparam("new_name")).returning(Brand.name)


RENAME = Query(_rename)


def steps(database: Database, name: str) -> Steps:
    yield from RENAME.step(database.engine.dialect, EVERYTHING, new_name=name)
    return (yield from RENAME.step(database.engine.dialect, EVERYTHING, new_name=name))


async def by_steps(database: Database, name: str) -> None:
    await database.run_steps(EVERYTHING, steps(database, name), writes=True)


async def by_reading_steps(database: Database, name: str) -> None:
    await database.run_steps(EVERYTHING, steps(database, name))


async def short(database: Database, name: str) -> None:
    async with database.transaction(Scope(None), short=True) as session:
        await RENAME.rows(session, new_name=name)


async def mixed(database: Database, name: str) -> None:
    async with database.transaction(EVERYTHING, short=True) as session:
        await session.execute(update(Brand).values(name=name))
        await RENAME.rows(session, new_name=name)


async def ordinary(database: Database, name: str) -> None:
    async with database.transaction(EVERYTHING) as session:
        await session.execute(update(Brand).values(name=name))


async def reading(database: Database, _: str) -> None:
    async with database.read(EVERYTHING) as session:
        await run_text(session, "SELECT 1", ())


@pytest.mark.parametrize("cancelled", [by_steps, by_reading_steps, short, mixed, ordinary, reading])
async def test_the_next_transaction_commits(database: Database, database_url: str, cancelled: Write) -> None:
    await make_shop(database)
    outside = Database(database_url)
    await by_steps(database, "Before")
    for turn in range(TURNS):
        task = asyncio.create_task(cancelled(database, "Cancelled"))
        for _ in range(turn):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        for number, write in enumerate((by_steps, ordinary)):
            await write(database, f"After {turn}, {number}")
            async with outside.read(EVERYTHING) as session:
                assert await session.scalar(select(Brand.name)) == f"After {turn}, {number}"
    await outside.close()


async def test_a_connection_that_is_in_a_transaction_is_not_used_again(postgres_url: str) -> None:
    database, outside = Database(postgres_url), Database(postgres_url)
    await make_shop(database)
    async with database.engine.connect() as connection:
        raw = await connection.get_raw_connection()
        driver: Any = raw.driver_connection
        await driver.transaction().start()
    await ordinary(database, "After")
    assert driver.is_closed()
    async with outside.read(EVERYTHING) as session:
        assert await session.scalar(select(Brand.name)) == "After"
    await database.close()
    await outside.close()


async def test_connections_that_the_server_closed_while_they_were_idle_are_replaced(postgres_url: str) -> None:
    database, outside = Database(postgres_url), Database(postgres_url)
    await make_shop(database)
    async with database.engine.connect() as one, database.engine.connect() as two:
        drivers: list[Any] = [(await each.get_raw_connection()).driver_connection for each in (one, two)]
    async with outside.engine.connect() as connection:
        await connection.execute(
            text("""SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()""")
        )
    async with asyncio.timeout(30):
        while not all(each.is_closed() for each in drivers):  # noqa: ASYNC110 - the driver has no event for it
            await asyncio.sleep(0.01)
    await ordinary(database, "After")
    async with outside.read(EVERYTHING) as session:
        assert await session.scalar(select(Brand.name)) == "After"
    await database.close()
    await outside.close()


async def test_a_cancelled_read_of_prepared_statements_interrupts_them(sqlite_url: str) -> None:
    """Otherwise this one would run for ever, and closing the database would wait for it."""
    database, loop, has_begun = Database(sqlite_url), asyncio.get_running_loop(), asyncio.Event()
    endless = Prepared("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x FROM n) SELECT count(*) FROM n", (), {})

    def steps() -> Steps:
        yield endless, {}

    def begin(statement: str) -> None:
        if statement == endless.text:  # it runs
            loop.call_soon_threadsafe(has_begun.set)

    @event.listens_for(database.engine.sync_engine, "connect")
    def on_connect(connection: Any, _: Any) -> None:
        connection.driver_connection._conn.set_trace_callback(begin)

    reading = asyncio.create_task(database.run_steps(EVERYTHING, steps()))
    await has_begun.wait()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    await database.close()
