"""Webhooks in the API: for admins only, the secret once, bad arguments refused, and the whole way to a receiver."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from models.audit import AuditEntry
from models.database.sessions import Database
from models.policy import Role
from models.scope import EVERYTHING
from models.webhook import MAX_WEBHOOKS, Webhook
from tests.support.client import Client, id_of, serving
from tests.support.clock import Clock
from tests.support.factories import OPERATOR, Shop, make_order, make_shop
from tests.webhooks.receiver import Receiver, answering

CREATE = """mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) {
            webhook { id name url kinds status lastSequence alertEmail } secret replayed
            userErrors { code field message } } }"""
SHOW = """query ($id: ID!) { webhook(id: $id) { status pauseReason lastSequence failures nextTryAt failingSince }
          webhookDeliveries(webhookId: $id) { totalCount nodes {
              id messageId sequence kind isTest attempt isDelivered responseStatus responseExcerpt error } } }"""


@pytest.fixture
async def shop(database: Database) -> Shop:
    return await make_shop(database)


@pytest.fixture
async def api(database: Database, database_url: str, tmp_path: Path) -> AsyncIterator[Client]:
    async with serving(database_url, tmp_path, Clock(), webhooks_to_loopback=True) as client:
        yield client


async def create(client: Client, **input: Any) -> Any:
    values = {"url": "https://hooks.example/orders?token=abc", "kinds": ["ORDER_REJECTED"], "name": "ERP"} | input
    return (await client.data(CREATE, input=values))["createWebhook"]


async def do(client: Client, name: str, show: str = "", /, **input: Any) -> Any:
    kind = name[0].upper() + name[1:]
    document = f"mutation ($input: {kind}Input!) {{ {name}(input: $input) {{ {show} userErrors {{ code field }} }} }}"
    return (await client.data(document, input=input))[name]


async def test_the_secret_is_shown_once_and_the_audit_knows_only_the_host(
    database: Database, api: Client, shop: Shop
) -> None:
    admin = api.as_(shop.member(Role.ADMIN))
    made = await create(admin, idempotencyKey="k")
    assert made["userErrors"] == []
    assert made["secret"].startswith("whsec_")
    assert len(made["secret"]) == len("whsec_") + 44
    assert made["webhook"]["kinds"] == ["ORDER_REJECTED"]
    again = await create(admin, idempotencyKey="k")
    assert (again["replayed"], again["secret"], again["webhook"]["id"]) == (True, None, made["webhook"]["id"])
    rotated = await do(admin, "rotateWebhookSecret", "secret", webhookId=made["webhook"]["id"])
    assert rotated["secret"] != made["secret"]
    async with database.read(EVERYTHING) as session:
        details = [each.details for each in await session.scalars(select(AuditEntry).order_by(AuditEntry.sequence))]
    assert details[0]["host"] == "hooks.example"
    assert not any("whsec_" in str(each) or "abc" in str(each) for each in details)


async def test_nobody_but_an_admin_sees_or_changes_webhooks(api: Client, shop: Shop) -> None:
    id = (await create(api.as_(shop.member(Role.ADMIN))))["webhook"]["id"]
    special = {Role.OPERATOR: OPERATOR, Role.BUYER: shop.buyer_user()}
    for role in set(Role) - {Role.ADMIN}:
        await sees_nothing(api.as_(special.get(role) or shop.member(role)), id)


async def sees_nothing(client: Client, id: str) -> None:
    assert (await client.data("query ($id: ID!) { node(id: $id) { id } }", id=id))["node"] is None
    assert (await client.data("query ($id: ID!) { webhook(id: $id) { id } }", id=id))["webhook"] is None
    assert (await client.error("{ webhooks { id } }"))["extensions"]["code"] == "NOT_PERMITTED"
    deliveries = "query ($id: ID!) { webhookDeliveries(webhookId: $id) { nodes { id } } }"
    assert (await client.error(deliveries, id=id))["extensions"]["code"] == "NOT_PERMITTED"
    assert [each["code"] for each in (await create(client))["userErrors"]] == ["NOT_PERMITTED"]
    for name in ("pauseWebhook", "deleteWebhook", "rotateWebhookSecret", "testWebhook"):
        assert [each["code"] for each in (await do(client, name, webhookId=id))["userErrors"]] == ["NOT_PERMITTED"]


async def test_an_admin_of_another_brand_has_no_such_webhook(database: Database, api: Client, shop: Shop) -> None:
    made = await create(api.as_(shop.member(Role.ADMIN)))
    other = api.as_((await make_shop(database)).member(Role.ADMIN))
    id = made["webhook"]["id"]
    shown = await other.data(SHOW, id=id)
    assert (shown["webhook"], shown["webhookDeliveries"]["nodes"]) == (None, [])
    commands: list[tuple[str, dict[str, Any]]] = [("pauseWebhook", {}), ("replayWebhook", {"after": 0})]
    for name, more in [*commands, ("deleteWebhook", {})]:
        refused = await do(other, name, webhookId=id, **more)
        assert refused["userErrors"] == [{"code": "NOT_FOUND", "field": ["input", "webhookId"]}]
    assert (await other.data("{ webhooks { id } }"))["webhooks"] == []


BAD: list[tuple[dict[str, Any], str]] = [
    ({"url": "http://hooks.example/"}, "url"),
    ({"url": "https://169.254.169.254/latest/meta-data"}, "url"),
    ({"url": "https://user:password@hooks.example/"}, "url"),
    ({"url": ""}, "url"),
    ({"url": "https://hooks.example/" + "x" * 2000}, "url"),
    ({"name": " "}, "name"),
    ({"name": "x" * 101}, "name"),
    ({"name": "two\nlines"}, "name"),
    ({"kinds": ["OTHER"]}, "kinds"),
    ({"alertEmail": "nobody"}, "alertEmail"),
]


async def test_bad_arguments_are_refused(database: Database, api: Client, shop: Shop) -> None:
    admin = api.as_(shop.member(Role.ADMIN))
    for input, field in BAD:
        refused = await create(admin, **input)
        assert [(each["code"], each["field"]) for each in refused["userErrors"]] == [
            ("INVALID_INPUT", ["input", field])
        ]
        assert (refused["webhook"], refused["secret"]) == (None, None)
    async with database.read(EVERYTHING) as session:
        assert (await session.scalars(select(Webhook))).all() == []
        assert (await session.scalars(select(AuditEntry))).all() == []
    id = (await create(admin))["webhook"]["id"]
    for input, field in [*BAD, ({"url": None}, "url"), ({"name": None}, "name")]:
        changed = await do(admin, "updateWebhook", webhookId=id, **input)
        assert [each["field"] for each in changed["userErrors"]] == [["input", field]]


async def test_a_replay_begins_at_an_event_that_there_is(api: Client, shop: Shop) -> None:
    admin = api.as_(shop.member(Role.ADMIN))
    id = (await create(admin))["webhook"]["id"]
    for after in (-1, 2, 2**31 - 1):
        refused = await do(admin, "replayWebhook", webhookId=id, after=after)
        assert refused["userErrors"] == [{"code": "INVALID_INPUT", "field": ["input", "after"]}]


async def test_a_brand_has_a_bounded_number_of_webhooks(database: Database, api: Client, shop: Shop) -> None:
    admin = api.as_(shop.member(Role.ADMIN))
    for _ in range(MAX_WEBHOOKS):
        assert (await create(admin))["userErrors"] == []
    assert [each["code"] for each in (await create(admin))["userErrors"]] == ["INVALID_INPUT"]
    other = api.as_((await make_shop(database)).member(Role.ADMIN))
    assert (await create(other))["userErrors"] == []


async def test_a_rejection_arrives_at_the_receiver(
    database: Database, api: Client, shop: Shop, receiver: Receiver
) -> None:
    admin = api.as_(shop.member(Role.ADMIN))
    id = (await create(admin, url=receiver.url))["webhook"]["id"]
    order = await make_order(database, shop)
    await do(admin, "rejectOrder", orderId=id_of(order), notify=False)
    await until_shown(admin, id, lambda shown: shown["webhook"]["lastSequence"] == 2)
    (request,) = receiver.requests
    data = {"sequence": 2, "kind": "ORDER_REJECTED", "orderId": id_of(order), "code": order.code, "version": 2}
    assert request.payload["data"] == data | {"status": "REJECTED_BY_BRAND"}
    shown = (await admin.data(SHOW, id=id))["webhookDeliveries"]
    assert shown["totalCount"] == 1
    assert shown["nodes"][0] | {"id": ""} == {
        "id": "",
        "messageId": request.id,
        "sequence": 2,
        "kind": "ORDER_REJECTED",
        "isTest": False,
        "attempt": 1,
        "isDelivered": True,
        "responseStatus": 204,
        "responseExcerpt": None,
        "error": None,
    }


async def test_a_test_shows_what_the_receiver_answered(api: Client, shop: Shop, receiver: Receiver) -> None:
    admin = api.as_(shop.member(Role.ADMIN))
    id = (await create(admin, url=receiver.url))["webhook"]["id"]
    receiver.behave = answering("401 Unauthorized", "who are you?")
    tested = await do(admin, "testWebhook", "deliveryId", webhookId=id)
    shown = await until_shown(admin, id, lambda shown: bool(shown["webhookDeliveries"]["nodes"]))
    (delivery,) = shown["webhookDeliveries"]["nodes"]
    assert (delivery["id"], delivery["isTest"], delivery["responseStatus"]) == (tested["deliveryId"], True, 401)
    assert delivery["responseExcerpt"] == "who are you?"
    assert shown["webhook"]["failures"] == 0


async def test_a_failing_webhook_says_so(api: Client, shop: Shop, receiver: Receiver) -> None:
    admin = api.as_(shop.member(Role.ADMIN))
    receiver.behave = answering("500 Oops", "so sorry")
    id = (await create(admin, url=receiver.url, kinds=[]))["webhook"]["id"]
    shown = await until_shown(admin, id, lambda shown: shown["webhook"]["failures"] == 1)
    assert shown["webhook"]["nextTryAt"] == "2026-11-24T12:00:05Z"
    assert shown["webhook"]["failingSince"] == "2026-11-24T12:00:00Z"
    receiver.behave = None
    assert (await do(admin, "resumeWebhook", webhookId=id))["userErrors"] == []
    await until_shown(admin, id, lambda shown: shown["webhook"]["failures"] == 0)


async def until_shown(client: Client, id: str, condition: Any) -> Any:
    while not condition(shown := await client.data(SHOW, id=id)):  # noqa: ASYNC110 - as a client does
        await asyncio.sleep(0.02)
    return shown
