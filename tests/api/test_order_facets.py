"""orderFacets and statusLabels: counts for the choices of a list, and labels in the viewer's language."""

from datetime import timedelta
from typing import Any

import pytest

from models.database.sessions import Database
from models.policy import OrderStatus, Role
from models.tag import OrderTag
from tests.support.client import Client, id_of
from tests.support.factories import (
    NOON,
    OPERATOR,
    Shop,
    add_backlog_sku,
    add_delivery_note,
    make_buyer,
    make_order,
    make_shop,
    make_tag,
    save,
)

FACETS = """query ($filter: OrderFilter, $locale: Locale) { orderFacets(filter: $filter, locale: $locale) {
  orderCount statuses { status label count } deliveryStatuses { deliveryStatus label count }
  tags { tag { id code } label count } reasons { reason { id code } label count } } }"""
REJECT = """mutation ($id: ID!, $reason: String) { rejectOrder(input: {orderId: $id, notify: false, reason: $reason}) {
            userErrors { message } } }"""


async def facets(client: Client, locale: str | None = None, **filter: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await client.data(FACETS, filter=filter, locale=locale))["orderFacets"]
    return found


def counts(entries: list[dict[str, Any]], key: str) -> dict[str, int]:
    return {each[key]: each["count"] for each in entries if each["count"]}


@pytest.fixture
async def shop(database: Database) -> Shop:
    return await make_shop(database)


@pytest.fixture
async def member(database: Database, api: Client, shop: Shop) -> Client:
    """Of a brand with six orders of two buyers, beside another brand's."""
    member = api.as_(shop.member(Role.ADMIN))
    rival = await make_buyer(database, shop.brand)
    vip, late = await make_tag(database, shop.brand.id, "vip"), await make_tag(database, shop.brand.id, "late")
    first = await make_order(database, shop, code="ORD-1")
    await save(database, *(OrderTag(brand_id=shop.brand.id, order_id=first.id, tag_id=tag.id) for tag in (vip, late)))
    second = await make_order(database, shop, code="ORD-2", placed_at=NOON + timedelta(days=1))
    await save(database, OrderTag(brand_id=shop.brand.id, order_id=second.id, tag_id=vip.id))
    await add_delivery_note(database, second)
    for reason, code in (("CREDIT", "ORD-3"), (None, "ORD-4")):
        order = await make_order(database, shop, code=code)
        assert (await member.data(REJECT, id=id_of(order), reason=reason))["rejectOrder"] == {"userErrors": []}
    confirmed: dict[str, Any] = {"buyer_id": rival.id, "status": OrderStatus.OC_CONFIRMED}
    await add_backlog_sku(database, await make_order(database, shop, code="R-5", **confirmed), shop.skus[0])
    await make_order(database, shop, code="gone", status=OrderStatus.REJECTED, archived_at=NOON)
    other = await make_shop(database)
    theirs = await make_order(database, other, code="theirs", status=OrderStatus.OC_APPROVED)
    tag = await make_tag(database, other.brand.id, "theirs")
    await save(database, OrderTag(brand_id=other.brand.id, order_id=theirs.id, tag_id=tag.id))
    return member


async def test_counts_what_the_filter_matches(api: Client, member: Client, shop: Shop) -> None:
    found = await facets(member)
    assert found["orderCount"] == 5
    assert [each["status"] for each in found["statuses"]] == list(OrderStatus)
    assert counts(found["statuses"], "status") == {"OC_REQUIRED": 2, "OC_CONFIRMED": 1, "REJECTED_BY_BRAND": 2}
    delivery = {"NONE": 3, "BACKLOG_SKUS_CREATED": 1, "DELIVERY_NOTE_CREATED": 1}
    assert counts(found["deliveryStatuses"], "deliveryStatus") == delivery
    assert [(each["label"], each["count"]) for each in found["tags"]] == [("Vip", 2), ("Late", 1), ("No tag", 3)]
    assert found["tags"][-1]["tag"] is None
    assert [(each["reason"] and each["reason"]["code"], each["label"], each["count"]) for each in found["reasons"]] == [
        ("CREDIT", "Credit or payment", 1),
        (None, "No reason given", 1),
    ]
    credit = [found["reasons"][0]["reason"]["id"]]
    rejected = await facets(member, rejectionReasonIds=credit)
    assert (rejected["orderCount"], counts(rejected["statuses"], "status")) == (1, {"REJECTED_BY_BRAND": 1})
    assert (await facets(api.as_(shop.buyer_user()), rejectionReasonIds=credit))["orderCount"] == 0
    filtered = await facets(member, search="ord", placedFrom="2026-11-25T00:00:00Z", includeArchived=True)
    assert counts(filtered["statuses"], "status") == {"OC_REQUIRED": 1}
    assert [(each["label"], each["count"]) for each in filtered["tags"]] == [("Vip", 1), ("No tag", 0)]
    assert filtered["reasons"] == []
    assert (await facets(member, onlyArchived=True))["orderCount"] == 1
    # Each count is what the list finds with the facet's own condition.
    for each in found["deliveryStatuses"]:
        page = await member.data(
            "query ($filter: OrderFilter) { orders(filter: $filter) { totalCount } }",
            filter={"deliveryStatus": [each["deliveryStatus"]]},
        )
        assert page["orders"]["totalCount"] == each["count"]


async def test_buyers_and_operators_see_only_what_they_may(
    database: Database, api: Client, member: Client, shop: Shop
) -> None:
    found = await facets(api.as_(shop.buyer_user()))
    assert (found["orderCount"], found["tags"], found["reasons"]) == (4, [], [])
    labels = {each["status"]: each["label"] for each in found["statuses"]}
    assert labels["REJECTED_BY_BRAND"] == "Order declined"
    found = await facets(api.as_(OPERATOR))
    assert found["orderCount"] == 6
    assert [(each["label"], each["count"]) for each in found["tags"]] == [
        ("Vip", 2), ("Late", 1), ("Theirs", 1), ("No tag", 3),
    ]  # fmt: skip
    stranger = await make_shop(database)
    found = await facets(api.as_(stranger.member()))
    assert (found["orderCount"], found["tags"][0]["count"], found["reasons"]) == (0, 0, [])
    # A tag of another brand matches nothing.
    tag = (await facets(member))["tags"][0]["tag"]["id"]
    assert (await facets(api.as_(stranger.member()), tagIds=[tag]))["orderCount"] == 0


async def test_labels_are_in_the_viewers_language_or_the_given_one(api: Client, member: Client, shop: Shop) -> None:
    japanese = api.as_(shop.member(locale="ja"))
    for found in (await facets(japanese), await facets(member, locale="JA")):
        assert found["statuses"][0]["label"] == "OCを作成してください"
        assert found["deliveryStatuses"][0]["label"] == "なし"
        assert found["tags"][-1]["label"] == "タグなし"
        assert {each["label"] for each in found["reasons"]} == {"与信・支払い", "理由なし"}
    labels = """query ($locale: Locale) { statusLabels(locale: $locale) {
                statuses { status label } deliveryStatuses { deliveryStatus label } } }"""
    told = (await member.data(labels))["statusLabels"]
    assert told["statuses"][0] == {"status": "OC_REQUIRED", "label": "Please create an OC"}
    assert told["deliveryStatuses"][1] == {"deliveryStatus": "BACKLOG_SKUS_CREATED", "label": "Backlog SKUs created"}
    told = (await api.as_(shop.buyer_user()).data(labels, locale="JA"))["statusLabels"]
    assert told["statuses"][0]["label"] == "OC作成待ち"
    document = "{ orders(filter: {deliveryStatus: [NONE]}) { nodes { deliveryStatusLabel(locale: JA) } } }"
    nodes = await member.data(document)
    assert {node["deliveryStatusLabel"] for node in nodes["orders"]["nodes"]} == {"なし"}


async def test_only_what_is_selected_is_counted(member: Client) -> None:
    for selection, statements in {
        "orderCount": 1,
        "statuses { count } deliveryStatuses { count }": 1,
        "reasons { label count }": 1,
        "tags { count }": 2,
        "__typename": 0,
    }.items():
        with member.statements() as seen:
            await member.data(f"{{ orderFacets {{ {selection} }} }}")
        assert len(seen) == statements, selection
