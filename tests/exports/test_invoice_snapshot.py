"""What the snapshot of an invoice holds, on both databases, and who gets none."""

from decimal import Decimal
from typing import Any

import pytest

from exports.pdf.snapshots import LineSnapshot, Party
from models.base import new_id
from models.database.sessions import Database
from models.invoice import InvoiceStatus
from models.order import Order
from models.papers.invoices import BilledOrder, BilledPart, InvoiceSnapshot, read_invoice
from models.scope import EVERYTHING, Scope
from tests.exports.test_order_snapshot import counted
from tests.support.documents import make_invoice, make_note
from tests.support.factories import NOON, Shop, make_buyer, make_order, make_shop


async def read(database: Database, invoice_id: Any, scope: Scope, *, for_buyer: bool = False) -> InvoiceSnapshot | None:
    async with database.read(scope) as session:
        return await read_invoice(session, invoice_id, for_buyer=for_buyer)


def line(position: int, quantity: int, price: str) -> LineSnapshot:
    sku = (position - 1) % 3 + 1
    amount = quantity * Decimal(price)
    return LineSnapshot(position, f"SKU-{sku}", f"MODEL-{sku}", f"Linen shirt {sku}", quantity, Decimal(price), amount)


async def test_it_holds_what_the_invoice_says_by_order_and_delivery_note(database: Database) -> None:
    shop = await make_shop(database, address="Tokyo", mail_reply_to="orders@brand.example", time_zone="Asia/Tokyo")
    whole = await make_order(database, shop, tax_minor=394, shipping_minor=500)
    parted = await make_order(database, shop, tax_minor=100)
    taxed = await make_order(database, shop, shipping_minor=250)
    first, second = await make_note(database, shop, parted), await make_note(database, shop, parted)
    invoice = await make_invoice(
        database,
        shop,
        (whole, None, [(2, 1250), (3, 480)]),
        (parted, second, [(1, 1000)]),
        (parted, first, [(4, 25)]),
        (taxed, None, []),
    )
    assert await read(database, invoice.id, Scope(shop.brand.id)) == InvoiceSnapshot(
        code=invoice.code,
        status=InvoiceStatus.ISSUED,
        created_at=NOON,
        issued_at=NOON,
        voided_at=None,
        brand=Party(shop.brand.name, shop.brand.code, "", "Tokyo", ("orders@brand.example",)),
        buyer=Party(shop.buyer.name, shop.buyer.unique_code, "", ""),
        currency="GBP",
        orders=(
            BilledOrder(
                whole.code,
                (BilledPart("", (line(1, 2, "12.50"), line(2, 3, "4.80"))),),
                tax=Decimal("3.94"),
                shipping=Decimal("5.00"),
                placed_on=NOON.date(),
            ),
            BilledOrder(
                parted.code,
                (
                    BilledPart(second.code, (line(3, 1, "10.00"),), NOON.date()),
                    BilledPart(first.code, (line(4, 4, "0.25"),), NOON.date()),
                ),
                tax=Decimal("1.00"),
                shipping=Decimal("0.00"),
                placed_on=NOON.date(),
            ),
            BilledOrder(taxed.code, (BilledPart("", ()),), Decimal("0.00"), Decimal("2.50"), placed_on=NOON.date()),
        ),
        subtotal=Decimal("50.40"),
        tax=Decimal("4.94"),
        shipping=Decimal("7.50"),
        total=Decimal("62.84"),
        time_zone="Asia/Tokyo",
    )


@pytest.mark.parametrize(("currency", "total"), [("JPY", "4334"), ("KWD", "4.334")])
async def test_amounts_are_in_the_currency_of_the_invoice(database: Database, currency: str, total: str) -> None:
    shop = await make_shop(database)
    order = await make_order(database, shop, currency=currency, tax_minor=394)
    invoice = await make_invoice(database, shop, (order, None, [(2, 1250), (3, 480)]))
    snapshot = await read(database, invoice.id, Scope(shop.brand.id))
    assert snapshot is not None
    assert (snapshot.currency, str(snapshot.total)) == (currency, total)


async def billed(database: Database, shop: Shop, status: InvoiceStatus) -> tuple[Order, Any]:
    order = await make_order(database, shop)
    return order, (await make_invoice(database, shop, (order, None, [(1, 100)]), status=status)).id


async def test_a_draft_is_the_brands_own(database: Database) -> None:
    shop = await make_shop(database)
    buyers = Scope(shop.brand.id, shop.buyer.id)
    for status in InvoiceStatus:
        _, invoice_id = await billed(database, shop, status)
        brands = await read(database, invoice_id, Scope(shop.brand.id))
        assert brands is not None
        assert brands.status is status
        assert brands.voided_at == (NOON if status is InvoiceStatus.VOID else None)
        seen = await read(database, invoice_id, buyers, for_buyer=True)
        assert seen == (None if status is InvoiceStatus.DRAFT else brands)


async def test_only_viewers_of_its_orders_get_one(database: Database) -> None:
    shop, stranger = await make_shop(database), await make_shop(database)
    neighbour = await make_buyer(database, shop.brand)
    _, invoice_id = await billed(database, shop, InvoiceStatus.ISSUED)
    assert await read(database, invoice_id, EVERYTHING) is not None
    assert await read(database, invoice_id, Scope(shop.brand.id, neighbour.id), for_buyer=True) is None
    assert await read(database, invoice_id, Scope(stranger.brand.id)) is None
    assert await read(database, invoice_id, Scope(stranger.brand.id, stranger.buyer.id), for_buyer=True) is None
    assert await read(database, new_id(), Scope(shop.brand.id)) is None


async def test_the_number_of_statements_does_not_grow(database: Database) -> None:
    shop = await make_shop(database)
    for orders in (1, 40):
        made = [await make_order(database, shop) for _ in range(orders)]
        invoice = await make_invoice(database, shop, *((order, None, [(1, 100)] * 5) for order in made))
        with counted(database) as statements:
            snapshot = await read(database, invoice.id, Scope(shop.brand.id, shop.buyer.id), for_buyer=True)
        assert snapshot is not None
        assert len(snapshot.orders) == orders
        assert len(statements) == 2
