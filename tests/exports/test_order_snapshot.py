"""What the snapshot of an order holds, on both databases, and who gets none."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event

from exports.pdf.snapshots import Party
from models.base import new_id
from models.database.sessions import Database
from models.order import DataSet, Order, OrderLine
from models.papers.order_snapshot import OrderDocument, OrderSnapshot, RejectionStamp
from models.papers.orders import NoConfirmation, order_snapshot
from models.policy import OrderStatus
from models.scope import EVERYTHING, Scope
from tests.support.factories import NOON, Shop, make_buyer, make_order, make_shop, save


async def read(
    database: Database,
    order_id: UUID,
    scope: Scope,
    document: OrderDocument | None = None,
    *,
    for_buyer: bool = False,
) -> OrderSnapshot | None:
    async with database.read(scope) as session:
        return await order_snapshot(session, order_id, document, for_buyer=for_buyer)


async def make_confirmed(database: Database, shop: Shop, **order: Any) -> Order:
    """Ordered: 2 × 12.50 and 3 × 4.80. Confirmed: 1 × 10.00."""
    made = await make_order(
        database,
        shop,
        status=OrderStatus.OC_CONFIRMED,
        official=DataSet.CONFIRMATION,
        confirmation_created_at=NOON,
        **({"total_minor": 1000, "total_quantity": 1} | order),
    )
    line = {"position": 1, "sku_id": shop.skus[2].id, "quantity": 1, "unit_price_minor": 1000, "amount_minor": 1000}
    await save(
        database,
        OrderLine(brand_id=made.brand_id, order_id=made.id, data_set=DataSet.CONFIRMATION, **line),
    )
    return made


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("BEGIN", "ROLLBACK")):
            statements.append(statement)

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    yield statements
    event.remove(database.engine.sync_engine, "before_cursor_execute", note)


async def test_it_holds_what_the_order_says(database: Database) -> None:
    shop = await make_shop(
        database,
        recipients=("b@shop.example", "a@shop.example"),
        address="Aoyama\nTokyo",
        mail_reply_to="orders@brand.example",
        time_zone="Asia/Tokyo",
    )
    order = await make_order(
        database,
        shop,
        tax_minor=394,
        shipping_minor=500,
        total_minor=4834,
        comment="Before noon",
        delivery_address="Avon Trade Park",
    )
    snapshot = await read(database, order.id, Scope(shop.brand.id))
    assert snapshot is not None
    assert replace(snapshot, lines=()) == OrderSnapshot(
        document=OrderDocument.PURCHASE_ORDER,
        for_buyer=False,
        code=order.code,
        status=OrderStatus.OC_REQUIRED,
        placed_at=NOON,
        confirmed_at=None,
        brand=Party(shop.brand.name, shop.brand.code, "", "Aoyama\nTokyo", ("orders@brand.example",)),
        buyer=Party(shop.buyer.name, shop.buyer.unique_code, "", "", ("a@shop.example", "b@shop.example")),
        delivery_address="Avon Trade Park",
        catalog="Spring/Summer 2027",
        currency="GBP",
        lines=(),
        total_quantity=5,
        subtotal=Decimal("39.40"),
        tax=Decimal("3.94"),
        shipping=Decimal("5.00"),
        total=Decimal("48.34"),
        comment="Before noon",
        rejection=None,
        time_zone="Asia/Tokyo",
    )
    assert [
        (line.position, line.sku_number, line.model_number, line.product_name, line.quantity, line.unit_price)
        for line in snapshot.lines
    ] == [
        (1, "SKU-1", "MODEL-1", "Linen shirt 1", 2, Decimal("12.50")),
        (2, "SKU-2", "MODEL-2", "Linen shirt 2", 3, Decimal("4.80")),
    ]
    assert [line.amount for line in snapshot.lines] == [Decimal("25.00"), Decimal("14.40")]


async def test_yen_have_no_minor_unit(database: Database) -> None:
    shop = await make_shop(database)
    order = await make_order(database, shop, currency="JPY", tax_minor=394)
    snapshot = await read(database, order.id, Scope(shop.brand.id))
    assert snapshot is not None
    assert (snapshot.subtotal, snapshot.tax, snapshot.total) == (Decimal(3940), Decimal(394), Decimal(4334))


async def test_each_document_shows_its_own_lines_and_total(database: Database) -> None:
    shop = await make_shop(database)
    order = await make_confirmed(database, shop)
    scope = Scope(shop.brand.id)
    official = await read(database, order.id, scope)
    confirmation = await read(database, order.id, scope, OrderDocument.ORDER_CONFIRMATION)
    purchase_order = await read(database, order.id, scope, OrderDocument.PURCHASE_ORDER)
    assert purchase_order is not None
    assert confirmation is not None
    assert official == confirmation
    assert (confirmation.document, confirmation.confirmed_at) == (OrderDocument.ORDER_CONFIRMATION, NOON)
    assert (confirmation.total, confirmation.total_quantity) == (Decimal("10.00"), 1)
    assert (purchase_order.document, purchase_order.confirmed_at) == (OrderDocument.PURCHASE_ORDER, None)
    assert (purchase_order.total, purchase_order.total_quantity) == (Decimal("39.40"), 5)


async def test_there_is_no_confirmation_before_it_is_made(database: Database) -> None:
    shop = await make_shop(database)
    order = await make_order(database, shop)
    with pytest.raises(NoConfirmation, match=order.code):
        await read(database, order.id, Scope(shop.brand.id), OrderDocument.ORDER_CONFIRMATION)


async def test_the_buyer_reads_the_brand_in_place_of_the_person_who_rejected(database: Database) -> None:
    shop = await make_shop(database)
    order = await make_order(database, shop, status=OrderStatus.REJECTED_BY_BRAND)
    brands = await read(database, order.id, Scope(shop.brand.id))
    buyers = await read(database, order.id, Scope(shop.brand.id, shop.buyer.id), for_buyer=True)
    assert brands is not None
    assert buyers is not None
    assert brands.rejection == RejectionStamp(NOON, "Mina Sato")
    assert buyers == replace(brands, for_buyer=True, rejection=RejectionStamp(NOON, shop.brand.name))


async def test_only_viewers_of_the_order_get_one(database: Database) -> None:
    shop, stranger = await make_shop(database), await make_shop(database)
    neighbour = await make_buyer(database, shop.brand)
    order = await make_order(database, shop)
    assert await read(database, order.id, EVERYTHING) is not None
    assert await read(database, order.id, Scope(shop.brand.id)) is not None
    assert await read(database, order.id, Scope(shop.brand.id, shop.buyer.id), for_buyer=True) is not None
    assert await read(database, order.id, Scope(shop.brand.id, neighbour.id), for_buyer=True) is None
    assert await read(database, order.id, Scope(stranger.brand.id)) is None
    assert await read(database, new_id(), Scope(shop.brand.id)) is None


async def test_the_number_of_statements_does_not_grow(database: Database) -> None:
    shop = await make_shop(database, recipients=tuple(f"{n}@shop.example" for n in range(20)))
    for lines in (1, 200):
        order = await make_order(database, shop, lines=((1, 100),) * lines)
        with counted(database) as statements:
            snapshot = await read(database, order.id, Scope(shop.brand.id))
        assert snapshot is not None
        assert len(snapshot.lines) == lines
        assert len(statements) == 3
