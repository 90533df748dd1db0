"""orderMailPreview: a mail to the buyer, before it is sent."""

from enum import StrEnum
from typing import Annotated

import strawberry
from strawberry import ID, UNSET

from exports.mail import render
from graph.core.context import Info, given
from graph.core.enums import publish
from graph.core.ids import Kind, from_id
from graph.notifications import MailPreview
from models import words
from models.policy import OrderAction
from resolvers.core import notices
from resolvers.inputs import InputError


class OrderMailKind(StrEnum):
    ORDER_REJECTED = "ORDER_REJECTED"
    OC_CREATED = "OC_CREATED"
    OC_CONFIRMED = "OC_CONFIRMED"
    OC_MADE_EDITABLE = "OC_MADE_EDITABLE"
    SENT_BACK_TO_CART = "SENT_BACK_TO_CART"


ACTIONS = {
    OrderMailKind.ORDER_REJECTED: OrderAction.REJECT,
    OrderMailKind.OC_CREATED: OrderAction.CREATE_CONFIRMATION,
    OrderMailKind.OC_CONFIRMED: OrderAction.CONFIRM,
    OrderMailKind.OC_MADE_EDITABLE: OrderAction.MAKE_CONFIRMATION_EDITABLE,
    OrderMailKind.SENT_BACK_TO_CART: OrderAction.SEND_BACK_TO_CART,
}
publish(
    OrderMailKind,
    "What a mail to the buyer tells.",
    {
        "ORDER_REJECTED": "That the order is declined (rejectOrder, rejectOrders).",
        "OC_CREATED": "That the OC is made (createOrderConfirmation).",
        "OC_CONFIRMED": "That the order is confirmed (confirmOrder).",
        "OC_MADE_EDITABLE": "That the OC is being revised (makeOrderConfirmationEditable).",
        "SENT_BACK_TO_CART": "That the order is back in the cart (sendOrderBackToCart).",
    },
)


async def order_mail_preview(
    info: Info,
    order_id: Annotated[ID, strawberry.argument(description="The order.")],
    kind: Annotated[OrderMailKind, strawberry.argument(description="Which mail.")],
    body: Annotated[str | None, strawberry.argument(description="The message; a standard text when blank.")] = UNSET,
) -> MailPreview:
    return await preview(info, order_id, kind.value, ACTIONS[kind], given(body))


async def preview(info: Info, order_id: str, kind: str, action: OrderAction, body: str | None) -> MailPreview:
    found = from_id(Kind.ORDER, order_id)
    if found is None:
        raise InputError(words.say(words.ORDER_NOT_FOUND, info.context.actor.locale), "orderId", code="NOT_FOUND")
    mail = render(await notices.preview(info.context, found, kind, action, body))
    return MailPreview(to=mail.to, subject=mail.subject, text=mail.text, html=mail.html)
