"""SQLite's write-ahead log stays small, in bytes, whatever readers come and go."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from uuid import uuid4

import pytest
from sqlalchemy import text

from models.database.checkpoints import Checkpoints, wal_bytes
from models.database.sessions import Database
from models.scope import EVERYTHING
from tests.support.factories import make_order, make_shop

MB = 2**20
SMALL, LARGE = MB // 4, MB


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    opened = Database(sqlite_url)
    await make_order(opened, await make_shop(opened))
    yield opened
    await opened.close()


@pytest.fixture
def checkpoints(database: Database) -> Checkpoints:
    return Checkpoints(database, SMALL, LARGE)


async def write(database: Database) -> None:
    """About a quarter of a megabyte; SQLite skips pages that stay the same."""
    async with database.transaction(EVERYTHING) as session:
        await session.execute(text("UPDATE orders SET comment = :text"), {"text": uuid4().hex * (MB // 4 // 32)})


class Readers:
    """At any moment at least one read is open; each sees a snapshot."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._open: list[AsyncExitStack] = []

    async def __aenter__(self) -> "Readers":
        await self._start()
        return self

    async def __aexit__(self, *_: object) -> None:
        while self._open:
            await self._open.pop().aclose()

    async def turn(self) -> None:
        """The next one begins before the one before ends."""
        await self._start()
        await self._open.pop(0).aclose()

    async def _start(self) -> None:
        stack = AsyncExitStack()
        session = await stack.enter_async_context(self._database.read(EVERYTHING))
        await session.execute(text("SELECT id FROM orders"))
        self._open.append(stack)


async def test_without_checkpoints_overlapping_readers_let_the_log_grow(database: Database) -> None:
    async with Readers(database) as readers:
        for _ in range(60):
            await write(database)
            await readers.turn()
    assert wal_bytes(database) > 14 * MB


async def test_it_stays_small_while_readers_come_and_go(database: Database, checkpoints: Checkpoints) -> None:
    largest = 0
    async with Readers(database) as readers:
        for _ in range(60):
            await write(database)
            await readers.turn()
            largest = max(largest, wal_bytes(database))
            checkpoint = asyncio.create_task(checkpoints.checkpoint())
            while not checkpoint.done():
                await readers.turn()
                await asyncio.sleep(0)
            await checkpoint
    assert largest < LARGE + MB, largest


async def test_after_a_long_read_it_is_emptied(database: Database, checkpoints: Checkpoints) -> None:
    async with Readers(database):
        for _ in range(8):
            await write(database)
        assert await checkpoints.checkpoint() is False  # it does not wait for a long read
        assert wal_bytes(database) > LARGE
    assert await checkpoints.checkpoint() is True
    assert wal_bytes(database) == 0


async def test_many_writes_without_readers_leave_little(database: Database) -> None:
    """SQLite alone, as in a command of the command line."""
    for _ in range(60):
        await write(database)
    assert wal_bytes(database) < 6 * MB


async def test_writers_are_not_kept_waiting_below_the_limit(
    database: Database, checkpoints: Checkpoints, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []

    def truncate(_: str, wait: float) -> bool:
        waits.append(wait)
        return True

    monkeypatch.setattr("models.database.checkpoints._truncate", truncate)
    for _ in range(6):
        await write(database)
        await checkpoints.checkpoint()
    assert waits[0] == 0
    assert waits[-1] > 0
