"""Backlog SKUs and delivery notes: laying out, making, changing and deleting."""

from typing import Annotated
from uuid import UUID

import strawberry
from strawberry import ID, UNSET

from graph.confirmation import BODY, DONE
from graph.core.command_inputs import VersionedInput
from graph.core.context import Info, or_none
from graph.core.ids import Kind, from_id
from graph.document_types import DeliveryNote
from graph.order_actions import ActionPayload, OrderInput
from graph.packing import PACKING, CartonInput, new_cartons
from resolvers import backlog, delivery_notes
from resolvers.core.notices import Message
from resolvers.delivery_notes import BacklogQuantity, NoteContent


@strawberry.input(description="Creates the backlog SKUs of a confirmed order, so that it can be delivered in parts.")
class CreateBacklogSkusInput(OrderInput):
    pass


@strawberry.type(description=f"Result of createBacklogSkus. {DONE}")
class CreateBacklogSkusPayload(ActionPayload):
    pass


@strawberry.input(description="The quantity of a backlog SKU to deliver.")
class BacklogQuantityInput:
    backlog_sku_id: ID = strawberry.field(description="A backlog SKU of the order.")
    quantity: int = strawberry.field(description="At least 1, and at most the remaining quantity.")


TRACKING_NUMBER = f"The carrier's tracking number, at most {delivery_notes.MAX_TRACKING_NUMBER_LENGTH} characters."
CARRIER = f"Name of the carrier, at most {delivery_notes.MAX_TRACKING_NUMBER_LENGTH} characters, in one line."
CARTONS = f"Number of cartons, 1 to {delivery_notes.MAX_CARTONS:,}."
COMMENT = f"Comment to the buyer on the note, at most {delivery_notes.MAX_COMMENT_LENGTH:,} characters."


@strawberry.input(
    description="Creates a delivery note for the order as a whole or, with backlogQuantities, for its backlog SKUs."
)
class CreateDeliveryNoteInput(OrderInput):
    backlog_quantities: list[BacklogQuantityInput] | None = strawberry.field(
        default=UNSET, description="Required if and only if the order has backlog SKUs."
    )
    tracking_number: str | None = strawberry.field(default=UNSET, description=TRACKING_NUMBER)
    comment: str | None = strawberry.field(default=UNSET, description=COMMENT)
    carrier: str | None = strawberry.field(default=UNSET, description=CARRIER)
    cartons: int | None = strawberry.field(default=UNSET, description=CARTONS)
    packing: list[CartonInput] | None = strawberry.field(default=UNSET, description=PACKING)
    notify: bool | None = strawberry.field(
        default=UNSET,
        description="Whether to send the buyer an e-mail that the goods are on their way. Default: false.",
    )
    body: str | None = strawberry.field(default=UNSET, description=BODY)


@strawberry.type(description=f"Result of createDeliveryNote. {DONE}")
class CreateDeliveryNotePayload(ActionPayload):
    delivery_note: DeliveryNote | None = strawberry.field(description="The new delivery note. Null if refused.")


@strawberry.input(
    description="Changes a delivery note that is on no invoice. A field that is left out keeps its value."
)
class UpdateDeliveryNoteInput(VersionedInput):
    delivery_note_id: ID = strawberry.field(description="The delivery note.")
    backlog_quantities: list[BacklogQuantityInput] | None = strawberry.field(
        default=UNSET,
        description="Replaces all quantities of the note. Its previous quantities return to the backlog "
        "first. Only for a note created from backlog SKUs.",
    )
    tracking_number: str | None = strawberry.field(default=UNSET, description=TRACKING_NUMBER)
    comment: str | None = strawberry.field(default=UNSET, description=COMMENT)
    carrier: str | None = strawberry.field(default=UNSET, description=CARRIER)
    cartons: int | None = strawberry.field(default=UNSET, description=CARTONS)
    packing: list[CartonInput] | None = strawberry.field(default=UNSET, description=PACKING)


@strawberry.type(description=f"Result of updateDeliveryNote. {DONE}")
class UpdateDeliveryNotePayload(ActionPayload):
    delivery_note: DeliveryNote | None = strawberry.field(
        description="The delivery note after the command. Null if there is none."
    )


@strawberry.input(description="Deletes a delivery note that is on no invoice.")
class DeleteDeliveryNoteInput(VersionedInput):
    delivery_note_id: ID = strawberry.field(description="The delivery note. Its quantities return to the backlog.")


@strawberry.type(description=f"Result of deleteDeliveryNote. {DONE}")
class DeleteDeliveryNotePayload(ActionPayload):
    deleted_delivery_note_id: ID | None = strawberry.field(
        description="Id of the deleted delivery note. Null if refused."
    )


async def create_backlog_skus(
    info: Info, input: Annotated[CreateBacklogSkusInput, strawberry.argument(description="The order.")]
) -> CreateBacklogSkusPayload:
    outcome = await backlog.create_backlog_skus(info.context, from_id(Kind.ORDER, input.order_id), **input.terms())
    return await CreateBacklogSkusPayload.of(info, outcome)


async def create_delivery_note(
    info: Info, input: Annotated[CreateDeliveryNoteInput, strawberry.argument(description="The order and quantities.")]
) -> CreateDeliveryNotePayload:
    order_id = from_id(Kind.ORDER, input.order_id)
    message = Message(bool(or_none(input.notify)), or_none(input.body))
    outcome = await delivery_notes.create_delivery_note(
        info.context, order_id, _content(input), message, **input.terms()
    )
    return await CreateDeliveryNotePayload.of(info, outcome, delivery_note=await _note(info, outcome.made))


async def update_delivery_note(
    info: Info,
    input: Annotated[UpdateDeliveryNoteInput, strawberry.argument(description="The delivery note and its content.")],
) -> UpdateDeliveryNotePayload:
    note_id = from_id(Kind.DELIVERY_NOTE, input.delivery_note_id)
    outcome = await delivery_notes.update_delivery_note(info.context, note_id, _content(input), **input.terms())
    return await UpdateDeliveryNotePayload.of(info, outcome, delivery_note=await _note(info, note_id))


def _content(input: CreateDeliveryNoteInput | UpdateDeliveryNoteInput) -> NoteContent:
    asked = or_none(input.backlog_quantities)
    quantities = (
        [BacklogQuantity(from_id(Kind.BACKLOG_SKU, each.backlog_sku_id), each.quantity) for each in asked]
        if asked is not None
        else None
    )
    return NoteContent(
        quantities,
        or_none(input.tracking_number),
        or_none(input.comment),
        or_none(input.carrier),
        or_none(input.cartons),
        new_cartons(or_none(input.packing)),
    )


async def _note(info: Info, note_id: UUID | None) -> DeliveryNote | None:
    row = await info.context.loaders.delivery_note.load(note_id) if note_id else None
    return DeliveryNote.of(row) if row else None


async def delete_delivery_note(
    info: Info, input: Annotated[DeleteDeliveryNoteInput, strawberry.argument(description="The delivery note.")]
) -> DeleteDeliveryNotePayload:
    note_id = from_id(Kind.DELIVERY_NOTE, input.delivery_note_id)
    outcome = await delivery_notes.delete_delivery_note(info.context, note_id, **input.terms())
    deleted = None if outcome.refusals else input.delivery_note_id
    return await DeleteDeliveryNotePayload.of(info, outcome, deleted_delivery_note_id=deleted)
