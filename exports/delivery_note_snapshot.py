"""The snapshot of one delivery note, read in the session of the viewer: what the viewer may not see is not found."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from exports.pdf.parties import BRAND, BUYER, brand_of, buyer_of
from exports.pdf.snapshots import GoodsLine, Party
from models.brand import Brand
from models.buyer import Buyer
from models.catalog import Sku
from models.delivery_note import DeliveryNote, DeliveryNoteLine
from models.order import Order


@dataclass(frozen=True, slots=True)
class DeliveryNoteSnapshot:
    """One delivery note. `delivery_address`: the order's, or the buyer's if the order has none."""

    code: str
    created_at: datetime
    order_code: str
    tracking_number: str
    comment: str
    brand: Party
    buyer: Party
    delivery_address: str
    lines: tuple[GoodsLine, ...]
    total_quantity: int
    time_zone: str


async def delivery_note_snapshot(session: AsyncSession, note_id: UUID) -> DeliveryNoteSnapshot | None:
    """None if the session's viewer has no such delivery note. Two statements for any number of lines."""
    note = (await session.execute(_NOTE.where(DeliveryNote.id == note_id))).one_or_none()
    if note is None:
        return None
    of_note = (DeliveryNoteLine.brand_id == note.brand_id, DeliveryNoteLine.delivery_note_id == note_id)
    lines = tuple(
        GoodsLine(position, number, model_number, name, quantity)
        for position, (number, model_number, name, quantity) in enumerate(
            await session.execute(_LINES.where(*of_note)), 1
        )
    )
    return DeliveryNoteSnapshot(
        code=note.code,
        created_at=note.created_at,
        order_code=note.order_code,
        tracking_number=note.tracking_number,
        comment=note.comment,
        brand=brand_of(note),
        buyer=buyer_of(note),
        delivery_address=note.delivery_address if note.delivery_address.strip() else note.buyer_address,
        lines=lines,
        total_quantity=sum(line.quantity for line in lines),
        time_zone=note.time_zone,
    )


_NOTE = (
    select(
        DeliveryNote.brand_id,
        DeliveryNote.code,
        DeliveryNote.created_at,
        DeliveryNote.tracking_number,
        DeliveryNote.comment,
        Order.code.label("order_code"),
        Order.delivery_address,
        *BRAND,
        *BUYER,
    )
    .join_from(DeliveryNote, Order)
    .join(Brand, Brand.id == Order.brand_id)
    .join_from(Order, Buyer)
)

_LINES = (
    select(Sku.number, Sku.model_number, Sku.name, DeliveryNoteLine.quantity)
    .join_from(DeliveryNoteLine, Sku)
    .order_by(DeliveryNoteLine.id)
)
