"""Mails about goods sent and invoices issued, and to the brand about its buyer's answer to an OC."""

import re
from typing import Any

import pytest
from sqlalchemy import select

from exports.mail import render
from models.database.sessions import Database
from models.locale import Locale
from models.messages.mail import MailKind
from models.outbox import OrderNotice, OutboxMessage
from models.policy import OrderStatus, Role
from models.scope import EVERYTHING, Scope
from resolvers.core.mail_contents import read_contents
from resolvers.papers.mails import NOT_YET
from tests.api.test_delivery_notes_and_invoices import run
from tests.api.test_papers import confirm
from tests.support.client import Client, id_of
from tests.support.factories import Shop, make_buyer, make_order, make_shop

BRAND = {"name": "Northlight", "contact_email": "sales@northlight.example", "time_zone": "Europe/London"}


@pytest.fixture
async def shop(database: Database) -> Shop:
    return await make_shop(database, **BRAND)


@pytest.fixture
async def member(api: Client, shop: Shop) -> Client:
    return api.as_(shop.member())


async def mails(database: Database) -> list[OrderNotice]:
    async with database.read(EVERYTHING) as session:
        found = await session.scalars(select(OutboxMessage.notice).order_by(OutboxMessage.id))
        return [OrderNotice.stored(each) for each in found]


def parts(notice: OrderNotice) -> tuple[str, str]:
    mail = render(notice)
    return mail.text, mail.html


async def test_the_first_lines_are_the_same_for_one_order_and_for_many(
    database: Database, shop: Shop, member: Client
) -> None:
    orders = [await make_order(database, shop, lines=[(n, 480) for n in range(1, count + 1)]) for count in (1, 10, 13)]
    await confirm(member, id_of(orders[1]))
    async with database.read(Scope(shop.brand.id)) as session:
        together = await read_contents(session, orders, MailKind.ORDER_REJECTED)
        alone = [(await read_contents(session, [each], MailKind.ORDER_REJECTED))[each.id] for each in orders]
    assert alone == [together[each.id] for each in orders]
    assert [(len(each["lines"]), each["more"]) for each in alone] == [(1, 0), (10, 0), (10, 3)]
    assert [line["quantity"] for line in alone[2]["lines"]] == list(range(1, 11))


@pytest.mark.parametrize("locale", Locale)
async def test_goods_on_their_way(database: Database, shop: Shop, member: Client, locale: Locale) -> None:
    buyer = await make_buyer(database, shop.brand, locale=locale)
    order = await make_order(database, shop, buyer_id=buyer.id, lines=[(2, 1250), (1234, 480)])
    await confirm(member, id_of(order))
    sent = {"carrier": "Example <Parcels>", "trackingNumber": "EX 12", "cartons": 3}
    done = await run(member, "createDeliveryNote", "notices { code }", orderId=id_of(order), notify=True, **sent)
    assert (done["userErrors"], done["notices"]) == ([], [])
    [notice] = await mails(database)
    assert (notice.kind, notice.to) == ("DELIVERY_NOTE_CREATED", ["buyer@example.com"])
    text, html = parts(notice)
    for said in ("Example <Parcels>", "EX 12", "1,236", "Linen shirt 2 (SKU-2)", "1,234"):
        assert said in text
        assert said.replace("<", "&lt;").replace(">", "&gt;") in re.sub("</?span[^>]*>", "", html)
    assert "£" not in text, "a packing list has no prices"


async def test_an_invoice_for_several_orders(database: Database, shop: Shop, member: Client) -> None:
    orders = [await make_order(database, shop, lines=[(n + 1, 1250)], code=f"ORD-{n}") for n in range(2)]
    for each in orders:
        await confirm(member, id_of(each))
    ids = [id_of(each) for each in orders]
    draft = "mutation ($ids: [ID!]!) { createInvoiceForOrders(input: {orderIds: $ids}) { invoice { id } } }"
    invoice = (await member.data(draft, ids=ids))["createInvoiceForOrders"]["invoice"]["id"]
    issued = await run(member, "issueInvoice", "invoice { number }", invoiceId=invoice, notify=True, body="Thanks!")
    assert issued["userErrors"] == []
    [notice] = await mails(database)
    text, html = parts(notice)
    for said in (issued["invoice"]["number"], "Thanks!", "ORD-0, ORD-1", "£37.50"):
        assert said in text
        assert said in html


async def test_without_notify_nobody_is_mailed_and_a_body_is_refused(
    database: Database, shop: Shop, member: Client
) -> None:
    order = await make_order(database, shop)
    await confirm(member, id_of(order))
    refused = await run(member, "createDeliveryNote", orderId=id_of(order), body="Hello")
    assert [error["code"] for error in refused["userErrors"]] == ["INVALID_INPUT"]
    assert (await run(member, "createDeliveryNote", orderId=id_of(order)))["userErrors"] == []
    assert await mails(database) == []


async def asked(database: Database, shop: Shop) -> str:
    """An order whose buyer was asked to approve the OC."""
    return id_of(await make_order(database, shop, status=OrderStatus.OC_CREATED, approval_asked=True, code="ORD-1"))


@pytest.mark.parametrize(
    ("mutation", "input", "said"),
    [
        ("approveOrderConfirmation", {}, "approved the order confirmation"),
        ("refuseOrderConfirmation", {"comment": "Too <late>"}, "Too <late>"),
        ("refuseOrderConfirmation", {"comment": " "}, "given no comment"),
    ],
)
async def test_the_brand_reads_what_its_buyer_answered(
    database: Database, api: Client, shop: Shop, mutation: str, input: dict[str, Any], said: str
) -> None:
    buyer = api.as_(shop.buyer_user())
    done = await run(buyer, mutation, "notices { code }", orderId=await asked(database, shop), notify=True, **input)
    assert (done["userErrors"], done["notices"]) == ([], [])
    [notice] = await mails(database)
    assert (notice.to, notice.reply_to, notice.url) == (["sales@northlight.example"], None, None)
    text, html = parts(notice)
    assert said in text
    assert said.replace("<", "&lt;").replace(">", "&gt;") in html
    assert (f"{shop.buyer.name} wrote:\n{said}\n" in text) is ("<late>" in said), "whose words they are"


async def test_a_brand_without_an_address_is_not_mailed_and_the_buyer_sees_it(database: Database, api: Client) -> None:
    shop = await make_shop(database)
    buyer = api.as_(shop.buyer_user())
    order_id = await asked(database, shop)
    done = await run(buyer, "approveOrderConfirmation", "notices { code }", orderId=order_id, notify=True)
    assert (done["userErrors"], done["notices"]) == ([], [{"code": "BRAND_HAS_NO_ADDRESS"}])
    assert await mails(database) == []


OPEN: dict[str, Any] = {"notify": False, "askBuyerApproval": False}
PREVIEW = "query ($id: ID!) { orderMailPreview(orderId: $id, kind: OC_CONFIRMED) { text html } }"


async def test_a_confirmed_oc_is_compared_with_the_order(database: Database, shop: Shop, member: Client) -> None:
    """By SKU: fewer, dropped, cheaper, added. The order of the lines does not matter."""
    order = await make_order(database, shop, lines=[(6, 1250), (3, 480), (10, 690)], code="ORD-1")
    assert (await run(member, "createOrderConfirmation", orderId=id_of(order), **OPEN))["userErrors"] == []

    async def preview() -> dict[str, str]:
        shown: dict[str, str] = (await member.data(PREVIEW, id=id_of(order)))["orderMailPreview"]
        return shown

    async def change(lines: list[tuple[str, int, str]]) -> None:
        given = [{"skuId": sku, "quantity": quantity, "unitPrice": price} for sku, quantity, price in lines]
        done = await run(member, "updateOrderConfirmation", orderId=id_of(order), lines=given)
        assert done["userErrors"] == []

    one, two, three = (id_of(each) for each in shop.skus[:3])
    await change([(three, 10, "6.90"), (two, 3, "4.80"), (one, 6, "12.50")])
    assert "differ" not in (await preview())["text"]
    await change([(three, 10, "6.50"), (one, 4, "12.50"), (one, 1, "0.00")])
    before = await preview()
    for said in (
        "4 lines differ from the order",
        *(
            "Qty 6 → 4",
            "[dropped] Linen shirt 2 (SKU-2)",
            "£6.50 each, ordered at £6.90",
            "[added] Linen shirt 1 (SKU-1)",
        ),
        *("Ordered: £158.40", "Difference: −£43.40", "Confirmed: £115.00"),
    ):
        assert said in before["text"], (said, before["text"])
    assert (await run(member, "confirmOrder", orderId=id_of(order), notify=True))["userErrors"] == []
    [notice] = await mails(database)
    assert notice.contents
    assert parts(notice)[0].partition("Confirmed: ")[2][20:] == before["text"].partition("Confirmed: ")[2][20:]


async def test_only_the_tax_of_an_oc_differs(database: Database, shop: Shop, member: Client) -> None:
    order = await make_order(database, shop, lines=[(6, 1250)])
    assert (await run(member, "createOrderConfirmation", orderId=id_of(order), **OPEN))["userErrors"] == []
    taxed = {
        "skuId": id_of(shop.skus[0]),
        "quantity": 6,
        "unitPrice": "12.50",
        "tax": {"kind": "STANDARD", "rate": "20"},
    }
    done = await run(member, "updateOrderConfirmation", orderId=id_of(order), lines=[taxed])
    assert done["userErrors"] == []
    text = (await member.data(PREVIEW, id=id_of(order)))["orderMailPreview"]["text"]
    for said in ("Qty 6   £12.50 each", "Ordered: £75.00", "Difference: +£15.00", "Confirmed: £90.00", "tax £15.00"):
        assert said in text, (said, text)


SHOWN = """query ($id: ID!, $kind: OrderMailKind!, $note: ID, $invoice: ID) {
  orderMailPreview(orderId: $id, kind: $kind, deliveryNoteId: $note, invoiceId: $invoice) { subject text html } }"""
WORDS = """mutation ($wordings: [MailWordingInput!]!) { updateBrandSettings(input: {mailWordings: $wordings}) {
  userErrors { code } } }"""


async def shown(client: Client, order_id: str, kind: str, **documents: str) -> tuple[str, str, str]:
    found = (await client.data(SHOWN, id=order_id, kind=kind, **documents))["orderMailPreview"]
    return found["subject"], found["text"], found["html"]


@pytest.mark.parametrize("locale", Locale)
async def test_the_preview_of_a_documents_mail_equals_the_mail(
    database: Database, api: Client, shop: Shop, locale: Locale
) -> None:
    """Of a note, of an invoice for two orders, and of its draft but for the number. Each sum is the invoice's."""
    admin = api.as_(shop.member(Role.ADMIN))
    texts = {"kind": "INVOICE_ISSUED", "locale": locale.name, "subject": "{total} {code}", "body": "Pay {total}."}
    assert (await admin.data(WORDS, wordings=[texts]))["updateBrandSettings"]["userErrors"] == []
    buyer = await make_buyer(database, shop.brand, locale=locale, name="{total}")
    orders = [await make_order(database, shop, buyer_id=buyer.id, lines=[(4, 1250), (12, 480)]) for _ in range(2)]
    ids = [id_of(each) for each in orders]
    for id in ids:
        await confirm(admin, id)
    backlog = (await run(admin, "createBacklogSkus", "order { backlogSkus { id } }", orderId=ids[0]))["order"]
    part = [{"backlogSkuId": backlog["backlogSkus"][0]["id"], "quantity": 3}]
    made = await run(
        admin, "createDeliveryNote", "deliveryNote { id }", orderId=ids[0], notify=True, backlogQuantities=part
    )
    note = made["deliveryNote"]["id"]
    draft = "mutation ($ids: [ID!]!) { createInvoiceForOrders(input: {orderIds: $ids}) { invoice { id } } }"
    invoice = (await admin.data(draft, ids=ids))["createInvoiceForOrders"]["invoice"]
    as_draft = await shown(admin, ids[0], "INVOICE_ISSUED", invoice=invoice["id"])
    issued = await run(admin, "issueInvoice", "invoice { number }", invoiceId=invoice["id"], notify=True)
    assert issued["userErrors"] == []
    number = issued["invoice"]["number"]
    for of_note, of_invoice in (({"note": note}, {"invoice": invoice["id"]}), ({}, {})):
        previews = [
            await shown(admin, ids[0], "DELIVERY_NOTE_CREATED", **of_note),
            await shown(admin, ids[0], "INVOICE_ISSUED", **of_invoice),
        ]
        assert [(mail.subject, mail.text, mail.html) for mail in map(render, await mails(database))] == previews
    assert tuple(each.replace(NOT_YET.in_(locale), number) for each in as_draft) == previews[1]
    subject, text, html = previews[1]
    assert subject == f"£215.20 {orders[0].code}"
    assert "Pay £215.20." in text
    assert "{total}" in text, "the buyer's name is no variable"
    assert "\0" not in html


async def test_before_there_is_a_document_the_preview_is_about_the_order(
    database: Database, shop: Shop, member: Client
) -> None:
    id = id_of(await make_order(database, shop, lines=[(2, 1250)]))
    _, note, _ = await shown(member, id, "DELIVERY_NOTE_CREATED")
    assert "Delivery note: (follows)" in note
    assert "Qty 2" in note
    assert "£" not in note
    _, invoice, _ = await shown(member, id, "INVOICE_ISSUED")
    assert "Invoice no.: (follows)" in invoice
    assert "Amount due: £25.00" in invoice


async def test_a_document_of_another_order_or_kind_has_no_preview(
    database: Database, shop: Shop, member: Client
) -> None:
    order, other = [id_of(await make_order(database, shop)) for _ in range(2)]
    for each in (order, other):
        await confirm(member, each)
    made = await run(member, "createDeliveryNote", "deliveryNote { id }", orderId=other)
    note = made["deliveryNote"]["id"]
    for kind, documents, field, code in (
        ("DELIVERY_NOTE_CREATED", {"note": note}, "deliveryNoteId", "NOT_FOUND"),
        ("DELIVERY_NOTE_CREATED", {"note": other}, "deliveryNoteId", "NOT_FOUND"),
        ("DELIVERY_NOTE_CREATED", {"note": ""}, "deliveryNoteId", "NOT_FOUND"),
        ("INVOICE_ISSUED", {"invoice": note}, "invoiceId", "NOT_FOUND"),
        ("INVOICE_ISSUED", {"note": note}, "deliveryNoteId", "BAD_USER_INPUT"),
        ("OC_CREATED", {"invoice": note}, "invoiceId", "BAD_USER_INPUT"),
    ):
        error = await member.error(SHOWN, id=order, kind=kind, **documents)
        assert (error["extensions"]["code"], error["extensions"]["field"]) == (code, [field]), error


async def test_a_rejection_cancels_what_has_not_left(database: Database, api: Client, shop: Shop) -> None:
    order_id = await asked(database, shop)
    done = await run(api.as_(shop.buyer_user()), "refuseOrderConfirmation", orderId=order_id, notify=True)
    assert done["userErrors"] == []
    member = api.as_(shop.member())
    query = """query ($id: ID!) { order(id: $id) { notifications { kind status cancelledBy }
      history(first: 9) { nodes { kind summary } } } }"""
    before = (await member.data(query, id=order_id))["order"]["notifications"]
    assert [each["kind"] for each in before] == ["OC_REFUSED"]
    await run(member, "rejectOrder", orderId=order_id, notify=False)
    after = (await member.data(query, id=order_id))["order"]
    summaries = [each["summary"] for each in after["history"]["nodes"] if each["kind"] == "NOTIFICATION_CANCELLED"]
    if after["notifications"][0]["status"] != "SENT":  # the server's relay may have been faster
        assert after["notifications"][0]["cancelledBy"] == "ORDER_REJECTED"
        assert "Order confirmation refused" in summaries[0]
