"""orderAnalytics: rejected and sent-back orders are left out, and the figures are those of the list."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from models.database.sessions import Database
from models.policy import OrderStatus
from tests.support.client import Client, id_of
from tests.support.factories import NOON, Shop, make_buyer, make_order, make_shop

ANALYTICS = """query ($from: DateTime, $to: DateTime, $by: AnalyticsDimension) {
  orderAnalytics(placedFrom: $from, placedTo: $to, groupBy: $by) { orderCount totalQuantity totals { amount currency }
    groups { key label orderCount totalQuantity totals { amount currency } } } }"""


@pytest.fixture
async def shop(database: Database) -> Shop:
    return await make_shop(database, time_zone="Asia/Tokyo")


async def analytics(client: Client, **variables: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await client.data(ANALYTICS, **variables))["orderAnalytics"]
    return found


async def a_year(database: Database, shop: Shop) -> None:
    """Orders in every status, two currencies, two buyers and several months; some archived."""
    other = await make_buyer(database, shop.brand, name="Zebra")
    for number in range(32):
        status = list(OrderStatus)[number % len(OrderStatus)]
        await make_order(
            database,
            shop,
            status=status,
            buyer_id=(other if number % 3 else shop.buyer).id,
            currency="JPY" if number % 4 == 0 else "GBP",
            lines=[(number + 1, 150), (2, 75)],
            placed_at=datetime(2026, 1 + number % 5, 28, 16, tzinfo=UTC),
            archived_at=NOON if status.startswith(("REJECTED", "SENT")) and number % 2 else None,
        )


async def test_the_figures_are_those_of_the_list_without_rejected_and_sent_back(
    database: Database, api: Client, shop: Shop
) -> None:
    await a_year(database, shop)
    client = api.as_(shop.member())
    listed = """{ orders(first: 100, filter: {includeArchived: true}) { nodes {
                  status totalQuantity total { amount currency } } } }"""
    nodes = (await client.data(listed))["orders"]["nodes"]
    counted = [node for node in nodes if not node["status"].startswith(("REJECTED", "SENT_BACK"))]
    assert len(nodes) == 32
    assert len(counted) == 20
    found = await analytics(client)
    assert found["orderCount"] == len(counted)
    assert found["totalQuantity"] == sum(node["totalQuantity"] for node in counted)
    totals: Counter[str] = Counter()
    for node in counted:
        totals[node["total"]["currency"]] += round(float(node["total"]["amount"]) * 100)
    assert {each["currency"]: round(float(each["amount"]) * 100) for each in found["totals"]} == totals
    for dimension in ("MONTH", "BUYER"):
        groups = (await analytics(client, by=dimension))["groups"]
        assert sum(group["orderCount"] for group in groups) == len(counted)
        assert sum(group["totalQuantity"] for group in groups) == found["totalQuantity"]
    products = (await analytics(client, by="PRODUCT"))["groups"]
    assert sum(group["totalQuantity"] for group in products) == found["totalQuantity"]


async def test_rejecting_an_order_takes_it_out_of_the_figures(database: Database, api: Client, shop: Shop) -> None:
    order = await make_order(database, shop)
    client = api.as_(shop.member())
    assert (await analytics(client))["orderCount"] == 1
    reject = "mutation ($id: ID!) { rejectOrder(input: {orderId: $id, notify: false}) { userErrors { code } } }"
    await client.data(reject, id=id_of(order))
    assert await analytics(client) == {"orderCount": 0, "totalQuantity": 0, "totals": [], "groups": []}


async def test_a_month_begins_in_the_brands_time_zone(database: Database, api: Client, shop: Shop) -> None:
    for day, hour in ((31, 14), (31, 15)):
        await make_order(database, shop, placed_at=datetime(2026, 10, day, hour, 30, tzinfo=UTC))
    groups = (await analytics(api.as_(shop.member()), by="MONTH"))["groups"]
    assert [(group["key"], group["orderCount"]) for group in groups] == [("2026-10", 1), ("2026-11", 1)]


async def test_figures_are_limited_to_the_date_range(database: Database, api: Client, shop: Shop) -> None:
    await a_year(database, shop)
    client = api.as_(shop.member())
    march = {"from": "2026-03-01T00:00:00+09:00", "to": "2026-04-01T00:00:00+09:00"}
    groups = {group["key"]: group for group in (await analytics(client, by="MONTH"))["groups"]}
    assert (await analytics(client, **march))["orderCount"] == groups["2026-03"]["orderCount"]
    error = await client.error(ANALYTICS, **{"from": march["to"], "to": march["from"]})
    assert error["extensions"]["field"] == ["placedTo"]


async def test_viewers_see_figures_of_their_own_orders_only(database: Database, api: Client, shop: Shop) -> None:
    await a_year(database, shop)
    await make_order(database, await make_shop(database))
    brand = await analytics(api.as_(shop.member()))
    buyer = await analytics(api.as_(shop.buyer_user()))
    assert brand["orderCount"] == 20
    assert 0 < buyer["orderCount"] < 20
