"""Who is in charge of an order: a member of the brand. Buyers never see it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.actor import MAX_ID_LENGTH
from models.base import Base
from models.scope import Internal, OrderOwned

MAX_NAME_LENGTH = 200


class OrderAssignee(Internal, OrderOwned, Base):
    """The member in charge of one order; no row for an order without one. `actor_id`: Actor.id of the member.

    Members are known by their tokens only, so their names are kept here.
    """

    __tablename__ = "order_assignees"
    __table_args__ = (
        ForeignKeyConstraint(["brand_id", "order_id"], ["orders.brand_id", "orders.id"]),
        Index(None, "brand_id", "actor_id", "order_id"),
    )

    order_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-1)
    actor_id: Mapped[str] = mapped_column(String(MAX_ID_LENGTH))
    actor_name: Mapped[str] = mapped_column(String(MAX_NAME_LENGTH))
    assigned_at: Mapped[datetime]
