"""Claiming messages under a lease: those that are ready, from each brand in turn, and those whose lease has expired.

Claims use SKIP LOCKED on PostgreSQL and run as the only writer on SQLite, so that no message is claimed twice. They use
the two partial indexes of the outbox: a claim costs the same with ten or a million messages waiting. Instants are the
database's: Database.now(). The messages of one order leave in order: one waits while an earlier one is pending.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, Select, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from models.outbox import IN_HAND, READY, NotificationStatus, OutboxMessage

Instant = datetime | ColumnElement[datetime]
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
    unclear: int
    created_at: datetime


COLUMNS = tuple(getattr(OutboxMessage, name) for name in Claimed.__slots__)
_earlier = aliased(OutboxMessage)
# OFFSET 0 keeps PostgreSQL from turning this into a hash join, which would read the whole outbox for each claim.
FIRST_OF_ITS_ORDER = ~exists(
    select(_earlier.id)
    .where(
        _earlier.brand_id == OutboxMessage.brand_id,
        _earlier.order_id == OutboxMessage.order_id,
        _earlier.id < OutboxMessage.id,
        or_(_earlier.status == NotificationStatus.PENDING, _earlier.leased_until.is_not(None)),
    )
    .offset(0)
    .correlate(OutboxMessage)
)


async def brands_due(session: AsyncSession, now: Instant, most: int, after: UUID) -> list[UUID]:
    """At most `most` brands with due messages: the next ones after the brand `after`, or else the first ones.

    Takes one index look-up for each brand that has waiting messages.
    """
    waiting = select(_next_brand(after).label("brand_id")).cte("waiting", recursive=True)
    waiting = waiting.union_all(select(_next_brand(waiting.c.brand_id)).where(waiting.c.brand_id.is_not(None)))
    is_due = exists().where(
        OutboxMessage.brand_id == waiting.c.brand_id, READY, OutboxMessage.due_at <= now, FIRST_OF_ITS_ORDER
    )
    found = list(await session.scalars(select(waiting.c.brand_id).where(is_due).limit(most)))
    return found if found or after == BEFORE_ALL_BRANDS else await brands_due(session, now, most, BEFORE_ALL_BRANDS)


def _next_brand(after: UUID | ColumnElement[UUID]) -> ScalarSelect[UUID]:
    waiting = select(OutboxMessage.brand_id).where(READY, OutboxMessage.brand_id > after)
    return waiting.order_by(OutboxMessage.brand_id).limit(1).scalar_subquery()


async def claim_ready(
    session: AsyncSession, now: Instant, until: Instant, most: int, brands: list[UUID]
) -> list[Claimed]:
    """Claims up to `most` messages: the oldest of each brand, the same number for every brand as far as possible."""
    claimed: list[Claimed] = []
    for number, brand_id in enumerate(brands):
        share = (most - len(claimed)) // (len(brands) - number)
        mine = OutboxMessage.brand_id == brand_id
        due = select(OutboxMessage.id).where(mine, READY, OutboxMessage.due_at <= now, FIRST_OF_ITS_ORDER)
        claimed += await _lease(session, due.order_by(OutboxMessage.due_at).limit(share), mine, until)
    return claimed


async def is_lost(session: AsyncSession, now: Instant) -> bool:
    """Whether a lease has expired."""
    return bool(await session.scalar(select(exists().where(IN_HAND, OutboxMessage.leased_until <= now))))


async def claim_lost(session: AsyncSession, now: Instant, until: Instant) -> Claimed | None:
    """Claims the message whose lease expired first: its relay died while sending it."""
    due = select(OutboxMessage.id).where(IN_HAND, OutboxMessage.leased_until <= now)
    due = due.order_by(OutboxMessage.leased_until).limit(1)
    taken = await _lease(session, due, IN_HAND, until, lost=OutboxMessage.lost + 1)
    return taken[0] if taken else None


async def _lease(
    session: AsyncSession, due: Select[Any], where: ColumnElement[bool] | Any, until: Instant, **values: Any
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
