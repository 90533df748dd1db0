"""Mails beforehand and afterwards: previews of each kind, and sending a failed one again."""

from typing import Any

import pytest
from sqlalchemy import select, update

from graph.core.ids import Kind, to_id
from models.buyer import BuyerRecipient
from models.database.sessions import Database
from models.outbox import NotificationStatus, OutboxMessage
from models.policy import Role
from models.scope import EVERYTHING
from tests.support.client import Client, id_of
from tests.support.factories import Shop, make_buyer, make_order, make_shop, save

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
    from exports.mail import render
    from models.outbox import OrderNotice

    mail = render(OrderNotice(**notice))
    assert (mail.subject, mail.text) == (shown["subject"], shown["text"])


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


async def test_without_permission_or_recipients_there_is_no_preview(
    database: Database, api: Client, shop: Shop
) -> None:
    offline = await make_buyer(database, shop.brand, is_offline=True)
    order = await make_order(database, shop)
    silent = await make_order(database, shop, buyer_id=offline.id)
    for actor, of, code in (
        (shop.member(Role.READ), order, "NOT_PERMITTED"),
        (shop.buyer_user(), order, "NOT_PERMITTED"),
        ((await make_shop(database)).member(), order, "NOT_FOUND"),
        (shop.member(), silent, "NO_RECIPIENT"),
    ):
        error = await api.as_(actor).error(PREVIEW, id=id_of(of), kind="ORDER_REJECTED")
        assert error["extensions"]["code"] == code


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
