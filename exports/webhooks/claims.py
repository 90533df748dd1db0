"""Which webhooks have something to send, claiming them under a lease, and the events that they send next.

Instants are the database's: Database.now(). Reading comes first: a claim is a write, which blocks all other writers on
SQLite. The webhook that has waited longest comes first, so brands and webhooks take turns.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from models.audit import AuditEntry, AuditHead
from models.database.prepared import Preparing, Query, Steps
from models.database.sessions import Database
from models.order import Order
from models.scope import EVERYTHING
from models.webhook import Webhook, WebhookStatus

Instant = datetime | ColumnElement[datetime]
PAGE = 50  # events that are sent under one lease
MAX_SCANNED = 5000  # events of other kinds that one look passes by


@dataclass(frozen=True, slots=True)
class Candidate:
    brand_id: UUID
    id: UUID


@dataclass(frozen=True, slots=True)
class EventRow:
    """`order_*`: None for an event that is about no order."""

    sequence: int
    kind: str
    at: datetime
    order_id: UUID | None
    order_code: str | None
    order_version: int | None
    order_status: str | None


def _is_free(now: Instant) -> ColumnElement[bool]:
    return or_(Webhook.leased_until.is_(None), Webhook.leased_until <= now)


class Candidates:
    """Looks for webhooks with events, a test or a mail to send now. Runs after each event of any brand."""

    def __init__(self, database: Database) -> None:
        self._database = database
        now = database.now()
        self._now: Any = bindparam("now", type_=Webhook.due_at.type) if isinstance(now, datetime) else now
        self._healthy = Query(lambda preparing: self._due(preparing, Webhook.failures == 0))
        self._failing = Query(lambda preparing: self._due(preparing, Webhook.failures > 0))
        self._any = Query(lambda _: select(Webhook.brand_id, Webhook.id).limit(1))
        self.may_exist = True  # False: the last look has found that there is no webhook at all

    async def find(self, most: int, most_failing: int) -> list[Candidate]:
        """The one that has waited longest first; `most_failing` of those whose last attempt failed."""
        found: list[Candidate] = await self._database.run_steps(EVERYTHING, self._steps(most, most_failing))
        return found

    def _steps(self, most: int, most_failing: int) -> Steps:
        dialect, now = self._database.engine.dialect, self._database.now()
        healthy: Sequence[Any] = ()
        failing: Sequence[Any] = ()
        if most > 0:
            healthy = yield from self._healthy.step(dialect, EVERYTHING, most=most, now=now)
        if most_failing > 0:
            failing = yield from self._failing.step(dialect, EVERYTHING, most=most_failing, now=now)
        found = [Candidate(*row) for row in (*healthy, *failing)]
        self.may_exist = bool(found) or bool((yield from self._any.step(dialect, EVERYTHING)))
        return found

    def _due(self, preparing: Preparing, condition: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
        now = self._now
        is_active = Webhook.status == WebhookStatus.ACTIVE
        has_events = and_(is_active, Webhook.due_at <= now, AuditHead.sequence > Webhook.position)
        return (
            select(Webhook.brand_id, Webhook.id)
            .outerjoin(AuditHead, AuditHead.brand_id == Webhook.brand_id)
            .where(condition, _is_free(now))
            .where(or_(has_events, Webhook.test_id.is_not(None), Webhook.notice_due_at <= now))
            .order_by(Webhook.due_at, Webhook.id)
            .limit(preparing.most)
        )


async def claim(
    session: AsyncSession, chosen: Sequence[Candidate], now: Instant, until: Instant
) -> Sequence[tuple[Webhook, bool]]:
    """Claims those that no other sender has claimed. With each, whether events are due, besides a test or a mail.

    `claims` of a webhook identifies the claim.
    """
    keys = [(each.brand_id, each.id) for each in chosen]
    free = (
        select(Webhook.brand_id, Webhook.id)
        .where(tuple_(Webhook.brand_id, Webhook.id).in_(keys), _is_free(now))
        .with_for_update(skip_locked=True)
        .cte("free")
    )
    statement = (
        update(Webhook)
        .where(tuple_(Webhook.brand_id, Webhook.id).in_(select(free.c.brand_id, free.c.id)))
        .values(leased_until=until, claims=Webhook.claims + 1)
        .returning(Webhook, and_(Webhook.status == WebhookStatus.ACTIVE, Webhook.due_at <= now))
        .execution_options(synchronize_session=False)
    )
    return [(webhook, bool(is_due)) for webhook, is_due in await session.execute(statement)]


async def next_events(session: AsyncSession, webhook: Webhook) -> tuple[Sequence[EventRow], int]:
    """The next events that the webhook sends, at most PAGE; and the number up to which there are no others."""
    head = await session.scalar(select(AuditHead.sequence).where(AuditHead.brand_id == webhook.brand_id)) or 0
    end = min(head, webhook.position + MAX_SCANNED)
    entry, order = AuditEntry, Order
    statement = (
        select(entry.sequence, entry.kind, entry.at, entry.order_id, order.code, order.version, order.status)
        .outerjoin(order, and_(order.brand_id == entry.brand_id, order.id == entry.order_id))
        .where(entry.brand_id == webhook.brand_id, entry.sequence > webhook.position, entry.sequence <= end)
        .order_by(entry.sequence)
        .limit(PAGE)
    )
    if webhook.kinds:
        statement = statement.where(entry.kind.in_(webhook.kinds))
    rows: list[EventRow] = [EventRow(*row) for row in await session.execute(statement)]  # type: ignore[arg-type]
    return rows, rows[-1].sequence if len(rows) == PAGE else end
