"""Keeps SQLite's write-ahead log (the file beside the database whose name ends in -wal) small.

Each commit that leaves more than 4 MB in the log copies it into the database (wal_autocheckpoint). The log starts again
from its beginning only at a moment without readers of it. With enough readers there is no such moment, and it grows
without end. So the server looks at its size every few seconds, and makes such a moment: writers wait a little, until
the readers of the log have ended; new ones read the database itself.

A reader that lasts longer than WAIT_SECONDS cannot be waited for. So the log is at most as large as LARGE_BYTES, plus
what is written during the longest read (a large workbook, a backup), plus the largest transaction.
"""

import asyncio
import logging
import sqlite3
from contextlib import closing
from pathlib import Path

from models.database.sessions import Database

INTERVAL_SECONDS = 5.0
MAX_INTERVAL_SECONDS = 60.0  # while a long reader makes it impossible
SMALL_BYTES = 16 * 2**20  # from here on it is emptied when nobody has to wait
LARGE_BYTES = 64 * 2**20  # from here on writers wait for it
WAIT_SECONDS = 2.0
log = logging.getLogger("orders.database")


def wal_bytes(database: Database) -> int:
    """The size of the log; 0 when there is none, as on PostgreSQL."""
    if not database.is_sqlite:
        return 0
    try:
        return Path(f"{database.url.database}-wal").stat().st_size
    except OSError:
        return 0


class Checkpoints:
    """Empties the log when it is `small` or larger, in bytes, and from `large` on has writers wait for that."""

    def __init__(self, database: Database, small: int = SMALL_BYTES, large: int = LARGE_BYTES) -> None:
        self._database = database
        self._small = small
        self._large = large

    async def run(self) -> None:
        """Until it is cancelled. Several workers may do so."""
        pause = INTERVAL_SECONDS
        while self._database.is_sqlite:
            await asyncio.sleep(pause)
            try:
                is_done = await self.checkpoint()
            except Exception:
                log.exception("the write-ahead log could not be emptied")
                is_done = False
            pause = INTERVAL_SECONDS if is_done else min(2 * pause, MAX_INTERVAL_SECONDS)

    async def checkpoint(self) -> bool:
        """False when the log is too large, and readers of it, another checkpoint or a writer are in the way."""
        size = wal_bytes(self._database)
        if size < self._small:
            return True
        wait = WAIT_SECONDS if size >= self._large else 0
        return await asyncio.to_thread(_truncate, self._database.url.database or "", wait)


def _truncate(path: str, wait: float) -> bool:
    with closing(sqlite3.connect(path, timeout=wait, isolation_level=None)) as connection:
        is_busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not is_busy
