"""The frozen content of documents: read once on the event loop, rendered in a thread without the database."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from models.invoice import InvoiceStatus
from models.policy import OrderStatus


class OrderDocument(StrEnum):
    """PURCHASE_ORDER: what the buyer ordered. ORDER_CONFIRMATION: what the brand confirmed; only with an OC."""

    PURCHASE_ORDER = "PURCHASE_ORDER"
    ORDER_CONFIRMATION = "ORDER_CONFIRMATION"


@dataclass(frozen=True, slots=True)
class Party:
    """`address`: lines separated by line breaks. `country`: a name, or an ISO 3166 code. Each may be empty."""

    name: str
    code: str
    country: str
    address: str
    emails: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GoodsLine:
    """A quantity of one SKU."""

    position: int
    sku_number: str
    model_number: str
    product_name: str
    quantity: int


@dataclass(frozen=True, slots=True)
class LineSnapshot(GoodsLine):
    """`unit_price` and `amount` are in the document's currency."""

    unit_price: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class RejectionStamp:
    """`by`: the person who rejected the order; in the buyer's copy, the brand."""

    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class OrderSnapshot:
    """One document of one order. Instants are UTC; documents show them in `time_zone`, the brand's.

    `for_buyer`: the buyer's copy. `confirmed_at`: when the confirmation was created; None on a purchase order.
    """

    document: OrderDocument
    for_buyer: bool
    code: str
    status: OrderStatus
    placed_at: datetime
    confirmed_at: datetime | None
    brand: Party
    buyer: Party
    delivery_address: str
    catalog: str
    currency: str
    lines: tuple[LineSnapshot, ...]
    total_quantity: int
    subtotal: Decimal
    tax: Decimal
    shipping: Decimal
    total: Decimal
    comment: str
    rejection: RejectionStamp | None
    time_zone: str


@dataclass(frozen=True, slots=True)
class DeliveryNoteSnapshot:
    """One delivery note. `delivery_address`: the order's, or the buyer's if the order has none."""

    code: str
    created_at: datetime
    order_code: str
    tracking_number: str
    comment: str
    brand: Party
    buyer: Party
    delivery_address: str
    lines: tuple[GoodsLine, ...]
    total_quantity: int
    time_zone: str


@dataclass(frozen=True, slots=True)
class BilledPart:
    """Lines of one order that were delivered together; `delivery_note_code` is empty for an order billed as a whole."""

    delivery_note_code: str
    lines: tuple[LineSnapshot, ...]


@dataclass(frozen=True, slots=True)
class BilledOrder:
    """The part of one order that an invoice bills. `tax`, `shipping`: billed for this order."""

    code: str
    parts: tuple[BilledPart, ...]
    tax: Decimal
    shipping: Decimal


@dataclass(frozen=True, slots=True)
class InvoiceSnapshot:
    """One invoice, for one or several orders of one buyer. The sums cover only what this invoice bills."""

    code: str
    status: InvoiceStatus
    created_at: datetime
    issued_at: datetime | None
    voided_at: datetime | None
    brand: Party
    buyer: Party
    currency: str
    orders: tuple[BilledOrder, ...]
    subtotal: Decimal
    tax: Decimal
    shipping: Decimal
    total: Decimal
    time_zone: str
