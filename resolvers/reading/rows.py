"""The rows that answers are made of: just the columns they show, read without building entities."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from models.actor import ActorKind
from models.catalog import Sku
from models.invoice import InvoiceStatus
from models.locale import Locale
from models.order import DataSet, Order
from models.outbox import NotificationStatus
from models.policy import OrderStatus
from models.prices import Price


@dataclass(frozen=True, slots=True)
class OrderRow:
    brand_id: UUID
    id: UUID
    code: str
    status: OrderStatus
    official: DataSet
    approval_asked: bool
    buyer_id: UUID
    currency: str
    tax_minor: int
    shipping_minor: int
    total_minor: int
    total_quantity: int
    placed_at: datetime
    updated_at: datetime
    archived_at: datetime | None
    version: int


ORDER_COLUMNS = tuple(getattr(Order, name) for name in OrderRow.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class SkuRow:
    id: UUID
    number: str
    model_number: str
    name: str


SKU_COLUMNS = (Sku.id, Sku.number, Sku.model_number, Sku.name)


@dataclass(frozen=True, slots=True)
class LineRow:
    id: UUID
    position: int
    quantity: int
    unit_price_minor: Price
    amount_minor: int
    currency: str
    sku: SkuRow


@dataclass(frozen=True, slots=True)
class BuyerRow:
    id: UUID
    unique_code: str
    name: str
    is_offline: bool
    locale: Locale
    emails: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BrandRow:
    id: UUID
    code: str
    name: str
    time_zone: str
    mail_reply_to: str | None


@dataclass(frozen=True, slots=True)
class TagRow:
    id: UUID
    code: str
    name: str
    color: str | None


@dataclass(frozen=True, slots=True)
class RejectionRow:
    rejected_at: datetime
    actor_name: str
    notified: bool
    body: str | None


@dataclass(frozen=True, slots=True)
class DeliveryNoteRow:
    """`is_invoiced`: itself, or its order as a whole."""

    id: UUID
    order_id: UUID
    code: str
    created_at: datetime
    updated_at: datetime | None
    tracking_number: str
    comment: str
    is_invoiced: bool


@dataclass(frozen=True, slots=True)
class DeliveryNoteLineRow:
    id: UUID
    quantity: int
    sku: SkuRow


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    id: UUID
    code: str
    status: InvoiceStatus
    created_at: datetime
    issued_at: datetime | None
    voided_at: datetime | None
    currency: str | None
    total_minor: int | None


@dataclass(frozen=True, slots=True)
class InvoiceLineRow:
    position: int
    order_id: UUID
    delivery_note_id: UUID | None
    quantity: int
    unit_price_minor: Price
    amount_minor: int
    currency: str
    sku: SkuRow


@dataclass(frozen=True, slots=True)
class BacklogSkuRow:
    id: UUID
    ordered_quantity: int
    remaining_quantity: int
    sku: SkuRow


@dataclass(frozen=True, slots=True)
class NotificationRow:
    id: UUID
    kind: str
    status: NotificationStatus
    recipients: list[str]
    attempts: int
    sent_at: datetime | None
    last_error: str | None


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """`sequence` and `hash` are None for entries older than the chain."""

    id: UUID
    order_id: UUID | None
    kind: str
    at: datetime
    actor_kind: ActorKind
    actor_id: str
    actor_name: str
    request_id: str | None
    details: dict[str, Any]
    sequence: int | None
    hash: str | None
