"""archiveOrder."""

from typing import Annotated

import strawberry

from graph.core.context import Info
from graph.core.ids import Kind, from_id
from graph.order_actions import ActionPayload, OrderInput
from resolvers import archiving


@strawberry.input(description="The order to archive: a rejected or sent-back one.")
class ArchiveOrderInput(OrderInput):
    pass


@strawberry.type(description="Result of archiveOrder. The command succeeded if and only if userErrors is empty.")
class ArchiveOrderPayload(ActionPayload):
    pass


async def archive_order(
    info: Info, input: Annotated[ArchiveOrderInput, strawberry.argument(description="The order.")]
) -> ArchiveOrderPayload:
    outcome = await archiving.archive_order(info.context, from_id(Kind.ORDER, input.order_id), **input.terms())
    return await ArchiveOrderPayload.of(info, outcome)
