"""The order and its lines. Each method that changes the order returns the event of that change."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Enum,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    false,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column

from models.actor import Actor
from models.base import AddedOnce, Base, folded_from, new_id
from models.events import OrderArchived, OrderChanged, OrderRejected, Reason
from models.messages.history import INTERNAL, EventKind
from models.policy import NEXT_STATUS, OrderAction, OrderStatus, status_of_rejection
from models.prices import AMOUNT_CHECK, FRACTION_CHECK
from models.scope import BrandOwned, OrderOwned
from models.tax import Rounding, TaxKind

SUFFIX_LENGTH = 64  # of the longest code


class DataSet(StrEnum):
    """The two versions of an order's lines: as the buyer ordered, and as the brand confirmed (the OC).

    The OC is the official version as soon as it exists.
    """

    ORIGINAL = "ORIGINAL"
    CONFIRMATION = "CONFIRMATION"


class Order(BrandOwned, Base):
    """Totals belong to the official data set. `version` increases with every change of status, content or documents.

    `internal_changes`: how many of the changes that `version` counts the buyer does not see. `buyer_updated_at`: when
    what the buyer sees last changed; None: at `updated_at`. The buyer sees BUYER_VERSION and BUYER_UPDATED_AT.

    `tax_minor`: the tax that comes on top of lines and shipping; 0 if `prices_include_tax`. The addresses are those
    that were given when the order was placed, else the buyer's of then. Empty: the buyer had none, or the order was
    placed by an older release; documents show the buyer's of now.
    """

    __tablename__ = "orders"
    __table_args__ = (
        ForeignKeyConstraint(["brand_id", "buyer_id"], ["buyers.brand_id", "buyers.id"]),
        ForeignKeyConstraint(["brand_id", "catalog_id"], ["catalogs.brand_id", "catalogs.id"]),
        UniqueConstraint("brand_id", "code"),
        Index(None, "brand_id", "placed_at", "id"),
        Index(None, "brand_id", "status", "placed_at", "id"),
        Index(None, "brand_id", "buyer_id", "placed_at", "id"),
        Index(None, "brand_id", "catalog_id", "placed_at", "id"),
        Index(None, "brand_id", "updated_at", "id"),
        Index(None, "brand_id", "currency", "total_minor", "id"),
        # An operator reads by id, without a brand.
        Index(None, "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)
    code: Mapped[str] = mapped_column(String(64))
    buyer_id: Mapped[UUID]
    catalog_id: Mapped[UUID]
    status: Mapped[OrderStatus] = mapped_column(
        Enum(OrderStatus, native_enum=False, length=32, create_constraint=True, name="status")
    )
    official: Mapped[DataSet] = mapped_column(
        Enum(DataSet, native_enum=False, length=16, create_constraint=True, name="official"), default=DataSet.ORIGINAL
    )
    currency: Mapped[str] = mapped_column(String(3))
    tax_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    shipping_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    total_minor: Mapped[int] = mapped_column(BigInteger)
    total_quantity: Mapped[int] = mapped_column(BigInteger)
    comment: Mapped[str] = mapped_column(Text, default="")
    delivery_address: Mapped[str] = mapped_column(Text, default="")
    billing_address: Mapped[str] = mapped_column(Text, default="", server_default="")
    # The first and the last day on which the buyer wants the goods.
    deliver_from: Mapped[date | None]
    deliver_to: Mapped[date | None]
    buyer_order_number: Mapped[str] = mapped_column(String(64), default="", server_default="")
    prices_include_tax: Mapped[bool] = mapped_column(default=False, server_default=false())
    shipping_tax_kind: Mapped[TaxKind | None] = mapped_column(Enum(TaxKind, native_enum=False, length=16))
    shipping_tax_rate: Mapped[int | None] = mapped_column(Integer)
    tax_rounding: Mapped[Rounding | None] = mapped_column(Enum(Rounding, native_enum=False, length=8))
    placed_at: Mapped[datetime]
    confirmation_created_at: Mapped[datetime | None]
    approval_asked: Mapped[bool] = mapped_column(default=False)
    archived_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    internal_changes: Mapped[int] = mapped_column(default=0, server_default="0")
    buyer_updated_at: Mapped[datetime | None]
    # A hash of what was asked for when the order was placed, to tell a retry from another order with its code.
    content_hash: Mapped[str | None] = mapped_column(String(64))
    # For search, as `folded_if_other` (models/folding.py) says.
    folded_code: Mapped[str | None] = mapped_column(Text, default=folded_from("code"))

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    def reject(
        self,
        actor: Actor,
        at: datetime,
        *,
        notify: bool,
        notified: bool,
        body: str | None,
        reason: Reason | None = None,
        note: str | None = None,
    ) -> OrderRejected:
        """Final. The caller holds the order's lock and has checked that policy does not block it."""
        event = OrderRejected(
            brand_id=self.brand_id,
            order_id=self.id,
            at=at,
            status_before=self.status,
            status_after=status_of_rejection(actor.role),
            notify=notify,
            notified=notified,
            body=body,
            reason=reason,
            note=note,
        )
        self.status = event.status_after
        self._changed(at, EventKind.ORDER_REJECTED)
        return event

    def create_confirmation(self, at: datetime, *, ask_approval: bool) -> OrderChanged:
        """The caller has copied the original lines into the confirmation."""
        self.official = DataSet.CONFIRMATION
        self.confirmation_created_at = at
        self.approval_asked = ask_approval
        return self._transition(NEXT_STATUS[OrderAction.CREATE_CONFIRMATION], at, EventKind.OC_CREATED)

    def update_confirmation(self, at: datetime, *, total_minor: int, total_quantity: int) -> OrderChanged:
        self.total_minor = total_minor
        self.total_quantity = total_quantity
        return self._transition(NEXT_STATUS[OrderAction.UPDATE_CONFIRMATION], at, EventKind.OC_UPDATED)

    def approve_confirmation(self, at: datetime) -> OrderChanged:
        return self._transition(NEXT_STATUS[OrderAction.APPROVE_CONFIRMATION], at, EventKind.OC_APPROVED)

    def refuse_confirmation(self, at: datetime, comment: str) -> OrderChanged:
        return self._transition(NEXT_STATUS[OrderAction.REFUSE_CONFIRMATION], at, EventKind.OC_REFUSED, comment=comment)

    def confirm(self, at: datetime) -> OrderChanged:
        return self._transition(NEXT_STATUS[OrderAction.CONFIRM], at, EventKind.OC_CONFIRMED)

    def make_confirmation_editable(self, at: datetime) -> OrderChanged:
        return self._transition(NEXT_STATUS[OrderAction.MAKE_CONFIRMATION_EDITABLE], at, EventKind.OC_MADE_EDITABLE)

    def send_back(self, at: datetime) -> OrderChanged:
        """Final. The caller puts the original lines into the buyer's cart."""
        return self._transition(NEXT_STATUS[OrderAction.SEND_BACK_TO_CART], at, EventKind.SENT_BACK_TO_CART)

    def touch(self, at: datetime, kind: EventKind, **details: str) -> OrderChanged:
        """A document that references the order was created, changed or deleted: the order's version increases."""
        return self._transition(self.status, at, kind, **details)

    def _transition(self, status: OrderStatus, at: datetime, kind: EventKind, **details: str) -> OrderChanged:
        self.status = status
        self._changed(at, kind)
        return OrderChanged(brand_id=self.brand_id, order_id=self.id, at=at, kind=kind, details=details)

    def archive(self, at: datetime) -> OrderArchived:
        self.archived_at = at
        self._changed(at, EventKind.ORDER_ARCHIVED)
        return OrderArchived(brand_id=self.brand_id, order_id=self.id, at=at)

    def version_for(self, actor: Actor) -> int:
        return self.version - self.internal_changes if actor.is_buyer else self.version

    def _changed(self, at: datetime, kind: EventKind) -> None:
        if kind in INTERNAL:
            self.internal_changes += 1
            self.buyer_updated_at = self.buyer_updated_at or self.updated_at
        else:
            self.buyer_updated_at = None
        self.updated_at = at


BUYER_VERSION = Order.version - Order.internal_changes
BUYER_UPDATED_AT = func.coalesce(Order.buyer_updated_at, Order.updated_at)


class OrderCodeSuffix(OrderOwned, Base):
    """One ending of an order's code, in lower case or folded: an order whose code contains a word has an ending that
    begins with it. Triggers write them (migration 0017).
    """

    __tablename__ = "order_code_suffixes"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012

    # Sorted by code point, as a search for a beginning needs.
    suffix: Mapped[str] = mapped_column(
        String(SUFFIX_LENGTH).with_variant(String(SUFFIX_LENGTH, collation="C"), "postgresql"),
        primary_key=True,
        sort_order=-2,
    )
    order_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-1)


class OrderReplacement(OrderOwned, Base):
    """Links an order to the returned order that it replaces."""

    __tablename__ = "order_replacements"
    __table_args__ = (
        ForeignKeyConstraint(["brand_id", "order_id"], ["orders.brand_id", "orders.id"]),
        ForeignKeyConstraint(["brand_id", "replaced_order_id"], ["orders.brand_id", "orders.id"], name="replaced"),
        Index(None, "brand_id", "replaced_order_id"),
    )

    order_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-1)
    replaced_order_id: Mapped[UUID]


class OrderConfirmation(AddedOnce, OrderOwned, Base):
    """What the order confirmation (OC) says (models/papers/orders.py). One of before schema 0032 has none.

    Triggers delete it when the lines, sums or addresses change: whoever changes them keeps what the OC says then.
    """

    __tablename__ = "order_confirmations"
    __table_args__ = (ForeignKeyConstraint(["brand_id", "order_id"], ["orders.brand_id", "orders.id"]),)

    order_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-1)
    frozen: Mapped[dict[str, Any]]


class OrderLine(OrderOwned, Base):
    __tablename__ = "order_lines"
    __table_args__ = (
        ForeignKeyConstraint(["brand_id", "order_id"], ["orders.brand_id", "orders.id"]),
        ForeignKeyConstraint(["brand_id", "sku_id"], ["skus.brand_id", "skus.id"]),
        UniqueConstraint("brand_id", "order_id", "data_set", "position"),
        Index(None, "brand_id", "sku_id"),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("unit_price_minor >= 0", name="unit_price"),
        CheckConstraint(FRACTION_CHECK, name="unit_price_fraction"),
        CheckConstraint(AMOUNT_CHECK, name="amount"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-2)
    data_set: Mapped[DataSet] = mapped_column(
        Enum(DataSet, native_enum=False, length=16, create_constraint=True, name="data_set"), default=DataSet.ORIGINAL
    )
    position: Mapped[int]
    sku_id: Mapped[UUID]
    quantity: Mapped[int] = mapped_column(BigInteger)
    unit_price_minor: Mapped[int] = mapped_column(BigInteger)
    unit_price_fraction: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    # None: not given (models/tax.py).
    tax_kind: Mapped[TaxKind | None] = mapped_column(Enum(TaxKind, native_enum=False, length=16))
    tax_rate: Mapped[int | None] = mapped_column(Integer)
