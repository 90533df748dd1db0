"""Adds entries to a brand's audit chain, with statements that are made once."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from models.actor import Actor
from models.audit import COLUMNS, AuditEntry, AuditHead, digest, entry_values
from models.base import insert_new, new_id
from models.database.inserting import flush, insert
from models.database.prepared import Query
from models.events import Event

_HEAD = Query(
    lambda _: (
        select(AuditHead.sequence, AuditHead.hash, AuditHead.at)
        .where(AuditHead.brand_id == bindparam("of_brand"))
        .with_for_update()
    )
)
_MOVE = Query(
    lambda _: (
        update(AuditHead)
        .where(AuditHead.brand_id == bindparam("of_brand"))
        .values(sequence=bindparam("to_sequence"), hash=bindparam("to_hash"), at=bindparam("to_at"))
        .returning(AuditHead.sequence)
    )
)


async def record(session: AsyncSession, entries: Iterable[AuditEntry], clock: Callable[[], datetime]) -> None:
    """Adds entries about one brand to its chain, as the last thing that a command writes.

    `clock` is read under the lock of the head.

    Everything else is written before the head is locked. A transaction that holds the head waits for no other lock, so
    a deadlock is impossible.
    """
    chained = list(entries)
    if chained:
        await _chain(session, chained, clock)
        await insert(session, chained)


async def chained_rows(
    session: AsyncSession, events: Sequence[Event], actor: Actor, clock: Callable[[], datetime]
) -> tuple[Sequence[str], list[Sequence[Any]]]:
    """Like `record`, for very many events: the columns and rows of their entries, which the caller writes at once."""
    entries = [SimpleNamespace(**entry_values(event, actor, None)) for event in events]
    if entries:
        await _chain(session, entries, clock)
    return COLUMNS, [[getattr(entry, name) for name in COLUMNS] for entry in entries]


async def _chain(session: AsyncSession, entries: Sequence[Any], clock: Callable[[], datetime]) -> None:
    """Locks and moves the head of the brand's chain; gives the entries their places in it, their instant and ids."""
    await flush(session)
    brand_id = entries[0].brand_id
    heads = await _HEAD.rows(session, of_brand=brand_id)
    if not heads:
        # If two transactions write a brand's first entry at once, the second waits here for the first to commit. If the
        # first has just done so, a trigger refuses a new head before the conflict with the other one is seen.
        with suppress(IntegrityError):
            async with session.begin_nested():
                await session.execute(insert_new(session, AuditHead).values(brand_id=brand_id, sequence=0, hash=""))
        heads = await _HEAD.rows(session, of_brand=brand_id)
    ((sequence, hash, last_at),) = heads
    at = clock()
    if last_at is not None and at < last_at:  # the clock of this machine is behind that of another one
        at = last_at + timedelta(microseconds=1)
    for new in entries:
        sequence += 1
        values = vars(new)
        values.update(id=new_id(), at=at, sequence=sequence, previous_hash=hash)
        values["hash"] = hash = digest(new)
    await _MOVE.rows(session, of_brand=brand_id, to_sequence=sequence, to_hash=hash, to_at=at)
