"""A brand's catalogs and SKUs."""

from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from models.barcode import MAX_LENGTH
from models.base import Base, folded_from, new_id
from models.prices import MILLION
from models.scope import BrandOwned


class Catalog(BrandOwned, Base):
    __tablename__ = "catalogs"
    __table_args__ = (ForeignKeyConstraint(["brand_id"], ["brands.id"]), UniqueConstraint("brand_id", "code"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)
    code: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(200))
    # For search, as `folded_if_other` (models/folding.py) says.
    folded: Mapped[str | None] = mapped_column(Text, default=folded_from("code", "name"))


class Sku(BrandOwned, Base):
    """Its price, in `currency`, is the one that an import uses if its file gives none (see models/prices.py)."""

    __tablename__ = "skus"
    __table_args__ = (
        ForeignKeyConstraint(["brand_id"], ["brands.id"]),
        UniqueConstraint("brand_id", "number"),
        CheckConstraint(f"price_fraction >= 0 AND price_fraction < {MILLION}", name="price_fraction"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)
    number: Mapped[str] = mapped_column(String(64))
    model_number: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(300))
    price_minor: Mapped[int | None] = mapped_column(BigInteger)
    price_fraction: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    currency: Mapped[str | None] = mapped_column(String(3))
    # Documents show SKUs of one style as a grid of colours and sizes.
    style: Mapped[str | None] = mapped_column(String(100))
    color: Mapped[str | None] = mapped_column(String(100))
    size: Mapped[str | None] = mapped_column(String(50))
    barcode: Mapped[str | None] = mapped_column(String(MAX_LENGTH))
    # Its place among the SKUs of its style, for the grid.
    position: Mapped[int | None]
    # Of a SkuPicture. No foreign key: SQLite cannot add one to a table that exists.
    picture_digest: Mapped[str | None] = mapped_column(String(64))
    # For search, as `folded_if_other` (models/folding.py) says. Orders are searched by the numbers only.
    folded: Mapped[str | None] = mapped_column(Text, default=folded_from("number", "model_number"))
    folded_name: Mapped[str | None] = mapped_column(Text, default=folded_from("name"))


class SkuPicture(BrandOwned, Base):
    """A small JPEG, named by the SHA-256 of its bytes: SKUs that look alike share one. It is not changed."""

    __tablename__ = "sku_pictures"
    __table_args__ = (ForeignKeyConstraint(["brand_id"], ["brands.id"]),)

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)
