"""Tags: a brand's own labels for orders, never shown to buyers."""

from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, new_id
from models.scope import BrandOwned, Internal


class Tag(Internal, BrandOwned, Base):
    __tablename__ = "tags"
    __table_args__ = (ForeignKeyConstraint(["brand_id"], ["brands.id"]), UniqueConstraint("brand_id", "code"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)
    code: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(100))
    color: Mapped[str | None] = mapped_column(String(7))


class OrderTag(Internal, BrandOwned, Base):
    __tablename__ = "order_tags"
    __table_args__ = (
        ForeignKeyConstraint(["brand_id", "order_id"], ["orders.brand_id", "orders.id"]),
        ForeignKeyConstraint(["brand_id", "tag_id"], ["tags.brand_id", "tags.id"]),
        Index(None, "brand_id", "tag_id", "order_id"),
    )

    order_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-1)
    tag_id: Mapped[UUID] = mapped_column(primary_key=True)
