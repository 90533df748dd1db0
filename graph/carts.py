"""A buyer's carts: the query, and updateCart."""

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import ID, Private

from graph.catalog import Sku
from graph.confirmation import DONE, OrderLineInput
from graph.core.command_inputs import CommandInput
from graph.core.context import Info
from graph.core.ids import Kind, from_id, to_id
from graph.core.money import Money
from graph.core.node import NODES, Node
from graph.limits.cost import ListSize
from graph.order_actions import CommandPayload
from graph.orders import Order, load_order
from resolvers import cart_editing
from resolvers import carts as resolvers
from resolvers.cart_editing import CartContent
from resolvers.carts import CartRow


@strawberry.type(description="One line of a cart.")
class CartLine:
    sku: Sku = strawberry.field(description="The SKU.")
    quantity: int = strawberry.field(description="Quantity.")
    unit_price: Money = strawberry.field(description="Price of one unit.")


@strawberry.type(
    description="What a buyer intends to order from a catalog. An order that was sent back to the cart is "
    "corrected here."
)
class Cart(Node):
    catalog_code: str = strawberry.field(description="Code of the catalog.")
    updated_at: datetime = strawberry.field(description="When the cart last changed.")
    lines: list[CartLine] = strawberry.field(
        description="All lines, in their order.", directives=[ListSize(assumed_size=50)]
    )
    row: Private[CartRow]

    @strawberry.field(description="The order that was sent back to this cart. Null if there is none.")
    async def source_order(self, info: Info) -> Order | None:
        return await load_order(info, self.row.source_order_id)

    @classmethod
    def of(cls, row: CartRow) -> "Cart":
        return cls(
            id=to_id(Kind.CART, row.id),
            catalog_code=row.catalog_code,
            updated_at=row.updated_at,
            lines=[
                CartLine(
                    sku=Sku.of(line.sku),
                    quantity=line.quantity,
                    unit_price=Money.of(line.unit_price_minor, row.currency),
                )
                for line in row.lines
            ],
            row=row,
        )


async def carts(
    info: Info,
    buyer_id: Annotated[
        ID, strawberry.argument(description="The buyer. A buyer's user sees only the carts of that buyer.")
    ],
) -> list[Cart]:
    found = from_id(Kind.BUYER, buyer_id)
    return [Cart.of(row) for row in await resolvers.carts_of(info.context, found)] if found else []


@strawberry.input(description="The new content of the cart for a catalog. Only for a buyer's user.")
class UpdateCartInput(CommandInput):
    catalog_code: str = strawberry.field(description="Code of the catalog that the cart is for.")
    currency: str = strawberry.field(description="ISO 4217 code, e.g. JPY.")
    lines: list[OrderLineInput] = strawberry.field(
        description="Replaces all lines, at the brand's prices. An empty list deletes the cart."
    )


@strawberry.type(description=f"Result of updateCart. {DONE}")
class UpdateCartPayload(CommandPayload):
    cart: Cart | None = strawberry.field(description="The cart after the command. Null if there is none.")
    deleted_cart_id: ID | None = strawberry.field(
        description="Id of the cart, if the command deleted it by taking away its last line. Otherwise null."
    )


async def update_cart(
    info: Info, input: Annotated[UpdateCartInput, strawberry.argument(description="The cart and its lines.")]
) -> UpdateCartPayload:
    content = CartContent(input.catalog_code, input.currency, [line.read() for line in input.lines])
    outcome = await cart_editing.update_cart(info.context, content, **input.terms())
    buyer_id = info.context.actor.buyer_id
    rows = await resolvers.carts_of(info.context, buyer_id) if buyer_id else []
    cart = next((Cart.of(row) for row in rows if row.catalog_code == input.catalog_code.strip()), None)
    deleted = to_id(Kind.CART, outcome.made) if outcome.made and cart is None else None
    return UpdateCartPayload.after(outcome, cart=cart, deleted_cart_id=deleted)


NODES[Kind.CART] = (resolvers.carts, Cart.of)
