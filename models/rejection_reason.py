"""Why orders are rejected: a brand's list of reasons, and what was given with each rejection. Buyers see neither."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, ForeignKeyConstraint, String, Text, UniqueConstraint, and_, event, insert
from sqlalchemy.orm import Mapped, mapped_column

from models.base import AddedOnce, Base, new_id
from models.brand import Brand
from models.events import OrderRejected
from models.locale import Locale
from models.locale import Text as Words
from models.rejection import OrderRejection
from models.scope import BrandOwned, Internal

# The reasons that every brand begins with.
DEFAULTS: dict[str, Words] = {
    "OUT_OF_STOCK": Words("Out of stock", "在庫切れ"),
    "MINIMUM_NOT_MET": Words("Minimum order not met", "最低注文条件を満たしていない"),
    "CREDIT": Words("Credit or payment", "与信・支払い"),
    "DUPLICATE": Words("Duplicate order", "重複注文"),
    "PRICE": Words("Wrong price", "価格の相違"),
    "DISCONTINUED": Words("Discontinued product", "取扱終了"),
    "BUYER_ASKED": Words("The buyer asked for it", "バイヤーからの依頼"),
    "OTHER": Words("Other", "その他"),
}


class RejectionReason(Internal, BrandOwned, Base):
    """Archived ones can no longer be given. A reason is never deleted and its code never changes: triggers see to it.

    `position`: the place in the list, from 1.
    """

    __tablename__ = "rejection_reasons"
    __table_args__ = (ForeignKeyConstraint(["brand_id"], ["brands.id"]), UniqueConstraint("brand_id", "code"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)
    code: Mapped[str] = mapped_column(String(64))
    label_en: Mapped[str] = mapped_column(String(100))
    label_ja: Mapped[str] = mapped_column(String(100))
    position: Mapped[int]
    archived_at: Mapped[datetime | None]


class RejectionGrounds(AddedOnce, Internal, BrandOwned, Base):
    """The reason and the internal note of one rejection; no row without either. Permanent, as the rejection itself.

    Not columns of OrderRejection, whose rows a buyer sees. Written after the order's status and before that record:
    triggers refuse it later.
    """

    __tablename__ = "order_rejection_grounds"
    __table_args__ = (
        ForeignKeyConstraint(["brand_id", "order_id"], ["orders.brand_id", "orders.id"]),
        ForeignKeyConstraint(["brand_id", "reason_id"], ["rejection_reasons.brand_id", "rejection_reasons.id"]),
    )

    order_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-1)
    reason_id: Mapped[UUID | None]
    note: Mapped[str | None] = mapped_column(Text)

    @classmethod
    def of(cls, event: OrderRejected) -> "RejectionGrounds | None":
        if event.reason is None and event.note is None:
            return None
        reason_id = event.reason.id if event.reason else None
        return cls.made(brand_id=event.brand_id, order_id=event.order_id, reason_id=reason_id, note=event.note)


GROUNDS_OF_REJECTION = and_(
    RejectionGrounds.brand_id == OrderRejection.brand_id, RejectionGrounds.order_id == OrderRejection.order_id
)
REASON_OF_GROUNDS = and_(
    RejectionReason.brand_id == RejectionGrounds.brand_id, RejectionReason.id == RejectionGrounds.reason_id
)


def default_reasons(brand_id: UUID) -> list[dict[str, Any]]:
    """As rows of the table."""
    return [
        {"brand_id": brand_id, "id": new_id(), "code": code, "position": position}
        | {"label_en": label.in_(Locale.EN), "label_ja": label.in_(Locale.JA)}
        for position, (code, label) in enumerate(DEFAULTS.items(), 1)
    ]


@event.listens_for(Brand, "after_insert")
def _add_default_reasons(_: Any, connection: Connection, brand: Brand) -> None:
    """However a brand is added (command line, demo, test), it has its reasons."""
    connection.execute(insert(RejectionReason.__table__), default_reasons(brand.id))  # type: ignore[arg-type]
