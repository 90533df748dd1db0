"""The record that an order was sent back to the buyer's cart."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.scope import OrderOwned


class OrderSendBack(OrderOwned, Base):
    """At most one for each order, never deleted: an order is sent back once."""

    __tablename__ = "order_send_backs"
    __table_args__ = (ForeignKeyConstraint(["brand_id", "order_id"], ["orders.brand_id", "orders.id"]),)

    order_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-1)
    sent_back_at: Mapped[datetime]
    actor_name: Mapped[str] = mapped_column(String(200))
