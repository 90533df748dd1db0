"""What the connector keeps, in one SQLite file: the orders, how far it has read, and its decisions."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path
from uuid import uuid4

from orders_client import OrderSummary

TABLES = """
CREATE TABLE IF NOT EXISTS orders (
    id TEXT PRIMARY KEY, code TEXT, status TEXT, version INTEGER, is_archived INTEGER, buyer TEXT, total TEXT
);
CREATE TABLE IF NOT EXISTS progress (one INTEGER PRIMARY KEY, start INTEGER, page TEXT, position INTEGER);
INSERT OR IGNORE INTO progress (one) VALUES (1);
CREATE TABLE IF NOT EXISTS decisions (
    order_id TEXT PRIMARY KEY, key TEXT, version INTEGER, reason TEXT, is_answered INTEGER DEFAULT FALSE
);
"""


@dataclass(frozen=True)
class Progress:
    """`start`: position of the feed before the first sync. `page`: cursor of the list that the first sync has come to.

    `position`: up to which the feed has been read; None until the first sync is complete.
    """

    start: int | None
    page: str | None
    position: int | None


@dataclass(frozen=True)
class Decision:
    """To reject an order, as it was then. Stored before the first try, so that every try is the same request."""

    order_id: str
    key: str
    version: int
    reason: str


class Mirror:
    def __init__(self, file: Path) -> None:
        self._db = sqlite3.connect(file, isolation_level=None, timeout=30)
        self._db.executescript(TABLES)

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, also when the process is killed."""
        self._db.execute("BEGIN IMMEDIATE")
        with self._db:
            yield

    def store(self, order: OrderSummary) -> None:
        """Storing an order twice does what storing it once does; an older version changes nothing."""
        row = (order.id, order.code, order.status.value, order.version, order.is_archived)
        total = f"{order.total.amount} {order.total.currency}"
        self._db.execute(
            """INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET
               status = excluded.status, version = excluded.version, is_archived = excluded.is_archived,
               buyer = excluded.buyer, total = excluded.total
               WHERE excluded.version >= orders.version""",
            (*row, order.buyer.name, total),
        )

    @property
    def progress(self) -> Progress:
        return Progress(*self._db.execute("SELECT start, page, position FROM progress").fetchone())

    def keep(self, progress: Progress) -> None:
        self._db.execute("UPDATE progress SET start = ?, page = ?, position = ?", astuple(progress))

    def clear(self) -> None:
        """Forgets the orders and how far they have been read; not the decisions."""
        self._db.execute("DELETE FROM orders")
        self.keep(Progress(None, None, None))

    def orders(self) -> list[tuple[str, ...]]:
        return self._db.execute("SELECT code, status, total, buyer FROM orders ORDER BY code").fetchall()

    def decide(self, code: str, reason: str) -> Decision | None:
        """The decision to reject this order: the one that has no answer yet, else a new one. None: no such order."""
        with self.transaction():
            self._db.execute(
                """INSERT INTO decisions (order_id, key, version, reason)
                   SELECT id, ?, version, ? FROM orders WHERE code = ?
                   ON CONFLICT (order_id) DO UPDATE SET key = excluded.key, version = excluded.version,
                   reason = excluded.reason, is_answered = FALSE WHERE is_answered""",
                (str(uuid4()), reason, code),
            )
            found = self._db.execute(
                "SELECT order_id, key, decisions.version, reason FROM decisions JOIN orders ON id = order_id "
                "WHERE code = ?",
                (code,),
            ).fetchone()
        return Decision(*found) if found else None

    def answered(self, decision: Decision) -> None:
        self._db.execute("UPDATE decisions SET is_answered = TRUE WHERE key = ?", (decision.key,))
