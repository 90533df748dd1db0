"""Removes records that are no longer needed: mails that were sent or given up, idempotency keys, bulk runs.

`orders prune` removes all of it, in small transactions, so that the server goes on meanwhile. The server itself removes
keys and bulk runs, a bounded part every few minutes. Orders, decisions, documents and the audit stay.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, func, literal, select, tuple_, update

from models.base import Base
from models.bulk_run import BulkRun
from models.database.sessions import Database
from models.idempotency import IdempotencyKey
from models.outbox import MAX_UNCLEAR, NotificationStatus, OutboxMessage
from models.scope import EVERYTHING
from resolvers.core.work import write_batch

BATCH_SIZE = 500
EXAMINED = 2_000  # rows of each kind in one step of the server's own sweep
FIRST_SECONDS = 60.0  # from the server's start to the first step
INTERVAL_SECONDS = 300.0  # between two steps
log = logging.getLogger("orders.database")

# Operations that are refused when they come a second time, however much later: their keys can be forgotten.
REFUSED_TWICE = (
    "rejectOrder",
    "sendOrderBackToCart",
    "archiveOrder",
    "createBacklogSkus",
    "issueInvoice",
    "voidInvoice",
    "deleteInvoice",
    "deleteDeliveryNote",
    "deleteTag",
    "createBuyer",
    "createRejectionReason",
)
Key = tuple[Any, ...]  # the values of a primary key

# The hash of a request whose answer was removed. No request has it, so a retry is refused: the key was used before.
ANSWER_REMOVED = ""


@dataclass(frozen=True, slots=True)
class Ages:
    """Days since a mail was last due, and since a key or bulk run was made."""

    mails: int = 365
    keys: int = 90
    bulk_runs: int = 90


@dataclass(frozen=True, slots=True)
class Kind:
    """Rows of one table. `values`: what they become; None: they are deleted."""

    name: str
    table: type[Base]
    where: tuple[ColumnElement[bool], ...]
    values: dict[str, Any] | None = None

    @property
    def keys(self) -> list[Any]:
        """The columns of the primary key."""
        return [getattr(self.table, str(column.key)) for column in self.table.__mapper__.primary_key]


def kinds(database: Database, ages: Ages) -> Sequence[Kind]:
    def before(days: int) -> Any:
        return database.now(-timedelta(days=days))

    mail, key, run = OutboxMessage, IdempotencyKey, BulkRun
    status = NotificationStatus
    is_settled = mail.status.in_([status.SENT, status.FAILED, status.CANCELLED]) | (
        (mail.status == status.MAY_HAVE_BEEN_DELIVERED) & (mail.unclear >= MAX_UNCLEAR)
    )
    old_mail = (mail.due_at < before(ages.mails), mail.created_at < before(ages.mails))
    old_key = (key.created_at < before(ages.keys), key.request_hash != ANSWER_REMOVED)
    old_run = (run.created_at < before(ages.bulk_runs), run.request_hash != ANSWER_REMOVED)
    # A retry of these could do something a second time: the key stays, and refuses the retry.
    no_answer: dict[str, Any] = {"request_hash": ANSWER_REMOVED, "answer": {}}
    no_orders: dict[str, Any] = {"request_hash": ANSWER_REMOVED, "order_ids": []}
    return (
        Kind("mails removed", mail, (is_settled, mail.leased_until.is_(None), *old_mail)),
        Kind("keys removed", key, (key.operation.in_(REFUSED_TWICE), *old_key)),
        Kind("keys without their answer", key, (key.operation.not_in(REFUSED_TWICE), *old_key), no_answer),
        Kind("bulk runs removed", run, (run.key.is_(None), *old_run)),
        Kind("bulk runs without their orders", run, (run.key.is_not(None), *old_run), no_orders),
    )


async def prunable(database: Database, ages: Ages) -> dict[str, int]:
    """The number of rows of each kind."""
    counts = {}
    async with database.read(EVERYTHING) as session:
        for kind in kinds(database, ages):
            found = select(func.count()).select_from(kind.table).where(*kind.where)
            counts[kind.name] = await session.scalar(found) or 0
    return counts


async def prune(database: Database, ages: Ages, *, batch_size: int = BATCH_SIZE) -> dict[str, int]:
    """The number of rows of each kind that were removed or emptied."""
    counts = {}
    for kind in kinds(database, ages):
        counts[kind.name] = 0
        async for rows in _batches(database, kind, batch_size):
            counts[kind.name] += await _change(database, kind, rows)
    return counts


class Sweep:
    """The server's own: old keys and bulk runs. Each step examines the next EXAMINED rows of each table.

    So a step is short, however large the tables are. Every server process may do it.
    """

    def __init__(self, database: Database, *, examined: int = EXAMINED) -> None:
        self._database = database
        self._examined = examined
        self._after: dict[str, Key] = {}

    async def run(self) -> None:
        """Until it is cancelled."""
        pause = FIRST_SECONDS
        while True:
            await asyncio.sleep(pause)
            pause = INTERVAL_SECONDS
            try:
                await self.step()
            except Exception:
                log.exception("old idempotency keys could not be removed; trying again in %.0f s", pause)

    async def step(self) -> int:
        """The number of rows that were removed or emptied."""
        count = 0
        for kind in kinds(self._database, Ages()):
            if kind.table is OutboxMessage:  # for `orders prune`, whose user decides how long mails are kept
                continue
            page = select(*kind.keys, and_(*kind.where)).order_by(*kind.keys).limit(self._examined)
            rows = await _page(self._database, kind, page, self._after.pop(kind.name, None))
            if len(rows) == self._examined:
                self._after[kind.name] = rows[-1][:-1]
            old = [row[:-1] for row in rows if row[-1]]
            for start in range(0, len(old), BATCH_SIZE):
                count += await _change(self._database, kind, old[start : start + BATCH_SIZE])
        return count


async def _change(database: Database, kind: Kind, rows: list[Key]) -> int:
    these = (tuple_(*kind.keys).in_(rows), *kind.where)
    change = update(kind.table).values(kind.values) if kind.values else delete(kind.table)
    return await write_batch(database, change.where(*these))


async def _page(database: Database, kind: Kind, page: Select[Any], after: Key | None) -> list[Key]:
    if after:
        values = (literal(value, key.type) for key, value in zip(kind.keys, after, strict=True))
        page = page.where(tuple_(*kind.keys) > tuple_(*values))
    async with database.read(EVERYTHING) as session:
        return [tuple(row) for row in await session.execute(page)]


async def _batches(database: Database, kind: Kind, size: int) -> AsyncIterator[list[Key]]:
    """The primary keys of the rows. Reads the table once, in the order of its primary key."""
    after: Key | None = None
    page = select(*kind.keys).where(*kind.where).order_by(*kind.keys).limit(size)
    while True:
        rows = await _page(database, kind, page, after)
        if rows:
            yield rows
        if len(rows) < size:
            return
        after = rows[-1]
