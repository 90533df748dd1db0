"""What an order confirmation (OC) says stays, whatever changes later; orders keep the addresses of their buyer."""

from collections.abc import Sequence
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import delete, select, update

from exports.order_pdf import order_pdf
from graph.core.ids import Kind, from_id
from models.brand import Brand
from models.buyer import Buyer, BuyerRecipient
from models.catalog import Catalog, Sku, SkuPicture
from models.database.sessions import Database
from models.letterhead import Letterhead, Logo
from models.locale import Locale
from models.order import Order, OrderConfirmation
from models.papers import orders as papers_of_orders
from models.papers.invoices import read_invoice
from models.papers.order_snapshot import OrderDocument, OrderSnapshot
from models.papers.orders import order_snapshot
from models.registration import RegistrationKind
from models.scope import EVERYTHING
from tests.api.test_bulk_actions_and_tags import bulk
from tests.api.test_delivery_notes_and_invoices import run
from tests.api.test_letterhead import png
from tests.api.test_papers import SAID, place, read, shown
from tests.exports.test_order_snapshot import counted
from tests.support.client import Client, id_of
from tests.support.factories import NOON, Shop, make_order, make_shop, save

TAX = {"kind": "STANDARD", "rate": "20"}
ELSEWHERE: dict[str, Any] = {"address": "5 New Road\nYork", "delivery_address": "Dock 9\nYork"}


@pytest.fixture
async def shop(database: Database) -> Shop:
    shop = await make_shop(database, address="14 Harbour Lane\nLondon", country="GB", time_zone="Europe/London")
    number = {"registration_kind": RegistrationKind.GB_VAT, "registration_number": "GB 123 4567 82"}
    logo = Logo(brand_id=shop.brand.id, digest="f" * 64, media_type="image/png", data=png())
    head = Letterhead(brand_id=shop.brand.id, footer_en="Northlight", logo_digest=logo.digest, **number)
    await save(database, logo, head)
    async with database.transaction(EVERYTHING) as session:
        address = {"address": "12 High Street\nBristol", "delivery_address": "Unit 4\nBristol", "country": "GB"}
        await session.execute(update(Buyer).values(address))
    return shop


@pytest.fixture
async def member(api: Client, shop: Shop) -> Client:
    return api.as_(shop.member())


async def placed(member: Client, shop: Shop, **input: Any) -> str:
    payload = await place(member, shop, tax=TAX, shipping="5.00", **input)
    assert payload["userErrors"] == []
    id: str = payload["order"]["id"]
    return id


async def confirmed(member: Client, shop: Shop, **input: Any) -> str:
    id = await placed(member, shop, **input)
    await run(member, "createOrderConfirmation", orderId=id, notify=False, askBuyerApproval=False)
    return id


async def said(database: Database, id: str, document: OrderDocument | None = None, **more: Any) -> OrderSnapshot:
    order_id = from_id(Kind.ORDER, id)
    assert order_id
    document = document or OrderDocument.ORDER_CONFIRMATION
    async with database.read(EVERYTHING) as session:
        snapshot = await order_snapshot(session, order_id, document, **({"for_buyer": False} | more))
    assert snapshot
    return snapshot


async def printed(database: Database, id: str, document: OrderDocument | None = None, **more: Any) -> str:
    return text_of(await said(database, id, document, **more))


def text_of(snapshot: OrderSnapshot) -> str:
    pages = PdfReader(BytesIO(order_pdf(snapshot, Locale.EN))).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


async def write(database: Database, *statements: Any) -> None:
    async with database.transaction(EVERYTHING) as session:
        for statement in statements:
            await session.execute(statement)


def changes() -> dict[str, tuple[Any, str]]:
    """What is changed → how, and what an order sheet, which is not kept, says then."""
    return {
        "names": (update(Brand).values(name="Other", legal_name="Other Ltd", address="Elsewhere"), "Other Ltd"),
        "zone": (update(Brand).values(time_zone="Pacific/Kiritimati"), "Order date 25 Nov 2026"),
        "letterhead": (
            update(Letterhead).values(footer_en="Other foot", accent_color="#00aa00", paper="LETTER"),
            "Other foot",
        ),
        "logo": (update(Letterhead).values(logo_digest=None), ""),
        "registration": (
            update(Letterhead).values(registration_kind=RegistrationKind.JP_INVOICE, registration_number="T1"),
            "T1",
        ),
        "buyer": (update(Buyer).values(name="Renamed", country="FR", unique_code="B-NEW", **ELSEWHERE), "Renamed"),
        "recipients": (update(BuyerRecipient).values(email="new@shop.example"), "new@shop.example"),
        "catalog": (update(Catalog).values(name="Autumn"), "Autumn"),
        "SKUs": (update(Sku).values(name="Renamed shirt", number=Sku.number + "X"), "Renamed shirt"),
        "grid": (update(Sku).values(style="K1", color="Red", size="M", barcode="4006381333931"), "Red"),
    }


async def test_nothing_that_is_changed_later_changes_it(database: Database, member: Client, shop: Shop) -> None:
    id = await confirmed(member, shop)
    before = await printed(database, id)
    for expected in ("VAT, 20%", "12 High Street", "Unit 4", "Northlight", "buyer@example.com", "24 Nov 2026"):
        assert expected in before
    drawn = [order_pdf(await said(database, id, for_buyer=each), Locale.JA) for each in (False, True)]
    for name, (change, expected) in changes().items():
        await write(database, change)
        assert await printed(database, id) == before, name
        assert expected in await printed(database, id, OrderDocument.PURCHASE_ORDER), name
    assert [order_pdf(await said(database, id, for_buyer=each), Locale.JA) for each in (False, True)] == drawn
    order = await said(database, id, OrderDocument.PURCHASE_ORDER)
    assert (order.delivery_address, order.billing_address) == ("Unit 4\nBristol", "12 High Street\nBristol")

    await run(member, "updateOrderConfirmation", orderId=id)
    after = await printed(database, id)
    for expected in ("Other Ltd", "Renamed", "Autumn", "25 Nov 2026", "Renamed shirt", "12 High Street"):
        assert expected in after
    await write(database, delete(OrderConfirmation))
    assert await printed(database, id) == after, "one of before is drawn live"


async def test_an_update_keeps_what_is_confirmed_and_what_was_ordered(
    database: Database, member: Client, shop: Shop
) -> None:
    id = await confirmed(member, shop)
    lines = [{"skuId": id_of(shop.skus[0]), "quantity": 2, "unitPrice": "10.05"}]
    await run(member, "updateOrderConfirmation", orderId=id, lines=lines, shipping="7.00")
    now = await said(database, id)
    assert [line.quantity for line in (*now.lines, *now.ordered_lines)] == [2, 3]
    assert str(now.shipping) == "7.00"
    await write(database, *(change for change, _ in changes().values()))
    assert await printed(database, id) == text_of(now)
    await run(member, "updateOrderConfirmation", orderId=id, tax={"kind": "REDUCED", "rate": "5"})
    later = await said(database, id)
    assert (later.buyer.name, [str(each.percent) for each in later.taxes]) == ("Renamed", ["5"])


async def test_the_status_and_the_rejection_are_those_of_now(
    database: Database, api: Client, member: Client, shop: Shop
) -> None:
    id = await confirmed(member, shop)
    await write(database, update(Buyer).values(name="Renamed"), update(Brand).values(name="Other"))
    await run(member, "rejectOrder", orderId=id, notify=False)
    ours, theirs = await said(database, id), await said(database, id, for_buyer=True)
    assert ours.rejection
    assert theirs.rejection
    assert (ours.rejection.by, theirs.rejection.by, ours.status) == ("Mina Sato", "Other", "REJECTED_BY_BRAND")
    assert (ours.brand.name, ours.buyer.name) == (shop.brand.name, shop.buyer.name)
    assert "REJECTED" in await printed(database, id)
    link = "query ($id: ID!) { order(id: $id) { pdf(document: ORDER_CONFIRMATION) { url } } }"
    for client in (member, api.as_(shop.buyer_user())):
        assert (await client.data(link, id=id))["order"]["pdf"]


async def test_bulk_keeps_the_same_in_the_same_statements(database: Database, member: Client, shop: Shop) -> None:
    alone = await confirmed(member, shop, code="ALONE")
    kept: list[list[str]] = []
    for number in (2, 20):
        ids = [await placed(member, shop, code=f"{number}-{each}") for each in range(number)]
        with counted(member.database) as statements:
            made = await bulk(member, "createOrderConfirmations", orderIds=ids, notify=False, askBuyerApproval=False)
        assert made["doneCount"] == number
        kept.append([each.partition("(")[0] for each in statements if "order_" in each])
        for id in ids:
            assert await frozen(database, id) == await frozen(database, alone)
    assert kept[0] == kept[1]
    assert sum("order_confirmations" in each for each in kept[0]) == 1


async def test_long_orders_are_kept_a_few_at_a_time(
    database: Database, member: Client, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = await confirmed(member, shop, code="ALONE")
    monkeypatch.setattr(papers_of_orders, "MAX_LINES", 4)
    ids = [await placed(member, shop, code=f"SO-{each}") for each in range(5)]
    with counted(member.database) as statements:
        made = await bulk(member, "createOrderConfirmations", orderIds=ids, notify=False, askBuyerApproval=False)
    assert made["doneCount"] == 5
    # An order has a line of each content here.
    assert sum("INSERT INTO order_confirmations" in each for each in statements) == 3
    for id in ids:
        assert await frozen(database, id) == await frozen(database, alone)


async def frozen(database: Database, id: str) -> dict[str, Any]:
    """What is kept, but for the code and the instants."""
    async with database.read(EVERYTHING) as session:
        kept = select(OrderConfirmation.frozen).where(OrderConfirmation.order_id == from_id(Kind.ORDER, id))
        found: dict[str, Any] = (await session.scalars(kept)).one()
    return {name: value for name, value in found.items() if name not in ("code", "placed_at", "confirmed_at")}


async def test_pictures_are_kept_by_digest(database: Database, member: Client, shop: Shop) -> None:
    digests = ["a" * 64, "b" * 64]
    await save(database, *(SkuPicture(brand_id=shop.brand.id, digest=each, data=each.encode()) for each in digests))
    await write(database, update(Sku).values(picture_digest=digests[0]))
    id = await confirmed(member, shop)
    await write(database, update(Sku).values(picture_digest=digests[1]))
    ours, sheet = await said(database, id), await said(database, id, OrderDocument.PURCHASE_ORDER)
    assert [line.picture for line in (*ours.lines, *ours.ordered_lines)] == [digests[0].encode()] * 2
    assert [line.picture for line in sheet.lines] == [digests[1].encode()]


async def test_what_is_kept_is_read_in_few_statements(database: Database, member: Client, shop: Shop) -> None:
    id = await confirmed(member, shop)
    with counted(database) as statements:
        await said(database, id)
    assert len(statements) == 3, "the order, what is kept, the logo"


# ── The addresses of orders ──────────────────────────────────────────────────────────────────────────────────────────


async def addresses(member: Client, id: str) -> Sequence[str | None]:
    order = await shown(member, id)
    return order["billingAddress"], order["deliveryAddress"]


async def test_an_order_keeps_the_addresses_that_its_buyer_has(
    database: Database, api: Client, member: Client, shop: Shop
) -> None:
    own = api.as_(shop.buyer_user())
    price = [{"skuId": id_of(shop.skus[0]), "quantity": 3, "unitPrice": "0.00"}]
    await write(database, update(Sku).values(price_minor=0, currency="GBP"))
    proxy, given = await placed(member, shop, code="A-1"), await placed(member, shop, **SAID)
    by_buyer = (await place(own, shop, lines=price))["order"]["id"]
    of_then = ("12 High Street\nBristol", "Unit 4\nBristol")
    await write(database, update(Buyer).values(ELSEWHERE))
    assert [await addresses(member, id) for id in (proxy, by_buyer)] == [of_then] * 2
    assert await addresses(member, given) == (SAID["billingAddress"], SAID["deliveryAddress"])
    assert await placed(member, shop, code="A-1") == proxy, "a retry after the buyer has moved"


@pytest.mark.parametrize(
    ("address", "delivery", "kept"),
    [
        ("12 High Street", " ", ("12 High Street", "12 High Street")),
        ("", "Unit 4", (None, "Unit 4")),
        ("", "", (None,) * 2),
    ],
)
async def test_goods_go_to_the_postal_address_of_a_buyer_without_another(
    database: Database, member: Client, shop: Shop, address: str, delivery: str, kept: Any
) -> None:
    await write(database, update(Buyer).values(address=address, delivery_address=delivery))
    id = await placed(member, shop)
    assert await addresses(member, id) == kept
    sheet = await printed(database, id, OrderDocument.PURCHASE_ORDER)
    assert ("Deliver to" in sheet) is (delivery == "Unit 4")


async def test_an_order_without_an_address_goes_to_that_of_now(database: Database, shop: Shop) -> None:
    id = id_of(await make_order(database, shop))
    await write(database, update(Buyer).values(ELSEWHERE))
    sheet = await printed(database, id, OrderDocument.PURCHASE_ORDER)
    assert "5 New Road" in sheet
    assert "Dock 9" in sheet


async def test_an_invoice_of_several_orders_goes_to_the_address_of_the_last(
    database: Database, member: Client, shop: Shop
) -> None:
    orders = [
        await confirmed(member, shop, billingAddress=each) for each in ("Old Street", "New Street", "Other Street")
    ]
    earlier = update(Order).values(placed_at=NOON - timedelta(days=1))
    await write(database, earlier.where(Order.billing_address != "New Street"))
    document = "mutation ($ids: [ID!]!) { createInvoiceForOrders(input: {orderIds: $ids}) { invoice { id } } }"
    drafted = (await member.data(document, ids=orders))["createInvoiceForOrders"]["invoice"]
    invoice_id = from_id(Kind.INVOICE, drafted["id"])
    assert invoice_id
    assert (await read(database, read_invoice, invoice_id)).buyer.address == "New Street"
