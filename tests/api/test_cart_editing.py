"""The buyer's user edits the cart, at the brand's prices; nobody else does."""

from typing import Any

import pytest

from models.catalog import Sku
from models.database.sessions import Database
from models.policy import Role
from models.scope import EVERYTHING
from tests.support.client import Client, id_of
from tests.support.factories import Shop, make_buyer, make_order, make_shop
from tests.support.trace import trace

UPDATE = """mutation ($input: UpdateCartInput!) { updateCart(input: $input) {
  cart { catalogCode sourceOrder { code } lines { quantity unitPrice { amount } } }
  userErrors { code message field } } }"""
SEND_BACK = "mutation ($id: ID!) { sendOrderBackToCart(input: {orderId: $id, notify: false}) { userErrors { code } } }"


@pytest.fixture
async def shop(database: Database) -> Shop:
    made = await make_shop(database)
    async with database.transaction(EVERYTHING) as session:
        for sku in made.skus:
            stored = await session.get_one(Sku, (sku.brand_id, sku.id))
            stored.price_minor, stored.currency = 1250, "GBP"
    return made


async def update(client: Client, shop: Shop, *quantities: int, price: str = "12.50", **more: Any) -> dict[str, Any]:
    lines = [
        {"skuId": id_of(sku), "quantity": quantity, "unitPrice": price}
        for sku, quantity in zip(shop.skus, quantities, strict=False)
    ]
    input = {"catalogCode": "SS27", "currency": "GBP", "lines": lines} | more
    payload: dict[str, Any] = (await client.data(UPDATE, input=input))["updateCart"]
    return payload


async def test_a_cart_is_made_changed_and_emptied(database: Database, api: Client, shop: Shop) -> None:
    buyer = api.as_(shop.buyer_user())
    made = await update(buyer, shop, 2, 3)
    assert made["userErrors"] == []
    assert [line["quantity"] for line in made["cart"]["lines"]] == [2, 3]
    assert [line["quantity"] for line in (await update(buyer, shop, 7))["cart"]["lines"]] == [7]
    assert (await update(buyer, shop))["cart"] is None


async def test_the_cart_keeps_the_order_that_was_sent_back_into_it(database: Database, api: Client, shop: Shop) -> None:
    order = await make_order(database, shop, code="ORD-1")
    await api.as_(shop.member()).data(SEND_BACK, id=id_of(order))
    cart = (await update(api.as_(shop.buyer_user()), shop, 1))["cart"]
    assert cart["sourceOrder"] == {"code": "ORD-1"}
    assert [line["quantity"] for line in cart["lines"]] == [1]


async def test_a_line_of_the_order_sent_back_can_be_taken_out_and_put_back(
    database: Database, api: Client, shop: Shop
) -> None:
    await api.as_(shop.member()).data(SEND_BACK, id=id_of(await make_order(database, shop, lines=((2, 999), (3, 480)))))
    buyer = api.as_(shop.buyer_user())
    assert (await update(buyer, shop, 1))["userErrors"] == []  # the first SKU at its own price, the second is out
    back = await update(buyer, shop, 2, price="9.99")
    assert back["userErrors"] == []
    assert back["cart"]["lines"] == [{"quantity": 2, "unitPrice": {"amount": "9.99"}}]
    other = await update(buyer, shop, 2, price="4.80")
    assert [error["field"] for error in other["userErrors"]] == [["input", "lines", "0", "unitPrice"]]


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"price": "0.01"}, ["input", "lines", "0", "unitPrice"]),
        ({"catalogCode": "no"}, ["input", "catalogCode"]),
        ({"currency": "XXX"}, ["input", "currency"]),
    ],
)
async def test_invalid_lines_are_refused(
    database: Database, api: Client, shop: Shop, more: dict[str, Any], field: list[str]
) -> None:
    before = await trace(database)
    payload = await update(api.as_(shop.buyer_user()), shop, 1, **more)
    assert [error["field"] for error in payload["userErrors"]] == [field]
    assert await trace(database) == before


async def test_members_edit_no_cart_and_other_buyers_have_their_own(
    database: Database, api: Client, shop: Shop
) -> None:
    await update(api.as_(shop.buyer_user()), shop, 2)
    for role in (Role.ADMIN, Role.READ):
        payload = await update(api.as_(shop.member(role)), shop, 1)
        assert [error["code"] for error in payload["userErrors"]] == ["NOT_PERMITTED"]
    rival = await make_buyer(database, shop.brand)
    assert (await update(api.as_(shop.buyer_user(rival)), shop, 9))["userErrors"] == []
    assert [line["quantity"] for line in (await update(api.as_(shop.buyer_user()), shop, 2))["cart"]["lines"]] == [2]
