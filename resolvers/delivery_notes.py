"""Delivery notes: from a confirmed order as a whole, or from its backlog SKUs in parts; changed and deleted."""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models import audit
from models.backlog_sku import BacklogSku
from models.base import new_id
from models.delivery_note import DeliveryNote, DeliveryNoteLine
from models.document_number import next_code
from models.events import Event, EventKind
from models.facts import NOTE_COVERED, NOTE_INVOICED
from models.invoice import InvoicedDeliveryNote, InvoiceLine
from models.locale import text_for
from models.messages.refusals import (
    BACKLOG_QUANTITIES_NEEDED,
    BAD_QUANTITY,
    MORE_THAN_REMAINS,
    NO_BACKLOG_SKUS,
    NOTE_IS_INVOICED,
    NOTE_OF_WHOLE_ORDER,
    UNKNOWN_BACKLOG_SKU,
    UNKNOWN_DOCUMENT,
)
from models.order import Order
from models.permissions import Permission
from models.policy import OrderAction
from resolvers.backlog import ordered_quantities
from resolvers.core.actions import Outcome, act, lock
from resolvers.core.context import Context
from resolvers.core.refusals import ActionError, Refusal, Refused, invalid, not_permitted
from resolvers.inputs import check_text
from resolvers.order_lines import MAX_QUANTITY

MAX_TRACKING_NUMBER_LENGTH = 100
MAX_COMMENT_LENGTH = 2_000


@dataclass(frozen=True, slots=True)
class BacklogQuantity:
    """How much of a backlog SKU to deliver; `backlog_sku_id` None: not the id of one."""

    backlog_sku_id: UUID | None
    quantity: int


@dataclass(frozen=True, slots=True)
class NoteContent:
    """What a delivery note shall say; None: as it is (for a new one: the whole order, and nothing)."""

    quantities: Sequence[BacklogQuantity] | None = None
    tracking_number: str | None = None
    comment: str | None = None

    def check(self) -> None:
        """Raises InputError."""
        check_text(self.tracking_number, MAX_TRACKING_NUMBER_LENGTH, "input", "trackingNumber")
        check_text(self.comment, MAX_COMMENT_LENGTH, "input", "comment")


# Backlog SKU (None: of the whole order), SKU, quantity.
Taken = list[tuple[UUID | None, UUID, int]]


async def create_delivery_note(context: Context, order_id: UUID, content: NoteContent) -> tuple[Outcome, UUID | None]:
    """The outcome and the note's id. Never more than what is left: the order's lock makes takers wait in line."""
    content.check()
    note_id: UUID | None = None

    async def change(session: AsyncSession, order: Order) -> list[Event]:
        nonlocal note_id
        now = context.clock()
        backlog = await _backlog(session, order)
        if backlog and content.quantities is None:
            raise Refused(invalid(context, BACKLOG_QUANTITIES_NEEDED, "backlogQuantities"))
        if content.quantities is not None and not backlog:
            raise Refused(invalid(context, NO_BACKLOG_SKUS, "backlogQuantities"))
        taken: Taken
        if content.quantities is None:
            taken = [(None, sku_id, whole) for sku_id, whole in (await ordered_quantities(session, order)).items()]
        else:
            taken = _taken(context, backlog, content.quantities)
        # Made under the lock: notes are listed by their ids, and so in the order of their codes.
        note_id = new_id()
        note = DeliveryNote(
            id=note_id,
            brand_id=order.brand_id,
            order_id=order.id,
            code=await next_code(session, order.brand_id, "DN"),
            created_at=now,
            tracking_number=(content.tracking_number or "").strip(),
            comment=(content.comment or "").strip(),
        )
        session.add(note)
        await session.flush()
        await _write_lines(session, note, taken)
        return [order.touch(now, EventKind.DELIVERY_NOTE_CREATED, code=note.code)]

    outcome = await act(context, order_id, OrderAction.CREATE_DELIVERY_NOTE, change)
    return outcome, None if outcome.refusals else note_id


async def update_delivery_note(context: Context, note_id: UUID, content: NoteContent) -> Outcome:
    """New quantities replace all of the note's: what it took before goes back to the backlog first."""
    content.check()

    async def change(session: AsyncSession, order: Order, note: DeliveryNote) -> Event:
        if content.quantities is not None:
            backlog = await _backlog(session, order)
            if not backlog:
                raise Refused(invalid(context, NOTE_OF_WHOLE_ORDER, "backlogQuantities"))
            await _give_back(session, note, backlog)
            taken = _taken(context, backlog, content.quantities)
            # At no moment may more be left and delivered than was ordered: the database looks at each statement.
            await session.flush()
            await _write_lines(session, note, taken)
        if content.tracking_number is not None:
            note.tracking_number = content.tracking_number.strip()
        if content.comment is not None:
            note.comment = content.comment.strip()
        note.updated_at = context.clock()
        return order.touch(note.updated_at, EventKind.DELIVERY_NOTE_UPDATED, code=note.code)

    return await _change(context, note_id, change)


async def delete_delivery_note(context: Context, note_id: UUID) -> Outcome:
    async def change(session: AsyncSession, order: Order, note: DeliveryNote) -> Event:
        await _give_back(session, note, await _backlog(session, order))
        # Voided invoices keep what they said, but no longer name the note.
        of_note = (InvoiceLine.brand_id == note.brand_id, InvoiceLine.delivery_note_id == note.id)
        await session.execute(update(InvoiceLine).where(*of_note).values(delivery_note_id=None))
        named = (InvoicedDeliveryNote.brand_id == note.brand_id, InvoicedDeliveryNote.delivery_note_id == note.id)
        await session.execute(delete(InvoicedDeliveryNote).where(*named))
        await session.delete(note)
        return order.touch(context.clock(), EventKind.DELIVERY_NOTE_DELETED, code=note.code)

    return await _change(context, note_id, change)


async def _change(
    context: Context, note_id: UUID, change: Callable[[AsyncSession, Order, DeliveryNote], Awaitable[Event]]
) -> Outcome:
    """On a note that is on no invoice, under its order's lock."""
    async with context.read() as session:
        order_id = await session.scalar(select(DeliveryNote.order_id).where(DeliveryNote.id == note_id))
    if order_id is None:
        return unknown_document(context, "deliveryNoteId")
    try:
        async with context.transaction() as session:
            order = await lock(session, order_id)
            found = select(DeliveryNote, or_(NOTE_INVOICED, NOTE_COVERED)).where(DeliveryNote.id == note_id)
            row = (await session.execute(found)).one_or_none()
            if order is None or row is None:
                return unknown_document(context, "deliveryNoteId")
            note, is_invoiced = row
            if refusals := not_permitted(context, Permission.MANAGE_DELIVERY_NOTES):
                raise Refused(*refusals)
            if is_invoiced:
                text = text_for(NOTE_IS_INVOICED, context.actor.locale)
                raise Refused(Refusal(ActionError.NOT_ALLOWED_IN_STATUS, text, ("input", "deliveryNoteId")))
            event = await change(session, order, note)
            await session.flush()
            await audit.record(session, [audit.entry(event, context.actor, context.request_id)])
    except Refused as refused:
        return Outcome(order_id, refusals=refused.refusals)
    context.refresh()
    return Outcome(order_id)


async def _backlog(session: AsyncSession, order: Order) -> list[BacklogSku]:
    of_order = (BacklogSku.brand_id == order.brand_id, BacklogSku.order_id == order.id)
    return list(await session.scalars(select(BacklogSku).where(*of_order)))


async def _give_back(session: AsyncSession, note: DeliveryNote, backlog: list[BacklogSku]) -> None:
    """Takes the lines off the note and puts what they took back into the backlog."""
    by_id = {each.id: each for each in backlog}
    of_note = (DeliveryNoteLine.brand_id == note.brand_id, DeliveryNoteLine.delivery_note_id == note.id)
    columns = (DeliveryNoteLine.backlog_sku_id, DeliveryNoteLine.quantity)
    for backlog_sku_id, quantity in await session.execute(select(*columns).where(*of_note)):
        if backlog_sku_id:
            by_id[backlog_sku_id].remaining_quantity += quantity
    await session.execute(delete(DeliveryNoteLine).where(*of_note))


async def _write_lines(session: AsyncSession, note: DeliveryNote, taken: Taken) -> None:
    rows = [
        {
            "brand_id": note.brand_id,
            "id": new_id(),
            "order_id": note.order_id,
            "delivery_note_id": note.id,
            "backlog_sku_id": backlog_sku_id,
            "sku_id": sku_id,
            "quantity": quantity,
        }
        for backlog_sku_id, sku_id, quantity in taken
    ]
    await session.execute(insert(DeliveryNoteLine), rows)


def _taken(context: Context, backlog: list[BacklogSku], quantities: Sequence[BacklogQuantity]) -> Taken:
    """Takes the quantities from the backlog SKUs. Raises Refused with everything that is wrong."""
    by_id = {each.id: each for each in backlog}
    asked: Counter[UUID] = Counter()
    refusals: list[Refusal] = []
    for place, each in enumerate(quantities):
        at = ("backlogQuantities", str(place))
        sku = by_id.get(each.backlog_sku_id) if each.backlog_sku_id else None
        if sku is None:
            refusals.append(invalid(context, UNKNOWN_BACKLOG_SKU, *at, "backlogSkuId"))
        elif not 0 < each.quantity <= MAX_QUANTITY:
            refusals.append(invalid(context, BAD_QUANTITY, *at, "quantity", most=MAX_QUANTITY))
        else:
            asked[sku.id] += each.quantity
            if asked[sku.id] > sku.remaining_quantity:
                remaining = sku.remaining_quantity
                refusals.append(invalid(context, MORE_THAN_REMAINS, *at, "quantity", remaining=remaining))
    if not quantities:
        refusals.append(invalid(context, BACKLOG_QUANTITIES_NEEDED, "backlogQuantities"))
    if refusals:
        raise Refused(*refusals)
    for id, quantity in asked.items():
        by_id[id].remaining_quantity -= quantity
    return [(id, by_id[id].sku_id, quantity) for id, quantity in asked.items()]


def unknown_document(context: Context, argument: str) -> Outcome:
    text = text_for(UNKNOWN_DOCUMENT, context.actor.locale)
    return Outcome(refusals=[Refusal(ActionError.NOT_FOUND, text, ("input", argument))])
