"""Sending an order back: its original lines go into the buyer's cart, where the buyer corrects them and orders anew."""

from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from models.base import new_id
from models.cart import Cart, CartLine
from models.events import Event
from models.order import DataSet, Order
from models.policy import OrderAction
from models.send_back import OrderSendBack
from resolvers.core.actions import Message, Outcome, act
from resolvers.core.context import Context
from resolvers.order_lines import lines_of


async def send_back_to_cart(context: Context, order_id: UUID, message: Message) -> Outcome:
    async def change(session: AsyncSession, order: Order) -> list[Event]:
        now = context.clock()
        cart = Cart(
            id=new_id(),
            brand_id=order.brand_id,
            buyer_id=order.buyer_id,
            catalog_id=order.catalog_id,
            currency=order.currency,
            source_order_id=order.id,
            updated_at=now,
        )
        session.add(cart)
        session.add(
            OrderSendBack(brand_id=order.brand_id, order_id=order.id, sent_back_at=now, actor_name=context.actor.name)
        )
        await session.flush()
        lines = await lines_of(session, order.brand_id, order.id, DataSet.ORIGINAL)
        rows = [
            {
                "brand_id": order.brand_id,
                "id": new_id(),
                "cart_id": cart.id,
                "position": position,
                "sku_id": line.sku_id,
                "quantity": line.quantity,
                "unit_price_minor": line.unit_price_minor,
            }
            for position, line in enumerate(lines, 1)
        ]
        await session.execute(insert(CartLine), rows)
        return [order.send_back(now)]

    return await act(context, order_id, OrderAction.SEND_BACK_TO_CART, change, message)
