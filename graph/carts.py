"""sendOrderBackToCart, the buyer's carts, and placeOrder."""

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import ID, UNSET, Private

from graph.catalog import Sku
from graph.confirmation import BODY, DONE, NOTIFY, OrderLineInput
from graph.core.context import Info, given
from graph.core.ids import Kind, from_id
from graph.core.money import Money
from graph.limits.cost import ListSize
from graph.order_actions import ActionPayload, OrderActionError, OrderInput
from graph.orders import Order, load_order
from resolvers import cart_editing, placing, send_back
from resolvers import carts as resolvers
from resolvers.cart_editing import CartContent
from resolvers.carts import CartRow
from resolvers.core.actions import Message, not_found
from resolvers.placing import NewOrder


@strawberry.input(description="Puts the original order back into the buyer's cart. Final for this order.")
class SendOrderBackToCartInput(OrderInput):
    notify: bool = strawberry.field(description=NOTIFY)
    body: str | None = strawberry.field(default=UNSET, description=BODY)


@strawberry.type(description=f"What came of sendOrderBackToCart. {DONE}")
class SendOrderBackToCartPayload(ActionPayload):
    pass


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


@strawberry.type(description="One line of a cart.")
class CartLine:
    sku: Sku = strawberry.field(description="What.")
    quantity: int = strawberry.field(description="How many.")
    unit_price: Money = strawberry.field(description="For one.")


@strawberry.type(description="What a buyer is about to order; an order sent back to the cart is corrected here.")
class Cart:
    catalog_code: str = strawberry.field(description="From which catalog.")
    updated_at: datetime = strawberry.field(description="When it last changed.")
    lines: list[CartLine] = strawberry.field(description="In their order.", directives=[ListSize(assumed_size=50)])
    row: Private[CartRow]

    @strawberry.field(description="The order that was sent back into it.")
    async def source_order(self, info: Info) -> Order | None:
        return await load_order(info, self.row.source_order_id)

    @classmethod
    def of(cls, row: CartRow) -> "Cart":
        return cls(
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
    info: Info, buyer_id: Annotated[ID, strawberry.argument(description="Whose; a buyer's user sees own carts only.")]
) -> list[Cart]:
    found = from_id(Kind.BUYER, buyer_id)
    return [Cart.of(row) for row in await resolvers.carts_of(info.context, found)] if found else []


@strawberry.input(description="What the cart for a catalog shall hold. For a buyer's user.")
class UpdateCartInput:
    catalog_code: str = strawberry.field(description="Which cart.")
    currency: str = strawberry.field(description="ISO 4217.")
    lines: list[OrderLineInput] = strawberry.field(
        description="Replaces all lines, at the brand's prices; an empty list empties the cart away."
    )


@strawberry.type(description=f"What came of updateCart. {DONE}")
class UpdateCartPayload:
    cart: Cart | None = strawberry.field(description="The cart as it is now; null when there is none.")
    user_errors: list[OrderActionError] = strawberry.field(description="Why nothing was done; empty when it was.")


async def update_cart(
    info: Info, input: Annotated[UpdateCartInput, strawberry.argument(description="The cart and its lines.")]
) -> UpdateCartPayload:
    content = CartContent(input.catalog_code, input.currency, [line.read() for line in input.lines])
    refusals = await cart_editing.update_cart(info.context, content)
    buyer_id = info.context.actor.buyer_id
    rows = await resolvers.carts_of(info.context, buyer_id) if buyer_id else []
    cart = next((Cart.of(row) for row in rows if row.catalog_code == input.catalog_code.strip()), None)
    return UpdateCartPayload(cart=cart, user_errors=[OrderActionError.of(refusal) for refusal in refusals])


async def send_order_back_to_cart(
    info: Info, input: Annotated[SendOrderBackToCartInput, strawberry.argument(description="The order.")]
) -> SendOrderBackToCartPayload:
    outcome = not_found(info.context)
    if order_id := from_id(Kind.ORDER, input.order_id):
        message = Message(input.notify, given(input.body))
        outcome = await send_back.send_back_to_cart(info.context, order_id, message)
    return await SendOrderBackToCartPayload.of(info, outcome)


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
