"""Who takes part: the brand (one tenant), its buyers, and the addresses a buyer's mail goes to."""

import re
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, new_id
from models.scope import BrandOwned

# An e-mail address, as strict as mail servers are in practice.
ADDRESS = re.compile(r"[^@\s<>\"(),:;\\]{1,64}@[^@\s<>\"(),:;\\]+\.[^@\s<>\"(),:;\\.]+")


class Brand(Base):
    __tablename__ = "brands"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(Text, default="")
    locale: Mapped[str] = mapped_column(String(2), default="en")
    time_zone: Mapped[str] = mapped_column(String(64), default="UTC")
    currency: Mapped[str] = mapped_column(String(3), default="JPY")
    mail_reply_to: Mapped[str | None] = mapped_column(String(320))
    archiving_enabled: Mapped[bool] = mapped_column(default=True)
    # The name beside the sender's address; the brand's own when None.
    mail_sender_name: Mapped[str | None] = mapped_column(String(200))
    # What a rejected order's buyer reads when nothing is typed; the product's standard text when None.
    rejection_text_en: Mapped[str | None] = mapped_column(Text)
    rejection_text_ja: Mapped[str | None] = mapped_column(Text)


class Buyer(BrandOwned, Base):
    __tablename__ = "buyers"
    __table_args__ = (
        ForeignKeyConstraint(["brand_id"], ["brands.id"]),
        UniqueConstraint("brand_id", "unique_code"),
        CheckConstraint("locale IN ('en', 'ja')", name="locale"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)
    unique_code: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(200))
    country: Mapped[str] = mapped_column(String(100), default="")
    address: Mapped[str] = mapped_column(Text, default="")
    locale: Mapped[str] = mapped_column(String(2), default="en")
    is_offline: Mapped[bool] = mapped_column(default=False)


class BuyerRecipient(BrandOwned, Base):
    """One e-mail address of a buyer; every mail to the buyer goes to all of them."""

    __tablename__ = "buyer_recipients"
    __table_args__ = (ForeignKeyConstraint(["brand_id", "buyer_id"], ["buyers.brand_id", "buyers.id"]),)

    buyer_id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(320), primary_key=True)
