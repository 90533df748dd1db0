"""assignOrder, Order.assignee, members and their filter: who in the brand is in charge of an order."""

from io import BytesIO
from typing import Any

import openpyxl
import pytest

from models.database.sessions import Database
from models.policy import OrderStatus, Role
from tests.support.client import Client, id_of
from tests.support.factories import OPERATOR, Shop, make_order, make_shop
from tests.support.trace import trace

ASSIGN = """mutation ($input: AssignOrderInput!) { assignOrder(input: $input) {
  order { version assignee { actorId name } } blockers { code } userErrors { code field message } } }"""
SHOWN = """query ($id: ID!) { order(id: $id) { assignee { actorId name }
  history(first: 9) { nodes { kind summary } } } members { actorId name } viewer { actorId } }"""
LIST = "query ($filter: OrderFilter) { orders(filter: $filter) { totalCount nodes { code } } }"


@pytest.fixture
async def shop(database: Database) -> Shop:
    return await make_shop(database)


async def assign(client: Client, order: Any, actor_id: str | None, **more: Any) -> dict[str, Any]:
    input = {"orderId": id_of(order), "actorId": actor_id} | more
    payload: dict[str, Any] = (await client.data(ASSIGN, input=input))["assignOrder"]
    return payload


async def codes(client: Client, **filter: Any) -> set[str]:
    return {node["code"] for node in (await client.data(LIST, filter=filter))["orders"]["nodes"]}


async def test_a_member_takes_an_order_hands_it_on_and_lets_it_go(database: Database, api: Client, shop: Shop) -> None:
    order = await make_order(database, shop, code="ORD-1")
    await make_order(database, shop, code="ORD-2")
    mina, ken = api.as_(shop.member()), api.as_(shop.member(Role.ADMIN, id="ken", name="Ken Ito"))
    payload = await assign(mina, order, "mem-1")
    assert payload["order"] == {"version": order.version, "assignee": {"actorId": "mem-1", "name": "Mina Sato"}}
    # Ken has done nothing yet: only Ken, and who knows the name, can choose Ken.
    refused = await assign(mina, order, "ken")
    assert [(error["code"], error["field"]) for error in refused["userErrors"]] == [
        ("INVALID_INPUT", ["input", "actorId"])
    ]
    assert refused["order"]["assignee"]["actorId"] == "mem-1"
    assert (await assign(mina, order, "ken", actorName="Ito"))["order"]["assignee"] == {"actorId": "ken", "name": "Ito"}
    assert (await assign(ken, order, " ken ", actorName="x"))["order"]["assignee"]["name"] == "Ken Ito"
    before = await trace(database)
    assert (await assign(mina, order, "ken"))["userErrors"] == []
    assert await trace(database) == before, "the same again is no event"

    shown = await mina.data(SHOWN, id=id_of(order))
    assert shown["members"] == [{"actorId": "ken", "name": "Ken Ito"}, {"actorId": "mem-1", "name": "Mina Sato"}]
    assert shown["viewer"] == {"actorId": "mem-1"}
    assert [event["summary"] for event in shown["order"]["history"]["nodes"]] == [
        "Assigned to Mina Sato", "Assigned to Ito", "Assigned to Ken Ito",
    ]  # fmt: skip
    for filter, expected in (
        ({"assigned": True}, {"ORD-1"}),
        ({"assigned": False}, {"ORD-2"}),
        ({"assigneeIds": ["ken", "nobody"]}, {"ORD-1"}),
        ({"assigneeIds": ["mem-1"]}, set()),
        ({"assigneeIds": []}, set()),
    ):
        assert await codes(mina, **filter) == expected, filter
    assert (await assign(ken, order, None))["order"]["assignee"] is None
    assert await codes(mina, assigned=True) == set()
    before = await trace(database)
    assert (await assign(ken, order, " "))["userErrors"] == []
    assert await trace(database) == before


@pytest.mark.parametrize("status", [OrderStatus.REJECTED_BY_BRAND, OrderStatus.REJECTED, OrderStatus.SENT_BACK_TO_CART])
async def test_nobody_is_put_in_charge_of_a_final_order(
    database: Database, api: Client, shop: Shop, status: OrderStatus
) -> None:
    order = await make_order(database, shop, status=status)
    before = await trace(database)
    payload = await assign(api.as_(shop.member()), order, "mem-1")
    rejected = status is not OrderStatus.SENT_BACK_TO_CART
    assert [error["code"] for error in payload["userErrors"]] == [
        "ORDER_REJECTED" if rejected else "NOT_ALLOWED_IN_STATUS"
    ]
    assert [blocker["code"] for blocker in payload["blockers"]] == [
        "ALREADY_REJECTED" if rejected else "SENT_BACK_TO_CART"
    ]
    assert await trace(database) == before


async def test_refuses_whoever_may_not_and_what_makes_no_sense(database: Database, api: Client, shop: Shop) -> None:
    order, other = await make_order(database, shop), await make_shop(database)
    before = await trace(database)
    member = api.as_(shop.member())
    cases: list[tuple[Client, dict[str, Any], str]] = [
        (api.as_(shop.member(Role.READ)), {}, "NOT_PERMITTED"),
        (api.as_(shop.buyer_user()), {}, "NOT_PERMITTED"),
        (api.as_(other.member()), {}, "NOT_FOUND"),
        (member, {"actorId": "x" * 201}, "INVALID_INPUT"),
        (member, {"actorId": "a\nb"}, "INVALID_INPUT"),
        (member, {"actorId": "new", "actorName": "a\0"}, "INVALID_INPUT"),
        (member, {"expectedVersion": 7}, "STALE_ORDER"),
    ]
    for client, more, code in cases:
        input = {"orderId": id_of(order), "actorId": "mem-1"} | more
        payload = (await client.data(ASSIGN, input=input))["assignOrder"]
        assert [error["code"] for error in payload["userErrors"]] == [code], (input, payload)
    assert await trace(database) == before
    error = await member.error(LIST, filter={"assigneeIds": ["a\0"]})
    assert error["extensions"]["field"] == ["filter", "assigneeIds", "0"]


async def test_buyers_and_other_brands_see_nothing_of_it(database: Database, api: Client, shop: Shop) -> None:
    order, other = await make_order(database, shop, code="ORD-1"), await make_shop(database)
    theirs = await make_order(database, other)
    await assign(api.as_(shop.member()), order, "mem-1")
    # The same person works for two brands: each sees its own orders.
    await assign(api.as_(other.member(name="Mina S.")), theirs, "mem-1")
    buyer = api.as_(shop.buyer_user())
    shown = await buyer.data(SHOWN, id=id_of(order))
    assert (shown["order"]["assignee"], shown["members"]) == (None, [])
    assert await codes(buyer, assigned=True) == await codes(buyer, assigneeIds=["mem-1"]) == set()
    assert await codes(buyer, assigned=False) == {"ORD-1"}
    stranger = (await make_shop(database)).member(Role.READ, id="new", name="New")
    shown = await api.as_(stranger).data(SHOWN, id=id_of(order))
    assert (shown["order"], shown["members"]) == (None, [{"actorId": "new", "name": "New"}])
    assert await codes(api.as_(shop.member()), assigneeIds=["mem-1"]) == {"ORD-1"}
    assert len(await codes(api.as_(OPERATOR), assigned=True)) == 2
    # An operator chooses among the members of the order's brand.
    assert (await assign(api.as_(OPERATOR), theirs, "mem-1"))["order"]["assignee"]["name"] == "Mina S."


async def test_the_workbook_has_a_column_for_the_brand_only(database: Database, api: Client, shop: Shop) -> None:
    await assign(api.as_(shop.member()), await make_order(database, shop), "mem-1")
    for client, expected in ((api.as_(shop.member(Role.READ)), ["Mina Sato"]), (api.as_(shop.buyer_user()), [])):
        url = (await client.data("{ ordersExcel { url } }"))["ordersExcel"]["url"]
        book = openpyxl.load_workbook(BytesIO((await client.http.get(url)).content))
        headings, row = [[cell.value for cell in line] for line in book["Orders"].iter_rows(max_row=2)]
        assert [value for heading, value in zip(headings, row, strict=True) if heading == "Assignee"] == expected
