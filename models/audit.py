"""The audit log: who decided what, and when. An entry is written in the transaction of the decision itself.

Triggers refuse every change to an entry. Each entry holds the hash of the one before it, per brand: a hash chain.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Enum, ForeignKeyConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.actor import Actor, ActorKind
from models.base import AddedOnce, Base, new_id
from models.events import (
    ApiKeyChanged,
    BrandSettingsUpdated,
    BuyerCreated,
    BuyerErased,
    BuyerUpdated,
    Event,
    OrderArchived,
    OrderChanged,
    OrderPlaced,
    OrderRejected,
    RejectionReasonCreated,
    RejectionReasonUpdated,
    SkuUpdated,
    TagCreated,
    TagDeleted,
    TagsApplied,
    TagUpdated,
    UserSignedOut,
    WebhookChanged,
)
from models.messages.history import EventKind
from models.rejection import body_hash
from models.scope import BrandOwned, Internal


class AuditEntry(AddedOnce, Internal, BrandOwned, Base):
    """`details`: the values for the sentences of models/messages/history.py; of a rejection also hashes of texts.

    `at`, `id` and `sequence` are given under the lock of the brand's head: all three follow the order of commits.
    """

    __tablename__ = "audit_entries"
    __table_args__ = (
        ForeignKeyConstraint(["brand_id"], ["brands.id"]),
        ForeignKeyConstraint(["brand_id", "order_id"], ["orders.brand_id", "orders.id"]),
        Index(None, "brand_id", "order_id", "id"),
        Index(None, "brand_id", "at", "id"),
        Index(None, "brand_id", "sequence", unique=True),
        Index(None, "brand_id", "actor_id", "actor_name"),
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
    # The position in the brand's chain, and the SHA-256 (hex) of the entry before it and of this one.
    sequence: Mapped[int | None] = mapped_column(BigInteger)
    previous_hash: Mapped[str | None] = mapped_column(String(64))
    hash: Mapped[str | None] = mapped_column(String(64))


NOTHING: Mapping[str, Any] = {}
COLUMNS = tuple(AuditEntry.__table__.columns.keys())


class AuditActor(Internal, BrandOwned, Base):
    """Who has entries in a brand's audit, under which name. A trigger writes it (migration 0017)."""

    __tablename__ = "audit_actors"

    actor_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    actor_name: Mapped[str] = mapped_column(String(200), primary_key=True)


class BuyerEvent(BrandOwned, Base):
    """What a buyer sees of an audit entry about one of its orders. A trigger writes it (migration 0024).

    `sequence`: the position among the events of the buyer, without gaps, so that it says nothing of the rest of the
    brand. `entry_sequence`: of the audit entry. `user_name`: of the buyer's user who did it; None: the brand did.
    """

    __tablename__ = "buyer_events"
    __table_args__ = (
        ForeignKeyConstraint(["brand_id", "order_id"], ["orders.brand_id", "orders.id"]),
        Index(None, "brand_id", "entry_sequence", unique=True),
        Index(None, "brand_id", "order_id", "sequence"),
    )

    buyer_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-2)
    sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True, sort_order=-1, autoincrement=False)
    entry_sequence: Mapped[int] = mapped_column(BigInteger)
    order_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    user_name: Mapped[str | None] = mapped_column(String(200))
    code: Mapped[str | None] = mapped_column(String(64))
    comment: Mapped[str | None] = mapped_column(Text)


class AuditHead(BrandOwned, Base):
    """The last entry of a brand's chain. A transaction that adds entries locks this row until it commits.

    Triggers let it only move forward; the marker of older entries never changes.

    Not Internal: a buyer who approves an OC adds to the chain too.
    """

    __tablename__ = "audit_heads"
    __table_args__ = (ForeignKeyConstraint(["brand_id"], ["brands.id"]),)

    sequence: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(String(64))
    # Of the last entry; None until this release, or one that is newer, has written one.
    at: Mapped[datetime | None]
    # A marker of the entries that were written before there was a chain: their number, and `unchained_digest` of them.
    unchained: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    unchained_hash: Mapped[str] = mapped_column(String(64), default="", server_default="")


def digest(entry: AuditEntry) -> str:
    """SHA-256 (hex) of all columns of an entry, the hash of the entry before it included."""
    return hashlib.sha256(hashed_text(entry).encode()).hexdigest()


def hashed_text(entry: Any) -> str:
    """The text that `digest` hashes: canonical JSON. `entry`: an AuditEntry, or a row with all of its columns."""
    return "{" + ", ".join([f"{key}: {_canonical(getattr(entry, name))}" for name, key in _HASHED]) + "}"


# Sorted by name. An encoder that is given the whole entry takes twice as long.
_HASHED = [(name, json.dumps(name)) for name in sorted(COLUMNS) if name != "hash"]


def _canonical(value: object) -> str:
    if isinstance(value, str):
        return encode_basestring(value)
    return f'"{_plain(value)}"' if isinstance(value, (UUID, datetime)) else _CANONICAL.encode(value)


def _plain(value: object) -> str:
    return _instant(value) if isinstance(value, datetime) else str(value)


@lru_cache(maxsize=16)  # entries of a batch have the same
def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


_CANONICAL = json.JSONEncoder(sort_keys=True, ensure_ascii=False, default=_plain)


def entry(event: Event, actor: Actor, request_id: str | None, more: Mapping[str, Any] = NOTHING) -> AuditEntry:
    """Without its place in the chain: models/database/chain.py gives it that. `more`: further details."""
    return AuditEntry.made(**entry_values(event, actor, request_id, more))


def entry_values(
    event: Event, actor: Actor, request_id: str | None, more: Mapping[str, Any] = NOTHING
) -> dict[str, Any]:
    kind, details = _kind_and_details(event)
    return {
        "brand_id": event.brand_id,
        "order_id": getattr(event, "order_id", None),
        "kind": kind,
        "actor_kind": actor.kind,
        "actor_id": actor.id,
        "actor_name": actor.name,
        "request_id": request_id,
        "details": {**details, **more},
    }


def _kind_and_details(event: Event) -> tuple[str, dict[str, Any]]:
    match event:
        case OrderPlaced():
            return EventKind.ORDER_PLACED, {"source": event.source}
        case OrderRejected():
            return EventKind.ORDER_REJECTED, {
                "decided_at": event.at.isoformat(),
                "status_before": event.status_before,
                "status_after": event.status_after,
                "notify": event.notify,
                "notified": event.notified,
                "body_sha256": body_hash(event.body),
                **_grounds(event),
            }
        case OrderArchived():
            return EventKind.ORDER_ARCHIVED, {}
        case OrderChanged():
            return event.kind, event.details
        case TagsApplied():
            return EventKind.TAGS_APPLIED, {"before": list(event.before), "after": list(event.after)}
        case TagCreated():
            return EventKind.TAG_CREATED, {"code": event.code}
        case TagUpdated():
            return EventKind.TAG_UPDATED, {"code": event.code, "name": event.name, "color": event.color}
        case TagDeleted():
            return EventKind.TAG_DELETED, {"code": event.code, "orders": event.orders}
        case RejectionReasonCreated():
            return EventKind.REJECTION_REASON_CREATED, {"code": event.code}
        case RejectionReasonUpdated():
            return EventKind.REJECTION_REASON_UPDATED, {
                "code": event.code,
                "names": ", ".join(event.names),
                "label_en": event.label.en,
                "label_ja": event.label.ja,
                "is_archived": event.is_archived,
            }
        case BrandSettingsUpdated():
            return EventKind.BRAND_SETTINGS_UPDATED, {"names": ", ".join(event.names)}
        case BuyerCreated():
            return EventKind.BUYER_CREATED, {"code": event.code, "source": event.source}
        case BuyerUpdated():
            details = {"code": event.code, "names": ", ".join(event.names), "source": event.source}
            return EventKind.BUYER_UPDATED, details
        case BuyerErased():
            return EventKind.BUYER_ERASED, {"code": event.code, "orders": event.orders, "mails": event.mails}
        case SkuUpdated():
            changes = {column: list(values) for column, values in event.changes.items()}
            return EventKind.SKU_UPDATED, {"code": event.number, "changes": changes, "source": event.source}
        case ApiKeyChanged():
            return event.kind, {"key": event.key_id.hex, "name": event.name} | event.details
        case UserSignedOut():
            return EventKind.USER_SIGNED_OUT, {"user": event.user, "buyer": event.buyer}
        case WebhookChanged():
            return event.kind, {"webhook": event.webhook_id.hex, "name": event.name} | event.details


def _grounds(event: OrderRejected) -> dict[str, Any]:
    """The reason with its labels of that time, the hash of the note, and where a decision of the past comes from.

    Nothing of what was not given.
    """
    found: dict[str, Any] = {}
    if event.reason:
        found |= {"reason": event.reason.code, "reason_en": event.reason.label.en, "reason_ja": event.reason.label.ja}
    if event.note is not None:
        found["note_sha256"] = body_hash(event.note)
    if old := event.taken_over:
        found |= {"source": old.source, "rejected_at": old.rejected_at.isoformat(), "rejected_by": old.by}
    return found
