"""What is left to do with a rejected order: archive it, tag it."""

from typing import Any

import pytest
from sqlalchemy import select

from models.audit import AuditEntry
from models.database.sessions import Database
from models.order import Order
from models.policy import OrderStatus, Role
from models.scope import EVERYTHING
from models.tag import OrderTag
from tests.support.client import Client, id_of
from tests.support.factories import OPERATOR, Shop, make_order, make_shop, make_tag

ARCHIVE = """mutation ($input: ArchiveOrderInput!) { archiveOrder(input: $input) {
  order { status isArchived } userErrors { code message field } } }"""
APPLY = """mutation ($input: ApplyTagsInput!) { applyTags(input: $input) {
  order { version tags { code } history { nodes { kind summary } } } userErrors { code message field } } }"""
CREATE = """mutation ($input: CreateTagInput!) { createTag(input: $input) {
  tag { id code name color } userErrors { code message field } } }"""


@pytest.fixture
async def shop(database: Database) -> Shop:
    return await make_shop(database)


@pytest.fixture
async def member(api: Client, shop: Shop) -> Client:
    return api.as_(shop.member())


async def archive(client: Client, order: Order) -> dict[str, Any]:
    payload: dict[str, Any] = (await client.data(ARCHIVE, input={"orderId": id_of(order)}))["archiveOrder"]
    return payload


async def apply(client: Client, order: Order, *tags: Any) -> dict[str, Any]:
    ids = [id_of(tag) for tag in tags]
    data = await client.data(APPLY, input={"orderId": id_of(order), "tagIds": ids})
    payload: dict[str, Any] = data["applyTags"]
    return payload


async def audit_kinds(database: Database) -> list[str]:
    async with database.read(EVERYTHING) as session:
        return list(await session.scalars(select(AuditEntry.kind).order_by(AuditEntry.id)))


@pytest.mark.parametrize("status", ["REJECTED_BY_BRAND", "REJECTED", "SENT_BACK_TO_CART"])
async def test_a_final_order_can_be_archived_and_keeps_its_status(
    database: Database, member: Client, shop: Shop, status: str
) -> None:
    order = await make_order(database, shop, status=OrderStatus(status))
    assert await archive(member, order) == {"order": {"status": status, "isArchived": True}, "userErrors": []}
    assert await audit_kinds(database) == ["ORDER_ARCHIVED"]


async def test_an_archived_order_leaves_the_list_but_is_found_by_id(
    database: Database, member: Client, shop: Shop
) -> None:
    order = await make_order(database, shop, status=OrderStatus.REJECTED)
    await archive(member, order)
    listed = "query ($all: Boolean) { orders(filter: {includeArchived: $all}) { totalCount } }"
    assert (await member.data(listed))["orders"]["totalCount"] == 0
    assert (await member.data(listed, all=True))["orders"]["totalCount"] == 1
    found = await member.data("query ($id: ID!) { order(id: $id) { isArchived } }", id=id_of(order))
    assert found["order"] == {"isArchived": True}


async def test_an_open_order_cannot_be_archived(database: Database, member: Client, shop: Shop) -> None:
    order = await make_order(database, shop)
    payload = await archive(member, order)
    assert [error["code"] for error in payload["userErrors"]] == ["NOT_ALLOWED_IN_STATUS"]
    assert payload["order"]["isArchived"] is False
    assert await audit_kinds(database) == []


async def test_archiving_twice_is_refused(database: Database, member: Client, shop: Shop) -> None:
    order = await make_order(database, shop, status=OrderStatus.REJECTED)
    await archive(member, order)
    payload = await archive(member, order)
    assert payload["userErrors"][0]["message"] == "This order is already archived."
    assert await audit_kinds(database) == ["ORDER_ARCHIVED"]


async def test_a_brand_can_switch_archiving_off(database: Database, api: Client) -> None:
    shop = await make_shop(database, archiving_enabled=False)
    order = await make_order(database, shop, status=OrderStatus.REJECTED)
    payload = await archive(api.as_(shop.member(Role.ADMIN)), order)
    assert "switched archiving off" in payload["userErrors"][0]["message"]


@pytest.mark.parametrize("status", OrderStatus)
async def test_tags_are_replaced_in_every_status(
    database: Database, member: Client, shop: Shop, status: OrderStatus
) -> None:
    order = await make_order(database, shop, status=status)
    late, vip, sample = [await make_tag(database, shop.brand.id, code) for code in ("late", "vip", "sample")]
    await apply(member, order, vip, late)
    payload = await apply(member, order, sample, vip)
    assert payload["userErrors"] == []
    assert [tag["code"] for tag in payload["order"]["tags"]] == ["sample", "vip"]
    assert payload["order"]["version"] == order.version
    summaries = [event["summary"] for event in payload["order"]["history"]["nodes"]]
    assert summaries == ["Tags set to late, vip", "Tags set to sample, vip"]
    assert (await apply(member, order))["order"]["tags"] == []


async def test_applying_the_same_tags_again_records_no_event(database: Database, member: Client, shop: Shop) -> None:
    order = await make_order(database, shop)
    tag = await make_tag(database, shop.brand.id, "vip")
    await apply(member, order, tag)
    assert (await apply(member, order, tag, tag))["userErrors"] == []
    assert await audit_kinds(database) == ["TAGS_APPLIED"]


async def test_a_foreign_or_unknown_tag_is_refused_and_nothing_is_changed(
    database: Database, member: Client, shop: Shop
) -> None:
    order = await make_order(database, shop)
    ours = await make_tag(database, shop.brand.id, "vip")
    theirs = await make_tag(database, (await make_shop(database)).brand.id, "vip")
    payload = await apply(member, order, ours, theirs)
    assert [(error["code"], error["field"]) for error in payload["userErrors"]] == [
        ("INVALID_INPUT", ["input", "tagIds"])
    ]
    assert "tagIds[1]" in payload["userErrors"][0]["message"]
    async with database.read(EVERYTHING) as session:
        assert (await session.scalars(select(OrderTag.tag_id))).all() == []


async def test_an_operator_cannot_put_one_brands_tag_on_anothers_order(
    database: Database, api: Client, shop: Shop
) -> None:
    order = await make_order(database, shop)
    theirs = await make_tag(database, (await make_shop(database)).brand.id, "vip")
    assert (await apply(api.as_(OPERATOR), order, theirs))["userErrors"][0]["code"] == "INVALID_INPUT"


async def test_buyers_see_no_tags_and_set_none(database: Database, api: Client, shop: Shop) -> None:
    order = await make_order(database, shop)
    tag = await make_tag(database, shop.brand.id, "vip")
    await apply(api.as_(shop.member()), order, tag)
    buyer = api.as_(shop.buyer_user())
    data = await buyer.data(
        "query ($id: ID!) { tags { code } order(id: $id) { tags { code } history { totalCount nodes { kind } } } }",
        id=id_of(order),
    )
    assert data == {"tags": [], "order": {"tags": [], "history": {"totalCount": 0, "nodes": []}}}
    payload = await apply(buyer, order)
    assert [error["code"] for error in payload["userErrors"]] == ["NOT_PERMITTED"]


async def test_a_tag_is_created_and_listed(database: Database, member: Client) -> None:
    data = await member.data(CREATE, input={"code": "vip", "name": "お得意様", "color": "#D83A3A"})
    tag = data["createTag"]["tag"]
    assert (tag["code"], tag["name"], tag["color"]) == ("vip", "お得意様", "#D83A3A")
    assert (await member.data("{ tags { id code } }"))["tags"] == [{"id": tag["id"], "code": "vip"}]
    assert await audit_kinds(database) == ["TAG_CREATED"]


@pytest.mark.parametrize(
    ("input", "field"),
    [
        ({"code": "vip", "name": "Again"}, "code"),
        ({"code": " ", "name": "Blank"}, "code"),
        ({"code": "\u200b", "name": "Invisible"}, "code"),
        ({"code": "x", "name": ""}, "name"),
        ({"code": "x", "name": "\u3164"}, "name"),
        ({"code": "x", "name": "X", "color": "red"}, "color"),
    ],
)
async def test_a_bad_tag_is_refused(
    database: Database, member: Client, shop: Shop, input: dict[str, str], field: str
) -> None:
    await make_tag(database, shop.brand.id, "vip")
    payload = (await member.data(CREATE, input=input))["createTag"]
    assert payload["tag"] is None
    assert [(error["code"], error["field"]) for error in payload["userErrors"]] == [("INVALID_INPUT", ["input", field])]
    assert len((await member.data("{ tags { id } }"))["tags"]) == 1


@pytest.mark.parametrize("role", [Role.READ, Role.OPERATOR])
async def test_creating_tags_needs_permission(api: Client, shop: Shop, role: Role) -> None:
    client = api.as_(OPERATOR if role is Role.OPERATOR else shop.member(role))
    payload = (await client.data(CREATE, input={"code": "x", "name": "X"}))["createTag"]
    assert [error["code"] for error in payload["userErrors"]] == ["NOT_PERMITTED"]
