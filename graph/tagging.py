"""applyTags: which tags an order carries."""

from typing import Annotated

import strawberry
from strawberry import ID

from graph.core.context import Info
from graph.core.ids import Kind, from_id
from graph.order_actions import ActionPayload, OrderInput
from resolvers import tagging
from resolvers.tagging import TagMode


@strawberry.input(description="The tags to set on an order, to add to it or to remove from it, in any status.")
class ApplyTagsInput(OrderInput):
    tag_ids: list[ID] = strawberry.field(description="The tags. An empty list with mode REPLACE removes all tags.")
    mode: TagMode = strawberry.field(default=TagMode.REPLACE, description="How to apply the tags.")


@strawberry.type(description="Result of applyTags. The command succeeded if and only if userErrors is empty.")
class ApplyTagsPayload(ActionPayload):
    pass


async def apply_tags(
    info: Info, input: Annotated[ApplyTagsInput, strawberry.argument(description="The order and its tags.")]
) -> ApplyTagsPayload:
    tag_ids = [from_id(Kind.TAG, id) for id in input.tag_ids]
    order_id = from_id(Kind.ORDER, input.order_id)
    outcome = await tagging.apply_tags(info.context, order_id, tag_ids, input.mode, **input.terms())
    return await ApplyTagsPayload.of(info, outcome)
