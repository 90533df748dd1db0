"""The connection for PostgreSQL's notifications: it is closed whenever its task is cancelled."""

import asyncio
import gc
from contextlib import suppress

from models.database.channel import Channel
from models.database.sessions import Database


async def test_a_connection_that_is_being_opened_is_closed_too(postgres_url: str) -> None:
    """An unclosed connection is a ResourceWarning, and so a failure."""
    database = Database(postgres_url)
    for number in range(80):
        task = asyncio.create_task(Channel(database, lambda _: None).run())
        await asyncio.sleep(number * 0.0003)  # each time it has come further
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    await asyncio.sleep(0)
    del task
    gc.collect()
    await database.close()
