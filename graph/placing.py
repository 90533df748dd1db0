"""placeOrder."""

from typing import Annotated

import strawberry
from strawberry import ID, UNSET

from graph.confirmation import DONE, OrderLineInput
from graph.core.command_inputs import CommandInput
from graph.core.context import Info, or_none
from graph.core.ids import Kind, from_id
from graph.external_references import REFERENCE
from graph.order_actions import ActionPayload
from resolvers import placing
from resolvers.placing import NewOrder


@strawberry.input(
    description="An order placed by hand: by the brand for a buyer, or by the buyer's own user. It "
    "replaces the buyer's cart for the catalog. An order placed by the brand replaces only a "
    "cart that an order was sent back to."
)
class PlaceOrderInput(CommandInput):
    buyer_id: ID = strawberry.field(description="The buyer who orders. A buyer's user can order only for that buyer.")
    catalog_code: str = strawberry.field(description="Code of the catalog.")
    currency: str = strawberry.field(description="ISO 4217 code, e.g. JPY.")
    lines: list[OrderLineInput] = strawberry.field(
        description="The lines of the order. A buyer orders at the brand's prices."
    )
    comment: str | None = strawberry.field(default=UNSET, description="Comment on the order, at most 2,000 characters.")
    code: str | None = strawberry.field(
        default=UNSET,
        description="Order code, unique in the brand. A buyer's user gives a code that is unique among the "
        "buyer's orders, and the server puts the buyer's own code before it. The same order with "
        "the same code again returns the existing order, so a retry is safe. Default: a generated "
        "code.",
    )
    external_reference: str | None = strawberry.field(
        default=UNSET,
        description=f"{REFERENCE} Not for buyers. The same order with the same reference again returns the existing "
        "order, so a retry is safe. Default: none.",
    )


@strawberry.type(description=f"Result of placeOrder. {DONE}")
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
        comment=or_none(input.comment),
        code=or_none(input.code),
        external_reference=or_none(input.external_reference),
    )
    return await PlaceOrderPayload.of(info, await placing.place_order(info.context, new, **input.terms()))
