"""Invoices for whole orders or for delivery notes. Unless it is void, an invoice prevents rejection of its orders."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    Enum,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    exists,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, new_id
from models.prices import AMOUNT_CHECK, FRACTION_CHECK
from models.scope import BrandOwned, OrderOwned
from models.tax import Rounding, TaxKind


class InvoiceStatus(StrEnum):
    DRAFT = "DRAFT"
    ISSUED = "ISSUED"
    VOID = "VOID"


class Invoice(BrandOwned, Base):
    """An invoice for one or several orders of one buyer, or for their delivery notes.

    `code`: its number once it is issued; until then see draft_code (models/document_number.py).
    """

    __tablename__ = "invoices"
    __table_args__ = (
        ForeignKeyConstraint(["brand_id"], ["brands.id"]),
        UniqueConstraint("brand_id", "code"),
        Index(None, "brand_id", "created_at", "id"),
        Index(None, "brand_id", "status", "created_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)
    code: Mapped[str] = mapped_column(String(64))
    status: Mapped[InvoiceStatus] = mapped_column(
        Enum(InvoiceStatus, native_enum=False, length=16, create_constraint=True, name="status"),
        default=InvoiceStatus.DRAFT,
    )
    created_at: Mapped[datetime]
    currency: Mapped[str | None] = mapped_column(String(3))
    total_minor: Mapped[int | None] = mapped_column(BigInteger)
    issued_at: Mapped[datetime | None]
    voided_at: Mapped[datetime | None]
    # The buyer's, kept when the buyer is erased: the law demands them on issued invoices. None: as the buyer has them.
    buyer_name: Mapped[str | None] = mapped_column(String(200))
    buyer_address: Mapped[str | None] = mapped_column(Text)
    prices_include_tax: Mapped[bool] = mapped_column(default=False, server_default=false())
    tax_rounding: Mapped[Rounding | None] = mapped_column(Enum(Rounding, native_enum=False, length=8))
    # What its PDF says, written when it is issued (models/papers/invoices.py). None: a draft, or issued before 0025.
    frozen: Mapped[dict[str, Any] | None] = mapped_column(deferred=True)


# A void invoice references nothing. Every query for the orders or delivery notes of an invoice that counts has this.
IS_NOT_VOID = Invoice.status != InvoiceStatus.VOID


class InvoicedOrder(OrderOwned, Base):
    """An order on an invoice. `is_whole`: the invoice bills the whole order, not some of its delivery notes.

    `tax_minor`, `shipping_minor`: the part of the order's tax and shipping that this invoice bills.
    """

    __tablename__ = "invoiced_orders"
    __table_args__ = (
        ForeignKeyConstraint(["brand_id", "invoice_id"], ["invoices.brand_id", "invoices.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["brand_id", "order_id"], ["orders.brand_id", "orders.id"]),
        # With the invoice: without statistics, SQLite would rather read all of the brand in an index that has it.
        Index(None, "brand_id", "order_id", "invoice_id"),
    )

    invoice_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-2)
    order_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-1)
    is_whole: Mapped[bool] = mapped_column(default=True)
    tax_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    shipping_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    shipping_tax_kind: Mapped[TaxKind | None] = mapped_column(Enum(TaxKind, native_enum=False, length=16))
    shipping_tax_rate: Mapped[int | None] = mapped_column(Integer)


class InvoiceLine(OrderOwned, Base):
    """A line of an invoice, frozen when drafted. `delivery_note_id`: the note that its goods were delivered with."""

    __tablename__ = "invoice_lines"
    __table_args__ = (
        ForeignKeyConstraint(["brand_id", "invoice_id"], ["invoices.brand_id", "invoices.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["brand_id", "order_id"], ["orders.brand_id", "orders.id"]),
        ForeignKeyConstraint(["brand_id", "delivery_note_id"], ["delivery_notes.brand_id", "delivery_notes.id"]),
        ForeignKeyConstraint(["brand_id", "sku_id"], ["skus.brand_id", "skus.id"]),
        UniqueConstraint("brand_id", "invoice_id", "position"),
        Index(None, "brand_id", "order_id"),
        Index(None, "brand_id", "delivery_note_id"),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint(FRACTION_CHECK, name="unit_price_fraction"),
        CheckConstraint(AMOUNT_CHECK, name="amount"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-2)
    invoice_id: Mapped[UUID]
    delivery_note_id: Mapped[UUID | None]
    position: Mapped[int]
    sku_id: Mapped[UUID]
    quantity: Mapped[int] = mapped_column(BigInteger)
    unit_price_minor: Mapped[int] = mapped_column(BigInteger)
    unit_price_fraction: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    tax_kind: Mapped[TaxKind | None] = mapped_column(Enum(TaxKind, native_enum=False, length=16))
    tax_rate: Mapped[int | None] = mapped_column(Integer)


class InvoicedDeliveryNote(BrandOwned, Base):
    """A delivery note on an invoice that bills delivery notes, not the whole order."""

    __tablename__ = "invoiced_delivery_notes"
    __table_args__ = (
        ForeignKeyConstraint(["brand_id", "invoice_id"], ["invoices.brand_id", "invoices.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["brand_id", "delivery_note_id"], ["delivery_notes.brand_id", "delivery_notes.id"]),
        Index(None, "brand_id", "delivery_note_id", "invoice_id"),
    )

    invoice_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-2)
    delivery_note_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-1)


class CreditNote(BrandOwned, Base):
    """Takes back a voided invoice as a whole. `code`: its number. `frozen`: what its PDF says."""

    __tablename__ = "credit_notes"
    __table_args__ = (
        ForeignKeyConstraint(["brand_id", "invoice_id"], ["invoices.brand_id", "invoices.id"]),
        UniqueConstraint("brand_id", "code"),
    )

    invoice_id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64))
    issued_at: Mapped[datetime]
    frozen: Mapped[dict[str, Any]] = mapped_column(deferred=True)


def invoice_counts(link: type[InvoicedOrder] | type[InvoicedDeliveryNote]) -> ColumnElement[bool]:
    """Its invoice is not void. Not a join: without statistics, SQLite would begin it with all invoices of the brand."""
    return exists().where(Invoice.brand_id == link.brand_id, Invoice.id == link.invoice_id, IS_NOT_VOID).correlate(link)
