"""Orders with addresses and taxes, invoices that say what is missing, and documents that stay as they were issued."""

from decimal import Decimal
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from pypdf import PdfReader
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError

from exports.delivery_note_pdf import delivery_note_pdf
from exports.invoice_pdf import invoice_pdf
from graph.core.ids import Kind, from_id
from models.brand import Brand
from models.buyer import Buyer
from models.catalog import Sku
from models.database.sessions import Database
from models.letterhead import Letterhead
from models.locale import Locale
from models.papers.delivery_notes import read_delivery_note
from models.papers.invoices import read_credit_note, read_invoice
from models.policy import Role
from models.registration import RegistrationKind
from models.scope import EVERYTHING
from models.tax import Rounding, Tax, TaxKind, added_tax, sums_by_rate
from tests.api.test_delivery_notes_and_invoices import run
from tests.support.client import Client, id_of
from tests.support.factories import Shop, make_order, make_shop, save

STANDARD, REDUCED = Tax(TaxKind.STANDARD, 1000), Tax(TaxKind.REDUCED, 800)
ORDER = """query ($id: ID!) { node(id: $id) { ... on Order { id total { amount } tax { amount } subtotal { amount }
  shipping { amount } billingAddress deliveryAddress deliverFrom deliverTo buyerOrderNumber pricesIncludeTax version
  lines(first: 5) { nodes { tax { kind rate } } } } } }"""
INVOICE = """query ($id: ID!) { node(id: $id) { ... on Invoice { number missing total { amount } creditNote { code }
  taxes { kind rate net { amount } tax { amount } gross { amount } } } } }"""


@pytest.mark.parametrize(
    ("amount", "rate", "included", "rounding", "tax"),
    [
        (1001, 1000, False, Rounding.DOWN, 100),
        (1005, 1000, False, Rounding.HALF_UP, 101),
        (1004, 1000, False, Rounding.HALF_UP, 100),
        (1100, 1000, True, Rounding.DOWN, 100),
        (1000, 1000, True, Rounding.HALF_UP, 91),
        (1000, 1000, True, Rounding.DOWN, 90),
        (200, 1750, False, Rounding.HALF_UP, 35),
        (-1005, 1000, False, Rounding.HALF_UP, -101),
        (1000, 0, False, Rounding.HALF_UP, 0),
    ],
)
def test_tax_is_rounded_once(amount: int, rate: int, included: bool, rounding: Rounding, tax: int) -> None:
    kind = TaxKind.STANDARD if rate else TaxKind.ZERO
    (found,) = sums_by_rate([(Tax(kind, rate), amount)], included=included, rounding=rounding)
    assert found.tax == tax
    assert found.gross == (amount if included else amount + tax)


def test_lines_of_one_rate_are_added_up_before_they_are_rounded() -> None:
    amounts = [(STANDARD, 5), (STANDARD, 5), (REDUCED, 9), (None, 100)]
    assert added_tax(amounts, included=False, rounding=Rounding.HALF_UP) == 1 + 1
    assert added_tax(amounts, included=False, rounding=Rounding.DOWN) == 1
    assert added_tax(amounts, included=True, rounding=Rounding.DOWN) == 0


@pytest.fixture
async def shop(database: Database) -> Shop:
    return await make_shop(database, address="14 Harbour Lane\nLondon", country="GB", time_zone="Europe/London")


@pytest.fixture
async def member(api: Client, shop: Shop) -> Client:
    return api.as_(shop.member())


async def register(database: Database, shop: Shop, **more: Any) -> None:
    number = {"registration_kind": RegistrationKind.GB_VAT, "registration_number": "GB 123 4567 82"}
    await save(database, Letterhead(brand_id=shop.brand.id, **(number | more)))


async def place(client: Client, shop: Shop, **input: Any) -> dict[str, Any]:
    document = """mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) {
      order { id } userErrors { code field } } }"""
    lines = [{"skuId": id_of(shop.skus[0]), "quantity": 3, "unitPrice": "10.05"}]
    given = {"buyerId": id_of(shop.buyer), "catalogCode": "SS27", "currency": "GBP", "lines": lines} | input
    payload: dict[str, Any] = (await client.data(document, input=given))["placeOrder"]
    return payload


async def confirm(client: Client, order_id: str) -> None:
    await run(client, "createOrderConfirmation", orderId=order_id, notify=False, askBuyerApproval=False)
    await run(client, "confirmOrder", orderId=order_id, notify=False)


async def shown(client: Client, id: str, query: str = ORDER) -> dict[str, Any]:
    found: dict[str, Any] = (await client.data(query, id=id))["node"]
    return found


SAID = {
    "billingAddress": "7 Quayside Row\nWhitby",
    "deliveryAddress": "Unit 4\nWhitby",
    "deliverFrom": "2027-01-15",
    "deliverTo": "2027-02-10",
    "buyerOrderNumber": "PO-7740",
}


async def test_an_order_keeps_what_it_was_placed_with(member: Client, shop: Shop) -> None:
    charges = {"shipping": "5.00", "tax": {"kind": "STANDARD", "rate": "20"}, "code": "A-1"}
    placed = await place(member, shop, **SAID, **charges)
    assert placed["userErrors"] == []
    order = await shown(member, placed["order"]["id"])
    assert {name: order[name] for name in SAID} == SAID
    amounts = [order[name]["amount"] for name in ("subtotal", "shipping", "tax", "total")]
    assert amounts == ["30.15", "5.00", "7.03", "42.18"]
    assert order["lines"]["nodes"] == [{"tax": {"kind": "STANDARD", "rate": "20"}}]
    assert (await place(member, shop, **SAID, **charges))["order"] == placed["order"]
    other = await place(member, shop, **SAID | {"buyerOrderNumber": "PO-1"}, **charges)
    assert [error["field"] for error in other["userErrors"]] == [["input", "code"]]


async def test_prices_that_include_tax_stay_the_total(database: Database, member: Client, shop: Shop) -> None:
    default = {"default_tax_kind": TaxKind.STANDARD, "default_tax_rate": 2000, "prices_include_tax": True}
    await register(database, shop, **default)
    order = await shown(member, (await place(member, shop))["order"]["id"])
    assert [order[name]["amount"] for name in ("subtotal", "tax", "total")] == ["30.15", "0.00", "30.15"]
    assert order["pricesIncludeTax"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"deliverFrom": "2027-02-10", "deliverTo": "2027-01-15"}, "deliverTo"),
        ({"shipping": "-1"}, "shipping"),
        ({"shipping": "0.001"}, "shipping"),
        ({"tax": {"kind": "STANDARD", "rate": "0"}}, "tax"),
        ({"shippingTax": {"kind": "EXEMPT", "rate": "5"}}, "shippingTax"),
        ({"buyerOrderNumber": "x" * 65}, "buyerOrderNumber"),
        ({"deliveryAddress": "x" * 1001}, "deliveryAddress"),
    ],
)
async def test_what_cannot_be_is_named(member: Client, shop: Shop, given: Any, field: str) -> None:
    (error,) = (await place(member, shop, **given))["userErrors"]
    assert error["code"] == "INVALID_INPUT"
    assert error["field"][:2] == ["input", field]


@pytest.mark.parametrize("given", [{"shipping": "0"}, {"tax": {"kind": "ZERO", "rate": "0"}}])
async def test_a_buyer_gives_neither_tax_nor_shipping(api: Client, shop: Shop, given: Any) -> None:
    (error,) = (await place(api.as_(shop.buyer_user()), shop, **given))["userErrors"]
    assert error["code"] == "NOT_PERMITTED"


async def test_the_confirmation_changes_shipping_and_tax(member: Client, shop: Shop) -> None:
    id = (await place(member, shop, tax={"kind": "STANDARD", "rate": "20"}))["order"]["id"]
    await run(member, "createOrderConfirmation", orderId=id, notify=False, askBuyerApproval=False)
    await run(member, "updateOrderConfirmation", orderId=id, shipping="10.00")
    order = await shown(member, id)
    assert [order[name]["amount"] for name in ("shipping", "tax", "total")] == ["10.00", "8.03", "48.18"]
    await run(member, "updateOrderConfirmation", orderId=id, tax={"kind": "REDUCED", "rate": "5"})
    order = await shown(member, id)
    assert order["lines"]["nodes"] == [{"tax": {"kind": "REDUCED", "rate": "5"}}]
    assert order["tax"]["amount"] == "2.01"  # 5 % of 30.15 + 10.00, half up


async def test_an_invoice_says_what_is_missing(database: Database, member: Client, shop: Shop) -> None:
    order = await make_order(database, shop, shipping_minor=500, total_minor=4440)
    await confirm(member, id_of(order))
    drafted = (await run(member, "createInvoice", "invoice { id missing }", orderId=id_of(order)))["invoice"]
    assert drafted["missing"] == []  # the brand is not registered for tax
    await register(database, shop)
    assert (await shown(member, drafted["id"], INVOICE))["missing"] == ["BUYER_ADDRESS", "LINE_TAX", "SHIPPING_TAX"]
    issue = """mutation ($id: ID!) { issueInvoice(input: {invoiceId: $id}) {
      invoice { number } userErrors { code message field } } }"""
    refused = (await member.data(issue, id=drafted["id"]))["issueInvoice"]
    assert [(error["code"], error["field"]) for error in refused["userErrors"]] == [
        ("INVALID_INPUT", ["input", "invoiceId"])
    ] * 3
    assert (await shown(member, drafted["id"], INVOICE))["number"] is None


async def read(database: Database, kind: Any, id: UUID) -> Any:
    async with database.read(EVERYTHING) as session:
        return await kind(session, id, for_buyer=False) if kind is read_invoice else await kind(session, id)


async def change_everything(database: Database, shop: Shop) -> None:
    async with database.transaction(EVERYTHING) as session:
        brand: Any = {"name": "Other", "legal_name": "Other Ltd", "address": "Elsewhere", "time_zone": "Asia/Tokyo"}
        await session.execute(update(Brand).where(Brand.id == shop.brand.id).values(**brand, country="JP"))
        await session.execute(update(Buyer).values(name="Renamed", address="Moved", country="FR"))
        await session.execute(update(Sku).values(name="Renamed", model_number="Renamed", color="Red"))
        await session.execute(update(Letterhead).values(footer_en="Other", accent_color="#000000", payment_days=1))


async def test_issued_documents_stay_as_they_are(database: Database, member: Client, shop: Shop) -> None:
    await register(database, shop, payment_days=30, footer_en="Northlight")
    placed = await place(member, shop, **SAID, tax={"kind": "STANDARD", "rate": "20"}, shipping="5.00")
    order_id = placed["order"]["id"]
    await confirm(member, order_id)
    note = (await run(member, "createDeliveryNote", "deliveryNote { id }", orderId=order_id, cartons=2))["deliveryNote"]
    invoice = (await run(member, "createInvoice", "invoice { id missing }", orderId=order_id))["invoice"]
    assert invoice["missing"] == []
    await run(member, "issueInvoice", invoiceId=invoice["id"])
    shown_taxes = await shown(member, invoice["id"], INVOICE)
    assert shown_taxes["taxes"] == [
        {"kind": "STANDARD", "rate": "20", "net": {"amount": "35.15"}, "tax": {"amount": "7.03"}}
        | {"gross": {"amount": "42.18"}}
    ]
    ids = {kind: from_id(kind, each["id"]) for kind, each in ((Kind.INVOICE, invoice), (Kind.DELIVERY_NOTE, note))}
    invoice_id, note_id = ids[Kind.INVOICE], ids[Kind.DELIVERY_NOTE]
    assert invoice_id
    assert note_id

    async def papers() -> list[bytes]:
        billed = await read(database, read_invoice, invoice_id)
        delivered = await read(database, read_delivery_note, note_id)
        return [invoice_pdf(billed, Locale.EN), delivery_note_pdf(delivered, Locale.EN)]

    before = await papers()
    await change_everything(database, shop)
    assert await papers() == before
    written = " ".join(PdfReader(BytesIO(before[0])).pages[0].extract_text().split())
    for expected in ("VAT registration no. GB 123 4567 82", "Due by", "7 Quayside Row", "VAT, 20% 7.03", "£42.18"):
        assert expected in written
    with pytest.raises(DBAPIError):
        async with database.transaction(EVERYTHING) as session:
            await session.execute(text("UPDATE invoices SET frozen = '{}'"))

    await run(member, "voidInvoice", invoiceId=invoice["id"])
    code = (await shown(member, invoice["id"], INVOICE))["creditNote"]["code"]
    assert code == "CN-000001"
    credit = await read(database, read_credit_note, invoice_id)
    assert (credit.code, credit.credits, credit.total) == (code, "INV-000001", Decimal("42.18"))
    assert credit.buyer.name != "Renamed"
    pages = PdfReader(BytesIO(invoice_pdf(credit, Locale.JA))).pages[0].extract_text()
    assert "INV-000001" in pages


async def test_a_note_says_what_is_to_follow_of_skus_that_it_has_not(
    database: Database, member: Client, shop: Shop
) -> None:
    # The last is the first SKU again.
    order = await make_order(database, shop, lines=[(5, 100), (3, 100), (1, 100), (2, 100)])
    await confirm(member, id_of(order))
    await run(member, "createBacklogSkus", orderId=id_of(order))
    query = "query ($id: ID!) { node(id: $id) { ... on Order { backlogSkus { id sku { number } } } } }"
    backlog = {each["sku"]["number"]: each["id"] for each in (await shown(member, id_of(order), query))["backlogSkus"]}
    preview = """query ($id: ID!) { orderMailPreview(orderId: $id, kind: DELIVERY_NOTE_CREATED) { text } }"""

    async def deliver(number: str, quantity: int) -> tuple[UUID, str]:
        """The note, and the mail about it."""
        quantities = [{"backlogSkuId": backlog[number], "quantity": quantity}]
        made = await run(
            member, "createDeliveryNote", "deliveryNote { id }", orderId=id_of(order), backlogQuantities=quantities
        )
        id = from_id(Kind.DELIVERY_NOTE, made["deliveryNote"]["id"])
        assert id
        return id, (await member.data(preview, id=id_of(order)))["orderMailPreview"]["text"]

    expected: tuple[tuple[str, int, list[Any], int], ...] = (
        ("SKU-2", 3, [("SKU-1", 7, 7), ("SKU-3", 1, 1)], 8),
        ("SKU-1", 6, [("SKU-3", 1, 1)], 2),  # of the SKU that it has, its own line says it
        ("SKU-3", 1, [("SKU-1", 7, 1)], 1),
        ("SKU-1", 1, [], 0),
    )
    ids = []
    for number, quantity, _, to_follow in expected:
        id, mail = await deliver(number, quantity)
        ids.append(id)
        assert (f"To follow: {to_follow}\n" in mail) is (to_follow > 0)
    for id, (_, _, waiting, to_follow) in zip(ids, expected, strict=True):
        note = await read(database, read_delivery_note, id)
        assert [(line.sku_number, line.ordered, line.to_follow) for line in note.waiting] == waiting
        assert (note.to_follow, all(line.quantity == 0 for line in note.waiting)) == (to_follow, True)


async def test_a_credit_note_is_its_buyers(api: Client, database: Database, member: Client, shop: Shop) -> None:
    order_id = (await place(member, shop))["order"]["id"]
    await confirm(member, order_id)
    invoice = (await run(member, "createInvoice", "invoice { id }", orderId=order_id))["invoice"]
    await run(member, "issueInvoice", invoiceId=invoice["id"])
    await run(member, "voidInvoice", invoiceId=invoice["id"])
    link = "query ($id: ID!) { node(id: $id) { ... on Invoice { creditNote { code pdf { url filename } } } } }"
    for client in (member, api.as_(shop.buyer_user()), api.as_(shop.member(Role.READ))):
        found = (await client.data(link, id=invoice["id"]))["node"]["creditNote"]
        assert found["code"] == "CN-000001"
    stranger = await make_shop(database)
    assert (await api.as_(stranger.member()).data(link, id=invoice["id"]))["node"] is None
