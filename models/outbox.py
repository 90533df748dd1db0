"""The outbox: mails promised in the transaction of the decision, sent later by the relay (exports/relay/relay.py).

PENDING → (claimed under a lease, tried) → SENT, or PENDING again after a back-off, or FAILED when trying again is
pointless. The notice is frozen here: what the buyer reads is what was true when the brand decided.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Enum, ForeignKeyConstraint, Index, String, Text, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Json, new_id
from models.locale import Locale
from models.messages.mail import MailKind
from models.scope import Internal, OrderOwned


class NotificationStatus(StrEnum):
    PENDING = "PENDING"
    SENT = "SENT"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class OrderNotice:
    """All that a mail about an order says. Instants are RFC 3339 text.

    `kind` is the audit's kind of what was done, e.g. ORDER_REJECTED; `at` is when. `body` None, in what an earlier
    release promised, is the standard text.
    """

    kind: MailKind
    order_code: str
    placed_at: str
    at: str
    brand_name: str
    sender_name: str
    reply_to: str | None
    buyer_name: str
    to: list[str]
    locale: Locale
    time_zone: str
    body: str | None


# As text: a partial index serves only a query that says its condition literally. Not "status =": SQLite would take
# that as a reason to prefer the index that begins with it, and read all that waits.
READY = text("status NOT IN ('SENT', 'FAILED') AND leased_until IS NULL")
IN_HAND = text("leased_until IS NOT NULL")


class OutboxMessage(Internal, OrderOwned, Base):
    """`due_at`: not to be tried before. `leased_until`: a relay has it in hand until then.

    `lost`: how many times in a row a lease ran out because its relay ended without a word. `left_over`: when some
    recipients have got the mail, {"to": those who may still get it, "note": what was said of those refused for good}.
    """

    __tablename__ = "outbox_messages"
    __table_args__ = (
        ForeignKeyConstraint(["brand_id", "order_id"], ["orders.brand_id", "orders.id"]),
        Index(None, "brand_id", "order_id"),
        # What is waiting and since when, of all brands; how many have failed.
        Index(None, "status", "due_at"),
        # The relay takes from each brand in turn, oldest promise first; and looks for leases that ran out.
        Index(None, "brand_id", "due_at", postgresql_where=READY, sqlite_where=READY),
        Index(None, "leased_until", postgresql_where=IN_HAND, sqlite_where=IN_HAND),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-2)
    kind: Mapped[str] = mapped_column(String(64))
    recipients: Mapped[list[str]]
    notice: Mapped[dict[str, Any]]
    status: Mapped[NotificationStatus] = mapped_column(
        Enum(NotificationStatus, native_enum=False, length=16, create_constraint=True, name="status"),
        default=NotificationStatus.PENDING,
    )
    attempts: Mapped[int] = mapped_column(default=0)
    lost: Mapped[int] = mapped_column(default=0, server_default="0")
    left_over: Mapped[dict[str, Any] | None] = mapped_column(Json)
    due_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)


def message(notice: OrderNotice, *, brand_id: UUID, order_id: UUID, at: datetime) -> OutboxMessage:
    return OutboxMessage(
        id=new_id(),
        brand_id=brand_id,
        order_id=order_id,
        kind=notice.kind,
        recipients=notice.to,
        notice=asdict(notice),
        due_at=at,
        created_at=at,
    )


async def oldest_due(session: AsyncSession, now: datetime) -> datetime | None:
    """Since when the mail that has waited longest could have been sent; None when none is waiting."""
    waiting = select(OutboxMessage.due_at).where(
        OutboxMessage.status == NotificationStatus.PENDING, OutboxMessage.due_at <= now
    )
    due_at: datetime | None = await session.scalar(waiting.order_by(OutboxMessage.due_at).limit(1))
    return due_at


async def unsent(session: AsyncSession) -> dict[NotificationStatus, int]:
    """How many mails are PENDING and how many have FAILED; those sent are not counted, as they only grow."""
    statuses = (NotificationStatus.PENDING, NotificationStatus.FAILED)
    counts = select(OutboxMessage.status, func.count()).where(OutboxMessage.status.in_(statuses))
    found = {row[0]: row[1] for row in await session.execute(counts.group_by(OutboxMessage.status))}
    return {status: found.get(status, 0) for status in statuses}
