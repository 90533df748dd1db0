"""The record of a rejection: one per order, for good. The unique key and a trigger keep it so in the database too."""

import hashlib
from datetime import datetime
from uuid import UUID

from sqlalchemy import Enum, ForeignKeyConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.actor import Actor, ActorKind
from models.base import Base
from models.events import OrderRejected
from models.scope import OrderOwned


class OrderRejection(OrderOwned, Base):
    """`notified`: a mail to the buyer went into the outbox. `body`: what it says, as sent.

    It is kept as typed where there was nobody to tell; None with notify off.
    """

    __tablename__ = "order_rejections"
    __table_args__ = (ForeignKeyConstraint(["brand_id", "order_id"], ["orders.brand_id", "orders.id"]),)

    order_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-1)
    rejected_at: Mapped[datetime]
    actor_kind: Mapped[ActorKind] = mapped_column(Enum(ActorKind, native_enum=False, length=16))
    actor_id: Mapped[str] = mapped_column(String(200))
    actor_name: Mapped[str] = mapped_column(String(200))
    status_before: Mapped[str] = mapped_column(String(32))
    notified: Mapped[bool]
    body: Mapped[str | None] = mapped_column(Text)
    bulk_run_id: Mapped[UUID | None]

    @classmethod
    def of(cls, event: OrderRejected, actor: Actor, *, bulk_run_id: UUID | None = None) -> "OrderRejection":
        return cls(
            brand_id=event.brand_id,
            order_id=event.order_id,
            rejected_at=event.at,
            actor_kind=actor.kind,
            actor_id=actor.id,
            actor_name=actor.name,
            status_before=event.status_before,
            notified=event.notified,
            body=event.body,
            bulk_run_id=bulk_run_id,
        )


def body_hash(body: str | None) -> str | None:
    """SHA-256 of the message, hex: the audit proves what was said without repeating it."""
    return hashlib.sha256(body.encode()).hexdigest() if body is not None else None
