"""Delivery notes: from a confirmed order as a whole, or from its backlog SKUs in parts; changed and deleted."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Unpack
from uuid import UUID

from sqlalchemy import delete, insert, or_, select, update

from models.backlog_sku import BacklogSku
from models.base import new_id
from models.catalog import Sku
from models.delivery_note import DeliveryNote, DeliveryNoteLine
from models.document_number import next_code
from models.facts import NOTE_COVERED, NOTE_INVOICED
from models.invoice import InvoicedDeliveryNote, InvoiceLine
from models.messages.history import EventKind
from models.messages.mail import MailKind
from models.messages.refusals import (
    BACKLOG_QUANTITIES_NEEDED,
    BAD_QUANTITY,
    MORE_THAN_REMAINS,
    NO_BACKLOG_SKUS,
    NOTE_IS_INVOICED,
    NOTE_OF_WHOLE_ORDER,
    OTHER_NUMBER_OF_CARTONS,
    UNKNOWN_BACKLOG_SKU,
    UNKNOWN_DOCUMENT,
)
from models.order import Order
from models.papers.delivery_notes import DeliveryNoteSnapshot, frozen_delivery_note
from models.papers.parts import Packing
from models.permissions import Permission
from models.plain_json import from_plain
from models.policy import OrderAction
from resolvers.backlog import ordered_quantities
from resolvers.core.actions import Change, Terms, act, not_found, on_order, on_orders_of
from resolvers.core.cancelled_mails import cancel_mails_of_document
from resolvers.core.context import Context
from resolvers.core.notices import Message
from resolvers.core.refusals import Outcome, Refusal, RefusalCode, Refused, invalid, refusal, wrong_text
from resolvers.core.work import Work
from resolvers.order_lines import MAX_QUANTITY
from resolvers.papers import mails
from resolvers.papers.packing import CartonContent, NewCarton, packed, wrong_packing

MAX_TRACKING_NUMBER_LENGTH = 100
MAX_COMMENT_LENGTH = 2_000
MAX_CARTONS = 100_000


@dataclass(frozen=True, slots=True)
class BacklogQuantity:
    """How much of a backlog SKU to deliver; `backlog_sku_id` None: an argument that is no backlog SKU's id."""

    backlog_sku_id: UUID | None
    quantity: int


@dataclass(frozen=True, slots=True)
class NoteContent:
    """Content of a delivery note. None keeps the present value; for a new note: the whole order, and blank texts."""

    quantities: Sequence[BacklogQuantity] | None = None
    tracking_number: str | None = None
    comment: str | None = None
    carrier: str | None = None
    cartons: int | None = None
    # Empty: no cartons one by one any more.
    packing: Sequence[NewCarton] | None = None

    def wrong(self, context: Context) -> list[Refusal]:
        """Why the texts cannot be kept."""
        wrong = [
            *wrong_text(context, self.tracking_number, MAX_TRACKING_NUMBER_LENGTH, "trackingNumber", is_one_line=False),
            *wrong_text(context, self.comment, MAX_COMMENT_LENGTH, "comment", is_one_line=False),
            *wrong_text(context, self.carrier, MAX_TRACKING_NUMBER_LENGTH, "carrier"),
        ]
        if self.cartons is not None and not 0 < self.cartons <= MAX_CARTONS:
            wrong.append(invalid(context, BAD_QUANTITY, "cartons", most=MAX_CARTONS))
        return wrong + wrong_packing(context, self.packing, self.cartons)


# Backlog SKU (None: of the whole order), SKU, quantity.
Taken = list[tuple[UUID | None, UUID, int]]


async def create_delivery_note(
    context: Context,
    order_id: UUID | None,
    content: NoteContent,
    message: Message | None = None,
    **terms: Unpack[Terms],
) -> Outcome:
    """Never delivers more than is left: concurrent requests wait for the order's lock."""
    wrong = content.wrong(context)

    async def change(work: Work) -> UUID:
        order = work.order
        backlog = await _backlog(work, order)
        if backlog and content.quantities is None:
            raise Refused(invalid(context, BACKLOG_QUANTITIES_NEEDED, "backlogQuantities"))
        if content.quantities is not None and not backlog:
            raise Refused(invalid(context, NO_BACKLOG_SKUS, "backlogQuantities"))
        taken: Taken
        if content.quantities is None:
            taken = [(None, sku_id, quantity) for sku_id, quantity in (await ordered_quantities(work, order)).items()]
        else:
            taken = _taken(context, backlog, content.quantities)
        note = DeliveryNote(
            # Made under the lock: notes are listed by their ids, and so in the order of their codes.
            id=new_id(),
            brand_id=order.brand_id,
            order_id=order.id,
            code=await next_code(work.session, order.brand_id, "DN"),
            created_at=work.now,
            tracking_number=(content.tracking_number or "").strip(),
            comment=(content.comment or "").strip(),
            carrier=(content.carrier or "").strip(),
            cartons=content.cartons,
        )
        work.add(note)
        await _write_lines(work, note, taken)
        await _pack(work, note, content)
        note.frozen = await frozen_delivery_note(work.session, note.id)
        if work.notice:
            work.notices[order.id] = mails.sent(work.notice, from_plain(DeliveryNoteSnapshot, note.frozen), note.id)
        work.record(order.touch(work.now, EventKind.DELIVERY_NOTE_CREATED, code=note.code))
        return note.id

    return await act(
        context,
        change,
        on=on_order(order_id),
        needs=OrderAction.CREATE_DELIVERY_NOTE,
        message=message,
        mail=MailKind.DELIVERY_NOTE_CREATED,
        wrong=wrong,
        **terms,
    )


async def update_delivery_note(
    context: Context, note_id: UUID | None, content: NoteContent, **terms: Unpack[Terms]
) -> Outcome:
    """New quantities replace all of the note's: what it took before goes back to the backlog first."""
    wrong = content.wrong(context)

    async def change(work: Work) -> UUID:
        note = await _uninvoiced(work, note_id)
        if content.quantities is not None:
            backlog = await _backlog(work, work.order)
            if not backlog:
                raise Refused(invalid(context, NOTE_OF_WHOLE_ORDER, "backlogQuantities"))
            await _give_back(work, note, backlog)
            # The database checks after each statement that no more is left and delivered than was ordered.
            await _write_lines(work, note, _taken(context, backlog, content.quantities))
        if content.tracking_number is not None:
            note.tracking_number = content.tracking_number.strip()
        if content.comment is not None:
            note.comment = content.comment.strip()
        if content.carrier is not None:
            note.carrier = content.carrier.strip()
        if content.cartons is not None:
            note.cartons = content.cartons
        await _pack(work, note, content)
        note.updated_at = work.now
        await work.save()
        note.frozen = await frozen_delivery_note(work.session, note.id)
        work.record(work.order.touch(work.now, EventKind.DELIVERY_NOTE_UPDATED, code=note.code))
        await mails.correct_unsent(work, work.order, note, from_plain(DeliveryNoteSnapshot, note.frozen))
        return note.id

    return await _act(context, note_id, change, terms, wrong)


async def delete_delivery_note(context: Context, note_id: UUID | None, **terms: Unpack[Terms]) -> Outcome:
    async def change(work: Work) -> UUID:
        note = await _uninvoiced(work, note_id)
        await _give_back(work, note, await _backlog(work, work.order))
        # Voided invoices keep what they said, but no longer name the note.
        of_note = (InvoiceLine.brand_id == note.brand_id, InvoiceLine.delivery_note_id == note.id)
        await work.save(update(InvoiceLine).where(*of_note).values(delivery_note_id=None))
        named = (InvoicedDeliveryNote.brand_id == note.brand_id, InvoicedDeliveryNote.delivery_note_id == note.id)
        await work.save(delete(InvoicedDeliveryNote).where(*named))
        await work.save(delete(DeliveryNote).where(DeliveryNote.brand_id == note.brand_id, DeliveryNote.id == note.id))
        work.record(work.order.touch(work.now, EventKind.DELIVERY_NOTE_DELETED, code=note.code))
        await cancel_mails_of_document(work, note.id, EventKind.DELIVERY_NOTE_DELETED, note.code)
        return note.id

    return await _act(context, note_id, change, terms)


async def _act(
    context: Context, note_id: UUID | None, change: Change, terms: Terms, wrong: Sequence[Refusal] = ()
) -> Outcome:
    order_id = select(DeliveryNote.order_id).where(DeliveryNote.id == note_id)
    on = on_orders_of(order_id, "deliveryNoteId")
    return await act(context, change, on=on, needs=Permission.MANAGE_DELIVERY_NOTES, wrong=wrong, **terms)


async def _uninvoiced(work: Work, note_id: UUID | None) -> DeliveryNote:
    """The note, under its order's lock. Raises Refused when an invoice includes it."""
    statement = select(DeliveryNote, or_(NOTE_INVOICED, NOTE_COVERED)).where(DeliveryNote.id == note_id)
    row = (await work.read(statement)).one_or_none()
    if row is None:
        raise Refused(not_found(work.context, UNKNOWN_DOCUMENT, "deliveryNoteId"))
    note, is_invoiced = row
    if is_invoiced:
        code = RefusalCode.NOT_ALLOWED_IN_STATUS
        raise Refused(refusal(work.context, code, NOTE_IS_INVOICED, "deliveryNoteId"))
    return note


async def _backlog(work: Work, order: Order) -> list[BacklogSku]:
    of_order = (BacklogSku.brand_id == order.brand_id, BacklogSku.order_id == order.id)
    return list((await work.read(select(BacklogSku).where(*of_order))).scalars())


async def _give_back(work: Work, note: DeliveryNote, backlog: list[BacklogSku]) -> None:
    """Takes the lines off the note and puts what they took back into the backlog."""
    by_id = {backlog_sku.id: backlog_sku for backlog_sku in backlog}
    of_note = (DeliveryNoteLine.brand_id == note.brand_id, DeliveryNoteLine.delivery_note_id == note.id)
    columns = (DeliveryNoteLine.backlog_sku_id, DeliveryNoteLine.quantity)
    lines = (await work.read(select(*columns).where(*of_note))).all()
    # First: the database refuses more left and delivered than was ordered, after each statement.
    await work.save(delete(DeliveryNoteLine).where(*of_note))
    for backlog_sku_id, quantity in lines:
        if backlog_sku_id:
            by_id[backlog_sku_id].remaining_quantity += quantity


async def _write_lines(work: Work, note: DeliveryNote, taken: Taken) -> None:
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
    await work.save(insert(DeliveryNoteLine), rows)


async def _pack(work: Work, note: DeliveryNote, content: NoteContent) -> None:
    """Takes over the cartons. Those that the note has must agree with its new lines. Raises Refused."""
    if content.packing is not None:
        cartons: Sequence[NewCarton] = content.packing
    else:
        kept = from_plain(Packing, note.packing).cartons if note.packing else ()
        cartons = [
            NewCarton([CartonContent(one.sku_id, one.quantity) for one in each.contents], each.weight_grams)
            for each in kept
        ]
    if not cartons:
        note.packing = None
        return
    if content.cartons is not None and content.cartons != len(cartons):
        raise Refused(invalid(work.context, OTHER_NUMBER_OF_CARTONS, "cartons", packed=len(cartons)))
    lines = (
        select(DeliveryNoteLine.sku_id, Sku.number, DeliveryNoteLine.quantity)
        .join_from(DeliveryNoteLine, Sku)
        .where(DeliveryNoteLine.brand_id == note.brand_id, DeliveryNoteLine.delivery_note_id == note.id)
    )
    sent = Counter[UUID]()
    numbers: dict[UUID, str] = {}
    for sku_id, number, quantity in await work.read(lines):
        sent[sku_id] += quantity
        numbers[sku_id] = number
    note.packing = packed(work.context, cartons, sent, numbers)
    note.cartons = len(cartons)


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
