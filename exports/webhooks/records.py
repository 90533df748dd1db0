"""What the sender reads from and writes to the database: claims, events, the results of attempts, released leases.

Each write does nothing if another sender has claimed the webhook since: then that sender records the result.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, CursorResult, and_, delete, select, update

from exports.webhooks.claims import Candidate, Candidates, EventRow, claim, next_events
from models import audit
from models.actor import Actor
from models.brand import Brand
from models.database import chain
from models.database.sessions import Database
from models.events import WebhookChanged
from models.messages.history import EventKind
from models.policy import Role
from models.scope import EVERYTHING
from models.webhook import KEPT_DELIVERIES, PauseReason, Webhook, WebhookDelivery

LEASE = timedelta(minutes=1)  # begins again with each event
MAX_SESSIONS = 3  # at a time, so that the pool's connections are left to requests


class Records:
    """The records of one sender. `clock`: of this process; it dates the audit entries."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._sessions = asyncio.Semaphore(MAX_SESSIONS)
        self._candidates = Candidates(database)

    @property
    def may_have_webhooks(self) -> bool:
        """False: the last look has found that there is no webhook at all."""
        return self._candidates.may_exist

    async def find(self, most: int, most_failing: int) -> list[Candidate]:
        """The webhooks with something to send: `most_failing` of those whose last attempt failed, `most` others."""
        async with self._sessions:
            return await self._candidates.find(most, most_failing)

    async def claim(self, chosen: Sequence[Candidate]) -> Sequence[tuple[Webhook, bool]]:
        async with self._sessions, self._database.transaction(EVERYTHING) as session:
            return await claim(session, chosen, self._database.now(), self._database.now(LEASE))

    async def next_events(self, webhook: Webhook) -> tuple[Sequence[EventRow], int]:
        async with self._sessions, self._database.read(EVERYTHING) as session:
            return await next_events(session, webhook)

    async def record(
        self, webhook: Webhook, delivery: WebhookDelivery, values: dict[str, Any], reason: PauseReason | None = None
    ) -> bool:
        """Records an attempt. False, and nothing but the attempt, if a command or another sender was faster."""
        async with self._sessions, self._database.transaction(EVERYTHING) as session:
            is_ours = await _changed(session, update(Webhook).where(_is_unchanged(webhook)).values(values))
            if is_ours:
                session.add(delivery)
            elif await _changed(session, update(Webhook).where(_is_claim(webhook)).values(leased_until=None)):
                session.add(delivery)  # a command has changed the webhook: it begins with what the command said
            if is_ours and reason:
                event = WebhookChanged(
                    brand_id=webhook.brand_id,
                    at=self._clock(),
                    kind=EventKind.WEBHOOK_PAUSED,
                    webhook_id=webhook.id,
                    name=webhook.name,
                    details={"reason": reason.value},
                )
                entry = audit.entry(event, _actor(webhook.brand_id), None)
                await chain.record(session, [entry], self._clock)
        return is_ours

    async def record_test(self, webhook: Webhook, delivery: WebhookDelivery, test_id: UUID) -> None:
        is_this = and_(_is_claim(webhook), Webhook.test_id == test_id)
        async with self._sessions, self._database.transaction(EVERYTHING) as session:
            if await _changed(session, update(Webhook).where(is_this).values(test_id=None)):
                session.add(delivery)

    async def record_notice(self, webhook: Webhook, values: dict[str, Any]) -> None:
        """Records the result of the mail to the admins. Does nothing if a command has changed the webhook."""
        async with self._sessions, self._database.transaction(EVERYTHING) as session:
            await _changed(session, update(Webhook).where(_is_unchanged(webhook)).values(values))

    async def release(self, webhook: Webhook, **values: Any) -> None:
        """Gives the webhook back, with these values unless a command has changed it."""
        async with self._sessions, self._database.transaction(EVERYTHING) as session:
            released = {"leased_until": None}
            is_ours = bool(values) and await _changed(
                session, update(Webhook).where(_is_unchanged(webhook)).values(released | values)
            )
            if not is_ours:
                await _changed(session, update(Webhook).where(_is_claim(webhook)).values(released))

    async def prune(self, webhook: Webhook) -> None:
        """Keeps the last KEPT_DELIVERIES."""
        delivery = WebhookDelivery
        of_webhook = and_(delivery.brand_id == webhook.brand_id, delivery.webhook_id == webhook.id)
        last = select(delivery.id).where(of_webhook).order_by(delivery.id.desc()).offset(KEPT_DELIVERIES).limit(1)
        async with self._sessions, self._database.read(EVERYTHING) as session:
            too_old = await session.scalar(last)
        if too_old:
            async with self._sessions, self._database.transaction(EVERYTHING) as session:
                await _changed(session, delete(delivery).where(of_webhook, delivery.id <= too_old))

    async def brand_and_last_attempt(self, webhook: Webhook) -> tuple[Brand, WebhookDelivery | None]:
        """The webhook's brand, and the last attempt at an event (not at a test)."""
        delivery = WebhookDelivery
        of_webhook = and_(delivery.brand_id == webhook.brand_id, delivery.webhook_id == webhook.id)
        attempts = select(delivery).where(of_webhook, delivery.sequence.is_not(None))
        async with self._sessions, self._database.read(EVERYTHING) as session:
            brand = (await session.scalars(select(Brand).where(Brand.id == webhook.brand_id))).one()
            return brand, await session.scalar(attempts.order_by(delivery.id.desc()).limit(1))


async def _changed(session: Any, statement: Any) -> bool:
    result = await session.execute(statement.execution_options(synchronize_session=False))
    return cast("CursorResult[Any]", result).rowcount > 0


def _is_claim(webhook: Webhook) -> ColumnElement[bool]:
    """The webhook's row, unless another sender has claimed it since."""
    return and_(Webhook.brand_id == webhook.brand_id, Webhook.id == webhook.id, Webhook.claims == webhook.claims)


def _is_unchanged(webhook: Webhook) -> ColumnElement[bool]:
    """The webhook's row, unless another sender has claimed it or a command has changed it since."""
    return and_(_is_claim(webhook), Webhook.revision == webhook.revision)


def _actor(brand_id: UUID) -> Actor:
    """In the audit, for what the sender does by itself. It is no member, so no order can be assigned to it."""
    return Actor(role=Role.APP, id="server:webhooks", name="Webhook sender", brand_id=brand_id)
