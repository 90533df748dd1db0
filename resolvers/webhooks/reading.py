"""The brand's webhooks and the last deliveries of each, for its admins."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select

from models.permissions import Permission, permits
from models.webhook import Webhook, WebhookDelivery
from resolvers.core.context import Context
from resolvers.core.refusals import require
from resolvers.reading.pagination import Page, PageRequest, by_id, read_page

KEYS = [by_id(WebhookDelivery.id, descending=True)]


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """As WebhookDelivery."""

    id: UUID
    webhook_id: UUID
    message_id: str
    sequence: int | None
    kind: str | None
    number: int
    at: datetime
    milliseconds: int
    is_delivered: bool
    response_status: int | None
    excerpt: str | None
    error: str | None


async def webhooks(context: Context) -> Sequence[Webhook]:
    """Oldest first. Raises InputError for a viewer who is no admin."""
    require(context, Permission.MANAGE_WEBHOOKS)
    async with context.read() as session:
        return list(await session.scalars(select(Webhook).order_by(Webhook.id)))


async def webhooks_by_id(context: Context, ids: Collection[UUID]) -> dict[UUID, Webhook]:
    """None for a viewer who is no admin."""
    if not permits(context.actor.role, Permission.MANAGE_WEBHOOKS):
        return {}
    async with context.read() as session:
        return {each.id: each for each in await session.scalars(select(Webhook).where(Webhook.id.in_(ids)))}


async def deliveries_by_id(context: Context, ids: Collection[UUID]) -> dict[UUID, DeliveryRow]:
    """None for a viewer who is no admin."""
    if not permits(context.actor.role, Permission.MANAGE_WEBHOOKS):
        return {}
    async with context.read() as session:
        rows = await session.execute(_deliveries().where(WebhookDelivery.id.in_(ids)))
        return {row.id: DeliveryRow(*row) for row in rows}


async def page_of_deliveries(context: Context, webhook_id: UUID | None, request: PageRequest) -> Page[DeliveryRow]:
    """Newest first; none of an unknown webhook. Raises InputError for a viewer who is no admin."""
    require(context, Permission.MANAGE_WEBHOOKS)
    statement = _deliveries().where(WebhookDelivery.webhook_id == webhook_id)
    async with context.read() as session:
        return await read_page(session, statement, KEYS, request, DeliveryRow)


async def count_deliveries(context: Context, webhook_id: UUID | None) -> int:
    count = select(func.count()).select_from(WebhookDelivery).where(WebhookDelivery.webhook_id == webhook_id)
    async with context.read() as session:
        return await session.scalar(count) or 0


def _deliveries() -> Select[Any]:
    return select(*(getattr(WebhookDelivery, each.name) for each in fields(DeliveryRow)))
