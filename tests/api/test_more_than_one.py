"""Several of each: what a test with one address, one tag, one buyer or one line cannot notice."""

from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import select

from models.database.sessions import Database
from models.outbox import OutboxMessage
from models.scope import EVERYTHING
from tests.support.client import Client, id_of
from tests.support.factories import Shop, make_buyer, make_order, make_shop, make_tag

ADDRESSES = ["a@example.com", "b@example.com", "c@example.com"]
FOUND = "query ($filter: OrderFilter) { orders(first: 50, filter: $filter) { totalCount nodes { code } } }"
REJECT = "mutation ($id: ID!) { rejectOrder(input: {orderId: $id, notify: true}) { userErrors { code } } }"
REJECT_MANY = "mutation ($ids: [ID!]!) { rejectOrders(input: {orderIds: $ids, notify: true}) { userErrors { code } } }"
TAG = """mutation ($id: ID!, $tags: [ID!]!) { applyTags(input: {orderId: $id, tagIds: $tags}) {
  order { tags { code } } userErrors { code } } }"""
TAG_MANY = """mutation ($ids: [ID!]!, $tags: [ID!]!) {
  applyTagsToOrders(input: {orderIds: $ids, tagIds: $tags, mode: ADD}) { userErrors { code } } }"""
TAGS = "query ($id: ID!) { order(id: $id) { tags { code } } }"
PREVIEW = "query ($id: ID!) { rejectionMailPreview(orderId: $id) { to text html } }"


@pytest.fixture
async def shop(database: Database) -> Shop:
    return await make_shop(database, recipients=ADDRESSES)


async def recipients(database: Database) -> list[list[str]]:
    async with database.read(EVERYTHING) as session:
        rows = await session.execute(select(OutboxMessage.recipients, OutboxMessage.notice))
        return [row.recipients for row in rows if row.recipients == row.notice["to"]]


async def codes(client: Client, **filter: Any) -> set[str]:
    return {node["code"] for node in (await client.data(FOUND, filter=filter))["orders"]["nodes"]}


async def test_a_mail_goes_to_all_addresses_of_the_buyer(database: Database, api: Client, shop: Shop) -> None:
    client = api.as_(shop.member())
    order = await make_order(database, shop)
    assert (await client.data(PREVIEW, id=id_of(order)))["rejectionMailPreview"]["to"] == ADDRESSES
    await client.data(REJECT, id=id_of(order))
    assert await recipients(database) == [ADDRESSES]


async def test_mails_about_many_orders_go_to_all_addresses_of_each_buyer(
    database: Database, api: Client, shop: Shop
) -> None:
    others = [await make_buyer(database, shop.brand, recipients=[f"{n}@x.example", f"{n}@y.example"]) for n in (1, 2)]
    orders = [await make_order(database, shop), await make_order(database, shop)]
    orders += [await make_order(database, shop, buyer_id=buyer.id) for buyer in others]
    await api.as_(shop.member()).data(REJECT_MANY, ids=[id_of(order) for order in orders])
    expected = [ADDRESSES, ADDRESSES, ["1@x.example", "1@y.example"], ["2@x.example", "2@y.example"]]
    assert sorted(await recipients(database)) == sorted(expected)


async def test_filters_by_several_tags_and_buyers_use_all_of_them(database: Database, api: Client, shop: Shop) -> None:
    tags = [await make_tag(database, shop.brand.id, code) for code in ("red", "green", "blue", "unused")]
    buyers = [shop.buyer, *[await make_buyer(database, shop.brand) for _ in range(3)]]
    client = api.as_(shop.member())
    orders = [await make_order(database, shop, buyer_id=buyer.id) for buyer in buyers]
    for order, tag in zip(orders, tags[:3], strict=False):
        await client.data(TAG, id=id_of(order), tags=[id_of(tag)])
    of_tag = {id_of(tag): {order.code} for tag, order in zip(tags[:3], orders, strict=False)} | {id_of(tags[3]): set()}
    of_buyer = {id_of(buyer): {order.code} for buyer, order in zip(buyers, orders, strict=True)}
    for name, of in (("tagIds", of_tag), ("buyerIds", of_buyer)):
        for count in (1, 2, 3):
            for ids in permutations(of, count):
                assert await codes(client, **{name: list(ids)}) == set().union(*(of[id] for id in ids)), (name, ids)
    both = {"tagIds": [id_of(tags[0]), id_of(tags[1])], "buyerIds": [id_of(buyers[1]), id_of(buyers[3])]}
    assert await codes(client, **both) == {orders[1].code}


async def test_several_statuses_are_all_looked_for(database: Database, api: Client, shop: Shop) -> None:
    made = {status: (await make_order(database, shop, status=status)).code for status in ("OC_REQUIRED", "OC_CREATED")}
    made["REJECTED"] = (await make_order(database, shop, status="REJECTED")).code
    client = api.as_(shop.member())
    for statuses in permutations(made, 2):
        assert await codes(client, status=list(statuses)) == {made[status] for status in statuses}


async def test_all_tags_are_applied_to_all_orders(database: Database, api: Client, shop: Shop) -> None:
    tags = [await make_tag(database, shop.brand.id, code) for code in ("a", "b", "c")]
    orders = [await make_order(database, shop) for _ in range(3)]
    client = api.as_(shop.member())
    ids = [id_of(tag) for tag in tags]
    answer = (await client.data(TAG, id=id_of(orders[0]), tags=ids[:2]))["applyTags"]
    assert answer["order"]["tags"] == [{"code": "a"}, {"code": "b"}]
    await client.data(TAG_MANY, ids=[id_of(order) for order in orders], tags=ids[1:])
    found = [(await client.data(TAGS, id=id_of(order)))["order"]["tags"] for order in orders]
    assert [[tag["code"] for tag in each] for each in found] == [["a", "b", "c"], ["b", "c"], ["b", "c"]]


@pytest.mark.parametrize("count", [1, 3, 10, 11, 25])
async def test_a_decline_lists_the_first_ten_lines_and_counts_the_others(
    database: Database, api: Client, shop: Shop, count: int
) -> None:
    lines = [(n, 100) for n in range(1, count + 1)]
    order = await make_order(database, shop, lines=lines)
    client = api.as_(shop.member())
    shown = (await client.data(PREVIEW, id=id_of(order)))["rejectionMailPreview"]
    total = f"£{sum(n for n, _ in lines):,}.00"
    for part in (shown["text"], shown["html"]):
        listed = [n for n in range(1, count + 1) if f"Qty {n}\n" in part.replace("<", "\n").replace("   ", "\n")]
        assert listed == list(range(1, min(count, 10) + 1))
        assert (f"and {count - 10} more" in part) == (count > 10)
        assert total in part
    other = await make_order(database, shop, lines=[(7, 5)])
    await client.data(REJECT_MANY, ids=[id_of(order), id_of(other)])
    async with database.read(EVERYTHING) as session:
        contents = [notice["contents"] for notice in await session.scalars(select(OutboxMessage.notice))]
    assert sorted((len(each["lines"]), each["more"]) for each in contents) == sorted(
        [(min(count, 10), max(count - 10, 0)), (1, 0)]
    )
