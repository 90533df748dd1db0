"""rejectOrder through HTTP: done once, for good; refused with every reason and without a trace."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import func, select, update

from models.audit import AuditEntry
from models.database.sessions import Database
from models.idempotency import IdempotencyKey
from models.invoice import InvoiceStatus
from models.locale import Locale
from models.messages.mail import MailKind, mail_texts
from models.order import Order
from models.outbox import OutboxMessage
from models.policy import OrderStatus, Role
from models.rejection import OrderRejection
from models.scope import EVERYTHING
from models.send_back import OrderSendBack
from tests.support.client import Client, id_of, serving
from tests.support.clock import Clock
from tests.support.factories import (
    NOON,
    OPERATOR,
    Shop,
    add_backlog_sku,
    add_delivery_note,
    add_invoice,
    make_buyer,
    make_order,
    make_shop,
)

REJECT = """
mutation ($input: RejectOrderInput!) {
  rejectOrder(input: $input) {
    order { id code status statusLabel isRejected canReject version rejectionBlockers { code message } updatedAt
            rejection { rejectedAt rejectedBy notified body } notifications { id status to attempts }
            history(first: 10) { nodes { kind actor summary at } totalCount } }
    blockers { code message documents { id code } }
    notification { id kind status to attempts sentAt lastError }
    warnings
    replayed
    userErrors { code message field }
  }
}
"""
TABLES = (Order, OrderRejection, AuditEntry, OutboxMessage, IdempotencyKey, OrderSendBack)


@dataclass
class Trace:
    """What is in the database, to show that a refusal left nothing there."""

    rows: dict[str, list[Any]]

    @classmethod
    async def of(cls, database: Database) -> "Trace":
        async with database.read(EVERYTHING) as session:
            return cls({t.__tablename__: (await session.execute(select(*t.__table__.columns))).all() for t in TABLES})  # type: ignore[misc]


@pytest.fixture
async def shop(database: Database) -> Shop:
    return await make_shop(database, name="Northlight")


@pytest.fixture
async def member(api: Client, shop: Shop) -> Client:
    return api.as_(shop.member())


async def reject(client: Client, order: Order, **input: Any) -> dict[str, Any]:
    data = await client.data(REJECT, input={"orderId": id_of(order), "notify": False} | input)
    payload: dict[str, Any] = data["rejectOrder"]
    return payload


def codes(payload: dict[str, Any]) -> list[str]:
    return [error["code"] for error in payload["userErrors"]]


async def count(database: Database, table: Any) -> int:
    async with database.read(EVERYTHING) as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


OPEN = ["OC_REQUIRED", "OC_CREATED", "OC_APPROVED", "OC_UPDATE_REQUIRED", "OC_CONFIRMED"]


@pytest.mark.parametrize("status", OPEN)
async def test_rejects_an_open_order_whatever_its_confirmation(
    database: Database, member: Client, shop: Shop, status: str
) -> None:
    order = await make_order(database, shop, status=OrderStatus(status))
    payload = await reject(member, order)
    assert payload["userErrors"] == payload["blockers"] == payload["warnings"] == []
    assert payload["replayed"] is False
    assert payload["notification"] is None
    after = payload["order"]
    assert (after["status"], after["isRejected"], after["canReject"]) == ("REJECTED_BY_BRAND", True, False)
    assert after["statusLabel"] == "Order rejected by brand"
    assert after["version"] == order.version + 1
    assert after["rejection"] == {
        "rejectedAt": "2026-11-24T12:00:00Z",
        "rejectedBy": "Mina Sato",
        "notified": False,
        "body": None,
    }
    assert [blocker["code"] for blocker in after["rejectionBlockers"]] == ["ALREADY_REJECTED"]


async def test_the_buyer_is_mailed_the_typed_body(database: Database, member: Client, shop: Shop) -> None:
    order = await make_order(database, shop)
    body = "誠に申し訳ございません。\nThe linen is <out of stock> & gone."
    payload = await reject(member, order, notify=True, body=body)
    assert payload["userErrors"] == []
    assert payload["notification"]["status"] in ("PENDING", "SENT")
    assert payload["notification"]["to"] == ["buyer@example.com"]
    assert payload["order"]["rejection"]["notified"] is True
    assert payload["order"]["rejection"]["body"] == body
    async with database.read(EVERYTHING) as session:
        message = (await session.scalars(select(OutboxMessage))).one()
        entry = (await session.scalars(select(AuditEntry))).one()
    assert message.notice["body"] == body
    assert (entry.kind, entry.actor_kind, entry.actor_name, entry.at) == ("ORDER_REJECTED", "MEMBER", "Mina Sato", NOON)
    assert entry.details == {
        "status_before": "OC_REQUIRED",
        "status_after": "REJECTED_BY_BRAND",
        "notify": True,
        "notified": True,
        "body_sha256": hashlib.sha256(body.encode()).hexdigest(),
        "decided_at": NOON.isoformat(),
    }
    assert entry.request_id


async def test_the_audit_names_the_request_of_the_caller(database: Database, member: Client, shop: Shop) -> None:
    order = await make_order(database, shop)
    member.headers["X-Request-ID"] = "spa-4711"
    await reject(member, order)
    async with database.read(EVERYTHING) as session:
        assert (await session.scalars(select(AuditEntry.request_id))).all() == ["spa-4711"]


@pytest.mark.parametrize(
    ("role", "status", "by"),
    [
        (Role.ADMIN, "REJECTED_BY_BRAND", "Ada"),
        (Role.APP, "REJECTED_BY_BRAND", "Ada"),
        (Role.OPERATOR, "REJECTED", "Olga Operator"),
    ],
)
async def test_the_status_says_who_rejected_the_order(
    database: Database, api: Client, shop: Shop, role: Role, status: str, by: str
) -> None:
    order = await make_order(database, shop)
    actor = OPERATOR if role is Role.OPERATOR else shop.member(role, name="Ada")
    payload = await reject(api.as_(actor), order)
    assert payload["order"]["status"] == status
    assert payload["order"]["rejection"]["rejectedBy"] == by


async def test_rejecting_again_is_refused_and_says_who_and_when(database: Database, member: Client, shop: Shop) -> None:
    order = await make_order(database, shop)
    await reject(member, order, notify=True)
    before = await Trace.of(database)
    payload = await reject(member, order, notify=True)
    assert codes(payload) == ["NOT_REJECTABLE"]
    assert [blocker["code"] for blocker in payload["blockers"]] == ["ALREADY_REJECTED"]
    message = payload["userErrors"][0]["message"]
    assert "Mina Sato" in message
    assert "24 Nov 2026, 12:00" in message
    assert payload["order"]["status"] == "REJECTED_BY_BRAND"
    after = await Trace.of(database)
    assert settled(after) == settled(before)


def settled(trace: Trace) -> dict[str, Any]:
    """Without what the relay, which goes on meanwhile, writes to the outbox."""
    return trace.rows | {"outbox_messages": len(trace.rows["outbox_messages"])}


async def test_every_reason_is_given_with_its_documents(database: Database, member: Client, shop: Shop) -> None:
    order = await make_order(database, shop, status=OrderStatus.OC_CONFIRMED)
    notes = [await add_delivery_note(database, order, code) for code in ("DN-1", "DN-2")]
    invoice = await add_invoice(database, order, code="INV-7")
    await add_backlog_sku(database, order, shop.skus[0])
    before = await Trace.of(database)
    payload = await reject(member, order)
    assert codes(payload) == ["NOT_REJECTABLE"] * 3
    assert {blocker["code"]: blocker["documents"] for blocker in payload["blockers"]} == {
        "DELIVERY_NOTE_EXISTS": [{"id": id_of(note), "code": note.code} for note in notes],
        "INVOICE_EXISTS": [{"id": id_of(invoice), "code": "INV-7"}],
        "BACKLOG_SKUS_CREATED": [],
    }
    assert "DN-1, DN-2" in payload["blockers"][0]["message"]
    assert payload["order"]["status"] == "OC_CONFIRMED"
    assert await Trace.of(database) == before


async def test_refuses_an_order_sent_back_to_the_cart(database: Database, member: Client, shop: Shop) -> None:
    order = await make_order(database, shop, status=OrderStatus.SENT_BACK_TO_CART)
    before = await Trace.of(database)
    payload = await reject(member, order)
    assert [blocker["code"] for blocker in payload["blockers"]] == ["SENT_BACK_TO_CART"]
    assert await Trace.of(database) == before


async def test_a_draft_invoice_blocks_and_a_voided_one_does_not(database: Database, member: Client, shop: Shop) -> None:
    draft, void = await make_order(database, shop), await make_order(database, shop)
    await add_invoice(database, draft)
    await add_invoice(database, void, status=InvoiceStatus.VOID)
    assert codes(await reject(member, draft)) == ["NOT_REJECTABLE"]
    assert codes(await reject(member, void)) == []


@pytest.mark.parametrize("role", [Role.READ, Role.BUYER])
async def test_rejecting_needs_permission(database: Database, api: Client, shop: Shop, role: Role) -> None:
    order = await make_order(database, shop)
    before = await Trace.of(database)
    actor = shop.buyer_user() if role is Role.BUYER else shop.member(role)
    payload = await reject(api.as_(actor), order)
    assert codes(payload) == ["NOT_PERMITTED"]
    assert await Trace.of(database) == before


async def test_another_brands_order_is_not_found(database: Database, api: Client, shop: Shop) -> None:
    theirs = await make_order(database, await make_shop(database))
    before = await Trace.of(database)
    payload = await reject(api.as_(shop.member()), theirs)
    assert (codes(payload), payload["order"]) == (["NOT_FOUND"], None)
    assert await Trace.of(database) == before


@pytest.mark.parametrize("id", ["", "ord_", "17", "tag_01h455vb4pex5vsknk084sn02q", "ord_01h455vb4pex5vsknk084sn02q"])
async def test_an_id_of_nothing_is_not_found(member: Client, id: str) -> None:
    data = await member.data(REJECT, input={"orderId": id, "notify": False})
    assert codes(data["rejectOrder"]) == ["NOT_FOUND"]


async def test_a_body_needs_notify(database: Database, member: Client, shop: Shop) -> None:
    order = await make_order(database, shop)
    before = await Trace.of(database)
    payload = await reject(member, order, body="Sorry")
    assert codes(payload) == ["BODY_WITHOUT_NOTIFY"]
    assert payload["userErrors"][0]["field"] == ["input", "body"]
    assert await Trace.of(database) == before


@pytest.mark.parametrize(("length", "expected"), [(10_000, []), (10_001, ["BODY_TOO_LONG"])])
async def test_a_body_has_at_most_ten_thousand_characters(
    database: Database, member: Client, shop: Shop, length: int, expected: list[str]
) -> None:
    order = await make_order(database, shop)
    assert codes(await reject(member, order, notify=True, body="却" * length)) == expected


async def reject_many(member: Client, order: Order, **more: Any) -> dict[str, Any]:
    query = """mutation ($input: RejectOrdersInput!) { rejectOrders(input: $input) {
      rejectedCount userErrors { code kind message field } } }"""
    input = {"orderIds": [id_of(order)], "notify": True} | more
    payload: dict[str, Any] = (await member.data(query, input=input))["rejectOrders"]
    return payload


async def test_a_character_that_cannot_be_stored_is_refused(database: Database, member: Client, shop: Shop) -> None:
    order = await make_order(database, shop)
    before = await Trace.of(database)
    for more, field, says in (
        ({"body": "a\u0000b"}, "body", "U+0000 at 2"),
        ({"idempotencyKey": "k" * 201}, "idempotencyKey", "at most 200 characters"),
        ({"idempotencyKey": "k\u0000"}, "idempotencyKey", "U+0000 at 2"),
    ):
        for payload in (await reject(member, order, notify=True, **more), await reject_many(member, order, **more)):
            [error] = payload["userErrors"]
            assert (error["code"], error["field"]) == ("INVALID_INPUT", ["input", field])
            assert says in error["message"]
    assert await Trace.of(database) == before


@pytest.mark.parametrize("body", [None, "", " \n\t ", "\u200b\u2028\ufeff\u3000"])
async def test_a_blank_body_means_the_standard_text_and_the_record_says_what_was_sent(
    database: Database, member: Client, shop: Shop, body: str | None
) -> None:
    order = await make_order(database, shop)
    payload = await reject(member, order, notify=True, body=body)
    assert payload["userErrors"] == []
    sent = mail_texts(MailKind.ORDER_REJECTED).text.en
    assert payload["order"]["rejection"]["body"] == sent
    async with database.read(EVERYTHING) as session:
        notice = (await session.scalars(select(OutboxMessage.notice))).one()
    assert notice["body"] == sent


async def test_lines_of_a_body_end_with_lf(database: Database, member: Client, shop: Shop) -> None:
    order = await make_order(database, shop)
    payload = await reject(member, order, notify=True, body="1\r\n2\r3\u20284\u20295\x856\n\r7")
    assert payload["order"]["rejection"]["body"] == "1\n2\n3\n4\n5\n6\n\n7"


async def test_an_offline_buyer_is_not_mailed_and_the_order_is_still_rejected(
    database: Database, member: Client, shop: Shop
) -> None:
    buyer = await make_buyer(database, shop.brand, is_offline=True)
    order = await make_order(database, shop, buyer_id=buyer.id)
    payload = await reject(member, order, notify=True, body="Sorry")
    assert payload["order"]["isRejected"] is True
    assert payload["warnings"] == ["The buyer is offline, so no mail was sent."]
    assert payload["notification"] is None
    assert payload["order"]["rejection"]["notified"] is False
    assert await count(database, OutboxMessage) == 0
    summaries = [entry["summary"] for entry in payload["order"]["history"]["nodes"]]
    assert summaries == ["Order rejected, with nobody to notify (was: Please create an OC)"]


async def test_a_buyer_without_an_address_is_not_mailed(database: Database, api: Client, shop: Shop) -> None:
    buyer = await make_buyer(database, shop.brand, recipients=())
    order = await make_order(database, shop, buyer_id=buyer.id)
    payload = await reject(api.as_(shop.member(locale=Locale.JA)), order, notify=True)
    assert payload["order"]["isRejected"] is True
    assert payload["warnings"] == ["バイヤーのメールアドレスが登録されていないため、メールは送信されません。"]
    summaries = [entry["summary"] for entry in payload["order"]["history"]["nodes"]]
    assert summaries == ["注文を却下しました（却下前：OCを作成してください、バイヤーへの通知：送信先なし）"]


async def test_an_order_that_changed_meanwhile_is_refused(database: Database, member: Client, shop: Shop) -> None:
    order = await make_order(database, shop)
    async with database.transaction(EVERYTHING) as session:
        await session.execute(update(Order).values(version=3))
    before = await Trace.of(database)
    payload = await reject(member, order, expectedVersion=2)
    assert codes(payload) == ["STALE_ORDER"]
    assert "version 3" in payload["userErrors"][0]["message"]
    assert await Trace.of(database) == before
    assert codes(await reject(member, order, expectedVersion=3)) == []


async def test_a_retry_with_the_same_key_gives_the_first_answer(database: Database, member: Client, shop: Shop) -> None:
    order = await make_order(database, shop)
    first = await reject(member, order, notify=True, body="Sorry", idempotencyKey="k-1")
    again = await reject(member, order, notify=True, body="Sorry", idempotencyKey="k-1")
    assert (first["replayed"], again["replayed"]) == (False, True)
    assert again["userErrors"] == []
    assert again["notification"]["id"] == first["notification"]["id"]
    assert again["order"]["rejection"] == first["order"]["rejection"]
    assert [await count(database, table) for table in (OrderRejection, AuditEntry, OutboxMessage)] == [1, 1, 1]


async def test_the_same_key_for_another_request_is_refused(database: Database, member: Client, shop: Shop) -> None:
    order, other = await make_order(database, shop), await make_order(database, shop)
    await reject(member, order, idempotencyKey="k-1")
    before = await Trace.of(database)
    assert codes(await reject(member, other, idempotencyKey="k-1")) == ["IDEMPOTENCY_KEY_REUSED"]
    assert codes(await reject(member, order, notify=True, idempotencyKey="k-1")) == ["IDEMPOTENCY_KEY_REUSED"]
    assert await Trace.of(database) == before


async def test_an_idempotency_key_belongs_to_its_actor(database: Database, api: Client, shop: Shop) -> None:
    order = await make_order(database, shop)
    await reject(api.as_(shop.member()), order, idempotencyKey="k-1")
    other = await make_order(database, shop)
    assert codes(await reject(api.as_(shop.member(id="mem-2")), other, idempotencyKey="k-1")) == []


async def test_a_refusal_is_not_remembered(database: Database, member: Client, shop: Shop) -> None:
    order = await make_order(database, shop)
    invoice = await add_invoice(database, order)
    assert codes(await reject(member, order, idempotencyKey="k-1")) == ["NOT_REJECTABLE"]
    async with database.transaction(EVERYTHING) as session:
        (await session.get_one(type(invoice), (invoice.brand_id, invoice.id))).status = InvoiceStatus.VOID
    assert codes(await reject(member, order, idempotencyKey="k-1")) == []


async def test_the_history_has_a_sentence_for_it(database: Database, api: Client, shop: Shop) -> None:
    order = await make_order(database, shop)
    payload = await reject(api.as_(shop.member(locale=Locale.JA)), order, notify=True)
    history = payload["order"]["history"]
    assert history["totalCount"] == 1
    assert history["nodes"] == [
        {
            "kind": "ORDER_REJECTED",
            "actor": "Mina Sato",
            "summary": "注文を却下しました（却下前：OCを作成してください、バイヤーへの通知：あり）",
            "at": "2026-11-24T12:00:00Z",
        }
    ]


@pytest.fixture
async def two_servers(
    database_url: str, tmp_path_factory: pytest.TempPathFactory, clock: Clock
) -> AsyncIterator[list[Client]]:
    """Two applications with connections of their own to one database."""
    folder = tmp_path_factory.mktemp("servers")
    async with serving(database_url, folder, clock) as one, serving(database_url, folder, clock) as other:
        yield [one, other]


async def test_of_two_concurrent_rejections_one_is_done(
    database: Database, two_servers: list[Client], shop: Shop
) -> None:
    orders = [await make_order(database, shop) for _ in range(8)]
    for order in orders:
        clicks = [reject(server.as_(shop.member()), order, notify=True) for server in two_servers for _ in range(3)]
        payloads = await asyncio.gather(*clicks)
        assert sorted(map(codes, payloads)) == [[]] + [["NOT_REJECTABLE"]] * 5
    for table in (OrderRejection, AuditEntry, OutboxMessage):
        assert await count(database, table) == len(orders)


async def test_of_concurrent_retries_with_one_key_one_is_done_and_all_get_its_answer(
    database: Database, two_servers: list[Client], shop: Shop
) -> None:
    order = await make_order(database, shop)
    clicks = [
        reject(server.as_(shop.member()), order, notify=True, idempotencyKey="k")
        for server in two_servers
        for _ in range(3)
    ]
    payloads = await asyncio.gather(*clicks)
    assert [codes(payload) for payload in payloads] == [[]] * 6
    assert sorted(payload["replayed"] for payload in payloads) == [False] + [True] * 5
    assert await count(database, OrderRejection) == 1


async def test_one_key_on_two_orders_at_once_rejects_one_of_them(
    database: Database, two_servers: list[Client], shop: Shop
) -> None:
    orders = [await make_order(database, shop) for _ in range(2)]
    clicks = [
        reject(server.as_(shop.member()), order, idempotencyKey="k")
        for server, order in zip(two_servers, orders, strict=True)
    ]
    assert sorted(map(codes, await asyncio.gather(*clicks))) == [[], ["IDEMPOTENCY_KEY_REUSED"]]
    assert await count(database, OrderRejection) == await count(database, AuditEntry) == 1


async def test_nothing_in_the_api_undoes_a_rejection(member: Client) -> None:
    data = await member.data("{ __schema { mutationType { fields { name } } } }")
    names = {field["name"].lower() for field in data["__schema"]["mutationType"]["fields"]}
    assert not [name for name in names if any(word in name for word in ("undo", "unreject", "restore", "reopen"))]
