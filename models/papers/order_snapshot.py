"""What the PDFs of an order say: the order as placed, or its order confirmation (OC)."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from models.locale import Text
from models.papers.parts import Head, LineSnapshot, Party, TaxRow
from models.policy import OrderStatus
from models.tax import Tax


class OrderDocument(StrEnum):
    """PURCHASE_ORDER: what the buyer ordered. ORDER_CONFIRMATION: what the brand confirmed; only with an OC."""

    PURCHASE_ORDER = "PURCHASE_ORDER"
    ORDER_CONFIRMATION = "ORDER_CONFIRMATION"


@dataclass(frozen=True, slots=True)
class RejectionStamp:
    """`by`: the person who rejected the order; in the buyer's copy, the brand, and neither reason nor note."""

    at: datetime
    by: str
    reason: Text | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class OrderSnapshot:
    """One document of one order. Instants are UTC; documents show them in `time_zone`, the brand's.

    `for_buyer`: the buyer's copy. `confirmed_at`: when the confirmation was created; None on a purchase order.
    `placed_on`, `confirmed_on`: these days, in the brand's time zone of then; of a confirmation that is kept.
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
    head: Head = field(default_factory=Head)
    taxes: tuple[TaxRow, ...] = ()
    prices_include_tax: bool = False
    shipping_tax: Tax | None = None
    deliver_from: date | None = None
    deliver_to: date | None = None
    buyer_order_number: str = ""
    billing_address: str = ""
    # On a confirmation: what the buyer ordered, and what it would have cost.
    ordered_lines: tuple[LineSnapshot, ...] = ()
    ordered_total: Decimal | None = None
    placed_on: date | None = None
    confirmed_on: date | None = None

    @property
    def shippings(self) -> list[tuple[Tax | None, Decimal]]:
        return [(self.shipping_tax, self.shipping)] if self.shipping else []
