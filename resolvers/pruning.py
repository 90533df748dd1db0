"""`orders prune`: removes what nobody needs any more: mails that are done with, idempotency keys, bulk runs.

In small transactions, so that the server goes on meanwhile. Orders, decisions, documents and the audit stay.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, func, literal, select, tuple_, update

from models.base import Base
from models.bulk_run import BulkRun
from models.database.sessions import Database
from models.idempotency import IdempotencyKey
from models.outbox import MAX_UNCLEAR, NotificationStatus, OutboxMessage
from models.scope import EVERYTHING
from resolvers.core.work import write_batch

BATCH_SIZE = 500

# Operations that the order or the buyer refuses when they come a second time: their keys can be forgotten.
REFUSED_TWICE = ("rejectOrder", "createBuyer")
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
        keys = [getattr(kind.table, str(column.key)) for column in kind.table.__mapper__.primary_key]
        async for rows in _batches(database, kind, keys, batch_size):
            these = (tuple_(*keys).in_(rows), *kind.where)
            change = update(kind.table).values(kind.values) if kind.values else delete(kind.table)
            counts[kind.name] += await write_batch(database, change.where(*these))
    return counts


async def _batches(database: Database, kind: Kind, keys: list[Any], size: int) -> AsyncIterator[list[tuple[Any, ...]]]:
    """The primary keys of the rows. Reads the table once, in the order of its primary key."""
    after: tuple[Any, ...] | None = None
    while True:
        page = select(*keys).where(*kind.where).order_by(*keys).limit(size)
        if after:
            page = page.where(
                tuple_(*keys) > tuple_(*(literal(value, key.type) for key, value in zip(keys, after, strict=True)))
            )
        async with database.read(EVERYTHING) as session:
            rows = [tuple(row) for row in await session.execute(page)]
        if rows:
            yield rows
        if len(rows) < size:
            return
        after = rows[-1]
