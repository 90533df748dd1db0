"""Delivery notes: from a confirmed order as a whole, or from its backlog SKUs in parts."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import audit, words
from models.base import new_id
from models.documents import BacklogSku, DeliveryNote, DeliveryNoteLine
from models.events import Event
from models.facts import read_facts
from models.order import Order
from models.policy import Fact, OrderAction, permits
from models.words import say
from resolvers.actions import ActionError, Outcome, Refusal, Refused, act, invalid, lock
from resolvers.backlog import ordered_quantities
from resolvers.context import Context
from resolvers.new_lines import LARGEST_QUANTITY


@dataclass(frozen=True, slots=True)
class BacklogQuantity:
    """How much of a backlog SKU to deliver; `backlog_sku_id` None: not the id of one."""

    backlog_sku_id: UUID | None
    quantity: int


async def create_delivery_note(
    context: Context, order_id: UUID, quantities: Sequence[BacklogQuantity] | None
) -> tuple[Outcome, UUID | None]:
    """The outcome and the note's id. Never more than what is left: the order's lock makes takers wait in line."""
    note_id = new_id()

    async def change(session: AsyncSession, order: Order) -> list[Event]:
        now = context.clock()
        of_order = (BacklogSku.brand_id == order.brand_id, BacklogSku.order_id == order.id)
        backlog = list(await session.scalars(select(BacklogSku).where(*of_order)))
        if backlog and quantities is None:
            raise Refused(invalid(context, words.BACKLOG_QUANTITIES_NEEDED, "backlogQuantities"))
        if quantities is not None and not backlog:
            raise Refused(invalid(context, words.NO_BACKLOG_SKUS, "backlogQuantities"))
        taken: list[tuple[UUID | None, UUID, int]]
        if quantities is None:
            taken = [(None, sku_id, whole) for sku_id, whole in (await ordered_quantities(session, order)).items()]
        else:
            taken = [(each.id, each.sku_id, part) for each, part in _taken(context, backlog, quantities)]
        code = f"DN-{now:%y%m%d}-{note_id.hex[-6:].upper()}"
        session.add(DeliveryNote(id=note_id, brand_id=order.brand_id, order_id=order.id, code=code, created_at=now))
        await session.flush()
        rows = [
            {
                "brand_id": order.brand_id,
                "id": new_id(),
                "order_id": order.id,
                "delivery_note_id": note_id,
                "backlog_sku_id": backlog_sku_id,
                "sku_id": sku_id,
                "quantity": quantity,
            }
            for backlog_sku_id, sku_id, quantity in taken
        ]
        await session.execute(insert(DeliveryNoteLine), rows)
        return [order.touch(now, "DELIVERY_NOTE_CREATED", code=code)]

    outcome = await act(context, order_id, OrderAction.CREATE_DELIVERY_NOTE, change)
    return outcome, None if outcome.refusals else note_id


def _taken(
    context: Context, backlog: list[BacklogSku], quantities: Sequence[BacklogQuantity]
) -> list[tuple[BacklogSku, int]]:
    """Takes the quantities from the backlog SKUs. Raises Refused with everything that is wrong."""
    by_id = {each.id: each for each in backlog}
    asked: Counter[UUID] = Counter()
    refusals: list[Refusal] = []
    for place, each in enumerate(quantities):
        at = ("backlogQuantities", str(place))
        sku = by_id.get(each.backlog_sku_id) if each.backlog_sku_id else None
        if sku is None:
            refusals.append(invalid(context, words.UNKNOWN_BACKLOG_SKU, *at, "backlogSkuId"))
        elif not 0 < each.quantity <= LARGEST_QUANTITY:
            refusals.append(invalid(context, words.BAD_QUANTITY, *at, "quantity", most=LARGEST_QUANTITY))
        else:
            asked[sku.id] += each.quantity
            if asked[sku.id] > sku.remaining_quantity:
                remaining = sku.remaining_quantity
                refusals.append(invalid(context, words.MORE_THAN_REMAINS, *at, "quantity", remaining=remaining))
    if not quantities:
        refusals.append(invalid(context, words.BACKLOG_QUANTITIES_NEEDED, "backlogQuantities"))
    if refusals:
        raise Refused(*refusals)
    for id, quantity in asked.items():
        by_id[id].remaining_quantity -= quantity
    return [(by_id[id], quantity) for id, quantity in asked.items()]


async def delete_delivery_note(context: Context, note_id: UUID) -> Outcome:
    """Gives back to the backlog what the note took; the order is released."""
    async with context.read() as session:
        order_id = await session.scalar(select(DeliveryNote.order_id).where(DeliveryNote.id == note_id))
    if order_id is None:
        return unknown_document(context, "deliveryNoteId")
    try:
        async with context.transaction() as session:
            order = await lock(session, order_id)
            note = await session.scalar(select(DeliveryNote).where(DeliveryNote.id == note_id))
            if order is None or note is None:
                return unknown_document(context, "deliveryNoteId")
            await _delete(context, session, order, note)
    except Refused as refused:
        return Outcome(order_id, refusals=refused.refusals)
    context.refresh()
    return Outcome(order_id)


async def _delete(context: Context, session: AsyncSession, order: Order, note: DeliveryNote) -> None:
    if not permits(context.actor.role, OrderAction.CREATE_DELIVERY_NOTE):
        raise Refused(Refusal(ActionError.NOT_PERMITTED, say(words.NOT_PERMITTED, context.actor.locale)))
    facts = (await read_facts(session, [order.id]))[order.id]
    if Fact.INVOICE in facts.true:
        text = say(words.NOTE_IS_INVOICED, context.actor.locale)
        raise Refused(Refusal(ActionError.NOT_ALLOWED_IN_STATUS, text, ("input", "deliveryNoteId")))
    of_note = (DeliveryNoteLine.brand_id == note.brand_id, DeliveryNoteLine.delivery_note_id == note.id)
    lines = list(await session.scalars(select(DeliveryNoteLine).where(*of_note)))
    # The lines first: at no moment may more be left and delivered than was ordered (migration 0007).
    for line in lines:
        await session.delete(line)
    await session.flush()
    for line in lines:
        if line.backlog_sku_id:
            sku = await session.get_one(BacklogSku, (line.brand_id, line.backlog_sku_id))
            sku.remaining_quantity += line.quantity
    await session.flush()
    await session.delete(note)
    event = order.touch(context.clock(), "DELIVERY_NOTE_DELETED", code=note.code)
    await audit.record(session, [audit.entry(event, context.actor, context.request_id)])


def unknown_document(context: Context, argument: str) -> Outcome:
    text = say(words.UNKNOWN_DOCUMENT, context.actor.locale)
    return Outcome(refusals=[Refusal(ActionError.NOT_FOUND, text, ("input", argument))])
