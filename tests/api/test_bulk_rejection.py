"""rejectOrders: an honest result for each order; a crash half-way and a retry finish the rest and mail nobody twice."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import func, select

from models.audit import AuditEntry
from models.database.sessions import Database
from models.locale import Locale
from models.messages.mail import MailKind, mail_texts
from models.order import Order
from models.outbox import OutboxMessage
from models.policy import OrderStatus, Role
from models.rejection import OrderRejection
from models.scope import EVERYTHING
from resolvers import bulk_rejection
from resolvers.bulk_batches import save_orders
from tests.support.client import Client, id_of
from tests.support.factories import OPERATOR, Shop, add_invoice, make_buyer, make_order, make_shop
from tests.support.trace import trace

REJECT = """mutation ($input: RejectOrdersInput!) { rejectOrders(input: $input) {
  results { orderId order { status } blockers { code documents { code } } warnings }
  rejectedCount skippedCount userErrors { code message field } } }"""


@pytest.fixture
async def shop(database: Database) -> Shop:
    return await make_shop(database)


@pytest.fixture
async def member(api: Client, shop: Shop) -> Client:
    return api.as_(shop.member())


async def reject(client: Client, **input: Any) -> dict[str, Any]:
    payload: dict[str, Any] = (await client.data(REJECT, input={"notify": False} | input))["rejectOrders"]
    return payload


async def count(database: Database, table: Any) -> int:
    async with database.read(EVERYTHING) as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def test_ineligible_orders_are_skipped_and_reported_one_by_one(
    database: Database, member: Client, shop: Shop
) -> None:
    orders = {status: await make_order(database, shop, status=status) for status in OrderStatus}
    invoiced = await make_order(database, shop, status=OrderStatus.OC_CREATED)
    await add_invoice(database, invoiced, code="INV-1")
    theirs = await make_order(database, await make_shop(database))
    asked = [id_of(order) for order in (*orders.values(), invoiced, theirs)] + ["ord_nothing"]
    payload = await reject(member, orderIds=asked)
    assert payload["userErrors"] == []
    assert [result["orderId"] for result in payload["results"]] == asked
    skipped = {result["orderId"]: [blocker["code"] for blocker in result["blockers"]] for result in payload["results"]}
    not_eligible = "STATUS_NOT_ELIGIBLE_FOR_BULK"
    assert [skipped[id_of(order)] for order in orders.values()] == [
        [],
        [],
        [not_eligible],
        [not_eligible],
        [not_eligible],
        ["ALREADY_REJECTED", not_eligible],
        ["ALREADY_REJECTED", not_eligible],
        ["SENT_BACK_TO_CART", not_eligible],
    ]
    assert skipped[id_of(invoiced)] == ["INVOICE_EXISTS"]
    assert [result["order"] for result in payload["results"][-2:]] == [None, None]
    assert (payload["rejectedCount"], payload["skippedCount"]) == (2, 9)
    assert payload["results"][0]["order"] == {"status": "REJECTED_BY_BRAND"}


async def test_everything_that_a_filter_matches_with_one_message(
    database: Database, member: Client, shop: Shop
) -> None:
    offline = await make_buyer(database, shop.brand, is_offline=True)
    for number in range(30):
        await make_order(database, shop, buyer_id=offline.id if number % 3 == 0 else shop.buyer.id, code=f"A-{number}")
    other = await make_order(database, shop, code="B-1")
    payload = await reject(member, filter={"search": "A-"}, notify=True, body="Sorry")
    assert (payload["rejectedCount"], payload["skippedCount"]) == (30, 0)
    assert await count(database, OrderRejection) == await count(database, AuditEntry) == 30
    async with database.read(EVERYTHING) as session:
        messages = list(await session.scalars(select(OutboxMessage)))
        untouched = await session.scalar(select(Order.status).where(Order.id == other.id))
        versions = set(await session.scalars(select(Order.version).where(Order.id != other.id)))
    assert len(messages) == 20
    assert {message.notice["body"] for message in messages} == {"Sorry"}
    assert untouched is OrderStatus.OC_REQUIRED
    assert versions == {2}


async def test_without_a_message_each_buyer_reads_the_standard_text_that_was_sent(
    database: Database, member: Client, api: Client, shop: Shop
) -> None:
    japanese = await make_buyer(database, shop.brand, locale=Locale.JA)
    offline = await make_buyer(database, shop.brand, is_offline=True)
    buyers = (shop.buyer, japanese, offline)
    orders = [await make_order(database, shop, buyer_id=buyer.id) for buyer in buyers]
    await reject(member, orderIds=[id_of(order) for order in orders], notify=True)
    read = "query ($id: ID!) { order(id: $id) { rejection { body notified } } }"
    found = [(await member.data(read, id=id_of(order)))["order"]["rejection"] for order in orders]
    english, japanese_text = (mail_texts(MailKind.ORDER_REJECTED).text.in_(each) for each in Locale)
    assert found == [
        {"body": english, "notified": True},
        {"body": japanese_text, "notified": True},
        {"body": None, "notified": False},
    ]
    assert (await api.as_(shop.buyer_user()).data(read, id=id_of(orders[0])))["order"]["rejection"] == found[0]


async def test_warnings_name_the_orders_whose_buyers_are_not_notified(
    database: Database, member: Client, shop: Shop
) -> None:
    offline = await make_buyer(database, shop.brand, is_offline=True)
    nowhere = await make_buyer(database, shop.brand, recipients=())
    orders = [await make_order(database, shop, buyer_id=buyer.id) for buyer in (shop.buyer, offline, nowhere)]
    skipped = await make_order(database, shop, buyer_id=offline.id, status=OrderStatus.OC_CONFIRMED)
    command = {"orderIds": [id_of(order) for order in (*orders, skipped)], "notify": True, "idempotencyKey": "k"}
    first = await reject(member, **command)
    assert [result["warnings"] for result in first["results"]] == [
        [],
        ["The buyer is offline, so no mail was sent."],
        ["The buyer has no e-mail address, so no mail was sent."],
        [],
    ]
    assert await reject(member, **command) == first
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Order { history { nodes { summary } } } } }"
    nodes = (await member.data(query, ids=command["orderIds"]))["nodes"]
    assert [entry["summary"] for node in nodes for entry in node["history"]["nodes"]] == [
        "Order rejected, the buyer is notified (was: Please create an OC)",
        "Order rejected, with nobody to notify (was: Please create an OC)",
        "Order rejected, with nobody to notify (was: Please create an OC)",
    ]
    unasked = await reject(member, orderIds=[id_of(await make_order(database, shop, buyer_id=offline.id))])
    assert [result["warnings"] for result in unasked["results"]] == [[]]


@pytest.mark.parametrize(
    ("input", "code"),
    [
        ({}, "ONE_OF_ORDER_IDS_AND_FILTER"),
        ({"orderIds": [], "filter": {}}, "ONE_OF_ORDER_IDS_AND_FILTER"),
        ({"filter": {}, "body": "x"}, "BODY_WITHOUT_NOTIFY"),
        ({"filter": {}, "notify": True, "body": "x" * 10_001}, "BODY_TOO_LONG"),
        ({"orderIds": [], "all": True}, "ONE_OF_ORDER_IDS_AND_FILTER"),
        ({"filter": None, "all": False}, "ONE_OF_ORDER_IDS_AND_FILTER"),
        ({"filter": {}}, "FILTER_WITHOUT_CONDITION"),
        ({"filter": {}, "dryRun": True}, "FILTER_WITHOUT_CONDITION"),
        ({"filter": {"search": None, "status": None, "canReject": None, "placedTo": None}}, "FILTER_WITHOUT_CONDITION"),
        ({"filter": {"search": " \t\u3000"}, "all": None}, "FILTER_WITHOUT_CONDITION"),
        ({"filter": {"includeArchived": True}}, "FILTER_WITHOUT_CONDITION"),
        ({"filter": {"onlyArchived": False}}, "FILTER_WITHOUT_CONDITION"),
        ({"all": True, "expectedCount": 2}, "SELECTION_CHANGED"),
        ({"all": True, "expectedCount": -1}, "SELECTION_CHANGED"),
        ({"all": True, "token": ""}, "SELECTION_CHANGED"),
        ({"all": True, "token": "\u0000é" * 99}, "SELECTION_CHANGED"),
    ],
)
async def test_an_invalid_request_does_nothing(
    database: Database, member: Client, shop: Shop, input: dict[str, Any], code: str
) -> None:
    await make_order(database, shop)
    before = await trace(database)
    payload = await reject(member, **input)
    assert [error["code"] for error in payload["userErrors"]] == [code]
    assert await trace(database) == before


async def test_who_may_not_reject_does_nothing(database: Database, api: Client, shop: Shop) -> None:
    await make_order(database, shop)
    before = await trace(database)
    for actor in (shop.member(Role.READ), shop.buyer_user()):
        payload = await reject(api.as_(actor), filter={})
        assert [error["code"] for error in payload["userErrors"]] == ["NOT_PERMITTED"]
    assert await trace(database) == before


async def test_too_many_orders_are_refused(
    database: Database, member: Client, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_rejection, "MAX_ORDERS", 2)
    for _ in range(3):
        await make_order(database, shop)
    payload = await reject(member, all=True)
    assert [error["code"] for error in payload["userErrors"]] == ["TOO_MANY_ORDERS"]
    assert await count(database, OrderRejection) == 0


async def test_a_crash_half_way_and_a_retry_finish_the_rest_and_mail_nobody_twice(
    database: Database, member: Client, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_rejection, "BATCH_SIZE", 5)
    for number in range(17):
        await make_order(database, shop, code=f"A-{number}")
    whole = save_orders
    calls = 0

    async def dies_in_the_third_batch(*arguments: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise RuntimeError("power cut")
        return await whole(*arguments)

    monkeypatch.setattr(bulk_rejection, "save_orders", dies_in_the_third_batch)
    input = {"filter": {"search": "A-"}, "notify": True, "idempotencyKey": "k"}
    error = await member.error(REJECT, input=input)
    assert error["extensions"]["code"] == "INTERNAL_ERROR"
    assert await count(database, OrderRejection) == 10
    monkeypatch.setattr(bulk_rejection, "save_orders", whole)
    payload = await reject(member, **input)
    assert (payload["rejectedCount"], payload["skippedCount"]) == (17, 0)
    again = await reject(member, **input)
    assert (again["rejectedCount"], again["skippedCount"]) == (17, 0)
    for table in (OrderRejection, AuditEntry, OutboxMessage):
        assert await count(database, table) == 17
    other = await reject(member, filter={"search": "B-"}, idempotencyKey="k")
    assert [error["code"] for error in other["userErrors"]] == ["IDEMPOTENCY_KEY_REUSED"]


async def test_two_runs_over_the_same_orders_reject_each_once(database: Database, member: Client, shop: Shop) -> None:
    ids = [id_of(await make_order(database, shop)) for _ in range(20)]
    one, other = await asyncio.gather(
        reject(member, orderIds=ids, notify=True), reject(member, orderIds=ids[::-1], notify=True)
    )
    assert one["rejectedCount"] + other["rejectedCount"] == 20
    for table in (OrderRejection, AuditEntry, OutboxMessage):
        assert await count(database, table) == 20


async def test_an_operator_rejects_orders_of_one_brand_at_a_time(database: Database, api: Client, shop: Shop) -> None:
    ours = await make_order(database, shop)
    theirs = await make_order(database, await make_shop(database))
    operator = api.as_(OPERATOR)
    error = await operator.error(REJECT, input={"notify": False, "orderIds": [id_of(ours), id_of(theirs)]})
    assert "one brand at a time" in error["message"]
    payload = await reject(operator, orderIds=[id_of(ours)])
    assert payload["results"][0]["order"] == {"status": "REJECTED"}


async def test_the_number_of_statements_depends_on_batches_not_on_orders(
    database: Database, member: Client, shop: Shop
) -> None:
    counts = []
    for size in (1, 5, 60):  # the first also begins the chain of the audit
        ids = [id_of(await make_order(database, shop)) for _ in range(size)]
        with member.statements() as statements:
            assert (await reject(member, orderIds=ids, notify=True))["rejectedCount"] == size
        counts.append(len(statements))
    assert counts[1] == counts[2]
