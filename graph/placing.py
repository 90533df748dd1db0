"""placeOrder."""

from typing import Annotated

import strawberry
from strawberry import ID, UNSET

from graph.confirmation import DONE, OrderLineInput
from graph.core.context import Info, given
from graph.core.ids import Kind, from_id
from graph.order_actions import ActionPayload
from resolvers import placing
from resolvers.placing import NewOrder


@strawberry.input(
    description="An order placed by hand: by the brand for a buyer, or by the buyer's own user. It takes the place of "
    "the buyer's cart for the catalog; the brand's only of one that an order was sent back into."
)
class PlaceOrderInput:
    buyer_id: ID = strawberry.field(description="Who orders; a buyer's user orders for that buyer only.")
    catalog_code: str = strawberry.field(description="From which catalog.")
    currency: str = strawberry.field(description="ISO 4217.")
    lines: list[OrderLineInput] = strawberry.field(description="What; a buyer orders at the brand's prices.")
    comment: str | None = strawberry.field(default=UNSET, description="At most 2,000 characters.")
    code: str | None = strawberry.field(
        default=UNSET,
        description="Unique in the brand; a buyer's user gives one that is unique among the buyer's orders, and the "
        "buyer's own code is put before it. The same order with the same code again answers the order that is there; "
        "one is made up when left out.",
    )


@strawberry.type(description=f"What came of placeOrder. {DONE}")
class PlaceOrderPayload(ActionPayload):
    pass


async def place_order(
    info: Info, input: Annotated[PlaceOrderInput, strawberry.argument(description="The order.")]
) -> PlaceOrderPayload:
    new = NewOrder(
        buyer_id=from_id(Kind.BUYER, input.buyer_id),
        catalog_code=input.catalog_code,
        currency=input.currency,
        lines=[line.read() for line in input.lines],
        comment=given(input.comment),
        code=given(input.code),
    )
    return await PlaceOrderPayload.of(info, await placing.place_order(info.context, new))
