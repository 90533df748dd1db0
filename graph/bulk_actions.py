"""archiveOrders, applyTagsToOrders, createOrderConfirmations, confirmOrders: a result for each order."""

from typing import Annotated

import strawberry
from strawberry import ID, UNSET

from graph.bulk import BulkInput, BulkPayload
from graph.confirmation import BODY
from graph.core.context import Info, or_none
from graph.core.ids import Kind, from_id
from resolvers import bulk_actions
from resolvers.bulk_actions import CreateConfirmations, TagOrders
from resolvers.bulk_runs import BulkCommand
from resolvers.core.notices import Message
from resolvers.tagging import TagMode

NOTIFY = "Whether to send the buyers an e-mail, one for each order."


@strawberry.input(description="The orders: give exactly one of orderIds and filter (or all: true).")
class ArchiveOrdersInput(BulkInput):
    pass


@strawberry.type(description="Result of archiveOrders.")
class ArchiveOrdersPayload(BulkPayload):
    pass


@strawberry.input(description="The orders: give exactly one of orderIds and filter (or all: true).")
class ApplyTagsToOrdersInput(BulkInput):
    tag_ids: list[ID] = strawberry.field(description="The tags, by their ids.")
    mode: TagMode = strawberry.field(description="How to apply the tags.")


@strawberry.type(description="Result of applyTagsToOrders. An order that needs no change counts as done.")
class ApplyTagsToOrdersPayload(BulkPayload):
    pass


@strawberry.input(description="The orders: give exactly one of orderIds and filter (or all: true).")
class CreateOrderConfirmationsInput(BulkInput):
    notify: bool = strawberry.field(description=NOTIFY)
    body: str | None = strawberry.field(default=UNSET, description=BODY)
    ask_buyer_approval: bool = strawberry.field(description="Whether to request the buyers' approval of the OCs.")


@strawberry.type(description="Result of createOrderConfirmations.")
class CreateOrderConfirmationsPayload(BulkPayload):
    pass


@strawberry.input(description="The orders: give exactly one of orderIds and filter (or all: true).")
class ConfirmOrdersInput(BulkInput):
    notify: bool = strawberry.field(description=NOTIFY)
    body: str | None = strawberry.field(default=UNSET, description=BODY)


@strawberry.type(description="Result of confirmOrders.")
class ConfirmOrdersPayload(BulkPayload):
    pass


async def archive_orders(
    info: Info, input: Annotated[ArchiveOrdersInput, strawberry.argument(description="The orders.")]
) -> ArchiveOrdersPayload:
    outcome = await bulk_actions.archive_orders(info.context, BulkCommand(**await input.chosen()))
    return await ArchiveOrdersPayload.of(input, outcome)


async def apply_tags_to_orders(
    info: Info, input: Annotated[ApplyTagsToOrdersInput, strawberry.argument(description="The orders and the tags.")]
) -> ApplyTagsToOrdersPayload:
    tag_ids = [from_id(Kind.TAG, id) for id in input.tag_ids]
    command = TagOrders(**await input.chosen(), tag_ids=tag_ids, mode=input.mode)
    return await ApplyTagsToOrdersPayload.of(input, await bulk_actions.tag_orders(info.context, command))


async def create_order_confirmations(
    info: Info,
    input: Annotated[CreateOrderConfirmationsInput, strawberry.argument(description="The orders and the message.")],
) -> CreateOrderConfirmationsPayload:
    command = CreateConfirmations(
        **await input.chosen(),
        message=Message(input.notify, or_none(input.body)),
        ask_approval=input.ask_buyer_approval,
    )
    return await CreateOrderConfirmationsPayload.of(
        input, await bulk_actions.create_confirmations(info.context, command)
    )


async def confirm_orders(
    info: Info, input: Annotated[ConfirmOrdersInput, strawberry.argument(description="The orders and the message.")]
) -> ConfirmOrdersPayload:
    command = BulkCommand(**await input.chosen(), message=Message(input.notify, or_none(input.body)))
    return await ConfirmOrdersPayload.of(input, await bulk_actions.confirm_orders(info.context, command))
