"""Sending an order back: its original lines go into the buyer's cart, for the buyer to correct and order again."""

from typing import Unpack
from uuid import UUID

from sqlalchemy import insert

from models.base import new_id
from models.cart import Cart, CartLine
from models.messages.mail import MailKind
from models.order import DataSet
from models.policy import OrderAction
from models.send_back import OrderSendBack
from resolvers.core.actions import Terms, act, on_order
from resolvers.core.cancelled_mails import cancel_mails
from resolvers.core.context import Context
from resolvers.core.notices import Message
from resolvers.core.refusals import Outcome
from resolvers.core.work import Work
from resolvers.order_lines import cart_rows, lines_of


async def send_back_to_cart(
    context: Context, order_id: UUID | None, message: Message, **terms: Unpack[Terms]
) -> Outcome:
    async def change(work: Work) -> None:
        order, now = work.order, work.now
        work.record(order.send_back(now))  # first: the database refuses the record of an open order
        cart = Cart(
            id=new_id(),
            brand_id=order.brand_id,
            buyer_id=order.buyer_id,
            catalog_id=order.catalog_id,
            currency=order.currency,
            source_order_id=order.id,
            updated_at=now,
        )
        work.add(
            cart,
            OrderSendBack(brand_id=order.brand_id, order_id=order.id, sent_back_at=now, actor_name=context.actor.name),
        )
        lines = await lines_of(work, order, DataSet.ORIGINAL)
        await work.save(insert(CartLine), cart_rows(cart, lines))
        await cancel_mails(work, MailKind.SENT_BACK_TO_CART)

    return await act(
        context,
        change,
        on=on_order(order_id),
        needs=OrderAction.SEND_BACK_TO_CART,
        message=message,
        mail=MailKind.SENT_BACK_TO_CART,
        **terms,
    )
