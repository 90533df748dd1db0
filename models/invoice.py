"""Invoices: of whole orders or of delivery notes. An invoice that is not void keeps its orders from being rejected."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Enum,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, new_id
from models.prices import AMOUNT_CHECK, FRACTION_CHECK
from models.scope import BrandOwned, OrderOwned


class InvoiceStatus(StrEnum):
    DRAFT = "DRAFT"
    ISSUED = "ISSUED"
    VOID = "VOID"


class Invoice(BrandOwned, Base):
    """For one or several orders of one buyer, or for their delivery notes; a voided one no longer references them."""

    __tablename__ = "invoices"
    __table_args__ = (ForeignKeyConstraint(["brand_id"], ["brands.id"]), UniqueConstraint("brand_id", "code"))

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


class InvoicedOrder(OrderOwned, Base):
    """That an invoice is (also) for this order. `is_whole`: for all of it, rather than for some of its delivery notes.

    Tax and shipping: what of the order's this invoice bills.
    """

    __tablename__ = "invoiced_orders"
    __table_args__ = (
        ForeignKeyConstraint(["brand_id", "invoice_id"], ["invoices.brand_id", "invoices.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["brand_id", "order_id"], ["orders.brand_id", "orders.id"]),
        Index(None, "brand_id", "order_id"),
    )

    invoice_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-2)
    order_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-1)
    is_whole: Mapped[bool] = mapped_column(default=True)
    tax_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    shipping_minor: Mapped[int] = mapped_column(BigInteger, default=0)


class InvoiceLine(OrderOwned, Base):
    """What an invoice bills, frozen when it is drafted. `delivery_note_id`: the note that it was delivered with."""

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


class InvoicedDeliveryNote(BrandOwned, Base):
    """That an invoice is for this delivery note, rather than for the order as a whole."""

    __tablename__ = "invoiced_delivery_notes"
    __table_args__ = (
        ForeignKeyConstraint(["brand_id", "invoice_id"], ["invoices.brand_id", "invoices.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["brand_id", "delivery_note_id"], ["delivery_notes.brand_id", "delivery_notes.id"]),
        Index(None, "brand_id", "delivery_note_id"),
    )

    invoice_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-2)
    delivery_note_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-1)
