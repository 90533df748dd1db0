"""The order confirmation (OC): create, update, approve or refuse, confirm, make editable again."""

from decimal import Decimal
from typing import Annotated

import strawberry
from strawberry import ID, UNSET

from graph.core.context import Info, or_none
from graph.core.ids import Kind, from_id
from graph.order_actions import ActionPayload, OrderInput
from graph.papers.taxes import TaxInput
from resolvers import confirmation
from resolvers.core.notices import Message
from resolvers.order_lines import NewLine
from resolvers.order_terms import NewCharges

NOTIFY = "Whether to send the buyer an e-mail."
NOTIFY_BRAND = (
    "Whether to send the brand an e-mail, to its address for questions or for replies. Default: false. If the brand "
    "has neither, the command succeeds all the same, with a notice."
)
BODY = "Message to the buyer. If blank, a standard text is sent. Refused if notify is false."
DONE = "The command succeeded if and only if userErrors is empty."


@strawberry.input(description="A line of an order, an OC or a cart.")
class OrderLineInput:
    sku_id: ID = strawberry.field(description="The SKU.")
    quantity: int = strawberry.field(description="Quantity, at least 1.")
    unit_price: Decimal = strawberry.field(description="Price of one unit, in the order's currency.")

    tax: TaxInput | None = strawberry.field(
        default=UNSET,
        description="Tax of the line; not for buyers, and a cart does not keep it. Default: the command's; else, in an "
        "OC, the one that the SKU had; else the letterhead's defaultTax.",
    )

    def read(self) -> NewLine:
        tax = self.tax.read() if self.tax else None
        return NewLine(from_id(Kind.SKU, self.sku_id), self.quantity, self.unit_price, tax)


@strawberry.input(description="Creates the OC of a newly placed order, with the lines as ordered.")
class CreateOrderConfirmationInput(OrderInput):
    notify: bool = strawberry.field(description=NOTIFY)
    body: str | None = strawberry.field(default=UNSET, description=BODY)
    ask_buyer_approval: bool = strawberry.field(description="Whether to request the buyer's approval of the OC.")


@strawberry.type(description=f"Result of createOrderConfirmation. {DONE}")
class CreateOrderConfirmationPayload(ActionPayload):
    pass


@strawberry.input(
    description="Changes an OC that is created (OC_CREATED) or refused by the buyer (OC_UPDATE_REQUIRED)."
)
class UpdateOrderConfirmationInput(OrderInput):
    lines: list[OrderLineInput] | None = strawberry.field(
        default=UNSET, description="Replaces all lines. Default: the lines are kept."
    )
    shipping: Decimal | None = strawberry.field(
        default=UNSET, description="New shipping costs, in the order's currency. Default: they are kept."
    )
    tax: TaxInput | None = strawberry.field(
        default=UNSET, description="New tax of all lines and of the shipping, but for those that name one."
    )
    shipping_tax: TaxInput | None = strawberry.field(default=UNSET, description="New tax of the shipping.")
    prices_include_tax: bool | None = strawberry.field(
        default=UNSET, description="Whether prices and shipping include their tax. Default: as it was."
    )


@strawberry.type(description=f"Result of updateOrderConfirmation. {DONE}")
class UpdateOrderConfirmationPayload(ActionPayload):
    pass


@strawberry.input(description="Approves an OC, as the buyer, if the brand requested approval.")
class ApproveOrderConfirmationInput(OrderInput):
    notify: bool | None = strawberry.field(default=UNSET, description=NOTIFY_BRAND)


@strawberry.type(description=f"Result of approveOrderConfirmation. {DONE}")
class ApproveOrderConfirmationPayload(ActionPayload):
    pass


@strawberry.input(
    description="Refuses an OC, as the buyer, if the brand requested approval. Not a rejection of the order."
)
class RefuseOrderConfirmationInput(OrderInput):
    comment: str | None = strawberry.field(default=UNSET, description="What is wrong with the OC. Kept in the history.")
    notify: bool | None = strawberry.field(default=UNSET, description=NOTIFY_BRAND)


@strawberry.type(description=f"Result of refuseOrderConfirmation. {DONE}")
class RefuseOrderConfirmationPayload(ActionPayload):
    pass


@strawberry.input(description="Fixes the content of the order, from a created or approved OC.")
class ConfirmOrderInput(OrderInput):
    notify: bool = strawberry.field(description=NOTIFY)
    body: str | None = strawberry.field(default=UNSET, description=BODY)
    tag_ids: list[ID] | None = strawberry.field(
        default=UNSET, description="Replaces the order's tags in the same transaction. Default: the tags are kept."
    )


@strawberry.type(description=f"Result of confirmOrder. {DONE}")
class ConfirmOrderPayload(ActionPayload):
    pass


@strawberry.input(description="Reopens a confirmed OC. Refused once a delivery note or backlog SKUs exist.")
class MakeOrderConfirmationEditableInput(OrderInput):
    notify: bool = strawberry.field(description=NOTIFY)
    body: str | None = strawberry.field(default=UNSET, description=BODY)


@strawberry.type(description=f"Result of makeOrderConfirmationEditable. {DONE}")
class MakeOrderConfirmationEditablePayload(ActionPayload):
    pass


async def create_order_confirmation(
    info: Info, input: Annotated[CreateOrderConfirmationInput, strawberry.argument(description="The order.")]
) -> CreateOrderConfirmationPayload:
    order_id = from_id(Kind.ORDER, input.order_id)
    message = Message(input.notify, or_none(input.body))
    outcome = await confirmation.create_confirmation(
        info.context, order_id, ask_approval=input.ask_buyer_approval, message=message, **input.terms()
    )
    return await CreateOrderConfirmationPayload.of(info, outcome)


async def update_order_confirmation(
    info: Info,
    input: Annotated[UpdateOrderConfirmationInput, strawberry.argument(description="The order and its lines.")],
) -> UpdateOrderConfirmationPayload:
    order_id = from_id(Kind.ORDER, input.order_id)
    lines = or_none(input.lines)
    read = [line.read() for line in lines] if lines is not None else None
    charges = NewCharges(
        shipping=or_none(input.shipping),
        tax=input.tax.read() if input.tax else None,
        shipping_tax=input.shipping_tax.read() if input.shipping_tax else None,
        prices_include_tax=or_none(input.prices_include_tax),
    )
    outcome = await confirmation.update_confirmation(info.context, order_id, read, charges, **input.terms())
    return await UpdateOrderConfirmationPayload.of(info, outcome)


async def approve_order_confirmation(
    info: Info, input: Annotated[ApproveOrderConfirmationInput, strawberry.argument(description="The order.")]
) -> ApproveOrderConfirmationPayload:
    order_id = from_id(Kind.ORDER, input.order_id)
    outcome = await confirmation.approve_confirmation(
        info.context, order_id, notify=bool(or_none(input.notify)), **input.terms()
    )
    return await ApproveOrderConfirmationPayload.of(info, outcome)


async def refuse_order_confirmation(
    info: Info, input: Annotated[RefuseOrderConfirmationInput, strawberry.argument(description="The order.")]
) -> RefuseOrderConfirmationPayload:
    order_id = from_id(Kind.ORDER, input.order_id)
    comment, notify = or_none(input.comment), bool(or_none(input.notify))
    outcome = await confirmation.refuse_confirmation(info.context, order_id, comment, notify=notify, **input.terms())
    return await RefuseOrderConfirmationPayload.of(info, outcome)


async def confirm_order(
    info: Info, input: Annotated[ConfirmOrderInput, strawberry.argument(description="The order.")]
) -> ConfirmOrderPayload:
    order_id = from_id(Kind.ORDER, input.order_id)
    tags = or_none(input.tag_ids)
    tag_ids = [from_id(Kind.TAG, id) for id in tags] if tags is not None else None
    message = Message(input.notify, or_none(input.body))
    outcome = await confirmation.confirm_order(info.context, order_id, tag_ids, message, **input.terms())
    return await ConfirmOrderPayload.of(info, outcome)


async def make_order_confirmation_editable(
    info: Info, input: Annotated[MakeOrderConfirmationEditableInput, strawberry.argument(description="The order.")]
) -> MakeOrderConfirmationEditablePayload:
    order_id = from_id(Kind.ORDER, input.order_id)
    message = Message(input.notify, or_none(input.body))
    outcome = await confirmation.make_confirmation_editable(info.context, order_id, message, **input.terms())
    return await MakeOrderConfirmationEditablePayload.of(info, outcome)
