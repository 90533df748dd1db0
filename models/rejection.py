"""The record of a rejection: one per order, permanent. A unique key and a trigger enforce it in the database."""

import hashlib
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Enum, ForeignKeyConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.actor import Actor, ActorKind
from models.base import AddedOnce, Base
from models.events import OrderRejected
from models.scope import OrderOwned

T = TypeVar("T")


class OrderRejection(AddedOnce, OrderOwned, Base):
    """`notified`: a mail to the buyer was put into the outbox. `body`: its message, as sent.

    If the buyer had no address, `body` is the message as typed. With notify off it is None.
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
        old = event.taken_over
        return cls.made(
            brand_id=event.brand_id,
            order_id=event.order_id,
            rejected_at=old.rejected_at if old else event.at,
            actor_kind=actor.kind,
            actor_id=actor.id,
            actor_name=old.by if old else actor.name,
            status_before=event.status_before,
            notified=event.notified,
            body=event.body,
            bulk_run_id=bulk_run_id,
        )


def rejected_by(member: T, brand: T, *, to_buyer: bool) -> T:
    """Who rejected an order, as a name or as the columns of a query.

    Privacy: a buyer sees the brand, never the member. Everything that shows who rejected an order asks here.
    """
    return brand if to_buyer else member


def body_hash(body: str | None) -> str | None:
    """SHA-256 of the message, in hexadecimal. The audit entry proves the message without repeating it."""
    return hashlib.sha256(body.encode()).hexdigest() if body is not None else None
