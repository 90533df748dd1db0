"""sendOrderBackToCart."""

from typing import Annotated

import strawberry
from strawberry import UNSET

from graph.confirmation import BODY, DONE, NOTIFY
from graph.core.context import Info, or_none
from graph.core.ids import Kind, from_id
from graph.order_actions import ActionPayload, OrderInput
from resolvers import send_back
from resolvers.core.notices import Message


@strawberry.input(description="Sends the original order back to the buyer's cart. Final for this order.")
class SendOrderBackToCartInput(OrderInput):
    notify: bool = strawberry.field(description=NOTIFY)
    body: str | None = strawberry.field(default=UNSET, description=BODY)


@strawberry.type(description=f"Result of sendOrderBackToCart. {DONE}")
class SendOrderBackToCartPayload(ActionPayload):
    pass


async def send_order_back_to_cart(
    info: Info, input: Annotated[SendOrderBackToCartInput, strawberry.argument(description="The order.")]
) -> SendOrderBackToCartPayload:
    order_id = from_id(Kind.ORDER, input.order_id)
    message = Message(input.notify, or_none(input.body))
    outcome = await send_back.send_back_to_cart(info.context, order_id, message, **input.terms())
    return await SendOrderBackToCartPayload.of(info, outcome)
