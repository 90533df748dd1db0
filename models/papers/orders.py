"""Reads what the PDFs of an order say, in the session of the viewer: what the viewer may not see is not found.

What an order confirmation (OC) says is kept when the OC is created or updated. One of before schema 0032 is read live.
"""

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.catalog import SkuPicture
from models.locale import Text
from models.money import from_minor, to_minor
from models.order import DataSet, OrderConfirmation
from models.papers.columns import brand_of, buyer_of, head_without_logo, line_of, tax_rows, with_logo
from models.papers.order_rows import count_lines, read_emails, read_lines, read_orders
from models.papers.order_snapshot import OrderDocument, OrderSnapshot, RejectionStamp
from models.papers.parts import LineSnapshot, TaxRow
from models.plain_json import from_plain, to_plain
from models.rejection import rejected_by
from models.tax import tax_of

MAX_PICTURES = 300
MAX_LINES = 2_000  # of orders whose OCs are kept at a stretch
DATA_SETS = {
    OrderDocument.PURCHASE_ORDER: DataSet.ORIGINAL,
    OrderDocument.ORDER_CONFIRMATION: DataSet.CONFIRMATION,
}
OFFICIAL = {data_set: document for document, data_set in DATA_SETS.items()}


class NoConfirmation(LookupError):
    """The order has no order confirmation."""


async def order_snapshot(
    session: AsyncSession, order_id: UUID, document: OrderDocument | None, *, for_buyer: bool
) -> OrderSnapshot | None:
    """None if the session's viewer has no such order. `document` None: the order's official document.

    Of an OC that is kept, only the status and the rejection are as they are now. A constant number of statements for
    any number of lines. Raises NoConfirmation.
    """
    rows = await read_orders(session, [order_id])
    if not rows:
        return None
    (row,) = rows
    document = document or OFFICIAL[row.official]
    is_confirmation = document is OrderDocument.ORDER_CONFIRMATION
    if is_confirmation and row.official is not DataSet.CONFIRMATION:
        raise NoConfirmation(f"Order {row.code} has no order confirmation")
    found = await _kept(session, row) if is_confirmation else None
    if found is None:
        (found,) = await _live(session, [row], document)
    snapshot = replace(
        found,
        for_buyer=for_buyer,
        status=row.status,
        rejection=_stamp(row, for_buyer=for_buyer),
        time_zone=row.time_zone,
        head=await with_logo(session, row.brand_id, found.head),
    )
    return await _with_pictures(session, row.brand_id, snapshot)


async def frozen_confirmations(
    session: AsyncSession, order_ids: Collection[UUID]
) -> AsyncIterator[dict[UUID, dict[str, Any]]]:
    """Order's id → what its OC says now, to be kept. Of one brand.

    In pieces of some thousand lines at most, or one order: a line takes some 10 µs of the event loop.
    """
    rows = await read_orders(session, order_ids)
    counts = await count_lines(session, rows[0].brand_id, order_ids) if len(rows) > 1 else {}
    while rows:
        size, count = 1, counts.get(rows[0].id, 0)
        while size < len(rows) and (count := count + counts.get(rows[size].id, 0)) <= MAX_LINES:
            size += 1
        some, rows = rows[:size], rows[size:]
        confirmations = await _live(session, some, OrderDocument.ORDER_CONFIRMATION)
        yield {row.id: _frozen(each) for row, each in zip(some, confirmations, strict=True)}


def _frozen(now: OrderSnapshot) -> dict[str, Any]:
    zone = ZoneInfo(now.time_zone)
    plain: dict[str, Any] = to_plain(
        replace(
            now,
            placed_on=now.placed_at.astimezone(zone).date(),
            confirmed_on=now.confirmed_at.astimezone(zone).date() if now.confirmed_at else None,
            # Most orders are confirmed as they were placed: those lines are kept once.
            ordered_lines=() if now.ordered_lines == now.lines else now.ordered_lines,
        )
    )
    return plain


async def _kept(session: AsyncSession, order: Any) -> OrderSnapshot | None:
    of_order = (OrderConfirmation.brand_id == order.brand_id, OrderConfirmation.order_id == order.id)
    plain = await session.scalar(select(OrderConfirmation.frozen).where(*of_order))
    if plain is None:
        return None
    kept = from_plain(OrderSnapshot, plain)
    if kept.ordered_lines or kept.ordered_total is None:
        return kept
    return replace(kept, ordered_lines=kept.lines)


async def _live(session: AsyncSession, orders: Sequence[Any], document: OrderDocument) -> list[OrderSnapshot]:
    """`orders`: of one brand. Without the bytes of logos and pictures."""
    if not orders:
        return []
    brand_id, currencies = orders[0].brand_id, {order.id: order.currency for order in orders}
    is_confirmation = document is OrderDocument.ORDER_CONFIRMATION
    lines: dict[tuple[UUID, DataSet], list[LineSnapshot]] = {}
    for row in await read_lines(session, brand_id, currencies, only_original=not is_confirmation):
        more = {"barcode": row.barcode, "place": row.place, "picture_digest": row.picture_digest}
        lines.setdefault((row.order_id, row.data_set), []).append(line_of(row, currencies[row.order_id], **more))
    emails = await read_emails(session, brand_id, {order.buyer_id for order in orders})
    return [
        _snapshot(
            order,
            document,
            emails.get(order.buyer_id, []),
            lines.get((order.id, DATA_SETS[document]), []),
            lines.get((order.id, DataSet.ORIGINAL), []) if is_confirmation else [],
        )
        for order in orders
    ]


def _snapshot(
    order: Any,
    document: OrderDocument,
    emails: Sequence[str],
    lines: Sequence[LineSnapshot],
    ordered: Sequence[LineSnapshot],
) -> OrderSnapshot:
    nothing = from_minor(0, order.currency)
    shipping = from_minor(order.shipping_minor, order.currency)
    subtotal = sum((line.amount for line in lines), nothing)
    taxes, tax = _taxes(order, lines)
    ordered_total = sum((line.amount for line in ordered), nothing) + _taxes(order, ordered)[1] + shipping
    return OrderSnapshot(
        document=document,
        for_buyer=False,
        code=order.code,
        status=order.status,
        placed_at=order.placed_at,
        confirmed_at=order.confirmation_created_at if document is OrderDocument.ORDER_CONFIRMATION else None,
        brand=brand_of(order),
        buyer=buyer_of(order, tuple(emails)),
        delivery_address=order.delivery_address if order.delivery_address.strip() else order.buyers_delivery_address,
        catalog=order.catalog_name,
        currency=order.currency,
        lines=tuple(lines),
        total_quantity=sum(line.quantity for line in lines),
        subtotal=subtotal,
        tax=tax,
        shipping=shipping,
        total=subtotal + tax + shipping,
        comment=order.comment,
        rejection=None,
        time_zone=order.time_zone,
        head=head_without_logo(order),
        taxes=taxes,
        prices_include_tax=order.prices_include_tax,
        shipping_tax=tax_of(order.shipping_tax_kind, order.shipping_tax_rate) if order.shipping_minor else None,
        deliver_from=order.deliver_from,
        deliver_to=order.deliver_to,
        buyer_order_number=order.buyer_order_number,
        billing_address=order.billing_address,
        ordered_lines=tuple(ordered),
        ordered_total=ordered_total if ordered else None,
    )


async def _with_pictures(session: AsyncSession, brand_id: UUID, order: OrderSnapshot) -> OrderSnapshot:
    """An order with more than MAX_PICTURES has none: its PDF would be too large to be sent."""
    digests = {line.picture_digest for line in (*order.lines, *order.ordered_lines) if line.picture_digest}
    if not 0 < len(digests) <= MAX_PICTURES:
        return order
    found = select(SkuPicture.digest, SkuPicture.data)
    found = found.where(SkuPicture.brand_id == brand_id, SkuPicture.digest.in_(digests))
    pictures: dict[str | None, bytes] = {row.digest: row.data for row in await session.execute(found)}

    def shown(lines: tuple[LineSnapshot, ...]) -> tuple[LineSnapshot, ...]:
        return tuple(replace(line, picture=pictures.get(line.picture_digest)) for line in lines)

    return replace(order, lines=shown(order.lines), ordered_lines=shown(order.ordered_lines))


def _taxes(row: Any, lines: Sequence[LineSnapshot]) -> tuple[tuple[TaxRow, ...], Decimal]:
    """By rate, and what of it comes on top. An order without tax data has the tax that it has as an amount."""
    if not any(line.tax for line in lines):
        return (), from_minor(row.tax_minor, row.currency)
    amounts = [(line.tax, to_minor(line.amount, row.currency)) for line in lines]
    if row.shipping_minor:
        amounts.append((tax_of(row.shipping_tax_kind, row.shipping_tax_rate), row.shipping_minor))
    taxes = tax_rows(amounts, row.currency, included=row.prices_include_tax, rounding=row.tax_rounding)
    nothing = from_minor(0, row.currency)
    return taxes, nothing if row.prices_include_tax else sum((each.tax for each in taxes), nothing)


def _stamp(row: Any, *, for_buyer: bool) -> RejectionStamp | None:
    if row.rejected_at is None:
        return None
    by = rejected_by(row.actor_name, row.brand_name, to_buyer=for_buyer)
    if for_buyer:
        return RejectionStamp(row.rejected_at, by)
    reason = Text(row.label_en, row.label_ja) if row.label_en else None
    return RejectionStamp(row.rejected_at, by, reason, row.note or "")
