"""signOutUser: revokes the tokens of a member or of a buyer's user."""

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import ID, UNSET

from graph.core.command_inputs import CommandInput
from graph.core.context import Info, or_none
from graph.core.ids import Kind, from_id
from graph.order_actions import CommandPayload
from resolvers import sign_outs


@strawberry.input(description="The user to sign out.")
class SignOutUserInput(CommandInput):
    actor_id: str = strawberry.field(
        description="Id of the user: the claim `sub` of the user's tokens, as in OrderEvent.actorId. The server keeps "
        "no list of users, so an id without a user is accepted too."
    )
    buyer_id: ID | None = strawberry.field(
        default=UNSET, description="The buyer whose user it is. Default: a member of the brand."
    )


@strawberry.type(description="Result of signOutUser. The command succeeded if and only if userErrors is empty.")
class SignOutUserPayload(CommandPayload):
    signed_out_at: datetime | None = strawberry.field(
        description="Tokens of the user that were issued at this instant or before it are refused. Null if refused."
    )


async def sign_out_user(
    info: Info, input: Annotated[SignOutUserInput, strawberry.argument(description="The user.")]
) -> SignOutUserPayload:
    buyer = or_none(input.buyer_id)
    buyer_id = from_id(Kind.BUYER, buyer) if buyer is not None else None
    outcome, sign_out = await sign_outs.sign_out_user(
        info.context, input.actor_id, buyer_id, of_buyer=buyer is not None, **input.terms()
    )
    if sign_out:
        info.context.on_sign_out(sign_out)
    return SignOutUserPayload.after(outcome, signed_out_at=sign_out.at if sign_out else None)
