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


async def ranked(client: Client, **arguments: Any) -> list[dict[str, Any]]:
    document = """query ($by: AnalyticsDimension, $rank: AnalyticsRank, $currency: String) {
      orderAnalytics(groupBy: $by, rankBy: $rank, currency: $currency) { groups { key totalQuantity quantityShare
        totals { amount currency } shares { currency share } } } }"""
    found: list[dict[str, Any]] = (await client.data(document, **arguments))["orderAnalytics"]["groups"]
    return found


async def test_groups_are_ranked_by_amount_and_have_their_shares(database: Database, api: Client, shop: Shop) -> None:
    dear, cheap, foreign = [await make_buyer(database, shop.brand, unique_code=code) for code in ("DEAR", "CHEAP", "F")]
    for buyer, currency, lines in (
        (dear, "GBP", [(1, 60_000)]),
        (cheap, "GBP", [(30, 1_000)]),
        (foreign, "USD", [(9, 1_000)]),
        (foreign, "GBP", [(1, 10_000)]),
        (cheap, "USD", [(1, 1_000)]),
    ):
        await make_order(database, shop, buyer_id=buyer.id, currency=currency, lines=lines)
    client = api.as_(shop.member())
    by_quantity = await ranked(client, by="BUYER")
    assert [group["key"] for group in by_quantity] == ["CHEAP", "F", "DEAR"]
    by_amount = await ranked(client, by="BUYER", rank="AMOUNT")
    assert [group["key"] for group in by_amount] == ["DEAR", "CHEAP", "F"]
    assert [group["key"] for group in await ranked(client, by="BUYER", rank="AMOUNT", currency="USD")] == [
        "F",
        "CHEAP",
        "DEAR",
    ]
    assert [group["shares"] for group in by_amount] == [
        [{"currency": "GBP", "share": 0.6}],
        [{"currency": "GBP", "share": 0.3}, {"currency": "USD", "share": 0.1}],
        [{"currency": "GBP", "share": 0.1}, {"currency": "USD", "share": 0.9}],
    ]
    assert sum(group["quantityShare"] for group in by_amount) == pytest.approx(1)
    error = await client.error('{ orderAnalytics(groupBy: BUYER, rankBy: AMOUNT, currency: "???") { orderCount } }')
    assert error["extensions"]["field"] == ["currency"]


async def test_the_rejection_rate_and_the_period_before(database: Database, api: Client, shop: Shop) -> None:
    await a_year(database, shop)
    client = api.as_(shop.member())
    period = """orderCount totalQuantity totals { amount currency }"""
    document = f"""query ($from: DateTime, $to: DateTime) {{ orderAnalytics(placedFrom: $from, placedBefore: $to) {{
      {period} rejected {{ orderCount sentBackCount rate }}
      previous {{ placedFrom {period} rejectedCount sentBackCount rejectionRate }} }} }}"""

    async def found(start: str | None, end: str | None) -> dict[str, Any]:
        days = {"from": start and f"{start}T00:00:00Z", "to": end and f"{end}T00:00:00Z"}
        analytics: dict[str, Any] = (await client.data(document, **days))["orderAnalytics"]
        return analytics

    now, before = await found("2026-03-01", "2026-04-01"), await found("2026-01-29", "2026-03-01")
    said = now["previous"]
    assert said["placedFrom"] == "2026-01-29T00:00:00Z"
    assert {name: said[name] for name in ("orderCount", "totalQuantity", "totals")} == {
        name: before[name] for name in ("orderCount", "totalQuantity", "totals")
    }
    ended = before["rejected"]
    assert (said["rejectedCount"], said["sentBackCount"]) == (ended["orderCount"], ended["sentBackCount"])
    placed = before["orderCount"] + ended["orderCount"] + ended["sentBackCount"]
    assert placed > before["orderCount"]
    assert said["rejectionRate"] == ended["rate"] == pytest.approx(ended["orderCount"] / placed)
    march = {"from": "2026-02-28T15:00:00Z", "to": "2026-03-31T15:00:00Z"}
    said = (await client.data(document, **march))["orderAnalytics"]["previous"]
    assert said["placedFrom"] == "2026-01-31T15:00:00Z", "February begins in Tokyo"
    for limits in (("2026-03-01", None), (None, "2026-03-01"), (None, None)):
        assert (await found(*limits))["previous"] is None
    nothing = await found("2020-01-01", "2020-02-01")
    assert nothing["rejected"]["rate"] is nothing["previous"]["rejectionRate"] is None


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
