"""Delivery notes: which quantities of an order are delivered. An order that has one cannot be rejected."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, new_id
from models.scope import OrderOwned


class DeliveryNote(OrderOwned, Base):
    __tablename__ = "delivery_notes"
    __table_args__ = (
        ForeignKeyConstraint(["brand_id", "order_id"], ["orders.brand_id", "orders.id"]),
        UniqueConstraint("brand_id", "code"),
        Index(None, "brand_id", "order_id"),
        Index(None, "brand_id", "created_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-2)
    code: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime | None]
    tracking_number: Mapped[str] = mapped_column(String(100), default="")
    comment: Mapped[str] = mapped_column(Text, default="")
    carrier: Mapped[str] = mapped_column(String(100), default="", server_default="")
    cartons: Mapped[int | None]
    # A Packing (models/papers/parts.py). None: only the number of cartons is known, or not even that.
    packing: Mapped[dict[str, Any] | None]
    # What its PDF says, written with each change (models/papers/delivery_notes.py). None: written before 0025.
    frozen: Mapped[dict[str, Any] | None] = mapped_column(deferred=True)


class DeliveryNoteLine(OrderOwned, Base):
    """A quantity of a SKU. `backlog_sku_id`: the backlog SKU that it reduces; None if the note is for a whole order."""

    __tablename__ = "delivery_note_lines"
    __table_args__ = (
        ForeignKeyConstraint(
            ["brand_id", "delivery_note_id"], ["delivery_notes.brand_id", "delivery_notes.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["brand_id", "backlog_sku_id"], ["backlog_skus.brand_id", "backlog_skus.id"]),
        ForeignKeyConstraint(["brand_id", "sku_id"], ["skus.brand_id", "skus.id"]),
        Index(None, "brand_id", "delivery_note_id"),
        # For the trigger that refuses deliveries of more than was ordered.
        Index(None, "brand_id", "order_id"),
        CheckConstraint("quantity > 0", name="quantity"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-2)
    delivery_note_id: Mapped[UUID]
    backlog_sku_id: Mapped[UUID | None]
    sku_id: Mapped[UUID]
    quantity: Mapped[int] = mapped_column(BigInteger)
