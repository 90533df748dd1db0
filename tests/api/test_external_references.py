"""External references: what each app, and the brand itself, calls an order in its own system."""

import asyncio
from typing import Any

import pytest

from models.database.sessions import Database
from models.policy import OrderStatus, Role
from tests.support.client import Client, id_of
from tests.support.factories import OPERATOR, Shop, make_order, make_shop
from tests.support.trace import trace

SET = """mutation ($input: SetExternalReferenceInput!) { setExternalReference(input: $input) {
  order { version externalReference } blockers { code } userErrors { code field message } } }"""
PLACE = """mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) {
  order { id code externalReference } userErrors { code field message } } }"""
FIND = """query ($reference: String!) { orderByReference(reference: $reference) {
  code externalReference externalReferences { app reference } } }"""
HISTORY = "query ($id: ID!) { order(id: $id) { history(first: 9) { nodes { summary } } } }"


@pytest.fixture
async def shop(database: Database) -> Shop:
    return await make_shop(database)


async def call(client: Client, order: Any, reference: str | None, **more: Any) -> dict[str, Any]:
    input = {"orderId": id_of(order), "externalReference": reference} | more
    payload: dict[str, Any] = (await client.data(SET, input=input))["setExternalReference"]
    return payload


async def find(client: Client, reference: str) -> dict[str, Any] | None:
    found: dict[str, Any] | None = (await client.data(FIND, reference=reference))["orderByReference"]
    return found


def app(api: Client, shop: Shop, id: str, role: Role = Role.APP) -> Client:
    return api.as_(shop.member(role, id=id, name=id.upper()))


def new_order(shop: Shop, quantity: int = 2, **more: Any) -> dict[str, Any]:
    line = {"skuId": id_of(shop.skus[0]), "quantity": quantity, "unitPrice": "12.50"}
    return {"buyerId": id_of(shop.buyer), "catalogCode": "SS27", "currency": "GBP", "lines": [line]} | more


async def test_each_app_has_its_own_reference(database: Database, api: Client, shop: Shop) -> None:
    first, second = await make_order(database, shop, code="ORD-1"), await make_order(database, shop, code="ORD-2")
    erp, crm, member = app(api, shop, "erp"), app(api, shop, "crm"), api.as_(shop.member())
    assert (await call(erp, first, " A-1 "))["order"] == {"version": first.version, "externalReference": "A-1"}
    assert (await call(crm, second, "A-1"))["userErrors"] == []
    assert (await call(member, first, "2026/7"))["userErrors"] == []
    both = [{"app": None, "reference": "2026/7"}, {"app": "ERP", "reference": "A-1"}]
    assert await find(erp, "A-1 ") == {"code": "ORD-1", "externalReference": "A-1", "externalReferences": both}
    assert (await find(crm, "A-1") or {})["code"] == "ORD-2"
    assert await find(crm, "2026/7") is None
    # Members find the brand's own, and what one app only calls so.
    assert (await find(member, "2026/7") or {})["externalReference"] == "2026/7"
    assert await find(member, "A-1") is None
    assert (await call(crm, second, "B-7"))["order"]["externalReference"] == "B-7"
    assert (await find(member, "A-1") or {})["code"] == "ORD-1"
    assert [await find(client, text) for client, text in ((crm, "A-1"), (erp, ""), (erp, "\0"), (erp, "a-1"))] == [
        None
    ] * 4

    taken = await call(erp, second, "A-1")
    assert [(error["code"], error["field"]) for error in taken["userErrors"]] == [
        ("INVALID_INPUT", ["input", "externalReference"])
    ]
    assert "ORD-1" in taken["userErrors"][0]["message"]
    before = await trace(database)
    assert (await call(erp, first, "A-1"))["userErrors"] == []
    assert await trace(database) == before, "the same again is no event"
    assert (await call(erp, first, None))["order"]["externalReference"] is None
    assert (await call(erp, second, "A-1"))["userErrors"] == []
    history = (await member.data(HISTORY, id=id_of(first)))["order"]["history"]["nodes"]
    assert [event["summary"] for event in history] == [
        "External reference set to A-1", "External reference set to 2026/7", "External reference A-1 removed",
    ]  # fmt: skip


async def test_an_order_is_placed_once_with_its_reference(database: Database, api: Client, shop: Shop) -> None:
    erp = app(api, shop, "erp")

    async def place(client: Client, **input: Any) -> dict[str, Any]:
        payload: dict[str, Any] = (await client.data(PLACE, input=input))["placeOrder"]
        return payload

    placed = await place(erp, **new_order(shop, externalReference="PO-1"))
    assert (placed["userErrors"], placed["order"]["externalReference"]) == ([], "PO-1")
    before = await trace(database)
    assert (await place(erp, **new_order(shop, externalReference="PO-1")))["order"] == placed["order"]
    for other in (
        new_order(shop, 3, externalReference="PO-1"),
        new_order(shop, externalReference="PO-1", code="OTHER"),
    ):
        refused = await place(erp, **other)
        assert [error["field"] for error in refused["userErrors"]] == [["input", "externalReference"]], other
    code = placed["order"]["code"]
    refused = await place(erp, **new_order(shop, externalReference="PO-2", code=code))
    assert [error["field"] for error in refused["userErrors"]] == [["input", "code"]]
    assert await trace(database) == before
    assert (await place(app(api, shop, "crm"), **new_order(shop, externalReference="PO-1")))["order"]["code"] != code
    shop.skus[0].price_minor, shop.skus[0].currency = 1250, "GBP"
    refused = await place(api.as_(shop.buyer_user()), **new_order(shop, externalReference="PO-1"))
    assert [(error["code"], error["field"]) for error in refused["userErrors"]] == [
        ("NOT_PERMITTED", ["input", "externalReference"])
    ]
    assert [
        error["code"] for error in (await place(erp, **new_order(shop, externalReference="x" * 101)))["userErrors"]
    ] == ["INVALID_INPUT"]


@pytest.mark.parametrize("status", [OrderStatus.REJECTED_BY_BRAND, OrderStatus.SENT_BACK_TO_CART])
async def test_a_final_order_keeps_its_reference(
    database: Database, api: Client, shop: Shop, status: OrderStatus
) -> None:
    order = await make_order(database, shop, status=status)
    before = await trace(database)
    for reference in ("A-1", None):
        payload = await call(app(api, shop, "erp"), order, reference)
        rejected = status is OrderStatus.REJECTED_BY_BRAND
        code = "ORDER_REJECTED" if rejected else "NOT_ALLOWED_IN_STATUS"
        assert [error["code"] for error in payload["userErrors"]] == [code]
    assert await trace(database) == before


async def test_refuses_whoever_may_not_and_what_makes_no_sense(database: Database, api: Client, shop: Shop) -> None:
    order, other = await make_order(database, shop), await make_shop(database)
    before = await trace(database)
    cases: list[tuple[Client, dict[str, Any], str]] = [
        (api.as_(shop.member(Role.READ)), {}, "NOT_PERMITTED"),
        (app(api, shop, "erp", Role.APP_REJECT), {}, "NOT_PERMITTED"),
        (api.as_(shop.buyer_user()), {}, "NOT_PERMITTED"),
        (app(api, other, "erp"), {}, "NOT_FOUND"),
        (api.as_(shop.member()), {"externalReference": "x" * 101}, "INVALID_INPUT"),
        (api.as_(shop.member()), {"externalReference": "a\nb"}, "INVALID_INPUT"),
        (api.as_(shop.member()), {"externalReference": "a\0"}, "INVALID_INPUT"),
        (api.as_(shop.member()), {"expectedVersion": 7}, "STALE_ORDER"),
    ]
    for client, more, code in cases:
        input = {"orderId": id_of(order), "externalReference": "A-1"} | more
        payload = (await client.data(SET, input=input))["setExternalReference"]
        assert [error["code"] for error in payload["userErrors"]] == [code], (more, payload)
    assert await trace(database) == before


async def test_buyers_and_other_brands_see_nothing_of_it(database: Database, api: Client, shop: Shop) -> None:
    order, other = await make_order(database, shop, code="ORD-1"), await make_shop(database)
    theirs = await make_order(database, other, code="THEIRS")
    for client, each in ((app(api, shop, "erp"), order), (app(api, other, "erp"), theirs)):
        assert (await call(client, each, "A-1"))["userErrors"] == []
        assert (await find(client, "A-1") or {})["code"] == each.code
    buyer = api.as_(shop.buyer_user())
    assert await find(buyer, "A-1") is None
    shown = "{ orders { nodes { externalReference externalReferences { reference } } } }"
    assert (await buyer.data(shown))["orders"]["nodes"] == [{"externalReference": None, "externalReferences": []}]
    # An operator sees both brands: neither is the only one.
    assert await find(api.as_(OPERATOR), "A-1") is None


async def test_of_two_orders_at_once_one_gets_the_reference(database: Database, api: Client, shop: Shop) -> None:
    orders = [await make_order(database, shop) for _ in range(2)]
    erp = app(api, shop, "erp")
    payloads = await asyncio.gather(*(call(erp, order, "A-1") for order in orders))
    assert sorted(len(payload["userErrors"]) for payload in payloads) == [0, 1]
