"""A brand's own wording of its mails: checked when saved, tried beforehand, kept in versions, filled in when sent."""

from typing import Any

import pytest
from sqlalchemy import select

from exports.mail import render
from models.brand import Brand
from models.database.sessions import Database
from models.mail_wording import filled, miswritten_variables, unknown_variables
from models.outbox import OrderNotice, OutboxMessage
from models.policy import OrderStatus, Role
from models.scope import EVERYTHING
from resolvers.brand_settings import update_brand_settings
from resolvers.core.context import Context
from tests.support.client import Client, id_of
from tests.support.factories import Shop, make_buyer, make_order, make_shop

SAVE = """mutation ($wordings: [MailWordingInput!]!) { updateBrandSettings(input: {mailWordings: $wordings}) {
  settings { mailWordings { kind locale version subject heading body createdBy } }
  userErrors { code field message } } }"""
PREVIEW = """query ($id: ID!, $body: String, $wording: MailWordingInput) {
  orderMailPreview(orderId: $id, kind: ORDER_REJECTED, body: $body, wording: $wording) { subject body text html } }"""
REJECT = """mutation ($id: ID!) { rejectOrder(input: {orderId: $id, notify: true}) { userErrors { code } } }"""
WORDING = {
    "kind": "ORDER_REJECTED",
    "locale": "EN",
    "subject": "{brand}: about {code}",
    "heading": "Sorry about {code}, {buyer}",
    "body": "Your {buyerOrderNumber} over {total} <b>cannot</b> go {",
}


@pytest.fixture
async def shop(database: Database) -> Shop:
    return await make_shop(database, name="North {code} light")


@pytest.fixture
async def admin(api: Client, shop: Shop) -> Client:
    return api.as_(shop.member(Role.ADMIN))


async def save(client: Client, *wordings: dict[str, Any]) -> dict[str, Any]:
    payload: dict[str, Any] = (await client.data(SAVE, wordings=list(wordings)))["updateBrandSettings"]
    return payload


async def test_what_is_saved_is_sent_with_its_variables_filled_in(
    database: Database, admin: Client, shop: Shop
) -> None:
    assert (await save(admin, WORDING))["userErrors"] == []
    buyer = await make_buyer(database, shop.brand, name="Tansy & {brand}")
    order = await make_order(database, shop, buyer_id=buyer.id, code="ORD-1", buyer_order_number="PO-7")
    shown = (await admin.data(PREVIEW, id=id_of(order)))["orderMailPreview"]
    assert shown["subject"] == "North {code} light: about ORD-1", "a variable in a value is no variable"
    assert shown["body"] == "Your PO-7 over £39.40 <b>cannot</b> go {"
    assert "Sorry about ORD-1, Tansy & {brand}" in shown["text"]
    assert "Tansy &amp; {brand}" in shown["html"]
    assert "&lt;b&gt;cannot" in shown["html"]
    await admin.data(REJECT, id=id_of(order))
    async with database.read(EVERYTHING) as session:
        notice = (await session.scalars(select(OutboxMessage.notice))).one()
    mail = render(OrderNotice.stored(notice))
    assert (mail.subject, mail.text, mail.html) == (shown["subject"], shown["text"], shown["html"])
    typed = (await admin.data(PREVIEW, id=id_of(order), body="My own {code}"))["orderMailPreview"]
    assert typed["body"] == "My own {code}"


async def test_a_wording_is_tried_before_it_is_saved(database: Database, admin: Client, shop: Shop) -> None:
    order = await make_order(database, shop, code="ORD-1")
    japanese = WORDING | {"locale": "JA", "subject": "【{brand}】{code}について", "body": None}
    shown = (await admin.data(PREVIEW, id=id_of(order), wording=japanese))["orderMailPreview"]
    assert shown["subject"] == "【North {code} light】ORD-1について"
    assert "お引き受けすることができません" in shown["text"], "without a body of its own, the standard one"
    error = await admin.error(PREVIEW, id=id_of(order), wording=WORDING | {"body": "{totl}"})
    assert error["extensions"]["field"] == ["wording", "body"]
    assert "{total}" in error["message"]


async def test_each_change_is_a_version(admin: Client) -> None:
    await save(admin, WORDING)
    await save(admin, WORDING)  # nothing changed
    await save(admin, WORDING | {"subject": " "}, WORDING | {"locale": "JA"})
    query = "{ brandSettings { mailWordings(allVersions: true) { locale version subject createdBy } } }"
    found = (await admin.data(query))["brandSettings"]["mailWordings"]
    assert [(each["locale"], each["version"], each["subject"]) for each in found] == [
        ("EN", 2, None),
        ("EN", 1, WORDING["subject"]),
        ("JA", 1, WORDING["subject"]),
    ]
    history = "{ history(first: 2) { nodes { kind summary } } }"
    newest = (await admin.data(history))["history"]["nodes"][0]
    assert "mailWordings.ORDER_REJECTED.en" in newest["summary"]


DELETE = """mutation ($input: DeleteMailWordingInput!) { deleteMailWording(input: $input) {
  settings { mailWordings { locale } } userErrors { code field message } } }"""


async def test_a_deleted_wording_is_the_standard_one_again_and_stays_readable(
    database: Database, api: Client, admin: Client, shop: Shop
) -> None:
    await save(admin, WORDING, WORDING | {"locale": "JA"})
    of_mail = {"kind": "ORDER_REJECTED", "locale": "EN"}
    deleted = (await admin.data(DELETE, input=of_mail | {"idempotencyKey": "k"}))["deleteMailWording"]
    assert deleted == {"settings": {"mailWordings": [{"locale": "JA"}]}, "userErrors": []}
    order = await make_order(database, shop, code="ORD-1")
    shown = (await admin.data(PREVIEW, id=id_of(order)))["orderMailPreview"]
    assert "we cannot take this order" in shown["text"]
    query = "{ brandSettings { mailWordings(allVersions: true) { locale version subject } } }"
    found = (await admin.data(query))["brandSettings"]["mailWordings"]
    assert [(each["locale"], each["version"], each["subject"]) for each in found] == [
        ("EN", 2, None),
        ("EN", 1, WORDING["subject"]),
        ("JA", 1, WORDING["subject"]),
    ]
    again = (await admin.data(DELETE, input=of_mail))["deleteMailWording"]["userErrors"]
    assert [(error["code"], error["field"]) for error in again] == [("NOT_FOUND", ["input", "kind"])]
    member = (await api.as_(shop.member()).data(DELETE, input=of_mail | {"locale": "JA"}))["deleteMailWording"]
    assert [error["code"] for error in member["userErrors"]] == ["NOT_PERMITTED"]
    assert (await save(admin, WORDING))["settings"]["mailWordings"][0]["version"] == 3


async def test_a_mail_to_the_brand_has_the_brands_wording_too(
    database: Database, api: Client, admin: Client, shop: Shop
) -> None:
    words = WORDING | {"kind": "OC_APPROVED", "subject": "{buyer}: {code} over {total}"}
    assert (await save(admin, words, words | {"kind": "OC_REFUSED", "body": None}))["userErrors"] == []
    contact = 'mutation { updateBrandSettings(input: {contactEmail: "a@north.example"}) { userErrors { code } } }'
    await admin.data(contact)
    order = await make_order(database, shop, status=OrderStatus.OC_CREATED, approval_asked=True, code="ORD-1")
    approve = """mutation ($id: ID!) { approveOrderConfirmation(input: {orderId: $id, notify: true}) {
      userErrors { code } } }"""
    done = await api.as_(shop.buyer_user()).data(approve, id=id_of(order))
    assert done["approveOrderConfirmation"]["userErrors"] == []
    async with database.read(EVERYTHING) as session:
        notice = OrderNotice.stored((await session.scalars(select(OutboxMessage.notice))).one())
    mail = render(notice)
    assert (notice.to, mail.subject) == (["a@north.example"], f"{shop.buyer.name}: ORD-1 over £39.40")
    assert "over £39.40 <b>cannot</b>" in mail.text


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"subject": "{order}"}, "subject"),
        ({"heading": "{}"}, "heading"),
        ({"body": "{code.__class__}"}, "body"),
        ({"subject": "two\nlines"}, "subject"),
        ({"subject": "x" * 201}, "subject"),
        ({"subject": "Dear {buyer, about {code}"}, "subject"),
        ({"heading": "About code}"}, "heading"),
        ({"body": "｛buyer｝ 御中"}, "body"),
    ],
)
async def test_what_cannot_be_said_is_refused(admin: Client, wrong: dict[str, str], field: str) -> None:
    payload = await save(admin, WORDING, WORDING | wrong)
    assert [(error["code"], error["field"]) for error in payload["userErrors"]] == [
        ("INVALID_INPUT", ["input", "mailWordings", "1", field])
    ]
    assert payload["settings"]["mailWordings"] == []


def test_only_known_names_between_braces_are_variables() -> None:
    assert unknown_variables("{code} { code } {{code}} {0} } {") == [" code ", "0"]
    assert filled("{{code}} {x} {", {"code": "A{x}"}) == "{A{x}} {x} {"


def test_a_brace_alone_is_a_text() -> None:
    assert miswritten_variables("{brand} {buyerOrderNumber} go { :-} a code, { 1 } {codes bar{") == []
    assert miswritten_variables("{buyer {code} Total } ｛code｝") == ["{buyer", "Total }", "｛code｝"]


async def test_a_brands_own_sender(database: Database, api: Client, shop: Shop, admin: Client) -> None:
    """The operator sets it; the brand's admins only read it."""
    context = Context(database, shop.member(Role.ADMIN), api.clock)
    for address, refused in (("no address", True), ("orders@north.example", False)):
        outcome = await update_brand_settings(context, {"mail_sender_address": address})
        assert bool(outcome.refusals) is refused
    async with database.read(EVERYTHING) as session:
        found = await session.scalar(select(Brand.mail_sender_address).where(Brand.id == shop.brand.id))
    assert found == "orders@north.example"
    shown = await admin.data("{ brandSettings { mailSenderAddress } }")
    assert shown["brandSettings"]["mailSenderAddress"] == "orders@north.example"
    order = await make_order(database, shop)
    await admin.data(REJECT, id=id_of(order))
    async with database.read(EVERYTHING) as session:
        notice = OrderNotice.stored((await session.scalars(select(OutboxMessage.notice))).one())
    assert notice.sender_address == "orders@north.example"
