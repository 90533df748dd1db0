"""The buyers' carts."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, new_id
from models.prices import FRACTION_CHECK
from models.scope import BrandOwned


class Cart(BrandOwned, Base):
    """The cart of a buyer for one catalog. `source_order_id`: the order that was sent back into this cart."""

    __tablename__ = "carts"
    __table_args__ = (
        ForeignKeyConstraint(["brand_id", "buyer_id"], ["buyers.brand_id", "buyers.id"]),
        ForeignKeyConstraint(["brand_id", "catalog_id"], ["catalogs.brand_id", "catalogs.id"]),
        UniqueConstraint("brand_id", "buyer_id", "catalog_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)
    buyer_id: Mapped[UUID]
    catalog_id: Mapped[UUID]
    currency: Mapped[str | None] = mapped_column(String(3))
    source_order_id: Mapped[UUID | None]
    updated_at: Mapped[datetime]


class CartLine(BrandOwned, Base):
    __tablename__ = "cart_lines"
    __table_args__ = (
        ForeignKeyConstraint(["brand_id", "cart_id"], ["carts.brand_id", "carts.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["brand_id", "sku_id"], ["skus.brand_id", "skus.id"]),
        UniqueConstraint("brand_id", "cart_id", "position"),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("unit_price_minor >= 0", name="unit_price"),
        CheckConstraint(FRACTION_CHECK, name="unit_price_fraction"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)
    cart_id: Mapped[UUID]
    position: Mapped[int]
    sku_id: Mapped[UUID]
    quantity: Mapped[int] = mapped_column(BigInteger)
    unit_price_minor: Mapped[int] = mapped_column(BigInteger)
    unit_price_fraction: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
