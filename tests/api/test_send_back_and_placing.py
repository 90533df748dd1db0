"""Sending back to the cart, and ordering anew."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from models.database.sessions import Database
from models.order import Order
from models.policy import Role
from models.scope import EVERYTHING
from tests.support.client import Client, id_of
from tests.support.factories import Shop, add_cart, make_buyer, make_order, make_shop
from tests.support.trace import trace

SEND_BACK = """mutation ($input: SendOrderBackToCartInput!) { sendOrderBackToCart(input: $input) {
  order { status statusLabel canReject availableActions } userErrors { code message } blockers { code } } }"""
PLACE = """mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) {
  order { id code status total { amount currency } replaces { code } lines { nodes { quantity } } }
  userErrors { code message field } } }"""
CARTS = """query ($id: ID!) { carts(buyerId: $id) { catalogCode sourceOrder { code }
  lines { quantity unitPrice { amount currency } sku { id number } } } }"""


@pytest.fixture
async def shop(database: Database) -> Shop:
    return await make_shop(database)


async def send_back(client: Client, order: Order, **input: Any) -> dict[str, Any]:
    data = await client.data(SEND_BACK, input={"orderId": id_of(order), "notify": False} | input)
    payload: dict[str, Any] = data["sendOrderBackToCart"]
    return payload


def new_order(shop: Shop, **values: Any) -> dict[str, Any]:
    line = {"skuId": id_of(shop.skus[0]), "quantity": 4, "unitPrice": "12.50"}
    defaults = {"buyerId": id_of(shop.buyer), "catalogCode": "SS27", "currency": "GBP", "lines": [line]}
    return defaults | values


async def place(client: Client, input: dict[str, Any]) -> dict[str, Any]:
    payload: dict[str, Any] = (await client.data(PLACE, input=input))["placeOrder"]
    return payload


async def test_the_original_lines_return_to_the_cart_and_the_buyer_orders_anew(
    database: Database, api: Client, shop: Shop
) -> None:
    order = await make_order(database, shop, code="ORD-1")
    brand, buyer = api.as_(shop.member()), api.as_(shop.buyer_user())
    payload = await send_back(brand, order, notify=True, body="Please take fewer")
    assert payload["order"] == {
        "status": "SENT_BACK_TO_CART",
        "statusLabel": "Returned to cart",
        "canReject": False,
        "availableActions": ["ARCHIVE", "APPLY_TAGS"],
    }
    cart = (await buyer.data(CARTS, id=id_of(shop.buyer)))["carts"][0]
    assert (cart["catalogCode"], cart["sourceOrder"]) == ("SS27", {"code": "ORD-1"})
    assert [(line["quantity"], line["unitPrice"]["amount"]) for line in cart["lines"]] == [(2, "12.50"), (3, "4.80")]

    lines = [
        {"skuId": line["sku"]["id"], "quantity": 1, "unitPrice": line["unitPrice"]["amount"]} for line in cart["lines"]
    ]
    placed = await place(buyer, new_order(shop, lines=lines))
    assert placed["userErrors"] == []
    assert placed["order"]["status"] == "OC_REQUIRED"
    assert placed["order"]["replaces"] == {"code": "ORD-1"}
    assert placed["order"]["total"] == {"amount": "17.30", "currency": "GBP"}
    for client in (brand, buyer):
        query = "query ($code: String!) { orderByCode(code: $code) { replacedBy { code replaces { code } } } }"
        told = (await client.data(query, code="ORD-1"))["orderByCode"]
        assert told == {"replacedBy": {"code": placed["order"]["code"], "replaces": {"code": "ORD-1"}}}
    assert (await buyer.data(CARTS, id=id_of(shop.buyer)))["carts"] == []


async def test_an_offline_buyer_or_one_with_a_cart_keeps_the_order(database: Database, api: Client, shop: Shop) -> None:
    offline = await make_buyer(database, shop.brand, is_offline=True)
    order = await make_order(database, shop, buyer_id=offline.id)
    payload = await send_back(api.as_(shop.member()), order)
    assert [blocker["code"] for blocker in payload["blockers"]] == ["BUYER_OFFLINE"]
    other = await make_order(database, shop)
    await add_cart(database, other)
    payload = await send_back(api.as_(shop.member()), other)
    assert [blocker["code"] for blocker in payload["blockers"]] == ["BUYER_HAS_CART"]


async def test_of_two_orders_sent_back_at_once_one_gets_the_cart(database: Database, api: Client, shop: Shop) -> None:
    orders = [await make_order(database, shop) for _ in range(2)]
    client = api.as_(shop.member())
    payloads = await asyncio.gather(*(send_back(client, order) for order in orders))
    assert sorted(len(payload["userErrors"]) for payload in payloads) == [0, 1]
    refused = next(payload for payload in payloads if payload["userErrors"])
    assert [blocker["code"] for blocker in refused["blockers"]] == ["BUYER_HAS_CART"]


async def test_carts_are_seen_by_their_buyer_and_the_brand_only(database: Database, api: Client, shop: Shop) -> None:
    await send_back(api.as_(shop.member()), await make_order(database, shop))
    rival = await make_buyer(database, shop.brand)
    for actor, expected in (
        (shop.member(Role.READ), 1),
        (shop.buyer_user(), 1),
        (shop.buyer_user(rival), 0),
        ((await make_shop(database)).member(), 0),
    ):
        assert len((await api.as_(actor).data(CARTS, id=id_of(shop.buyer)))["carts"]) == expected


async def test_the_brand_places_an_order_for_a_buyer(database: Database, api: Client, shop: Shop) -> None:
    payload = await place(api.as_(shop.member()), new_order(shop, code="BY-HAND-1", comment="By phone"))
    assert payload["userErrors"] == []
    assert (payload["order"]["code"], payload["order"]["total"]["amount"]) == ("BY-HAND-1", "50.00")


async def test_the_same_order_with_the_same_code_is_there_once(database: Database, api: Client, shop: Shop) -> None:
    client = api.as_(shop.member())
    clicks = [place(client, new_order(shop, code="TWICE")) for _ in range(4)]
    ids = {payload["order"]["id"] for payload in await asyncio.gather(*clicks)}
    assert len(ids) == 1
    payload = await place(client, new_order(shop, code="TWICE", comment="Other"))
    assert [(error["code"], error["field"]) for error in payload["userErrors"]] == [
        ("INVALID_INPUT", ["input", "code"])
    ]
    async with database.read(EVERYTHING) as session:
        assert len((await session.scalars(select(Order.id))).all()) == 1


async def test_a_buyer_who_orders_out_of_the_cart_can_try_again(database: Database, api: Client, shop: Shop) -> None:
    """The prices were agreed in the order that was sent back; once the cart is gone, they stand nowhere else."""
    await send_back(api.as_(shop.member()), await make_order(database, shop, code="ORD-1"))
    buyer, input = api.as_(shop.buyer_user()), new_order(shop, code="MINE")
    clicks = await asyncio.gather(*(place(buyer, input) for _ in range(3)))
    for payload in (*clicks, await place(buyer, input)):
        assert payload["userErrors"] == []
        assert payload["order"] == clicks[0]["order"]
    assert clicks[0]["order"]["replaces"] == {"code": "ORD-1"}
    other = await place(buyer, new_order(shop, code="OTHER"))
    assert [error["message"] for error in other["userErrors"]] == ["This is not the brand's price."]


async def test_a_generated_code_begins_with_the_brands_day(database: Database, api: Client) -> None:
    shop = await make_shop(database, time_zone="Asia/Tokyo")
    api.clock.now = datetime(2026, 11, 28, 20, 5, tzinfo=UTC)
    placed = await place(api.as_(shop.member()), new_order(shop))
    assert placed["order"]["code"].startswith("261129-")


async def test_lines_that_are_not_ordered_stay_in_the_cart(database: Database, api: Client, shop: Shop) -> None:
    order = await make_order(database, shop, code="ORD-9")
    await send_back(api.as_(shop.member()), order)
    buyer = api.as_(shop.buyer_user())
    first, second = (await buyer.data(CARTS, id=id_of(shop.buyer)))["carts"][0]["lines"]
    lines = [{"skuId": first["sku"]["id"], "quantity": 1, "unitPrice": first["unitPrice"]["amount"]}]
    placed = await place(buyer, new_order(shop, lines=lines))
    assert placed["userErrors"] == []
    (cart,) = (await buyer.data(CARTS, id=id_of(shop.buyer)))["carts"]
    assert [line["sku"]["id"] for line in cart["lines"]] == [second["sku"]["id"]]
    assert cart["sourceOrder"] is None, "this order has replaced it"
    lines = [{"skuId": second["sku"]["id"], "quantity": 1, "unitPrice": second["unitPrice"]["amount"]}]
    assert (await place(buyer, new_order(shop, lines=lines)))["userErrors"] == []
    assert (await buyer.data(CARTS, id=id_of(shop.buyer)))["carts"] == []


async def test_a_proxy_order_takes_the_cart_of_an_order_sent_back_but_not_the_buyers_own(
    database: Database, api: Client, shop: Shop
) -> None:
    brand, buyer = api.as_(shop.member()), api.as_(shop.buyer_user())
    await send_back(brand, await make_order(database, shop, code="ORD-1"))
    by_phone = await place(brand, new_order(shop))
    assert by_phone["order"]["replaces"] == {"code": "ORD-1"}
    assert (await buyer.data(CARTS, id=id_of(shop.buyer)))["carts"] == []

    await add_cart(database, await make_order(database, shop))
    another = await place(brand, new_order(shop))
    assert another["order"]["replaces"] is None
    assert len((await buyer.data(CARTS, id=id_of(shop.buyer)))["carts"]) == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"buyerId": "buy_nothing"}, "buyerId"),
        ({"catalogCode": "no"}, "catalogCode"),
        ({"currency": "XXX"}, "currency"),
        ({"lines": []}, "lines"),
    ],
)
async def test_an_invalid_order_is_refused(
    database: Database, api: Client, shop: Shop, values: dict[str, Any], field: str
) -> None:
    before = await trace(database)
    payload = await place(api.as_(shop.member()), new_order(shop, **values))
    assert [(error["code"], error["field"]) for error in payload["userErrors"]] == [("INVALID_INPUT", ["input", field])]
    assert await trace(database) == before


@pytest.mark.parametrize(
    ("price", "locale", "message"),
    [
        ("1.5", "en", "The price cannot be used: 1.5 is finer than JPY allows (0 digits behind the point)."),
        ("1.5", "ja", "単価は0以上、小数点以下0桁以内の金額で指定してください。"),
        ("-1", "ja", "単価は0以上、小数点以下0桁以内の金額で指定してください。"),
    ],
)
async def test_a_price_is_refused_in_the_readers_language(
    database: Database, api: Client, shop: Shop, price: str, locale: str, message: str
) -> None:
    line = {"skuId": id_of(shop.skus[0]), "quantity": 4, "unitPrice": price}
    payload = await place(api.as_(shop.member(locale=locale)), new_order(shop, currency="JPY", lines=[line]))
    assert [error["message"] for error in payload["userErrors"]] == [message]


async def test_a_buyer_orders_for_itself_and_at_the_brands_prices(database: Database, api: Client, shop: Shop) -> None:
    rival = await make_buyer(database, shop.brand)
    payload = await place(api.as_(shop.buyer_user(rival)), new_order(shop))
    assert payload["userErrors"][0]["field"] == ["input", "buyerId"]
    cheap = await place(api.as_(shop.buyer_user()), new_order(shop))
    assert cheap["userErrors"][0]["message"] == "This is not the brand's price."


async def test_placing_needs_permission(database: Database, api: Client, shop: Shop) -> None:
    payload = await place(api.as_(shop.member(Role.READ)), new_order(shop))
    assert [error["code"] for error in payload["userErrors"]] == ["NOT_PERMITTED"]
