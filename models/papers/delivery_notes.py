"""What a delivery note says: kept with the note when it is created or changed."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from models.brand import Brand
from models.buyer import Buyer
from models.catalog import Sku
from models.delivery_note import DeliveryNote, DeliveryNoteLine
from models.letterhead import Letterhead
from models.order import Order, OrderLine
from models.papers.columns import BRAND, BUYER, OF_BRAND, SKU, brand_of, buyer_of, head_of, with_logo
from models.papers.parts import GoodsLine, Head, Packing, Party
from models.plain_json import from_plain, to_plain


@dataclass(frozen=True, slots=True)
class DeliveryNoteSnapshot:
    """One delivery note. `delivery_address`: the order's, or the buyer's if the order has none.

    `waiting`: SKUs of the order of which this note has nothing, and later ones will have some.
    """

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
    head: Head = field(default_factory=Head)
    created_on: date | None = None
    ordered_on: date | None = None
    buyer_order_number: str = ""
    carrier: str = ""
    cartons: int | None = None
    packing: Packing | None = None
    waiting: tuple[GoodsLine, ...] = ()

    @property
    def to_follow(self) -> int:
        return sum(line.to_follow or 0 for line in (*self.lines, *self.waiting))


async def read_delivery_note(session: AsyncSession, note_id: UUID) -> DeliveryNoteSnapshot | None:
    """As it is kept. None if the session's viewer has no such delivery note. A constant number of statements."""
    row = (await session.execute(_NOTE.where(DeliveryNote.id == note_id))).one_or_none()
    if row is None:
        return None
    if row.frozen is None:
        return await _live(session, note_id, row)
    kept = from_plain(DeliveryNoteSnapshot, row.frozen)
    return replace(kept, head=await with_logo(session, row.brand_id, kept.head))


async def frozen_delivery_note(session: AsyncSession, note_id: UUID) -> dict[str, Any]:
    """What the note says now, to be kept."""
    row = (await session.execute(_NOTE.where(DeliveryNote.id == note_id))).one()
    now = await _live(session, note_id, row)
    zone = ZoneInfo(now.time_zone)
    created_on, ordered_on = (at.astimezone(zone).date() for at in (row.created_at, row.placed_at))
    plain: dict[str, Any] = to_plain(
        replace(now, head=replace(now.head, logo=b""), created_on=created_on, ordered_on=ordered_on)
    )
    return plain


async def _live(session: AsyncSession, note_id: UUID, note: Any) -> DeliveryNoteSnapshot:
    of_note = (DeliveryNoteLine.brand_id == note.brand_id, DeliveryNoteLine.delivery_note_id == note_id)
    # In the order of the order's lines: sizes stand as the buyer ordered them.
    rows = (await session.execute(_LINES.where(*of_note))).all()
    lines = tuple(_line(position, row, row.quantity) for position, row in enumerate(rows, 1))
    waiting: list[GoodsLine] = []
    if any(row.backlog_sku_id for row in rows):  # else the note has the whole order
        sent_now = {row.sku_id for row in rows}
        for row in await session.execute(_ordered(note.brand_id, note.order_id, note_id)):
            if row.ordered > row.sent and row.sku_id not in sent_now:
                waiting.append(_line(len(lines) + len(waiting) + 1, row, 0))
    address = next((text for text in (note.delivery_address, note.buyers_delivery_address) if text.strip()), "")
    return DeliveryNoteSnapshot(
        code=note.code,
        created_at=note.created_at,
        order_code=note.order_code,
        tracking_number=note.tracking_number,
        comment=note.comment,
        brand=brand_of(note),
        buyer=buyer_of(note),
        delivery_address=address or note.buyer_address,
        lines=lines,
        total_quantity=sum(line.quantity for line in lines),
        time_zone=note.time_zone,
        head=await head_of(session, note),
        buyer_order_number=note.buyer_order_number,
        carrier=note.carrier,
        cartons=note.cartons,
        packing=None if note.packing is None else from_plain(Packing, note.packing),
        waiting=tuple(waiting),
    )


def _line(position: int, row: Any, quantity: int) -> GoodsLine:
    return GoodsLine(
        position,
        row.number,
        row.model_number,
        row.name,
        quantity,
        row.style or "",
        row.color or "",
        row.size or "",
        row.ordered,
        None if row.ordered is None else max(0, row.ordered - row.sent),
        row.sku_id,
        row.barcode or "",
    )


_NOTE = (
    select(
        DeliveryNote.brand_id,
        DeliveryNote.order_id,
        DeliveryNote.code,
        DeliveryNote.created_at,
        DeliveryNote.tracking_number,
        DeliveryNote.comment,
        DeliveryNote.carrier,
        DeliveryNote.cartons,
        DeliveryNote.packing,
        DeliveryNote.frozen,
        Order.code.label("order_code"),
        Order.delivery_address,
        Order.placed_at,
        Order.buyer_order_number,
        Buyer.delivery_address.label("buyers_delivery_address"),
        *BRAND,
        *BUYER,
    )
    .join_from(DeliveryNote, Order)
    .join(Brand, Brand.id == Order.brand_id)
    .join_from(Order, Buyer)
    .outerjoin(Letterhead, OF_BRAND)
)


def _of_sku(column: Any) -> Any:
    """Of the lines of the order's official content with the SKU of the note's line."""
    return (
        select(column)
        .join_from(OrderLine, Order)
        .where(
            OrderLine.brand_id == DeliveryNoteLine.brand_id,
            OrderLine.order_id == DeliveryNoteLine.order_id,
            OrderLine.sku_id == DeliveryNoteLine.sku_id,
            OrderLine.data_set == Order.official,
        )
        .correlate(DeliveryNoteLine)
        .scalar_subquery()
    )


_position = _of_sku(func.min(OrderLine.position))
_all_sent = aliased(DeliveryNoteLine)
_sent = (
    select(func.sum(_all_sent.quantity))
    .where(
        _all_sent.brand_id == DeliveryNoteLine.brand_id,
        _all_sent.order_id == DeliveryNoteLine.order_id,
        _all_sent.sku_id == DeliveryNoteLine.sku_id,
        _all_sent.delivery_note_id <= DeliveryNoteLine.delivery_note_id,
    )
    .correlate(DeliveryNoteLine)
    .scalar_subquery()
)
_LINES = (
    select(
        *SKU,
        Sku.barcode,
        DeliveryNoteLine.sku_id,
        DeliveryNoteLine.quantity,
        DeliveryNoteLine.backlog_sku_id,
        _of_sku(func.sum(OrderLine.quantity)).label("ordered"),
        _sent.label("sent"),
    )
    .join_from(DeliveryNoteLine, Sku)
    .order_by(_position, DeliveryNoteLine.id)
)


def _ordered(brand_id: UUID, order_id: UUID, note_id: UUID) -> Select[Any]:
    """The SKUs of the order's official content, with what was sent of each up to the note."""
    of_order = (OrderLine.brand_id == brand_id, OrderLine.order_id == order_id, OrderLine.data_set == Order.official)
    said = (
        select(
            OrderLine.sku_id,
            func.min(OrderLine.position).label("position"),
            func.sum(OrderLine.quantity).label("ordered"),
        )
        .join_from(OrderLine, Order)
        .where(*of_order)
        .group_by(OrderLine.sku_id)
        .subquery()
    )
    sent = (
        select(func.coalesce(func.sum(DeliveryNoteLine.quantity), 0))
        .where(
            DeliveryNoteLine.brand_id == brand_id,
            DeliveryNoteLine.order_id == order_id,
            DeliveryNoteLine.sku_id == said.c.sku_id,
            DeliveryNoteLine.delivery_note_id <= note_id,
        )
        .correlate(said)
        .scalar_subquery()
    )
    return (
        select(*SKU, Sku.barcode, said.c.sku_id, said.c.ordered, sent.label("sent"))
        .join_from(said, Sku, (Sku.brand_id == brand_id) & (Sku.id == said.c.sku_id))
        .order_by(said.c.position)
    )
