"""A price finer than the currency's smallest unit is shown exactly, sent back, ordered again and confirmed."""

from decimal import Decimal
from typing import Any

from sqlalchemy import select

from models.database.sessions import Database
from models.order import OrderLine
from models.prices import line_amount, price_columns, to_price
from models.scope import EVERYTHING
from tests.support.client import Client, id_of
from tests.support.factories import make_order, make_shop

LINES = "lines(first: 5) { nodes { quantity unitPrice { amount } amount { amount } } }"
SEND_BACK = "mutation ($id: ID!) { sendOrderBackToCart(input: {orderId: $id, notify: false}) { userErrors { code } } }"
CARTS = "query ($id: ID!) { carts(buyerId: $id) { lines { unitPrice { amount } } } }"
PLACE = f"""mutation ($input: PlaceOrderInput!) {{ placeOrder(input: $input) {{
  order {{ id {LINES} }} userErrors {{ code message }} }} }}"""
UPDATE = f"""mutation ($input: UpdateOrderConfirmationInput!) {{ updateOrderConfirmation(input: $input) {{
  order {{ {LINES} }} userErrors {{ code message }} }} }}"""
CREATE = f"""mutation ($input: CreateOrderConfirmationInput!) {{ createOrderConfirmation(input: $input) {{
  order {{ {LINES} }} userErrors {{ code message }} }} }}"""


def test_a_line_is_rounded_once_and_half_up() -> None:
    price = to_price(Decimal("0.0125"), "GBP")
    assert (price, price_columns(price)) == (
        Decimal("1.25"),
        {"unit_price_minor": 1, "unit_price_fraction": 250_000},
    )
    assert [line_amount(quantity, price) for quantity in (1, 2, 3, 1000)] == [1, 3, 4, 1250]
    assert to_price(Decimal("12.50"), "GBP") == 1250


async def test_it_stays_exact_on_its_way(database: Database, api: Client) -> None:
    shop = await make_shop(database)
    order = await make_order(database, shop, lines=[(1000, 1)])
    async with database.transaction(EVERYTHING) as session:
        line = (await session.scalars(select(OrderLine).where(OrderLine.order_id == order.id))).one()
        line.unit_price_fraction, line.amount_minor = 250_000, 1250
    shown = [{"quantity": 1000, "unitPrice": {"amount": "0.0125"}, "amount": {"amount": "12.50"}}]
    member, buyer = api.as_(shop.member()), api.as_(shop.buyer_user())
    assert (await member.data(SEND_BACK, id=id_of(order)))["sendOrderBackToCart"]["userErrors"] == []
    [cart] = (await buyer.data(CARTS, id=id_of(shop.buyer)))["carts"]
    assert cart["lines"] == [{"unitPrice": {"amount": "0.0125"}}]
    new = {"skuId": id_of(shop.skus[0]), "quantity": 1000, "unitPrice": "0.0125"}
    input: dict[str, Any] = {
        "buyerId": id_of(shop.buyer),
        "catalogCode": "SS27",
        "currency": "GBP",
        "code": "AGAIN",
        "lines": [new],
    }
    placed = (await buyer.data(PLACE, input=input))["placeOrder"]
    assert placed["userErrors"] == []
    assert placed["order"]["lines"]["nodes"] == shown
    order_id = placed["order"]["id"]
    terms = {"orderId": order_id, "notify": False, "askBuyerApproval": False}
    created = (await member.data(CREATE, input=terms))["createOrderConfirmation"]
    assert created["order"]["lines"]["nodes"] == shown
    updated = (await member.data(UPDATE, input={"orderId": order_id, "lines": [new]}))["updateOrderConfirmation"]
    assert updated["userErrors"] == []
    assert updated["order"]["lines"]["nodes"] == shown
    other = {"skuId": id_of(shop.skus[1]), "quantity": 1, "unitPrice": "0.0125"}
    refused = (await member.data(PLACE, input=input | {"code": "OTHER", "lines": [other]}))["placeOrder"]
    assert [error["code"] for error in refused["userErrors"]] == ["INVALID_INPUT"]
