"""placeOrder."""

from datetime import date
from decimal import Decimal
from typing import Annotated

import strawberry
from strawberry import ID, UNSET

from graph.confirmation import DONE, OrderLineInput
from graph.core.command_inputs import CommandInput
from graph.core.context import Info, or_none
from graph.core.ids import Kind, from_id
from graph.external_references import REFERENCE
from graph.order_actions import ActionPayload
from graph.papers.taxes import TaxInput
from resolvers import placing
from resolvers.order_terms import MAX_ADDRESS_LENGTH, MAX_NUMBER_LENGTH, OrderTerms
from resolvers.placing import NewOrder

ADDRESS = f"Name and address, in lines, at most {MAX_ADDRESS_LENGTH:,} characters."


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
    billing_address: str | None = strawberry.field(
        default=UNSET,
        description=f"{ADDRESS} Where the invoice goes. Default: the buyer's address at this moment.",
    )
    delivery_address: str | None = strawberry.field(
        default=UNSET,
        description=f"{ADDRESS} Where the goods go. Default: the buyer's delivery address at this moment, else its "
        "address.",
    )
    deliver_from: date | None = strawberry.field(
        default=UNSET, description="First day on which the buyer wants the goods."
    )
    deliver_to: date | None = strawberry.field(
        default=UNSET, description="Last day on which the buyer wants the goods."
    )
    buyer_order_number: str | None = strawberry.field(
        default=UNSET,
        description=f"The buyer's own number of the order, at most {MAX_NUMBER_LENGTH} characters, in one line.",
    )
    shipping: Decimal | None = strawberry.field(
        default=UNSET, description="Shipping costs, in the order's currency. Not for buyers. Default: none."
    )
    tax: TaxInput | None = strawberry.field(
        default=UNSET,
        description="Tax of the lines and the shipping that name none. Not for buyers. Default: the letterhead's "
        "defaultTax.",
    )
    shipping_tax: TaxInput | None = strawberry.field(
        default=UNSET, description="Tax of the shipping. Not for buyers. Default: that of lines that name none."
    )
    prices_include_tax: bool | None = strawberry.field(
        default=UNSET,
        description="Whether prices and shipping include their tax. Not for buyers. Default: as the letterhead says.",
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
        terms=OrderTerms(
            billing_address=or_none(input.billing_address),
            delivery_address=or_none(input.delivery_address),
            deliver_from=or_none(input.deliver_from),
            deliver_to=or_none(input.deliver_to),
            buyer_order_number=or_none(input.buyer_order_number),
            shipping=or_none(input.shipping),
            tax=input.tax.read() if input.tax else None,
            shipping_tax=input.shipping_tax.read() if input.shipping_tax else None,
            prices_include_tax=or_none(input.prices_include_tax),
        ),
    )
    return await PlaceOrderPayload.of(info, await placing.place_order(info.context, new, **input.terms()))
