"""Set-up of each SQLite connection: pragmas, functions, and transactions with a bounded wait for locks."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection

ENDINGS = ("commit", "rollback")
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


class Calls:
    """How aiosqlite calls SQLite: in its thread, or for a short transaction at once, on the event loop.

    Two switches of threads for each call cost more than the short call itself. Whoever has got BEGIN IMMEDIATE waits
    for no lock until COMMIT. What waits for locks or the disk (BEGIN, COMMIT, ROLLBACK) is always called in the thread.
    """

    def __init__(self, driver: Any) -> None:
        self._in_thread = driver._execute
        self.at_once = False

    async def __call__(self, function: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        if self.at_once and getattr(function, "__name__", "") not in ENDINGS:
            return function(*arguments, **options)
        self.at_once = False
        return await self._in_thread(function, *arguments, **options)


def _month_in_zone(at: str, time_zone: str) -> str:
    """The month as 2026-11. PostgreSQL has a function of the same name (migration 0002)."""
    return datetime.fromisoformat(at).replace(tzinfo=UTC).astimezone(ZoneInfo(time_zone)).strftime("%Y-%m")


def begin(lock_wait: float, connection: Connection) -> None:
    """On `begin`: BEGIN, or BEGIN IMMEDIATE for a writer, with a wait of at most `lock_wait` seconds for a lock."""
    options = connection.get_execution_options()
    wait = options.get("wait", lock_wait)
    if connection.info.get("wait", lock_wait) != wait:
        cursor = connection.connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={wait * 1000:.0f}")
        cursor.close()
        connection.info["wait"] = wait
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writes") else "BEGIN")
    driver: Any = connection.connection.driver_connection
    driver._execute.at_once = bool(options.get("short"))
