"""A brand's buyers and their e-mail addresses."""

import re
from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, String, Text, UniqueConstraint, event, true
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, folded_from, new_id
from models.folding import folded_if_other
from models.locale import Locale
from models.scope import BrandOwned

MAX_REASON_LENGTH = 500
# An e-mail address, as strict as mail servers are in practice.
ADDRESS = re.compile(r"[^@\s<>\"(),:;\\]{1,64}@(?:[^@\s<>\"(),:;\\.]+\.)+[^@\s<>\"(),:;\\.]+")


class Buyer(BrandOwned, Base):
    __tablename__ = "buyers"
    __table_args__ = (
        ForeignKeyConstraint(["brand_id"], ["brands.id"]),
        UniqueConstraint("brand_id", "unique_code"),
        # For lists of orders by buyer.
        Index(None, "brand_id", "name", "unique_code"),
        CheckConstraint("locale IN ('en', 'ja')", name="locale"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)
    unique_code: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(200))
    country: Mapped[str] = mapped_column(String(100), default="")
    # Where invoices go.
    address: Mapped[str] = mapped_column(Text, default="")
    # Empty: goods go to the address above.
    delivery_address: Mapped[str] = mapped_column(Text, default="", server_default="")
    locale: Mapped[Locale] = mapped_column(default=Locale.EN)
    # False: it was not chosen; it is the country's, or without a country the brand's, and changes with them.
    has_own_locale: Mapped[bool] = mapped_column(default=True, server_default=true())
    is_offline: Mapped[bool] = mapped_column(default=False)
    # When its personal data was erased (resolvers/buyer_erasure.py). Triggers keep it from being filled in again.
    erased_at: Mapped[datetime | None]
    # For search, as `folded_if_other` (models/folding.py) says.
    folded: Mapped[str | None] = mapped_column(Text, default=folded_from("unique_code", "name"))


@event.listens_for(Buyer, "before_update")
def _fold(_mapper: object, _connection: object, buyer: Buyer) -> None:
    """An UPDATE without the ORM sets `folded` itself."""
    buyer.folded = folded_if_other(buyer.unique_code, buyer.name)


class BuyerRecipient(BrandOwned, Base):
    """One e-mail address of a buyer. Every mail to the buyer goes to all of its addresses, marked ones too.

    `bounced_at`, `bounce_reason`: when a mail server last refused it permanently, and what the server said. The relay
    marks it; changing or confirming the addresses clears it.
    """

    __tablename__ = "buyer_recipients"
    __table_args__ = (ForeignKeyConstraint(["brand_id", "buyer_id"], ["buyers.brand_id", "buyers.id"]),)

    buyer_id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(320), primary_key=True)
    bounced_at: Mapped[datetime | None]
    bounce_reason: Mapped[str | None] = mapped_column(String(MAX_REASON_LENGTH))
    folded: Mapped[str | None] = mapped_column(Text, default=folded_from("email"))
