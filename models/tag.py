"""Tags: a brand's own labels for orders, never shown to buyers."""

from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, new_id
from models.folding import fold
from models.scope import BrandOwned, Internal


def tag_key(code: str) -> str:
    """The same for codes that are one: see `fold`. Cut, since an index of PostgreSQL takes no text of any length."""
    return fold(code)[:200]


class Tag(Internal, BrandOwned, Base):
    __tablename__ = "tags"
    __table_args__ = (
        ForeignKeyConstraint(["brand_id"], ["brands.id"]),
        UniqueConstraint("brand_id", "code"),
        Index(None, "brand_id", "folded", unique=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)
    code: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(100))
    color: Mapped[str | None] = mapped_column(String(7))
    # None: an older release wrote the tag, or another tag of the time before had this key already.
    folded: Mapped[str | None] = mapped_column(Text, default=lambda row: tag_key(row.get_current_parameters()["code"]))


class OrderTag(Internal, BrandOwned, Base):
    __tablename__ = "order_tags"
    __table_args__ = (
        ForeignKeyConstraint(["brand_id", "order_id"], ["orders.brand_id", "orders.id"]),
        ForeignKeyConstraint(["brand_id", "tag_id"], ["tags.brand_id", "tags.id"]),
        Index(None, "brand_id", "tag_id", "order_id"),
    )

    order_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-1)
    tag_id: Mapped[UUID] = mapped_column(primary_key=True)
