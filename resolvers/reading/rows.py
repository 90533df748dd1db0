"""The rows that answers are made of: only the columns that they show, read without building entities.

A row's fields are named after the columns, so that `columns_of` makes the SELECT list from the class itself.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import or_
from sqlalchemy.ext.asyncio import AsyncSession

from models.actor import ActorKind
from models.assignee import OrderAssignee
from models.audit import AuditEntry
from models.backlog_sku import BacklogSku
from models.base import Base
from models.brand import Brand
from models.buyer import Buyer
from models.catalog import Catalog, Sku
from models.delivery_note import DeliveryNote, DeliveryNoteLine
from models.external_reference import ExternalReference
from models.facts import NOTE_COVERED, NOTE_INVOICED
from models.invoice import Invoice, InvoiceLine, InvoiceStatus
from models.locale import Locale
from models.order import BUYER_UPDATED_AT, BUYER_VERSION, DataSet, Order, OrderLine
from models.outbox import MAX_UNCLEAR, NotificationStatus, OutboxMessage
from models.policy import OrderStatus
from models.prices import Price, price_of
from models.rejection import OrderRejection
from models.rejection_reason import RejectionGrounds, RejectionReason
from models.scope import Scope
from models.tag import Tag
from models.tax import Rounding, TaxKind

V = TypeVar("V")


def columns_of(table: type[Base], row: type, *, without: Collection[str] = (), **others: Any) -> tuple[Any, ...]:
    """The columns that fill the fields of `row`, in their order: the table's columns of the same names.

    `others`: columns for fields that the table does not have. `without`: fields that are filled by the caller, and
    last. The field `sku` takes the columns of the SKU (`SKU_COLUMNS`); `with_sku` turns them into a SkuRow.
    """
    names = [field.name for field in fields(row) if field.name not in (*without, "sku")]
    own = tuple(others[name] if name in others else getattr(table, name) for name in names)
    return (*own, *SKU_COLUMNS) if any(field.name == "sku" for field in fields(row)) else own


def with_sku(row: Callable[..., V]) -> Callable[..., V]:
    """Makes rows whose last field is a SkuRow from rows that end with SKU_COLUMNS."""
    width = len(SKU_COLUMNS)
    return lambda *columns: row(*columns[:-width], SkuRow(*columns[-width:]))


@dataclass(frozen=True, slots=True)
class OrderRow:
    """`updated_at` and `version` as the viewer sees them."""

    brand_id: UUID
    id: UUID
    code: str
    status: OrderStatus
    official: DataSet
    approval_asked: bool
    buyer_id: UUID
    catalog_id: UUID
    currency: str
    tax_minor: int
    shipping_minor: int
    total_minor: int
    total_quantity: int
    comment: str
    placed_at: datetime
    updated_at: datetime
    archived_at: datetime | None
    version: int
    billing_address: str
    delivery_address: str
    deliver_from: date | None
    deliver_to: date | None
    buyer_order_number: str
    prices_include_tax: bool
    tax_rounding: Rounding | None
    shipping_tax_kind: TaxKind | None
    shipping_tax_rate: int | None

    @property
    def subtotal_minor(self) -> int:
        """Of the lines."""
        return self.total_minor - self.tax_minor - self.shipping_minor


@dataclass(frozen=True, slots=True)
class SkuRow:
    id: UUID
    number: str
    model_number: str
    name: str
    style: str | None
    color: str | None
    size: str | None
    barcode: str | None
    position: int | None
    picture_digest: str | None


@dataclass(frozen=True, slots=True)
class CatalogRow:
    id: UUID
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class LineRow:
    id: UUID
    position: int
    quantity: int
    unit_price_minor: Price
    amount_minor: int
    currency: str
    tax_kind: TaxKind | None
    tax_rate: int | None
    sku: SkuRow


@dataclass(frozen=True, slots=True)
class RecipientRow:
    email: str
    bounced_at: datetime | None
    bounce_reason: str | None


@dataclass(frozen=True, slots=True)
class BuyerRow:
    id: UUID
    unique_code: str
    name: str
    is_offline: bool
    locale: Locale
    has_own_locale: bool
    erased_at: datetime | None
    country: str
    address: str
    delivery_address: str
    recipients: tuple[RecipientRow, ...]

    @property
    def emails(self) -> tuple[str, ...]:
        return tuple(each.email for each in self.recipients)


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
class MemberRow:
    actor_id: str
    actor_name: str


@dataclass(frozen=True, slots=True)
class ReferenceRow:
    app_id: str
    app_name: str | None
    reference: str


@dataclass(frozen=True, slots=True)
class ReasonRow:
    id: UUID
    code: str
    label_en: str
    label_ja: str
    archived_at: datetime | None


@dataclass(frozen=True, slots=True)
class RejectionRow:
    """`reason`, `note`: None for a buyer, from whom models/scope.py hides them."""

    rejected_at: datetime
    actor_name: str
    brand_name: str
    notified: bool
    body: str | None
    note: str | None
    reason: ReasonRow | None


@dataclass(frozen=True, slots=True)
class DeliveryNoteRow:
    """`is_invoiced`: an invoice that is not void bills the note itself, or its order as a whole."""

    id: UUID
    order_id: UUID
    code: str
    created_at: datetime
    updated_at: datetime | None
    tracking_number: str
    comment: str
    carrier: str
    cartons: int | None
    packing: dict[str, Any] | None
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
    tax_kind: TaxKind | None
    tax_rate: int | None
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
    order_id: UUID
    kind: str
    status: NotificationStatus
    recipients: list[str]
    attempts: int
    created_at: datetime
    due_at: datetime
    unclear: int
    cancelled_by: str | None
    sent_at: datetime | None
    last_error: str | None

    @property
    def next_try_at(self) -> datetime | None:
        """When the next attempt is due; None if none follows."""
        return self.due_at if is_tried_again(self.status, self.unclear) else None


def is_tried_again(status: NotificationStatus, unclear: int) -> bool:
    """Whether another attempt to send a mail follows."""
    is_unclear = status is NotificationStatus.MAY_HAVE_BEEN_DELIVERED and unclear < MAX_UNCLEAR
    return status is NotificationStatus.PENDING or is_unclear


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """`sequence` and `hash` are None for entries older than the audit chain."""

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


def order_columns(session: AsyncSession) -> tuple[Any, ...]:
    """The columns of an OrderRow as the session's viewer sees it."""
    scope: Scope = session.info["scope"]
    return ORDER_COLUMNS if scope.buyer_id is None else BUYERS_ORDER_COLUMNS


def rejection_row(*columns: Any) -> RejectionRow:
    """`columns`: REJECTION_COLUMNS."""
    width = len(REASON_COLUMNS)
    reason = ReasonRow(*columns[-width:]) if columns[-width] else None
    return RejectionRow(*(*columns[:-width], reason))


def buyer_row(*columns: Any, recipients: Sequence[RecipientRow] = ()) -> BuyerRow:
    """`columns`: BUYER_COLUMNS."""
    return BuyerRow(*(*columns, tuple(recipients)))


SKU_COLUMNS = columns_of(Sku, SkuRow)
CATALOG_COLUMNS = columns_of(Catalog, CatalogRow)
ORDER_COLUMNS = columns_of(Order, OrderRow)
BUYERS_ORDER_COLUMNS = columns_of(
    Order, OrderRow, version=BUYER_VERSION.label("version"), updated_at=BUYER_UPDATED_AT.label("updated_at")
)
LINE_COLUMNS = columns_of(
    OrderLine,
    LineRow,
    currency=Order.currency,
    unit_price_minor=price_of(OrderLine.unit_price_minor, OrderLine.unit_price_fraction),
)
BUYER_COLUMNS = columns_of(Buyer, BuyerRow, without=("recipients",))
BRAND_COLUMNS = columns_of(Brand, BrandRow)
TAG_COLUMNS = columns_of(Tag, TagRow)
REFERENCE_COLUMNS = columns_of(ExternalReference, ReferenceRow)
MEMBER_COLUMNS = columns_of(OrderAssignee, MemberRow)
REASON_COLUMNS = columns_of(RejectionReason, ReasonRow)
REJECTION_COLUMNS = (
    *columns_of(OrderRejection, RejectionRow, without=("reason",), brand_name=Brand.name, note=RejectionGrounds.note),
    *REASON_COLUMNS,
)
DELIVERY_NOTE_COLUMNS = columns_of(DeliveryNote, DeliveryNoteRow, is_invoiced=or_(NOTE_INVOICED, NOTE_COVERED))
DELIVERY_NOTE_LINE_COLUMNS = columns_of(DeliveryNoteLine, DeliveryNoteLineRow)
INVOICE_COLUMNS = columns_of(Invoice, InvoiceRow)
INVOICE_LINE_COLUMNS = columns_of(
    InvoiceLine,
    InvoiceLineRow,
    currency=Invoice.currency,
    unit_price_minor=price_of(InvoiceLine.unit_price_minor, InvoiceLine.unit_price_fraction),
)
BACKLOG_SKU_COLUMNS = columns_of(BacklogSku, BacklogSkuRow)
NOTIFICATION_COLUMNS = columns_of(OutboxMessage, NotificationRow)
HISTORY_COLUMNS = columns_of(AuditEntry, HistoryRow)
