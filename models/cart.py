"""The buyer's carts, and the record that an order was sent back into one."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, new_id
from models.scope import BrandOwned


class Cart(BrandOwned, Base):
    __tablename__ = "carts"
    __table_args__ = (
        ForeignKeyConstraint(["brand_id", "buyer_id"], ["buyers.brand_id", "buyers.id"]),
        ForeignKeyConstraint(["brand_id", "catalog_id"], ["catalogs.brand_id", "catalogs.id"]),
        UniqueConstraint("brand_id", "buyer_id", "catalog_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)
    buyer_id: Mapped[UUID]
    catalog_id: Mapped[UUID]
    updated_at: Mapped[datetime]


class OrderSendBack(BrandOwned, Base):
    """One per order, for good: an order is sent back once."""

    __tablename__ = "order_send_backs"
    __table_args__ = (ForeignKeyConstraint(["brand_id", "order_id"], ["orders.brand_id", "orders.id"]),)

    order_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-1)
    sent_back_at: Mapped[datetime]
    actor_name: Mapped[str] = mapped_column(String(200))
