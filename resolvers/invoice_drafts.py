"""Drafting an invoice: for an order as a whole, for several, or for delivery notes. What it bills is frozen in it.

All orders are locked, judged by the rules table and written in one transaction: all of it is invoiced, or nothing.
Issuing, voiding and deleting: resolvers/invoices.py.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import audit
from models.base import new_id
from models.delivery_note import DeliveryNote
from models.document_number import next_code
from models.events import EventKind
from models.facts import NOTE_INVOICED
from models.invoice import Invoice, InvoicedDeliveryNote, InvoicedOrder, InvoiceLine
from models.locale import Text, text_for
from models.messages.refusals import (
    ANOTHER_BUYER,
    ANOTHER_CURRENCY,
    NAMED_TWICE,
    NO_DELIVERY_NOTES,
    NO_ORDERS,
    NOTE_ON_INVOICE,
    ORDER_NOT_FOUND,
    TOO_MANY_FOR_AN_INVOICE,
    TOTAL_TOO_LARGE,
    UNKNOWN_DOCUMENT,
)
from models.money import MAX_MINOR
from models.order import Order
from models.policy import OrderAction
from resolvers.core.context import Context
from resolvers.core.refusals import ActionError, Refusal, Refused, invalid, refusal_of
from resolvers.invoice_lines import Billed, delivered_lines, unbilled_charges, whole_order
from resolvers.reading.verdicts import Explained, read_verdicts

MAX_DOCUMENTS = 100

# The path of the argument that named an order or a delivery note, by its place.
Path = Callable[[int], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Drafted:
    """`invoice_id` is None when it was refused. `blockers`: those of each order that has some."""

    order_ids: list[UUID] = field(default_factory=list)
    invoice_id: UUID | None = None
    blockers: dict[UUID, list[Explained]] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)


# The lines that an order adds to an invoice.
Content = Callable[[AsyncSession, Order], Awaitable[list[Billed]]]


async def create_invoice(context: Context, order_id: UUID) -> Drafted:
    return await _draft_for_orders(context, [order_id], lambda _: ("orderId",))


async def create_invoice_for_orders(context: Context, order_ids: Sequence[UUID | None]) -> Drafted:
    """Orders of one buyer in one currency; None stands for an id that is not an order's."""
    if refusal := _miscounted(context, order_ids, "orderIds", NO_ORDERS):
        return Drafted(refusals=[refusal])
    unknown = [_not_found(context, ("orderIds", str(place))) for place, id in enumerate(order_ids) if id is None]
    if unknown:
        return Drafted(refusals=unknown)
    return await _draft_for_orders(context, [id for id in order_ids if id], lambda place: ("orderIds", str(place)))


async def _draft_for_orders(context: Context, order_ids: Sequence[UUID], path: Path) -> Drafted:
    return await _draft(context, order_ids, OrderAction.CREATE_INVOICE, whole_order, path)


async def create_invoice_for_delivery_notes(context: Context, note_ids: Sequence[UUID | None]) -> Drafted:
    """Notes of orders of one buyer in one currency, none of them invoiced yet."""
    if refusal := _miscounted(context, note_ids, "deliveryNoteIds", NO_DELIVERY_NOTES):
        return Drafted(refusals=[refusal])
    async with context.read() as session:
        columns = select(DeliveryNote.id, DeliveryNote.order_id)
        rows = await session.execute(columns.where(DeliveryNote.id.in_([id for id in note_ids if id])))
        order_of = {row.id: row.order_id for row in rows}
    places: dict[UUID, int] = {}
    refusals = []
    for place, id in enumerate(note_ids):
        if id is None or id not in order_of:
            refusals.append(_unknown_note(context, place))
        else:
            places.setdefault(order_of[id], place)
    if refusals:
        return Drafted(refusals=refusals)
    wanted = [id for id in note_ids if id]

    async def delivered(session: AsyncSession, order: Order) -> list[Billed]:
        found = select(DeliveryNote.id, NOTE_INVOICED).where(
            DeliveryNote.brand_id == order.brand_id, DeliveryNote.order_id == order.id, DeliveryNote.id.in_(wanted)
        )
        is_invoiced = {row[0]: row[1] for row in await session.execute(found)}
        refusals = []
        for place, id in enumerate(wanted):
            if order_of[id] == order.id and id not in is_invoiced:  # deleted meanwhile
                refusals.append(_unknown_note(context, place))
            elif is_invoiced.get(id):
                refusals.append(invalid(context, NOTE_ON_INVOICE, "deliveryNoteIds", str(place)))
        if refusals:
            raise Refused(*refusals)
        return await delivered_lines(session, order, [id for id in wanted if id in is_invoiced])

    ids = list(places)
    return await _draft(
        context,
        ids,
        OrderAction.INVOICE_DELIVERY_NOTES,
        delivered,
        lambda place: ("deliveryNoteIds", str(places[ids[place]])),
    )


async def _draft(
    context: Context, order_ids: Sequence[UUID], action: OrderAction, content: Content, path: Path
) -> Drafted:
    try:
        async with context.transaction() as session:
            drafted = await _lock_and_draft(context, session, order_ids, action, content, path)
    except Refused as refused:
        drafted = Drafted(list(order_ids), refusals=refused.refusals)
    context.refresh()
    return drafted


async def _lock_and_draft(
    context: Context,
    session: AsyncSession,
    order_ids: Sequence[UUID],
    action: OrderAction,
    content: Content,
    path: Path,
) -> Drafted:
    # In the order of their ids, as everybody locks several orders: two who want the same ones wait, but not for ever.
    locked = select(Order).where(Order.id.in_(order_ids)).order_by(Order.id).with_for_update()
    by_id = {order.id: order for order in await session.scalars(locked)}
    missing = [_not_found(context, path(place)) for place, id in enumerate(order_ids) if id not in by_id]
    if missing:
        return Drafted([id for id in order_ids if id in by_id], refusals=missing)
    verdicts = await read_verdicts(session, order_ids)
    blockers = {id: found for id in order_ids if (found := verdicts[id].blockers(action, context.actor))}
    refusals = [
        refusal_of(blocker, *path(place)) for place, id in enumerate(order_ids) for blocker in blockers.get(id, ())
    ]
    if not refusals:
        refusals = _mixed(context, [by_id[id] for id in order_ids], path)
    if refusals:
        return Drafted(list(order_ids), blockers=blockers, refusals=refusals)
    invoice = await _write(context, session, [by_id[id] for id in order_ids], action, content, path)
    return Drafted(list(order_ids), invoice.id)


def _mixed(context: Context, orders: list[Order], path: Path) -> list[Refusal]:
    """Why these cannot be on one invoice. Brands cannot be mixed either: no two of them share a buyer."""
    first = orders[0]
    found = []
    for place, order in enumerate(orders):
        if order.buyer_id != first.buyer_id:
            found.append(invalid(context, ANOTHER_BUYER, *path(place)))
        elif order.currency != first.currency:
            found.append(invalid(context, ANOTHER_CURRENCY, *path(place), currency=order.currency))
    return found


async def _write(
    context: Context, session: AsyncSession, orders: list[Order], action: OrderAction, content: Content, path: Path
) -> Invoice:
    now, first = context.clock(), orders[0]
    invoice = Invoice(
        id=new_id(),
        brand_id=first.brand_id,
        code=await next_code(session, first.brand_id, "INV"),
        created_at=now,
        currency=first.currency,
    )
    session.add(invoice)
    await session.flush()
    rows: list[dict[str, object]] = []
    notes: dict[UUID, None] = {}
    total = 0
    for order in orders:
        billed = await content(session, order)
        tax, shipping = await unbilled_charges(session, order)
        session.add(
            InvoicedOrder(
                brand_id=order.brand_id,
                invoice_id=invoice.id,
                order_id=order.id,
                is_whole=action is OrderAction.CREATE_INVOICE,
                tax_minor=tax,
                shipping_minor=shipping,
            )
        )
        notes |= dict.fromkeys(each.note_id for each in billed if each.note_id)
        rows += [_row(invoice, order, position, each) for position, each in enumerate(billed, len(rows) + 1)]
        total += sum(each.line.amount_minor for each in billed) + tax + shipping
    if total > MAX_MINOR:
        raise Refused(invalid(context, TOTAL_TOO_LARGE, *path(0)))
    invoice.total_minor = total
    await session.flush()
    await session.execute(insert(InvoiceLine), rows)
    named = [{"brand_id": invoice.brand_id, "invoice_id": invoice.id, "delivery_note_id": id} for id in notes]
    if named:
        await session.execute(insert(InvoicedDeliveryNote), named)
    events = [order.touch(now, EventKind.INVOICE_CREATED, code=invoice.code) for order in orders]
    await session.flush()
    await audit.record(session, (audit.entry(event, context.actor, context.request_id) for event in events))
    return invoice


def _row(invoice: Invoice, order: Order, position: int, billed: Billed) -> dict[str, object]:
    """For INSERT INTO invoice_lines."""
    return {
        "brand_id": invoice.brand_id,
        "id": new_id(),
        "order_id": order.id,
        "invoice_id": invoice.id,
        "delivery_note_id": billed.note_id,
        "position": position,
        "sku_id": billed.line.sku_id,
        "quantity": billed.line.quantity,
        "unit_price_minor": billed.line.unit_price_minor,
        "amount_minor": billed.line.amount_minor,
    }


def _miscounted(context: Context, ids: Sequence[UUID | None], argument: str, none: Text) -> Refusal | None:
    if not ids:
        return invalid(context, none, argument)
    if len(ids) > MAX_DOCUMENTS:
        return invalid(context, TOO_MANY_FOR_AN_INVOICE, argument, most=MAX_DOCUMENTS)
    for place, id in enumerate(ids):
        if id is not None and id in ids[:place]:
            return invalid(context, NAMED_TWICE, argument, str(place))
    return None


def _not_found(context: Context, path: tuple[str, ...]) -> Refusal:
    return Refusal(ActionError.NOT_FOUND, text_for(ORDER_NOT_FOUND, context.actor.locale), ("input", *path))


def _unknown_note(context: Context, place: int) -> Refusal:
    text = text_for(UNKNOWN_DOCUMENT, context.actor.locale)
    return Refusal(ActionError.NOT_FOUND, text, ("input", "deliveryNoteIds", str(place)))
