"""Backlog SKUs: an order's SKUs that are delivered in parts. An order that has any cannot be rejected."""

from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, new_id
from models.scope import OrderOwned


class BacklogSku(OrderOwned, Base):
    """A SKU of an order that is delivered in parts. It blocks a rejection even if nothing remains to be delivered."""

    __tablename__ = "backlog_skus"
    __table_args__ = (
        ForeignKeyConstraint(["brand_id", "order_id"], ["orders.brand_id", "orders.id"]),
        ForeignKeyConstraint(["brand_id", "sku_id"], ["skus.brand_id", "skus.id"]),
        UniqueConstraint("brand_id", "order_id", "sku_id"),
        CheckConstraint("remaining_quantity BETWEEN 0 AND ordered_quantity", name="remaining"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-2)
    sku_id: Mapped[UUID]
    ordered_quantity: Mapped[int] = mapped_column(BigInteger)
    remaining_quantity: Mapped[int] = mapped_column(BigInteger)
