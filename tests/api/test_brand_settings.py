"""The settings of a brand: what they change, and who may change them."""

from typing import Any

import pytest
from sqlalchemy import select

from models.audit import AuditEntry
from models.database.sessions import Database
from models.locale import Locale
from models.messages.mail import MailKind, mail_texts
from models.outbox import OutboxMessage
from models.papers.orders import order_snapshot
from models.policy import OrderStatus, Role
from models.rejection import OrderRejection
from models.scope import EVERYTHING
from tests.support.client import Client, id_of
from tests.support.factories import OPERATOR, Shop, make_buyer, make_order, make_shop
from tests.support.trace import trace

SHOWN = "name address archivingEnabled locale timeZone mailSenderName mailReplyTo rejectionTextEn rejectionTextJa"
SHOWN += " rejectionReasonRequired"
READ = f"{{ brandSettings {{ {SHOWN} }} }}"
UPDATE = f"""mutation ($input: UpdateBrandSettingsInput!) {{ updateBrandSettings(input: $input) {{
  settings {{ {SHOWN} }} userErrors {{ code message field }} }} }}"""


@pytest.fixture
async def shop(database: Database) -> Shop:
    return await make_shop(database, name="Northlight")


@pytest.fixture
async def admin(api: Client, shop: Shop) -> Client:
    return api.as_(shop.member(Role.ADMIN))


async def update(client: Client, **input: Any) -> dict[str, Any]:
    payload: dict[str, Any] = (await client.data(UPDATE, input=input))["updateBrandSettings"]
    return payload


async def test_only_given_settings_change_and_the_change_is_audited(
    database: Database, admin: Client, shop: Shop
) -> None:
    payload = await update(admin, timeZone="Asia/Tokyo", locale="JA", rejectionTextJa=" 申し訳ございません。 ")
    assert payload["userErrors"] == []
    assert payload["settings"] == {
        "name": "Northlight",
        "address": "",
        "archivingEnabled": True,
        "locale": "JA",
        "timeZone": "Asia/Tokyo",
        "mailSenderName": None,
        "mailReplyTo": None,
        "rejectionTextEn": None,
        "rejectionTextJa": "申し訳ございません。",
        "rejectionReasonRequired": False,
    }
    assert (await update(admin, rejectionTextJa=None))["settings"]["rejectionTextJa"] is None
    await update(admin, timeZone="Asia/Tokyo")
    async with database.read(EVERYTHING) as session:
        entries = list(await session.scalars(select(AuditEntry).order_by(AuditEntry.id)))
    assert [entry.details["names"] for entry in entries] == [
        "locale, rejection_text_ja, time_zone",
        "rejection_text_ja",
    ]


async def test_the_brands_own_text_and_sender_are_used(database: Database, admin: Client, shop: Shop) -> None:
    await update(admin, rejectionTextEn="Our own words.", mailSenderName="Northlight Sales", mailReplyTo="s@n.example")
    japanese = await make_buyer(database, shop.brand, locale=Locale.JA)
    orders = [await make_order(database, shop), await make_order(database, shop, buyer_id=japanese.id)]
    reject = "mutation ($id: ID!) { rejectOrder(input: {orderId: $id, notify: true}) { userErrors { code } } }"
    for order in orders:
        await admin.data(reject, id=id_of(order))
    async with database.read(EVERYTHING) as session:
        notices = list(await session.scalars(select(OutboxMessage.notice).order_by(OutboxMessage.id)))
        kept = list(await session.scalars(select(OrderRejection.body)))
    sent = ["Our own words.", mail_texts(MailKind.ORDER_REJECTED).text.ja]
    assert [notice["body"] for notice in notices] == sent
    assert sorted(map(str, kept)) == sorted(sent)
    assert {(notice["sender_name"], notice["reply_to"]) for notice in notices} == {("Northlight Sales", "s@n.example")}


async def test_the_brands_own_name_and_address_can_be_set(database: Database, admin: Client, shop: Shop) -> None:
    address = "1 Mill Lane\nLondon"
    payload = await update(admin, name=" Northlight Trading Ltd ", address=f" {address}\n")
    assert payload["userErrors"] == []
    assert (payload["settings"]["name"], payload["settings"]["address"]) == ("Northlight Trading Ltd", address)
    assert (await admin.data("{ viewer { brand { name } } }"))["viewer"]["brand"] == {"name": "Northlight Trading Ltd"}
    payload = await update(admin, name=None, address=None)
    assert (payload["settings"]["name"], payload["settings"]["address"]) == ("Northlight Trading Ltd", "")
    async with database.read(EVERYTHING) as session:
        entries = list(await session.scalars(select(AuditEntry).order_by(AuditEntry.id)))
    assert [entry.details["names"] for entry in entries] == ["address, name", "address"]


COMPANY = {
    "legalName": "Northlight Holdings K.K.",
    "country": "JP",
    "phone": "+81 3 1234 5678",
    "contactEmail": "help@northlight.example",
}
READ_COMPANY = "{ brandSettings { legalName country phone contactEmail } }"


@pytest.mark.parametrize("locale", Locale)
async def test_a_rejection_names_whom_to_ask(database: Database, admin: Client, shop: Shop, locale: Locale) -> None:
    payload = await update(admin, **COMPANY, mailReplyTo="sales@northlight.example")
    assert payload["userErrors"] == []
    assert (await admin.data(READ_COMPANY))["brandSettings"] == COMPANY
    buyer = await make_buyer(database, shop.brand, locale=locale)
    order = await make_order(database, shop, buyer_id=buyer.id)
    preview = "query ($id: ID!) { rejectionMailPreview(orderId: $id) { text html } }"

    async def mail() -> str:
        found = (await admin.data(preview, id=id_of(order)))["rejectionMailPreview"]
        for words in ("help@northlight.example", "+81 3 1234 5678"):
            assert (words in found["text"]) is (words in found["html"])
        return str(found["text"])

    text = await mail()
    assert "help@northlight.example" in text
    assert {Locale.EN: "Phone: +81 3 1234 5678", Locale.JA: "電話：+81 3 1234 5678"}[locale] in text
    async with database.read(EVERYTHING) as session:
        snapshot = await order_snapshot(session, order.id, None, for_buyer=True)
        entries = list(await session.scalars(select(AuditEntry).order_by(AuditEntry.id)))
    assert snapshot
    assert (snapshot.brand.name, snapshot.brand.country) == ("Northlight Holdings K.K.", "JP")
    assert snapshot.brand.phone == "+81 3 1234 5678"
    assert entries[-1].details["names"] == "contact_email, country, legal_name, mail_reply_to, phone"
    await update(admin, **dict.fromkeys(COMPANY))
    empty = {"legalName": None, "country": "", "phone": None, "contactEmail": None}
    assert (await admin.data(READ_COMPANY))["brandSettings"] == empty
    text = await mail()
    assert "sales@northlight.example" in text
    assert "5678" not in text


async def test_archiving_can_be_switched_off(database: Database, admin: Client, shop: Shop) -> None:
    order = await make_order(database, shop, status=OrderStatus.REJECTED)
    await update(admin, archivingEnabled=False)
    found = await admin.data("query ($id: ID!) { order(id: $id) { availableActions } }", id=id_of(order))
    assert found["order"]["availableActions"] == ["APPLY_TAGS"]


@pytest.mark.parametrize(
    ("input", "field"),
    [
        ({"timeZone": "Mars/Base"}, "timeZone"),
        ({"timeZone": ""}, "timeZone"),
        ({"mailReplyTo": "nobody"}, "mailReplyTo"),
        ({"name": " "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "North\nlight"}, "name"),
        ({"name": "North\u0000light"}, "name"),
        ({"address": "x" * 1001}, "address"),
        ({"contactEmail": "nobody"}, "contactEmail"),
        ({"contactEmail": "x" * 310 + "@example.com"}, "contactEmail"),
        ({"legalName": "x" * 201}, "legalName"),
        ({"legalName": "North\nlight"}, "legalName"),
        ({"phone": "1" * 51}, "phone"),
        ({"phone": "1\u00002"}, "phone"),
        ({"country": "x" * 101}, "country"),
        ({"mailReplyTo": "a@b.example\nBcc: c@d.example"}, "mailReplyTo"),
    ],
)
async def test_a_bad_setting_is_refused(database: Database, admin: Client, input: dict[str, Any], field: str) -> None:
    before = await trace(database)
    payload = await update(admin, archivingEnabled=False, **input)
    assert [error["field"] for error in payload["userErrors"]] == [["input", field]]
    assert await trace(database) == before


async def test_admins_change_settings_members_read_them_and_nobody_else_sees_them(
    database: Database, api: Client, shop: Shop
) -> None:
    before = await trace(database)
    for actor in (shop.member(Role.WRITE), shop.member(Role.READ), shop.buyer_user(), OPERATOR):
        payload = await update(api.as_(actor), archivingEnabled=False)
        assert [error["code"] for error in payload["userErrors"]] == ["NOT_PERMITTED"]
    assert await trace(database) == before
    for actor, is_seen in ((shop.member(Role.READ), True), (shop.buyer_user(), False), (OPERATOR, False)):
        assert ((await api.as_(actor).data(READ))["brandSettings"] is not None) is is_seen
