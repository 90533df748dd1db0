"""Claiming messages under a lease: those that are ready, from each brand in turn, and those whose lease has expired.

Claims use SKIP LOCKED on PostgreSQL and run as the only writer on SQLite, so that no message is claimed twice. They use
the two partial indexes of the outbox: a claim costs the same with ten or a million messages waiting.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, Select, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models.outbox import IN_HAND, READY, OutboxMessage

BEFORE_ALL_BRANDS = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A claimed message. `attempts` includes this one and identifies the claim. The other fields are as in the row."""

    id: UUID
    brand_id: UUID
    notice: dict[str, Any]
    attempts: int
    lost: int
    left_over: dict[str, Any] | None
    leased_until: datetime
    created_at: datetime


COLUMNS = tuple(getattr(OutboxMessage, name) for name in Claimed.__slots__)


async def brands_due(session: AsyncSession, now: datetime, most: int, after: UUID) -> list[UUID]:
    """At most `most` brands with due messages: the next ones after the brand `after`, or else the first ones.

    Takes one index look-up for each brand that has waiting messages.
    """
    waiting = select(_next_brand(after).label("brand_id")).cte("waiting", recursive=True)
    waiting = waiting.union_all(select(_next_brand(waiting.c.brand_id)).where(waiting.c.brand_id.is_not(None)))
    is_due = exists().where(OutboxMessage.brand_id == waiting.c.brand_id, READY, OutboxMessage.due_at <= now)
    found = list(await session.scalars(select(waiting.c.brand_id).where(is_due).limit(most)))
    return found if found or after == BEFORE_ALL_BRANDS else await brands_due(session, now, most, BEFORE_ALL_BRANDS)


def _next_brand(after: UUID | ColumnElement[UUID]) -> ScalarSelect[UUID]:
    waiting = select(OutboxMessage.brand_id).where(READY, OutboxMessage.brand_id > after)
    return waiting.order_by(OutboxMessage.brand_id).limit(1).scalar_subquery()


async def claim_ready(
    session: AsyncSession, now: datetime, until: datetime, most: int, brands: list[UUID]
) -> list[Claimed]:
    """Claims up to `most` messages: the oldest of each brand, the same number for every brand as far as possible."""
    claimed: list[Claimed] = []
    for number, brand_id in enumerate(brands):
        share = (most - len(claimed)) // (len(brands) - number)
        mine = OutboxMessage.brand_id == brand_id
        due = select(OutboxMessage.id).where(mine, READY, OutboxMessage.due_at <= now)
        claimed += await _lease(session, due.order_by(OutboxMessage.due_at).limit(share), mine, until)
    return claimed


async def is_lost(session: AsyncSession, now: datetime) -> bool:
    """Whether a lease has expired."""
    return bool(await session.scalar(select(exists().where(IN_HAND, OutboxMessage.leased_until <= now))))


async def claim_lost(session: AsyncSession, now: datetime, until: datetime) -> Claimed | None:
    """Claims the message whose lease expired first: its relay died while sending it."""
    due = select(OutboxMessage.id).where(IN_HAND, OutboxMessage.leased_until <= now)
    due = due.order_by(OutboxMessage.leased_until).limit(1)
    taken = await _lease(session, due, IN_HAND, until, lost=OutboxMessage.lost + 1)
    return taken[0] if taken else None


async def _lease(
    session: AsyncSession, due: Select[Any], where: ColumnElement[bool] | Any, until: datetime, **values: Any
) -> list[Claimed]:
    # A CTE, because PostgreSQL may run a subquery with LIMIT more than once and then claim too many.
    chosen = due.with_for_update(skip_locked=True).cte("due")
    claim = (
        update(OutboxMessage)
        .where(where, OutboxMessage.id.in_(select(chosen.c.id)))
        .values(leased_until=until, attempts=OutboxMessage.attempts + 1, **values)
        .returning(*COLUMNS)
        .execution_options(synchronize_session=False)
    )
    return [Claimed(*row) for row in await session.execute(claim)]
