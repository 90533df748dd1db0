"""Set-up of each SQLite connection: pragmas, functions, and transactions with a bounded wait for locks."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection
from sqlalchemy.exc import MissingGreenlet
from sqlalchemy.util import greenlet_spawn

LOG = ("wal_autocheckpoint=1000", f"journal_size_limit={16 * 2**20}")  # pages of 4 KB; bytes


def prepare(connection: Any, _record: Any) -> None:
    """On `connect`: prepares a connection of the driver before its first use."""
    # The driver must not open transactions itself: with its default, concurrent writers silently lose updates.
    connection.isolation_level = None
    connection.create_function("month_in_zone", 2, _month_in_zone, deterministic=True)
    cursor = connection.cursor()
    # FULL: an answered command survives a power cut. With NORMAL, a mail could report a rejection that was lost.
    # The other two: models/database/checkpoints.py.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", *LOG):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
    connection.driver_connection._execute = Calls(connection.driver_connection)


WAIT = "wait"  # in a connection's `info`: its longest wait for a lock, in seconds, if that is not the usual one


def wait_at_most(seconds: float) -> str:
    return f"PRAGMA busy_timeout={seconds * 1000:.0f}"


async def checked_out(pool: Any) -> Any:
    """A connection of the pool. Its own interface: a Connection of SQLAlchemy would roll back in a hop of its own.

    Only a new connection needs a greenlet, in which to wait for the driver. So a listener of `checkout` must not wait.
    """
    if pool.checkedin():
        with suppress(MissingGreenlet):  # this one was closed
            return pool.connect()
    return await greenlet_spawn(pool.connect)


async def checked_in(pool: Any, pooled: Any) -> None:
    """Gives a connection back whose transaction has ended."""
    if not checked_in_at_once(pool, pooled):
        await greenlet_spawn(pooled._close_special, transaction_reset=True)


def checked_in_at_once(pool: Any, pooled: Any) -> bool:
    """False: the pool is full and will close it, which needs a greenlet."""
    has_room: bool = pool.checkedin() < pool.size()
    if has_room:
        pooled._close_special(transaction_reset=True)
    return has_room


class Calls:
    """How aiosqlite calls SQLite: in its thread, or at once, on the event loop.

    Two switches of threads for each call cost more than a short call itself. At once is called what does nothing in the
    database; and in a short transaction all of it, as whoever has got BEGIN IMMEDIATE waits for no lock until COMMIT.
    What waits for locks or the disk (BEGIN IMMEDIATE, COMMIT, ROLLBACK) is called in the thread, and so is everything
    behind a call that still runs there, e.g. because its request was cancelled.
    """

    def __init__(self, driver: Any) -> None:
        self._driver = driver
        self._in_thread = driver._execute
        # Two counters, as each is written by one thread only.
        self._begun = self._ended = 0
        self.is_short = self.is_group = False

    @property
    def is_idle(self) -> bool:
        """Whether nothing runs in the thread."""
        return self._begun == self._ended

    def begin_group(self) -> None:
        """models/database/short.py has begun a transaction, and ends it: nobody else commits it or rolls it back."""
        self.is_short = self.is_group = True

    def end_group(self) -> None:
        self.is_short = self.is_group = False

    async def __call__(self, function: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        name = getattr(function, "__name__", "")
        if name in ("commit", "rollback"):
            if self.is_group:
                return None
            self.is_short = False
        if self.is_idle and (self.is_short or self._does_nothing(function, name, arguments)):
            return function(*arguments, **options)
        self._begun += 1
        return await self._in_thread(partial(self._counted, function, *arguments, **options))

    def in_thread(self, function: Callable[[], Any], then: Callable[[Any], None]) -> None:
        """Calls it there, then `then` with its result on the event loop. It must not raise."""
        loop = asyncio.get_running_loop()
        self._begun += 1
        # Without a future and a task that waits for it: those take three turns of the event loop.
        self._driver._tx.put_nowait((None, lambda: loop.call_soon_threadsafe(then, self._counted(function))))

    def _does_nothing(self, function: Callable[..., Any], name: str, arguments: tuple[Any, ...]) -> bool:
        if name == "rollback":
            return not self._driver.in_transaction
        of_cursor = isinstance(getattr(function, "__self__", None), sqlite3.Cursor)
        return name == "cursor" or (of_cursor and (name == "close" or arguments[:1] == ("BEGIN",)))

    def _counted(self, function: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        try:
            return function(*arguments, **options)
        finally:
            self._ended += 1


def _month_in_zone(at: str, time_zone: str) -> str:
    """The month as 2026-11. PostgreSQL has a function of the same name (migration 0002)."""
    return datetime.fromisoformat(at).replace(tzinfo=UTC).astimezone(ZoneInfo(time_zone)).strftime("%Y-%m")


def begin(lock_wait: float, connection: Connection) -> None:
    """On `begin`: BEGIN, or BEGIN IMMEDIATE for a writer, with a wait of at most `lock_wait` seconds for a lock."""
    driver: Any = connection.connection.driver_connection
    if driver._execute.is_short:  # models/database/short.py has begun it
        return
    options = connection.get_execution_options()
    wait = options.get("wait", lock_wait)
    if connection.info.get(WAIT, lock_wait) != wait:
        cursor = connection.connection.cursor()
        cursor.execute(wait_at_most(wait))
        cursor.close()
        connection.info[WAIT] = wait
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writes") else "BEGIN")
    driver._execute.is_short = bool(options.get("short"))
