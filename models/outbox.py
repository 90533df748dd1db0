"""The outbox: mails promised in the transaction of the decision, sent later by the relay (exports/outbox.py).

PENDING → (claimed under a lease, tried) → SENT, or PENDING again after a back-off, or FAILED when trying again is
pointless. The notice is frozen here: what the buyer reads is what was true when the brand decided.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Enum, ForeignKeyConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, new_id
from models.scope import Internal, OrderOwned


class NotificationStatus(StrEnum):
    PENDING = "PENDING"
    SENT = "SENT"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class OrderNotice:
    """All that a mail about an order says. Instants are RFC 3339 text; `body` None means the standard text.

    `kind` is the audit's kind of what was done, e.g. ORDER_REJECTED; `at` is when.
    """

    kind: str
    order_code: str
    placed_at: str
    at: str
    brand_name: str
    sender_name: str
    reply_to: str | None
    buyer_name: str
    to: list[str]
    locale: str
    time_zone: str
    body: str | None


class OutboxMessage(Internal, OrderOwned, Base):
    """`due_at`: not to be tried before. `leased_until`: a relay has it in hand until then."""

    __tablename__ = "outbox_messages"
    __table_args__ = (
        ForeignKeyConstraint(["brand_id", "order_id"], ["orders.brand_id", "orders.id"]),
        Index(None, "brand_id", "order_id"),
        # The relay works for all brands, oldest promise first.
        Index(None, "status", "due_at"),
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
