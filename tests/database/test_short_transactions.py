"""Short transactions on SQLite: few calls in the driver's thread; a cancelled or failed one leaves nothing behind.

Each of them is on the disk when it ends.
"""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import IntegrityError

from models.brand import Brand
from models.database.engines import create_engine, parse_database_url
from models.database.prepared import Prepared, Steps, run_text
from models.database.sessions import Database
from models.database.turns import Turns
from models.scope import EVERYTHING
from tests.support.factories import make_shop


async def calls_in_thread(database: Database) -> tuple[Any, int]:
    """The only connection of the pool, and how many calls its thread was given so far."""
    async with database.engine.connect() as connection:
        raw = await connection.get_raw_connection()
        driver: Any = raw.driver_connection
        return driver, driver._execute._begun


async def test_only_commit_is_called_in_the_thread(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    await make_shop(database)
    driver, before = await calls_in_thread(database)
    async with database.transaction(EVERYTHING, short=True) as session:
        brand = (await session.scalars(select(Brand))).one()
        brand.name = "Renamed"
        await session.flush()
        await session.execute(select(func.count()).select_from(Brand))
    after, calls = await calls_in_thread(database)
    assert after is driver
    assert calls - before == 1
    async with database.read(EVERYTHING) as session:
        assert await session.scalar(select(Brand.name)) == "Renamed"
    await database.close()


async def test_a_failed_one_changes_nothing_and_the_next_one_works(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    await make_shop(database)

    async def fail() -> None:
        async with database.transaction(EVERYTHING, short=True) as session:
            await session.execute(update(Brand).values(name="Lost"))
            await session.execute(update(Brand).values(code=None))

    with pytest.raises(IntegrityError):
        await fail()
    async with database.transaction(EVERYTHING, short=True) as session:
        assert await session.scalar(select(Brand.name)) != "Lost"
    await database.close()


async def test_one_that_is_cancelled_while_it_waits_for_the_lock_leaves_nothing_open(sqlite_url: str) -> None:
    other, database = Database(sqlite_url), Database(sqlite_url)
    await make_shop(database)
    is_waiting = asyncio.Event()

    async def rename(name: str) -> None:
        is_waiting.set()
        async with database.transaction(EVERYTHING, short=True) as session:
            await session.execute(update(Brand).values(name=name))

    async with other.transaction(EVERYTHING):
        cancelled = asyncio.create_task(rename("Cancelled"))
        await is_waiting.wait()
        for _ in range(100):  # until BEGIN IMMEDIATE is called
            await asyncio.sleep(0)
        cancelled.cancel()
    with pytest.raises(asyncio.CancelledError):
        await cancelled
    async with other.transaction(EVERYTHING) as session:  # nobody holds the lock
        assert await session.scalar(select(Brand.name)) != "Cancelled"
    await rename("Renamed")
    async with other.read(EVERYTHING) as session:
        assert await session.scalar(select(Brand.name)) == "Renamed"
    await database.close()
    await other.close()


async def test_a_commit_waits_for_the_disk(sqlite_url: str) -> None:
    """Otherwise a mail could report a rejection that a power cut has undone. Tests do without: tests/conftest.py."""
    engine = create_engine(parse_database_url(sqlite_url))
    async with engine.connect() as connection:
        settings = [await connection.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous")]
    await engine.dispose()
    assert settings == ["wal", 2]


async def test_a_connection_waits_for_a_lock_as_long_as_its_writer_may(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the writer before, on the same connection, had left of its time."""
    database = Database(sqlite_url, lock_wait=timedelta(seconds=20))

    def steps() -> Steps:
        rows = yield Prepared("PRAGMA busy_timeout", (), {}), {}
        return rows[0][0]

    async def milliseconds(way: str, left: float) -> int:
        async def take(turns: Turns, *, can_join: bool = False) -> tuple[float, None]:
            turns.is_taken = True
            return left, None

        monkeypatch.setattr(Turns, "take", take)
        if way == "steps":
            found: int = await database.run_steps(EVERYTHING, steps(), writes=True)
            return found
        async with database.transaction(EVERYTHING, short=way == "short") as session:
            return int((await run_text(session, "PRAGMA busy_timeout", ()))[0][0])

    for way in ("session", "steps"):
        for left in (0.5, 20, 0.3, 20, 20):
            assert await milliseconds(way, left) == left * 1000
        for _ in range(2):
            await milliseconds("short", 1)  # which begins at once, and so waits for nobody
            assert await milliseconds(way, 20) == 20_000
    await database.close()
