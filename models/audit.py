"""The audit: who decided what, when. Written in the transaction of the decision; a trigger refuses changes to it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Enum, ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.actor import Actor, ActorKind
from models.base import Base, new_id
from models.events import Event, OrderArchived, OrderChanged, OrderPlaced, OrderRejected, TagCreated, TagsApplied
from models.rejection import body_hash
from models.scope import BrandOwned, Internal


class AuditEntry(Internal, BrandOwned, Base):
    """`details` holds what the words of models/words.py need, and for a rejection the hash of the body."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        ForeignKeyConstraint(["brand_id"], ["brands.id"]),
        ForeignKeyConstraint(["brand_id", "order_id"], ["orders.brand_id", "orders.id"]),
        Index(None, "brand_id", "order_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)
    order_id: Mapped[UUID | None]
    kind: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    actor_kind: Mapped[ActorKind] = mapped_column(Enum(ActorKind, native_enum=False, length=16))
    actor_id: Mapped[str] = mapped_column(String(200))
    actor_name: Mapped[str] = mapped_column(String(200))
    request_id: Mapped[str | None] = mapped_column(String(64))
    details: Mapped[dict[str, Any]]


def entry(event: Event, actor: Actor, request_id: str | None) -> AuditEntry:
    kind, details = _told(event)
    return AuditEntry(
        brand_id=event.brand_id,
        order_id=None if isinstance(event, TagCreated) else event.order_id,
        kind=kind,
        at=event.at,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_name=actor.name,
        request_id=request_id,
        details=details,
    )


def _told(event: Event) -> tuple[str, dict[str, Any]]:
    match event:
        case OrderPlaced():
            return "ORDER_PLACED", {"source": event.source}
        case OrderRejected():
            return "ORDER_REJECTED", {
                "status_before": event.status_before,
                "status_after": event.status_after,
                "notify": event.notify,
                "body_sha256": body_hash(event.body),
            }
        case OrderArchived():
            return "ORDER_ARCHIVED", {}
        case OrderChanged():
            return event.kind, event.details
        case TagsApplied():
            return "TAGS_APPLIED", {"before": list(event.before), "after": list(event.after)}
        case TagCreated():
            return "TAG_CREATED", {"code": event.code}
