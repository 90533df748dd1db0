"""archiveOrders, applyTagsToOrders, createOrderConfirmations, confirmOrders: a result for each order."""

from typing import Annotated

import strawberry
from strawberry import ID, UNSET

from graph.bulk import BulkInput, BulkPayload
from graph.confirmation import BODY
from graph.core.context import Info, given
from graph.core.enums import describe_enum
from graph.core.ids import Kind, from_id
from resolvers import bulk_actions
from resolvers.bulk_actions import CreateConfirmations, TagMode, TagOrders
from resolvers.bulk_runs import BulkCommand

NOTIFY = "Whether an e-mail goes to each buyer, one for each order."


describe_enum(
    TagMode,
    "What to do with tags.",
    {
        "REPLACE": "The orders shall have exactly these tags.",
        "ADD": "The orders shall have these tags too.",
        "REMOVE": "The orders shall not have these tags.",
    },
)


@strawberry.input(description="Exactly one of orderIds and filter.")
class ArchiveOrdersInput(BulkInput):
    pass


@strawberry.type(description="What came of archiveOrders.")
class ArchiveOrdersPayload(BulkPayload):
    pass


@strawberry.input(description="Exactly one of orderIds and filter.")
class ApplyTagsToOrdersInput(BulkInput):
    tag_ids: list[ID] = strawberry.field(description="The tags.")
    mode: TagMode = strawberry.field(description="What to do with them.")


@strawberry.type(description="What came of applyTagsToOrders. An order that needs no change is done.")
class ApplyTagsToOrdersPayload(BulkPayload):
    pass


@strawberry.input(description="Exactly one of orderIds and filter.")
class CreateOrderConfirmationsInput(BulkInput):
    notify: bool = strawberry.field(description=NOTIFY)
    body: str | None = strawberry.field(default=UNSET, description=BODY)
    ask_buyer_approval: bool = strawberry.field(description="Whether the buyers are asked to approve them.")


@strawberry.type(description="What came of createOrderConfirmations.")
class CreateOrderConfirmationsPayload(BulkPayload):
    pass


@strawberry.input(description="Exactly one of orderIds and filter.")
class ConfirmOrdersInput(BulkInput):
    notify: bool = strawberry.field(description=NOTIFY)
    body: str | None = strawberry.field(default=UNSET, description=BODY)


@strawberry.type(description="What came of confirmOrders.")
class ConfirmOrdersPayload(BulkPayload):
    pass


async def archive_orders(
    info: Info, input: Annotated[ArchiveOrdersInput, strawberry.argument(description="The orders.")]
) -> ArchiveOrdersPayload:
    outcome = await bulk_actions.archive_orders(info.context, BulkCommand(**input.chosen()))
    return ArchiveOrdersPayload.of(input, outcome)


async def apply_tags_to_orders(
    info: Info, input: Annotated[ApplyTagsToOrdersInput, strawberry.argument(description="The orders and the tags.")]
) -> ApplyTagsToOrdersPayload:
    tag_ids = [from_id(Kind.TAG, id) for id in input.tag_ids]
    command = TagOrders(**input.chosen(), tag_ids=tag_ids, mode=input.mode)
    return ApplyTagsToOrdersPayload.of(input, await bulk_actions.tag_orders(info.context, command))


async def create_order_confirmations(
    info: Info,
    input: Annotated[CreateOrderConfirmationsInput, strawberry.argument(description="The orders and the message.")],
) -> CreateOrderConfirmationsPayload:
    command = CreateConfirmations(
        **input.chosen(), notify=input.notify, body=given(input.body), ask_approval=input.ask_buyer_approval
    )
    return CreateOrderConfirmationsPayload.of(input, await bulk_actions.create_confirmations(info.context, command))


async def confirm_orders(
    info: Info, input: Annotated[ConfirmOrdersInput, strawberry.argument(description="The orders and the message.")]
) -> ConfirmOrdersPayload:
    command = BulkCommand(**input.chosen(), notify=input.notify, body=given(input.body))
    return ConfirmOrdersPayload.of(input, await bulk_actions.confirm_orders(info.context, command))
