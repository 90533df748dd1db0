"""Mails beforehand and afterwards: previews of each kind, and sending a failed one again."""

from datetime import timedelta
from typing import Any
from unittest.mock import ANY

import pytest
from sqlalchemy import select, update

from exports.mail import render
from graph.core.ids import Kind, to_id
from models.audit import AuditEntry
from models.buyer import BuyerRecipient
from models.database.sessions import Database
from models.locale import Locale
from models.messages.mail import MailKind, mail_texts
from models.order import Order
from models.outbox import NotificationStatus, OrderNotice, OutboxMessage, message
from models.policy import Role
from models.scope import EVERYTHING
from resolvers.core.notices import order_url
from tests.outbox.test_relay import notice
from tests.support.client import Client, id_of
from tests.support.factories import NOON, Shop, make_buyer, make_order, make_shop, save

PREVIEW = """query ($id: ID!, $kind: OrderMailKind!, $body: String) {
  orderMailPreview(orderId: $id, kind: $kind, body: $body) { to subject text html } }"""
RESEND = """mutation ($input: ResendNotificationInput!) { resendNotification(input: $input) {
  notification { id to status attempts } order { isRejected } userErrors { code message } } }"""
REJECT = """mutation ($id: ID!, $body: String) { rejectOrder(input: {orderId: $id, notify: true, body: $body}) {
  notification { id } userErrors { code } } }"""


@pytest.fixture
async def shop(database: Database) -> Shop:
    return await make_shop(database, name="Northlight")


async def test_a_preview_equals_the_mail_that_is_sent(database: Database, api: Client, shop: Shop) -> None:
    order = await make_order(database, shop, code="ORD-1")
    client = api.as_(shop.member())
    query = "query ($id: ID!, $body: String) { rejectionMailPreview(orderId: $id, body: $body) { to subject text } }"
    shown = (await client.data(query, id=id_of(order), body="Sorry\nfor that"))["rejectionMailPreview"]
    assert shown["to"] == ["buyer@example.com"]
    await client.data(REJECT, id=id_of(order), body="Sorry\nfor that")
    async with database.read(EVERYTHING) as session:
        notice = (await session.scalars(select(OutboxMessage.notice))).one()
    mail = render(OrderNotice.stored(notice))
    assert (mail.subject, mail.text) == (shown["subject"], shown["text"])


async def test_a_preview_has_the_message_as_such(database: Database, api: Client, shop: Shop) -> None:
    """The given one; else the brand's, else the standard text, in the buyer's language. A screen begins with it."""
    order = await make_order(database, shop)
    client = api.as_(shop.member(Role.ADMIN))
    query = "query ($id: ID!, $body: String) { rejectionMailPreview(orderId: $id, body: $body) { body text } }"

    async def body(given: str | None = None) -> str:
        shown = (await client.data(query, id=id_of(order), body=given))["rejectionMailPreview"]
        assert shown["body"] in shown["text"]
        text: str = shown["body"]
        return text

    assert await body("Sorry\r\nfor that") == "Sorry\nfor that"
    assert await body(" ") == mail_texts(MailKind.ORDER_REJECTED).text.en
    set_text = 'mutation { updateBrandSettings(input: {rejectionTextEn: "Sold out."}) { userErrors { code } } }'
    await client.data(set_text)
    assert await body() == "Sold out."


@pytest.mark.parametrize(
    "kind", ["ORDER_REJECTED", "OC_CREATED", "OC_CONFIRMED", "OC_MADE_EDITABLE", "SENT_BACK_TO_CART"]
)
@pytest.mark.parametrize("locale", ["en", "ja"])
async def test_every_kind_of_mail_has_a_preview(
    database: Database, api: Client, shop: Shop, kind: str, locale: str
) -> None:
    buyer = await make_buyer(database, shop.brand, locale=locale)
    order = await make_order(database, shop, buyer_id=buyer.id, code="ORD-1")
    client = api.as_(shop.member())
    shown = (await client.data(PREVIEW, id=id_of(order), kind=kind, body="<b>見て</b>"))["orderMailPreview"]
    assert "ORD-1" in shown["subject"]
    assert "<b>見て</b>" in shown["text"]
    assert "&lt;b&gt;見て&lt;/b&gt;" in shown["html"]


async def test_without_permission_there_is_no_preview(database: Database, api: Client, shop: Shop) -> None:
    order = await make_order(database, shop)
    for actor, of, code in (
        (shop.member(Role.READ), order, "NOT_PERMITTED"),
        (shop.buyer_user(), order, "NOT_PERMITTED"),
        ((await make_shop(database)).member(), order, "NOT_FOUND"),
    ):
        error = await api.as_(actor).error(PREVIEW, id=id_of(of), kind="ORDER_REJECTED")
        assert error["extensions"]["code"] == code


@pytest.mark.parametrize(
    ("buyer", "code"),
    [({"is_offline": True}, "BUYER_IS_OFFLINE"), ({"recipients": []}, "BUYER_HAS_NO_ADDRESS")],
)
async def test_the_preview_for_a_buyer_whom_nobody_can_mail_says_so(
    database: Database, api: Client, shop: Shop, buyer: dict[str, Any], code: str
) -> None:
    unreachable = await make_buyer(database, shop.brand, **buyer)
    order = await make_order(database, shop, buyer_id=unreachable.id, code="ORD-1")
    client = api.as_(shop.member())
    fields = "{ to subject text notices { code message } }"
    query = f"""query ($id: ID!) {{
      rejectionMailPreview(orderId: $id, body: "Sorry") {fields}
      orderMailPreview(orderId: $id, kind: OC_CONFIRMED) {fields} }}"""
    for shown in (await client.data(query, id=id_of(order))).values():
        assert shown["to"] == []
        assert "ORD-1" in shown["subject"]
        assert [notice["code"] for notice in shown["notices"]] == [code]
        assert "no mail would be sent" in shown["notices"][0]["message"]
    reject = """mutation ($input: RejectOrderInput!) { rejectOrder(input: $input) {
      notices { code message } warnings replayed } }"""
    input = {"orderId": id_of(order), "notify": True, "idempotencyKey": "k"}
    done = [(await client.data(reject, input=input))["rejectOrder"] for _ in range(2)]
    assert [each.pop("replayed") for each in done] == [False, True]
    assert done[0] == done[1]
    assert [notice["code"] for notice in done[0]["notices"]] == [code]
    assert [notice["message"] for notice in done[0]["notices"]] == done[0]["warnings"]


async def resend(client: Client, id: str) -> dict[str, Any]:
    payload: dict[str, Any] = (await client.data(RESEND, input={"notificationId": id}))["resendNotification"]
    return payload


async def failed(database: Database, api: Client, shop: Shop) -> str:
    order = await make_order(database, shop)
    made = await api.as_(shop.member()).data(REJECT, id=id_of(order))
    async with database.transaction(EVERYTHING) as session:
        await session.execute(update(OutboxMessage).values(status=NotificationStatus.FAILED))
    id: str = made["rejectOrder"]["notification"]["id"]
    return id


async def test_a_failed_mail_is_sent_again_to_the_buyers_present_addresses(
    database: Database, api: Client, shop: Shop
) -> None:
    id = await failed(database, api, shop)
    await save(database, BuyerRecipient(brand_id=shop.brand.id, buyer_id=shop.buyer.id, email="new@example.com"))
    payload = await resend(api.as_(shop.member()), id)
    assert payload["userErrors"] == []
    assert payload["order"] == {"isRejected": True}
    assert payload["notification"]["to"] == ["buyer@example.com", "new@example.com"]
    again = await resend(api.as_(shop.member()), id)
    assert [error["code"] for error in again["userErrors"]] == ["NOT_ALLOWED_IN_STATUS"]


async def test_only_failed_mails_are_sent_again(database: Database, api: Client, shop: Shop) -> None:
    order = await make_order(database, shop)
    made = await api.as_(shop.member()).data(REJECT, id=id_of(order))
    payload = await resend(api.as_(shop.member()), made["rejectOrder"]["notification"]["id"])
    assert [error["code"] for error in payload["userErrors"]] == ["NOT_ALLOWED_IN_STATUS"]


async def test_sending_again_needs_permission_to_write(database: Database, api: Client, shop: Shop) -> None:
    id = await failed(database, api, shop)
    for actor, code in (
        (shop.member(Role.READ), "NOT_PERMITTED"),
        (shop.buyer_user(), "NOT_FOUND"),
        ((await make_shop(database)).member(), "NOT_FOUND"),
    ):
        assert [error["code"] for error in (await resend(api.as_(actor), id))["userErrors"]] == [code]
    nothing = to_id(Kind.NOTIFICATION, shop.brand.id)
    assert [error["code"] for error in (await resend(api.as_(shop.member()), nothing))["userErrors"]] == ["NOT_FOUND"]


MAILS = """query ($id: ID!) { order(id: $id) {
  notifications { kind status cancelledBy nextTryAt } history(first: 20) { nodes { kind summary } } } }"""
TOMORROW = NOON + timedelta(days=1)
SEND_BACK = "mutation ($id: ID!) { sendOrderBackToCart(input: {orderId: $id, notify: true}) { userErrors { code } } }"
DECISIONS = {"ORDER_REJECTED": REJECT, "SENT_BACK_TO_CART": SEND_BACK}
BULK = "mutation ($ids: [ID!]!) { rejectOrders(input: {orderIds: $ids, notify: true}) { userErrors { code } } }"
PENDING, SENT, FAILED = NotificationStatus.PENDING, NotificationStatus.SENT, NotificationStatus.FAILED
UNCLEAR, CANCELLED = NotificationStatus.MAY_HAVE_BEEN_DELIVERED, NotificationStatus.CANCELLED


async def mailed(database: Database, order: Order, kind: str, **values: Any) -> OutboxMessage:
    """A mail that the order's buyer was promised before. The relay of the server does not touch it today."""
    made = message(notice(kind=kind), brand_id=order.brand_id, order_id=order.id, at=TOMORROW)
    for name, value in values.items():
        setattr(made, name, value)
    await save(database, made)
    return made


async def shown(client: Client, order: Order) -> tuple[list[tuple[str, str, str | None]], list[str]]:
    found = (await client.data(MAILS, id=id_of(order)))["order"]
    mails = [(each["kind"], each["status"], each["cancelledBy"]) for each in found["notifications"]]
    return mails, [each["summary"] for each in found["history"]["nodes"] if each["kind"] == "NOTIFICATION_CANCELLED"]


@pytest.mark.parametrize("decision", DECISIONS)
async def test_a_final_decision_cancels_the_orders_earlier_mails(
    database: Database, api: Client, shop: Shop, decision: str
) -> None:
    order, other = await make_order(database, shop), await make_order(database, shop)
    for kind in ("OC_CREATED", "OC_CONFIRMED", "OC_MADE_EDITABLE"):
        await mailed(database, order, kind)
    await mailed(database, order, "OC_CREATED", status=SENT)
    await mailed(database, order, "OC_CREATED", status=FAILED)
    await mailed(database, other, "OC_CREATED")
    client = api.as_(shop.member())
    answer = await client.data(DECISIONS[decision], id=id_of(order))
    assert next(iter(answer.values()))["userErrors"] == []
    mails, history = await shown(client, order)
    assert mails == [
        ("OC_CREATED", "CANCELLED", decision),
        ("OC_CONFIRMED", "CANCELLED", decision),
        ("OC_MADE_EDITABLE", "CANCELLED", decision),
        ("OC_CREATED", "SENT", None),
        ("OC_CREATED", "FAILED", None),
        (decision, ANY, None),
    ]
    why = "the order was rejected" if decision == "ORDER_REJECTED" else "the order was sent back"
    assert sorted(history) == [
        f"Mail “Order confirmation confirmed” cancelled before it was sent: {why}",
        f"Mail “Order confirmation created” cancelled before it was sent: {why}",
        f"Mail “Order confirmation made editable again” cancelled before it was sent: {why}",
    ]
    assert (await shown(client, other))[0] == [("OC_CREATED", "PENDING", None)], "another order's mail"


async def test_rejecting_many_cancels_the_mails_of_each(database: Database, api: Client, shop: Shop) -> None:
    orders = [await make_order(database, shop) for _ in range(3)]
    for order in orders:
        await mailed(database, order, "OC_CREATED")
    client = api.as_(shop.member())
    await client.data(BULK, ids=[id_of(order) for order in orders])
    for order in orders:
        mails, history = await shown(client, order)
        assert mails == [("OC_CREATED", "CANCELLED", "ORDER_REJECTED"), ("ORDER_REJECTED", ANY, None)]
        assert len(history) == 1


async def test_of_a_mail_that_some_have_or_may_have_only_further_tries_are_given_up(
    database: Database, api: Client, shop: Shop
) -> None:
    order = await make_order(database, shop)
    partly = await mailed(database, order, "OC_CREATED", left_over={"to": ["b@example.com"], "note": None})
    await mailed(database, order, "OC_CONFIRMED", status=UNCLEAR, unclear=1)
    await mailed(database, order, "OC_MADE_EDITABLE", leased_until=TOMORROW)
    client = api.as_(shop.member())
    before = (await client.data(MAILS, id=id_of(order)))["order"]["notifications"]
    assert [each["nextTryAt"] is None for each in before] == [False, False, False]
    await client.data(REJECT, id=id_of(order))
    after = (await client.data(MAILS, id=id_of(order)))["order"]["notifications"]
    assert [(each["status"], each["cancelledBy"], each["nextTryAt"] is None) for each in after] == [
        ("SENT", "ORDER_REJECTED", True),
        ("MAY_HAVE_BEEN_DELIVERED", "ORDER_REJECTED", True),
        ("PENDING", "ORDER_REJECTED", False),
        ("PENDING", None, False),
    ], "the third one is in the hands of a relay, which may be sending it right now"
    async with database.read(EVERYTHING) as session:
        assert (await session.get_one(OutboxMessage, (partly.brand_id, partly.id))).sent_at is not None
    _, history = await shown(client, order)
    assert sorted(history) == [
        f"No further attempts to send mail “Order confirmation {what}”: the order was rejected"
        for what in ("confirmed", "created", "made editable again")
    ], "none of them says that nobody got the mail"
    _, history = await shown(api.as_(shop.member(locale=Locale.JA)), order)
    assert len(history) == 3
    assert all("の以後の送信を取りやめました（理由：注文の却下）" in each for each in history)


async def test_a_mail_that_may_have_been_delivered_can_be_sent_again_after_its_last_try(
    database: Database, api: Client, shop: Shop
) -> None:
    order = await make_order(database, shop)
    client = api.as_(shop.member())
    trying = await mailed(database, order, "OC_CREATED", status=UNCLEAR, unclear=2)
    payload = await resend(client, to_id(Kind.NOTIFICATION, trying.id))
    assert [error["code"] for error in payload["userErrors"]] == ["NOT_ALLOWED_IN_STATUS"]
    order = await make_order(database, shop)
    ended = await mailed(database, order, "OC_CREATED", status=UNCLEAR, unclear=3)
    payload = await resend(client, to_id(Kind.NOTIFICATION, ended.id))
    assert payload["userErrors"] == []
    assert payload["notification"]["status"] == "PENDING"


@pytest.mark.parametrize("decision", DECISIONS)
async def test_after_a_final_decision_only_the_mail_about_it_is_sent_again(
    database: Database, api: Client, shop: Shop, decision: str
) -> None:
    order = await make_order(database, shop)
    old = [await mailed(database, order, kind, status=FAILED) for kind in ("OC_CREATED", "OC_CONFIRMED")]
    client = api.as_(shop.member())
    await client.data(DECISIONS[decision], id=id_of(order))
    for each in old:
        payload = await resend(client, to_id(Kind.NOTIFICATION, each.id))
        assert [error["code"] for error in payload["userErrors"]] == ["NOT_ALLOWED_IN_STATUS"]
    async with database.transaction(EVERYTHING) as session:
        own = OutboxMessage.kind == decision
        await session.execute(update(OutboxMessage).where(own).values(status=FAILED))
        id = (await session.scalars(select(OutboxMessage.id).where(own))).one()
    assert (await resend(client, to_id(Kind.NOTIFICATION, id)))["userErrors"] == []


async def test_sending_again_is_in_the_history_and_goes_to_all_present_addresses(
    database: Database, api: Client, shop: Shop
) -> None:
    id = await failed(database, api, shop)
    emails = ["a@example.com", "new@example.com", "z@example.com"]
    await save(database, *(BuyerRecipient(brand_id=shop.brand.id, buyer_id=shop.buyer.id, email=e) for e in emails))
    payload = await resend(api.as_(shop.member()), id)
    assert payload["notification"]["to"] == ["a@example.com", "buyer@example.com", "new@example.com", "z@example.com"]
    async with database.read(EVERYTHING) as session:
        kinds = list(await session.scalars(select(AuditEntry.kind).order_by(AuditEntry.sequence)))
    assert kinds == ["ORDER_REJECTED", "NOTIFICATION_RESENT"]


async def test_the_buyer_reads_the_reason_only_if_it_is_to_be_shown(
    database: Database, api: Client, shop: Shop
) -> None:
    buyer = await make_buyer(database, shop.brand, locale=Locale.JA)
    client = api.as_(shop.member())
    reject = """mutation ($input: RejectOrderInput!) { rejectOrder(input: $input) {
      notification { id } userErrors { code field } } }"""
    for shown in (False, True):
        order = await make_order(database, shop, buyer_id=buyer.id)
        input = {"orderId": id_of(order), "notify": True, "reason": "OUT_OF_STOCK", "showReason": shown}
        done = (await client.data(reject, input=input))["rejectOrder"]
        assert done["userErrors"] == []
        async with database.read(EVERYTHING) as session:
            values = await session.scalar(select(OutboxMessage.notice).where(OutboxMessage.order_id == order.id))
        assert ("在庫切れ" in render(OrderNotice.stored(values or {})).text) is shown
    order = await make_order(database, shop, buyer_id=buyer.id)
    preview = 'query ($id: ID!) { rejectionMailPreview(orderId: $id, reason: "OUT_OF_STOCK") { text html } }'
    mail = (await client.data(preview, id=id_of(order)))["rejectionMailPreview"]
    assert all("在庫切れ" in mail[part] for part in ("text", "html"))
    error = await client.error(preview.replace("OUT_OF_STOCK", "NONE"), id=id_of(order))
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    no_reason = {"orderId": id_of(order), "notify": True, "showReason": True}
    done = (await client.data(reject, input=no_reason))["rejectOrder"]
    assert done["userErrors"] == [{"code": "INVALID_INPUT", "field": ["input", "showReason"]}]


@pytest.mark.parametrize(
    ("storefront", "url"),
    [
        (None, None),
        ("https://shop.example/{brand}/o/{code}", "https://shop.example/A%26B/o/%E9%9B%B2%2F1%20%7Bbrand%7D"),
    ],
)
def test_the_address_of_an_order_in_the_storefront(storefront: str | None, url: str | None) -> None:
    assert order_url(storefront, "A&B", "雲/1 {brand}") == url


async def test_what_was_sent_can_be_read_until_the_buyer_is_erased(database: Database, api: Client, shop: Shop) -> None:
    order = await make_order(database, shop, code="ORD-1")
    client = api.as_(shop.member(Role.ADMIN))
    shown = (await client.data(PREVIEW, id=id_of(order), kind="ORDER_REJECTED", body="Sorry"))["orderMailPreview"]
    await client.data(REJECT, id=id_of(order), body="Sorry")
    query = "query ($id: ID!) { order(id: $id) { notifications { to subject text html } } }"
    [sent] = (await client.data(query, id=id_of(order)))["order"]["notifications"]
    assert sent == shown
    assert (await api.as_(shop.buyer_user()).data(query, id=id_of(order)))["order"]["notifications"] == []
    damaged = await mailed(database, order, "OC_CREATED", notice={"kind": "OC_CREATED"})
    node = "query ($id: ID!) { node(id: $id) { ... on Notification { subject text html } } }"
    nothing = {"subject": None, "text": None, "html": None}
    assert (await client.data(node, id=to_id(Kind.NOTIFICATION, damaged.id)))["node"] == nothing
    erase = "mutation ($id: ID!) { eraseBuyer(input: {buyerId: $id}) { userErrors { code } } }"
    async with database.transaction(EVERYTHING) as session:
        await session.execute(update(OutboxMessage).values(leased_until=None, status=SENT))
    assert (await client.data(erase, id=to_id(Kind.BUYER, shop.buyer.id)))["eraseBuyer"]["userErrors"] == []
    assert (await client.data(query, id=id_of(order)))["order"]["notifications"][0] == {"to": [], **nothing}
