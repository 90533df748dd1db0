"""How a relay takes messages under a lease: what is ready, from each brand in turn; and what another relay lost.

Both lock with SKIP LOCKED on PostgreSQL and run as the only writer on SQLite, so that no message is taken twice. The
two partial indexes of the outbox serve them: a claim costs the same whether ten mails wait or a million.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, Select, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models.outbox import IN_HAND, READY, OutboxMessage

FIRST = UUID(int=0)  # sorts before every brand


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message in hand; `attempts` counts this one, and tells this claim from a later one. The rest as in the row."""

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
    """The brands for whom something is due, `most` at most: those that sort after `after`, else the first ones.

    One step in the index for each brand that has mails waiting.
    """
    turns = select(_next_brand(after).label("brand_id")).cte("turns", recursive=True)
    turns = turns.union_all(select(_next_brand(turns.c.brand_id)).where(turns.c.brand_id.is_not(None)))
    is_due = exists().where(OutboxMessage.brand_id == turns.c.brand_id, READY, OutboxMessage.due_at <= now)
    found = list(await session.scalars(select(turns.c.brand_id).where(is_due).limit(most)))
    return found if found or after == FIRST else await brands_due(session, now, most, FIRST)


def _next_brand(after: UUID | ColumnElement[UUID]) -> ScalarSelect[UUID]:
    waiting = select(OutboxMessage.brand_id).where(READY, OutboxMessage.brand_id > after)
    return waiting.order_by(OutboxMessage.brand_id).limit(1).scalar_subquery()


async def claim_ready(
    session: AsyncSession, now: datetime, until: datetime, most: int, brands: list[UUID]
) -> list[Claimed]:
    """Up to `most` messages, the oldest of each of these brands, and as many of each."""
    claimed: list[Claimed] = []
    for number, brand_id in enumerate(brands):
        share = (most - len(claimed)) // (len(brands) - number)
        mine = OutboxMessage.brand_id == brand_id
        due = select(OutboxMessage.id).where(mine, READY, OutboxMessage.due_at <= now)
        claimed += await _take(session, due.order_by(OutboxMessage.due_at).limit(share), mine, until)
    return claimed


async def is_lost(session: AsyncSession, now: datetime) -> bool:
    """Whether a lease has run out."""
    return bool(await session.scalar(select(exists().where(IN_HAND, OutboxMessage.leased_until <= now))))


async def claim_lost(session: AsyncSession, now: datetime, until: datetime) -> Claimed | None:
    """The message whose lease ran out first; its relay has ended without a word."""
    due = select(OutboxMessage.id).where(IN_HAND, OutboxMessage.leased_until <= now)
    due = due.order_by(OutboxMessage.leased_until).limit(1)
    taken = await _take(session, due, IN_HAND, until, lost=OutboxMessage.lost + 1)
    return taken[0] if taken else None


async def _take(
    session: AsyncSession, due: Select[Any], where: ColumnElement[bool] | Any, until: datetime, **values: Any
) -> list[Claimed]:
    # A CTE, as PostgreSQL may run a subquery with LIMIT more than once, and take more.
    chosen = due.with_for_update(skip_locked=True).cte("due")
    claim = (
        update(OutboxMessage)
        .where(where, OutboxMessage.id.in_(select(chosen.c.id)))
        .values(leased_until=until, attempts=OutboxMessage.attempts + 1, **values)
        .returning(*COLUMNS)
        .execution_options(synchronize_session=False)
    )
    return [Claimed(*row) for row in await session.execute(claim)]
