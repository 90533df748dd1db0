"""Webhooks: where a partner app gets the events of its brand, and the last attempts to deliver them.

A webhook has a position in the brand's audit chain: the sender (exports/webhooks/) posts the events after it, one after
another, and moves it. So a command writes nothing for webhooks, and a receiver that was down catches up.
"""

import base64
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, Enum, ForeignKeyConstraint, Index, String, Text, and_, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from models.audit import AuditEntry, AuditHead
from models.base import Base, new_id
from models.scope import BrandOwned, Internal

SECRET_PREFIX = "whsec_"  # noqa: S105 - the prefix of all secrets (Standard Webhooks)
SECRET_BYTES = 32
OVERLAP = timedelta(hours=24)  # for which requests are signed with the secret before the last rotation, too
MAX_NAME_LENGTH = 100
MAX_URL_LENGTH = 2000
MAX_EMAIL_LENGTH = 320
MAX_WEBHOOKS = 20  # of a brand
KEPT_DELIVERIES = 500  # of a webhook
MAX_EXCERPT_LENGTH = 1000  # characters


class WebhookStatus(StrEnum):
    ACTIVE = "ACTIVE"
    PAUSED = "PAUSED"


class PauseReason(StrEnum):
    BY_ADMIN = "BY_ADMIN"
    FAILED_TOO_LONG = "FAILED_TOO_LONG"
    GONE = "GONE"


class Webhook(Internal, BrandOwned, Base):
    """`kinds`: the kinds of events that are sent; empty: all. `previous_secret` signs until `previous_until`, too.

    `position`: the sequence of the last event that was sent or is of another kind. `revision`: raised by each command,
    so that a sender that has claimed the webhook does not overwrite the command. `claims`: raised by each
    claim, and so the identity of a claim. `due_at`: the earliest time of the next attempt. `failures`: consecutive
    failed attempts, since `failing_since`. `test_id`: of a test that is to be sent, whatever the status is.
    `notice_due_at`: when the mail that says that the webhook was paused is to be sent; None: there is none to send.
    """

    __tablename__ = "webhooks"
    __table_args__ = (ForeignKeyConstraint(["brand_id"], ["brands.id"]),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)
    name: Mapped[str] = mapped_column(String(MAX_NAME_LENGTH))
    url: Mapped[str] = mapped_column(String(MAX_URL_LENGTH))
    kinds: Mapped[list[str]]
    alert_email: Mapped[str | None] = mapped_column(String(MAX_EMAIL_LENGTH))
    secret: Mapped[str] = mapped_column(String(100))
    previous_secret: Mapped[str | None] = mapped_column(String(100))
    previous_until: Mapped[datetime | None]
    status: Mapped[WebhookStatus] = mapped_column(
        Enum(WebhookStatus, native_enum=False, length=16), default=WebhookStatus.ACTIVE
    )
    pause_reason: Mapped[PauseReason | None] = mapped_column(Enum(PauseReason, native_enum=False, length=32))
    paused_at: Mapped[datetime | None]
    position: Mapped[int] = mapped_column(BigInteger)
    revision: Mapped[int] = mapped_column(default=0)
    claims: Mapped[int] = mapped_column(BigInteger, default=0)
    leased_until: Mapped[datetime | None]
    due_at: Mapped[datetime]
    failures: Mapped[int] = mapped_column(default=0)
    failing_since: Mapped[datetime | None]
    test_id: Mapped[UUID | None]
    notice_due_at: Mapped[datetime | None]
    notice_failures: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(200))


class WebhookDelivery(Internal, BrandOwned, Base):
    """One attempt to deliver an event, i.e. one request. The last KEPT_DELIVERIES of each webhook are kept.

    `sequence`, `kind`: of the event; None for a test. `number`: 1 for the first attempt at this event.
    `response_status`: None if there was no response; then `error` says why. `excerpt`: the start of the response's
    body.
    """

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        ForeignKeyConstraint(["brand_id"], ["brands.id"]),
        ForeignKeyConstraint(["brand_id", "webhook_id"], ["webhooks.brand_id", "webhooks.id"]),
        Index(None, "brand_id", "webhook_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)
    webhook_id: Mapped[UUID]
    message_id: Mapped[str] = mapped_column(String(100))
    sequence: Mapped[int | None] = mapped_column(BigInteger)
    kind: Mapped[str | None] = mapped_column(String(64))
    number: Mapped[int]
    at: Mapped[datetime]
    milliseconds: Mapped[int]
    is_delivered: Mapped[bool]
    response_status: Mapped[int | None]
    excerpt: Mapped[str | None] = mapped_column(Text)
    error: Mapped[str | None] = mapped_column(Text)


def new_secret() -> str:
    """E.g. whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw: the prefix, and base64 of the key."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


@dataclass(frozen=True, slots=True)
class Backlog:
    """`paused`: by the sender, not by an admin. `failing`: active ones whose last attempt failed.

    `pending`: events after the positions of the active ones, of whatever kind; `oldest_seconds`: age of the oldest.
    """

    paused: int
    failing: int
    pending: int
    oldest_seconds: float


async def backlog(session: AsyncSession, now: datetime) -> Backlog:
    """Two statements; one index look-up for each webhook that is behind."""
    is_active = Webhook.status == WebhookStatus.ACTIVE
    is_paused = and_(Webhook.status == WebhookStatus.PAUSED, Webhook.pause_reason != PauseReason.BY_ADMIN)
    behind = func.coalesce(AuditHead.sequence, 0) - Webhook.position
    counts = select(
        func.sum(case((is_paused, 1), else_=0)),
        func.sum(case((and_(is_active, Webhook.failures > 0), 1), else_=0)),
        func.sum(case((is_active, behind), else_=0)),
    ).outerjoin_from(Webhook, AuditHead, AuditHead.brand_id == Webhook.brand_id)
    oldest = (
        select(func.min(AuditEntry.at))
        .join(Webhook, and_(Webhook.brand_id == AuditEntry.brand_id, AuditEntry.sequence == Webhook.position + 1))
        .where(is_active)
    )
    paused, failing, pending = (await session.execute(counts)).one()
    at = await session.scalar(oldest)
    age = max((now - at).total_seconds(), 0.0) if at else 0.0
    return Backlog(int(paused or 0), int(failing or 0), int(pending or 0), age)
