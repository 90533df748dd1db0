"""Tags renamed and deleted; archiving, tagging, making and confirming OCs of many orders at once."""

from typing import Any

import pytest
from sqlalchemy import func, select

from models.audit import AuditEntry
from models.database.sessions import Database
from models.outbox import OutboxMessage
from models.policy import OrderStatus, Role
from models.scope import EVERYTHING
from tests.support.client import Client, id_of
from tests.support.factories import Shop, make_buyer, make_order, make_shop, make_tag
from tests.support.trace import trace

BULK = """mutation ($input: %sInput!) { %s(input: $input) {
  results { orderId outcome order { status isArchived tags { code } } blockers { code } warnings }
  doneCount skippedCount userErrors { code message field } } }"""


@pytest.fixture
async def shop(database: Database) -> Shop:
    return await make_shop(database)


@pytest.fixture
async def member(api: Client, shop: Shop) -> Client:
    return api.as_(shop.member())


async def bulk(client: Client, name: str, **input: Any) -> dict[str, Any]:
    document = BULK % (name[0].upper() + name[1:], name)
    payload: dict[str, Any] = (await client.data(document, input=input))[name]
    return payload


async def count(database: Database, table: Any) -> int:
    async with database.read(EVERYTHING) as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def test_a_tag_is_renamed_and_recoloured(database: Database, member: Client, shop: Shop) -> None:
    tag = await make_tag(database, shop.brand.id, "vip")
    document = """mutation ($input: UpdateTagInput!) { updateTag(input: $input) {
                  tag { code name color } userErrors { code field } } }"""
    payload = await member.data(document, input={"tagId": id_of(tag), "name": "お得意様", "color": "#112233"})
    assert payload["updateTag"] == {"tag": {"code": "vip", "name": "お得意様", "color": "#112233"}, "userErrors": []}
    bad = await member.data(document, input={"tagId": id_of(tag), "name": "X", "color": "red"})
    assert [error["field"] for error in bad["updateTag"]["userErrors"]] == [["input", "color"]]


async def test_a_tag_in_use_is_deleted_only_when_asked_to_take_it_off(
    database: Database, api: Client, member: Client, shop: Shop
) -> None:
    tag = await make_tag(database, shop.brand.id, "vip")
    orders = [await make_order(database, shop) for _ in range(3)]
    await bulk(member, "applyTagsToOrders", orderIds=[id_of(o) for o in orders], tagIds=[id_of(tag)], mode="ADD")
    document = """mutation ($input: DeleteTagInput!) { deleteTag(input: $input) {
                  deletedTagId userErrors { code message } } }"""
    before = await trace(database)
    refused = (await member.data(document, input={"tagId": id_of(tag), "removeFromOrders": False}))["deleteTag"]
    assert refused["deletedTagId"] is None
    assert "3" in refused["userErrors"][0]["message"]
    stranger = api.as_((await make_shop(database)).member())
    foreign = (await stranger.data(document, input={"tagId": id_of(tag), "removeFromOrders": True}))["deleteTag"]
    assert [error["code"] for error in foreign["userErrors"]] == ["NOT_FOUND"]
    assert (await trace(database))["order_tags"] == before["order_tags"]
    done = (await member.data(document, input={"tagId": id_of(tag), "removeFromOrders": True}))["deleteTag"]
    assert done == {"deletedTagId": id_of(tag), "userErrors": []}
    assert (await trace(database))["order_tags"] == []


async def test_tags_are_added_removed_and_replaced_on_many_orders(
    database: Database, member: Client, shop: Shop
) -> None:
    vip, late = [await make_tag(database, shop.brand.id, code) for code in ("vip", "late")]
    ids = [id_of(await make_order(database, shop)) for _ in range(4)]

    async def tags(mode: str, *given: Any) -> list[list[str]]:
        payload = await bulk(member, "applyTagsToOrders", orderIds=ids, tagIds=[id_of(tag) for tag in given], mode=mode)
        assert (payload["doneCount"], payload["userErrors"]) == (4, [])
        return [[tag["code"] for tag in result["order"]["tags"]] for result in payload["results"]]

    assert await tags("ADD", vip) == [["vip"]] * 4
    assert await tags("ADD", late) == [["late", "vip"]] * 4
    assert await tags("REMOVE", vip) == [["late"]] * 4
    assert await tags("REPLACE", vip) == [["vip"]] * 4
    entries = await count(database, AuditEntry)
    await tags("REPLACE", vip)
    assert await count(database, AuditEntry) == entries, "what changes nothing is no event"


async def test_only_final_orders_are_archived(database: Database, member: Client, shop: Shop) -> None:
    orders = {status: await make_order(database, shop, status=status) for status in OrderStatus}
    payload = await bulk(member, "archiveOrders", filter={}, all=True)
    archived = {result["orderId"] for result in payload["results"] if result["order"]["isArchived"]}
    final = [OrderStatus.REJECTED_BY_BRAND, OrderStatus.REJECTED, OrderStatus.SENT_BACK_TO_CART]
    assert archived == {id_of(orders[status]) for status in final}
    assert (payload["doneCount"], payload["skippedCount"]) == (3, 5)
    assert all(result["blockers"] for result in payload["results"] if not result["order"]["isArchived"])


async def test_confirmations_are_made_and_confirmed_with_a_mail_each(
    database: Database, member: Client, shop: Shop
) -> None:
    orders = [await make_order(database, shop) for _ in range(5)]
    rejected = await make_order(database, shop, status=OrderStatus.REJECTED)
    ids = [id_of(order) for order in (*orders, rejected)]
    made = await bulk(
        member, "createOrderConfirmations", orderIds=ids, notify=True, askBuyerApproval=False, idempotencyKey="k"
    )
    assert (made["doneCount"], made["skippedCount"]) == (5, 1)
    assert made["results"][-1]["blockers"] == [{"code": "ALREADY_REJECTED"}]
    again = await bulk(
        member, "createOrderConfirmations", orderIds=ids, notify=True, askBuyerApproval=False, idempotencyKey="k"
    )
    assert (again["doneCount"], again["skippedCount"]) == (5, 1)
    assert await count(database, OutboxMessage) == 5
    confirmed = await bulk(member, "confirmOrders", orderIds=ids, notify=False)
    assert {result["order"]["status"] for result in confirmed["results"][:-1]} == {"OC_CONFIRMED"}
    query = "query ($id: ID!) { order(id: $id) { confirmation { totalQuantity } version } }"
    assert (await member.data(query, id=ids[0]))["order"] == {"confirmation": {"totalQuantity": 5}, "version": 3}


async def test_without_permission_nothing_changes(database: Database, api: Client, shop: Shop) -> None:
    order = await make_order(database, shop, status=OrderStatus.REJECTED)
    before = await trace(database)
    for actor in (shop.member(Role.READ), shop.buyer_user()):
        payload = await bulk(api.as_(actor), "archiveOrders", orderIds=[id_of(order)])
        assert [error["code"] for error in payload["userErrors"]] == ["NOT_PERMITTED"]
    stranger = api.as_((await make_shop(database)).member())
    payload = await bulk(stranger, "archiveOrders", orderIds=[id_of(order)])
    assert (payload["doneCount"], payload["results"][0]["order"]) == (0, None)
    assert (await trace(database))["orders"] == before["orders"]


async def test_warnings_name_the_orders_whose_buyers_are_not_notified(
    database: Database, member: Client, shop: Shop
) -> None:
    offline = await make_buyer(database, shop.brand, is_offline=True)
    ids = [id_of(await make_order(database, shop, buyer_id=buyer.id)) for buyer in (shop.buyer, offline)]
    warnings = [[], ["The buyer is offline, so no mail was sent."]]
    for name, more in (("createOrderConfirmations", {"askBuyerApproval": False}), ("confirmOrders", {})):
        for _ in range(2):  # a retry says it again
            payload = await bulk(member, name, orderIds=ids, notify=True, idempotencyKey="k", **more)
            assert payload["doneCount"] == 2
            assert [result["warnings"] for result in payload["results"]] == warnings
    tagged = await bulk(member, "applyTagsToOrders", orderIds=ids, tagIds=[], mode="REPLACE")
    assert [result["warnings"] for result in tagged["results"]] == [[], []]
