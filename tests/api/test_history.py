"""history: who decided what in the whole brand, filtered, page by page; for the brand's eyes only."""

from itertools import product
from typing import Any

import pytest

from models.database.sessions import Database
from models.locale import Locale
from models.messages.history import sentence as history_text
from models.policy import OrderStatus, Role
from tests.support.client import COMPILED, Client, id_of
from tests.support.factories import OPERATOR, Shop, make_order, make_shop, make_tag

HISTORY = """query ($first: Int, $after: String, $last: Int, $before: String, $filter: HistoryFilter,
                    $direction: SortDirection) {
  history(first: $first, after: $after, last: $last, before: $before, filter: $filter, direction: $direction) {
    totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    nodes { id kind at actor actorKind actorId requestId sequence hash summary order { id code buyer { name } } } } }"""
REJECT = """mutation ($id: ID!) { rejectOrder(input: {orderId: $id, notify: true, body: "Sold out"}) {
            userErrors { code } } }"""
BULK = "mutation ($ids: [ID!]!) { rejectOrders(input: {orderIds: $ids, notify: false}) { rejectedCount } }"
CREATE = """mutation ($id: ID!) { createOrderConfirmation(
            input: {orderId: $id, notify: false, askBuyerApproval: true}) { userErrors { code } } }"""
REFUSE = "mutation ($id: ID!) { refuseOrderConfirmation(input: {orderId: $id}) { userErrors { code } } }"
TAG = 'mutation { createTag(input: {code: "vip", name: "VIP"}) { userErrors { code } } }'
APPLY = "mutation ($id: ID!, $tag: ID!) { applyTags(input: {orderId: $id, tagIds: [$tag]}) { userErrors { code } } }"
SETTINGS = 'mutation { updateBrandSettings(input: {mailSenderName: "NL"}) { userErrors { code } } }'


async def history(client: Client, **variables: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await client.data(HISTORY, **variables))["history"]
    return found


async def kinds(client: Client, **filter: Any) -> list[str]:
    found = await history(client, filter=filter, direction="ASC")
    assert found["totalCount"] == len(found["nodes"])
    return [node["kind"] for node in found["nodes"]]


@pytest.fixture
async def shop(database: Database) -> Shop:
    return await make_shop(database, time_zone="Asia/Tokyo")


async def a_day(database: Database, api: Client, shop: Shop) -> list[str]:
    """Seven things, five minutes apart from 12:00 on, by four people, to two orders and to none; → the orders' ids."""
    one = await make_order(database, shop, code="ORD-1")
    two = await make_order(database, shop, code="注文-2")
    tag = await make_tag(database, shop.brand.id, "late")
    mina = api.as_(shop.member())
    ken = api.as_(shop.member(Role.ADMIN, id="mem-2", name="Ken Ito"))
    for client, mutation, variables in (
        (mina, CREATE, {"id": id_of(two)}),
        (api.as_(shop.buyer_user()), REFUSE, {"id": id_of(two)}),
        (ken, TAG, {}),
        (ken, APPLY, {"id": id_of(two), "tag": id_of(tag)}),
        (mina, REJECT, {"id": id_of(one)}),
        (ken, SETTINGS, {}),
        (api.as_(OPERATOR), REJECT, {"id": id_of(two)}),
    ):
        answer = await client.data(mutation, **variables)
        assert [payload["userErrors"] for payload in answer.values()] == [[]]
        api.clock.move(minutes=5)
    return [id_of(one), id_of(two)]


async def test_entries_are_newest_first_with_actor_action_and_order(
    database: Database, api: Client, shop: Shop
) -> None:
    one, _ = await a_day(database, api, shop)
    nodes = (await history(api.as_(shop.member(Role.READ)), first=3))["nodes"]
    assert [(node["kind"], node["actor"], node["actorKind"], node["sequence"]) for node in nodes] == [
        ("ORDER_REJECTED", "Olga Operator", "OPERATOR", 7),
        ("BRAND_SETTINGS_UPDATED", "Ken Ito", "MEMBER", 6),
        ("ORDER_REJECTED", "Mina Sato", "MEMBER", 5),
    ]
    last, setting, rejected = nodes
    assert setting["order"] is None
    assert last["order"]["code"] == "注文-2"
    assert rejected["order"] == {"id": one, "code": "ORD-1", "buyer": {"name": shop.buyer.name}}
    assert rejected["summary"] == "Order rejected, the buyer is notified (was: Please create an OC)"
    assert (rejected["at"], rejected["actorId"]) == ("2026-11-24T12:20:00Z", "mem-1")
    assert len(rejected["hash"]) == 64
    assert rejected["requestId"]
    query = "query ($id: ID!) { node(id: $id) { ... on OrderEvent { kind actorId hash order { code } } } }"
    found = (await api.as_(shop.member()).data(query, id=rejected["id"]))["node"]
    assert found == {"kind": "ORDER_REJECTED", "actorId": "mem-1", "hash": rejected["hash"], "order": {"code": "ORD-1"}}


@pytest.mark.parametrize(
    ("details", "told"),
    [
        ({"notify": False, "notified": False}, ("without notifying the buyer", "なし")),
        ({"notify": True, "notified": True}, ("the buyer is notified", "あり")),
        ({"notify": True, "notified": False}, ("with nobody to notify", "送信先なし")),
        # From before it was recorded whether there was anybody to tell.
        ({"notify": True}, ("with the notification on", "オン")),
    ],
)
def test_a_rejection_says_whether_the_buyer_was_notified(details: dict[str, Any], told: tuple[str, str]) -> None:
    details |= {"status_before": "OC_CREATED"}
    assert history_text("ORDER_REJECTED", details, Locale.EN) == f"Order rejected, {told[0]} (was: OC created)"
    japanese = f"注文を却下しました（却下前：OC作成済み、バイヤーへの通知：{told[1]}）"
    assert history_text("ORDER_REJECTED", details, Locale.JA) == japanese


@pytest.mark.parametrize(("source", "japanese"), [("proxy order", "代理注文"), ("cart", "カート"), ("a.csv", "a.csv")])
def test_the_source_of_an_order_is_in_the_readers_language(source: str, japanese: str) -> None:
    assert history_text("ORDER_PLACED", {"source": source}, Locale.EN) == f"Order placed ({source})"
    assert history_text("ORDER_PLACED", {"source": source}, Locale.JA) == f"注文を登録しました（{japanese}）"


REJECTED = ["ORDER_REJECTED", "ORDER_REJECTED"]


FILTERS: list[tuple[dict[str, Any], list[str]]] = [
    ({"kinds": ["ORDER_REJECTED"]}, REJECTED),
    ({"kinds": ["TAG_CREATED", "TAGS_APPLIED"]}, ["TAG_CREATED", "TAGS_APPLIED"]),
    ({"kinds": []}, []),
    ({"actors": ["Mina Sato"]}, ["OC_CREATED", "ORDER_REJECTED"]),
    ({"actors": ["mem-1", "Olga Operator"]}, ["OC_CREATED", *REJECTED]),
    ({"actors": ["mina sato"]}, []),
    ({"actorKinds": ["BUYER", "OPERATOR"]}, ["OC_REFUSED", "ORDER_REJECTED"]),
    ({"search": "ITO ken"}, ["TAG_CREATED", "TAGS_APPLIED", "BRAND_SETTINGS_UPDATED"]),
    ({"search": "注文"}, ["OC_CREATED", "OC_REFUSED", "TAGS_APPLIED", "ORDER_REJECTED"]),
    ({"search": "mina ord-1"}, ["ORDER_REJECTED"]),
    ({"search": "%"}, []),
    ({"orderCodes": ["ORD-1"]}, ["ORDER_REJECTED"]),
    ({"orderCodes": ["ORD-1", "注文-2"], "kinds": ["ORDER_REJECTED"]}, REJECTED),
    ({"atFrom": "2026-11-24T12:25:00Z"}, ["BRAND_SETTINGS_UPDATED", "ORDER_REJECTED"]),
    ({"atFrom": "2026-11-24T21:05:00+09:00", "atTo": "2026-11-24T12:10:00Z"}, ["OC_REFUSED"]),
    ({"actors": ["Mina Sato"], "kinds": ["ORDER_REJECTED"], "atTo": "2026-11-24T12:20:00Z"}, []),
    ({"atFrom": "2026-11-24T21:05:00+09:00", "atBefore": "2026-11-24T12:10:00Z"}, ["OC_REFUSED"]),
    (
        {"atFrom": "2026-11-24T12:05:00Z", "atBefore": "2026-11-24T12:10:00Z", "atTo": "2027-01-01T00:00:00Z"},
        ["OC_REFUSED"],
    ),
]


async def test_all_conditions_hold(database: Database, api: Client, shop: Shop) -> None:
    orders = await a_day(database, api, shop)
    member = api.as_(shop.member())
    for filter, expected in [*FILTERS, ({"orderIds": [orders[0]]}, ["ORDER_REJECTED"])]:
        assert await kinds(member, **filter) == expected, filter


NONSENSE: list[tuple[dict[str, Any], list[str]]] = [
    ({"kinds": ["ORDER_REJECTED", "ORDER_REJECT"]}, ["filter", "kinds", "1"]),
    ({"orderIds": ["tag_00000000000000000000000000"]}, ["filter", "orderIds", "0"]),
    ({"atFrom": "2026-11-24T12:00:01Z", "atTo": "2026-11-24T12:00:00Z"}, ["filter", "atTo"]),
    ({"atFrom": "2026-11-24T12:00:01Z", "atBefore": "2026-11-24T12:00:00Z"}, ["filter", "atBefore"]),
    ({"actors": ["x"] * 101}, ["filter", "actors"]),
    ({"orderCodes": ["a\0"]}, ["filter", "orderCodes", "0"]),
    ({"search": "x" * 201}, ["filter", "search"]),
]


async def test_an_impossible_filter_is_reported_by_the_list_and_by_the_link(api: Client, shop: Shop) -> None:
    excel = "query ($filter: HistoryFilter) { historyExcel(filter: $filter) { url } }"
    for query, (filter, field) in product((HISTORY, excel), NONSENSE):
        error = await api.as_(shop.member()).error(query, filter=filter)
        assert (error["extensions"]["code"], error["extensions"]["field"]) == ("BAD_USER_INPUT", field)


async def test_pages_have_no_gap_and_no_repeat_while_new_entries_come(
    database: Database, api: Client, shop: Shop
) -> None:
    member = api.as_(shop.member())
    # Those of one bulk rejection have the same instant.
    await member.data(BULK, ids=[id_of(await make_order(database, shop)) for _ in range(25)])
    before = [node["id"] for node in (await history(member, first=100))["nodes"]]
    assert len(before) == 25
    seen: list[str] = []
    page: dict[str, Any] = {"hasNextPage": True, "endCursor": None}
    while page["hasNextPage"]:
        found = await history(member, first=7, after=page["endCursor"])
        page = found["pageInfo"]
        seen += [node["id"] for node in found["nodes"]]
        api.clock.move(seconds=1)
        await member.data(REJECT, id=id_of(await make_order(database, shop)))
    assert seen == before
    # Back to the start, and the new ones with it.
    found = await history(member, last=100, before=page["endCursor"])
    assert [node["id"] for node in found["nodes"]][-24:] == before[:-1]
    assert len(found["nodes"]) == 28
    # Who follows what comes reads the other way.
    oldest = await history(member, first=29, direction="ASC")
    assert [node["id"] for node in oldest["nodes"]][:25] == before[::-1]
    error = await member.error(HISTORY, first=5, after=page["endCursor"], direction="ASC")
    assert "another sort" in error["message"]


async def test_another_brands_entries_are_never_seen(database: Database, api: Client, shop: Shop) -> None:
    orders = await a_day(database, api, shop)
    theirs = await make_shop(database)
    member = api.as_(theirs.member())
    for filter in ({}, {"orderIds": orders}, {"orderCodes": ["ORD-1"]}, {"search": "mina"}, {"actors": ["mem-1"]}):
        assert await kinds(member, **filter) == []
    await member.data(TAG)
    assert await kinds(member) == ["TAG_CREATED"]
    assert len(await kinds(api.as_(shop.member()))) == 7
    assert len(await kinds(api.as_(OPERATOR))) == 8


async def test_a_buyer_sees_no_history(database: Database, api: Client, shop: Shop) -> None:
    orders = await a_day(database, api, shop)
    buyer = api.as_(shop.buyer_user())
    for filter in ({}, {"orderIds": orders}, {"actors": ["Bob Buyer"]}):
        assert await kinds(buyer, **filter) == []


async def test_the_number_of_statements_does_not_grow_with_the_page(
    database: Database, api: Client, shop: Shop
) -> None:
    member = api.as_(shop.member())
    await member.data(BULK, ids=[id_of(await make_order(database, shop)) for _ in range(12)])
    await member.data(TAG)
    counts = []
    for size in (2, 13):
        with member.statements() as statements:
            assert len((await history(member, first=size))["nodes"]) == size
        counts.append(len(statements))
    # The page, its count, its orders with their buyers; of graphql-core also the buyers and their recipients.
    assert counts == ([3, 3] if COMPILED else [5, 5])
    with member.statements() as statements:
        await member.data("{ history { nodes { kind summary actor } } }")
    assert len(statements) == 1


async def test_an_archived_orders_history_is_found_too(database: Database, api: Client, shop: Shop) -> None:
    order = await make_order(database, shop, status=OrderStatus.SENT_BACK_TO_CART)
    member = api.as_(shop.member())
    archive = "mutation ($id: ID!) { archiveOrder(input: {orderId: $id}) { userErrors { code } } }"
    await member.data(archive, id=id_of(order))
    (entry,) = (await history(member, filter={"orderCodes": [order.code]}))["nodes"]
    assert (entry["kind"], entry["order"]["code"]) == ("ORDER_ARCHIVED", order.code)
