"""assignOrder."""

from typing import Annotated

import strawberry
from strawberry import UNSET

from graph.core.context import Info, or_none
from graph.core.ids import Kind, from_id
from graph.order_actions import ActionPayload, OrderInput
from resolvers import assigning


@strawberry.input(description="The order, and the member who is in charge of it from now on.")
class AssignOrderInput(OrderInput):
    actor_id: str | None = strawberry.field(
        default=UNSET,
        description="Id of the member: Member.actorId, or Viewer.actorId for oneself. Default: nobody is in charge.",
    )
    actor_name: str | None = strawberry.field(
        default=UNSET,
        description="Name of the member, for one whom `members` does not list yet. Otherwise it is ignored.",
    )


@strawberry.type(description="Result of assignOrder. The command succeeded if and only if userErrors is empty.")
class AssignOrderPayload(ActionPayload):
    pass


async def assign_order(
    info: Info, input: Annotated[AssignOrderInput, strawberry.argument(description="The order and the member.")]
) -> AssignOrderPayload:
    outcome = await assigning.assign_order(
        info.context,
        from_id(Kind.ORDER, input.order_id),
        or_none(input.actor_id),
        or_none(input.actor_name),
        **input.terms(),
    )
    return await AssignOrderPayload.of(info, outcome)
