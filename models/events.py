"""What happened, in the past tense. The audit entry and the outbox message are both made from the event."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from models.policy import OrderStatus


class EventKind(StrEnum):
    """What was done; the kind of an audit entry."""

    ORDER_PLACED = "ORDER_PLACED"
    ORDER_REJECTED = "ORDER_REJECTED"
    ORDER_ARCHIVED = "ORDER_ARCHIVED"
    OC_CREATED = "OC_CREATED"
    OC_UPDATED = "OC_UPDATED"
    OC_APPROVED = "OC_APPROVED"
    OC_REFUSED = "OC_REFUSED"
    OC_CONFIRMED = "OC_CONFIRMED"
    OC_MADE_EDITABLE = "OC_MADE_EDITABLE"
    SENT_BACK_TO_CART = "SENT_BACK_TO_CART"
    BACKLOG_SKUS_CREATED = "BACKLOG_SKUS_CREATED"
    DELIVERY_NOTE_CREATED = "DELIVERY_NOTE_CREATED"
    DELIVERY_NOTE_UPDATED = "DELIVERY_NOTE_UPDATED"
    DELIVERY_NOTE_DELETED = "DELIVERY_NOTE_DELETED"
    INVOICE_CREATED = "INVOICE_CREATED"
    INVOICE_ISSUED = "INVOICE_ISSUED"
    INVOICE_VOIDED = "INVOICE_VOIDED"
    INVOICE_DELETED = "INVOICE_DELETED"
    NOTIFICATION_RESENT = "NOTIFICATION_RESENT"
    TAGS_APPLIED = "TAGS_APPLIED"
    TAG_CREATED = "TAG_CREATED"
    TAG_UPDATED = "TAG_UPDATED"
    TAG_DELETED = "TAG_DELETED"
    BRAND_SETTINGS_UPDATED = "BRAND_SETTINGS_UPDATED"
    BUYER_UPDATED = "BUYER_UPDATED"
    API_KEY_CREATED = "API_KEY_CREATED"
    API_KEY_ROTATED = "API_KEY_ROTATED"
    API_KEY_REVOKED = "API_KEY_REVOKED"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderEvent:
    brand_id: UUID
    order_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPlaced(OrderEvent):
    """`source`: where the order came from, e.g. an import file's name."""

    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRejected(OrderEvent):
    """`notify`: the buyer was to be told. `notified`: a mail was promised; not when there is nobody to send it to."""

    status_before: OrderStatus
    status_after: OrderStatus
    notify: bool
    notified: bool
    body: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderArchived(OrderEvent):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderChanged(OrderEvent):
    """Anything else that was done to an order, e.g. kind OC_CREATED; `details` is what its sentence needs."""

    kind: EventKind
    details: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TagsApplied(OrderEvent):
    """Tag codes before and after, sorted."""

    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TagCreated:
    brand_id: UUID
    at: datetime
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TagUpdated:
    """`name`, `color`: as they are now."""

    brand_id: UUID
    at: datetime
    code: str
    name: str
    color: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TagDeleted:
    """`orders`: how many it was taken off."""

    brand_id: UUID
    at: datetime
    code: str
    orders: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandSettingsUpdated:
    """`names`: which settings changed, sorted."""

    brand_id: UUID
    at: datetime
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BuyerUpdated:
    """`names`: what of the buyer changed, sorted. `source`: where it came from, e.g. an import file's name."""

    brand_id: UUID
    at: datetime
    code: str
    names: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKeyChanged:
    """`kind`: API_KEY_CREATED, API_KEY_ROTATED or API_KEY_REVOKED; `details` is what its sentence needs."""

    brand_id: UUID
    at: datetime
    kind: EventKind
    key_id: UUID
    name: str
    details: dict[str, str] = field(default_factory=dict)


Event = (
    OrderPlaced
    | OrderRejected
    | OrderArchived
    | OrderChanged
    | TagsApplied
    | TagCreated
    | TagUpdated
    | TagDeleted
    | BrandSettingsUpdated
    | BuyerUpdated
    | ApiKeyChanged
)
