"""PostgreSQL's LISTEN/NOTIFY between the processes of this product: a hint that there is something to read.

The hint is sent by itself after a commit, on a connection of its own: within the transaction it would make all commits
of the database wait for each other, and a hint that is lost only means that the next poll finds what it was about.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import asyncpg

from models.database.sessions import Database

NAME = "orders_events"
RETRY_SECONDS = 5.0
EVERY_SECONDS = 0.01  # hints that become due meanwhile are sent together
log = logging.getLogger("orders.events")


class Channel:
    """`on_hint` is called with each hint; with None when hints may have been missed.

    On SQLite, and behind PgBouncer, which does not pass notifications on, there are no hints: only the poll.
    """

    def __init__(self, database: Database, on_hint: Callable[[str | None], None]) -> None:
        self._database = database
        self._on_hint = on_hint
        self._due: set[str] = set()
        self._is_due = asyncio.Event()
        self._is_lost = asyncio.Event()
        self.is_possible = not database.is_sqlite and "pgbouncer" not in database.url.query

    def send(self, hint: str) -> None:
        """Soon, to all processes that listen."""
        if self.is_possible:
            self._due.add(hint)
            self._is_due.set()

    async def run(self) -> None:
        """Until it is cancelled. Connects again when the connection is lost."""
        while self.is_possible:
            connection = None
            try:
                connection = await self._connect()
                self._on_hint(None)
                await self._send_all(connection)
            except Exception as error:
                log.warning("no notifications from the database: %s", type(error).__name__)
            finally:
                if connection is not None:
                    connection.terminate()
            await asyncio.sleep(RETRY_SECONDS)

    async def _connect(self) -> Any:
        _, options = self._database.engine.sync_engine.dialect.create_connect_args(
            self._database.url.difference_update_query(["pgbouncer"])
        )
        connection = await asyncpg.connect(**options, timeout=10)
        try:
            self._is_lost.clear()
            connection.add_termination_listener(lambda _: self._is_lost.set())
            await connection.add_listener(NAME, lambda _connection, _process, _name, hint: self._on_hint(hint))
        except BaseException:  # also when this is cancelled
            connection.terminate()
            raise
        return connection

    async def _send_all(self, connection: Any) -> None:
        lost = asyncio.create_task(self._is_lost.wait())
        try:
            while not lost.done():
                due = asyncio.create_task(self._is_due.wait())
                await asyncio.wait({due, lost}, return_when=asyncio.FIRST_COMPLETED)
                due.cancel()
                self._is_due.clear()
                hints, self._due = self._due, set()
                for hint in hints:
                    await connection.execute("SELECT pg_notify($1, $2)", NAME, hint)
                with suppress(TimeoutError):
                    await asyncio.wait_for(asyncio.shield(lost), EVERY_SECONDS)
        finally:
            lost.cancel()
