"""The columns that say what documents show: addresses, window, tax, shipping, style and size."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from models.brand import Brand
from models.buyer import Buyer
from models.catalog import Sku
from models.database.sessions import Database
from models.order import Order, OrderLine
from models.scope import EVERYTHING
from models.tax import TaxKind
from tests.importing.importing import HEADING, orders, places, run, write_csv
from tests.support.factories import make_buyer, make_shop

MORE = {
    "Currency": "GBP",
    "Delivery Address": "Unit 4\nWhitby",
    "Deliver From": "2027-01-15",
    "Deliver To": "2027-02-10",
    "Buyer Order Number": "PO-7740",
    "Comment": "Before noon",
    "Shipping": "5.00",
    "Tax Rate": "20%",
    "Style": "K1",
    "Color": "Black",
    "Size": "M",
}


@pytest.fixture
async def brand(database: Database) -> Brand:
    return (await make_shop(database, currency="GBP", time_zone="Europe/London")).brand


def rows(*changes: dict[str, str]) -> list[list[str]]:
    return [
        ["A-1", "B-9", "SS27", "M-1", f"S-{place}", "3", "10.05", *(MORE | change).values()]
        for place, change in enumerate(changes, 1)
    ]


async def imported(database: Database, brand: Brand, path: Path, *changes: dict[str, str]) -> tuple[Any, Any]:
    file = write_csv(path / "orders.csv", [*rows(*changes)], [*HEADING, *MORE])
    return await run(database, brand, file)


async def test_an_order_has_what_the_file_says(database: Database, brand: Brand, tmp_path: Path) -> None:
    summary, faults = await imported(database, brand, tmp_path, {}, {"Tax Rate": "0"})
    assert (summary.imported, faults) == (1, [])
    async with database.read(EVERYTHING) as session:
        order = (await session.scalars(select(Order))).one()
        lines = list(await session.scalars(select(OrderLine).order_by(OrderLine.position)))
        sku = (await session.scalars(select(Sku).where(Sku.number == "S-1", Sku.style.is_not(None)))).one()
    assert (order.delivery_address, order.buyer_order_number, order.comment) == (
        "Unit 4\nWhitby",
        "PO-7740",
        "Before noon",
    )
    assert (order.deliver_from, order.deliver_to) == (date(2027, 1, 15), date(2027, 2, 10))
    assert [(each.tax_kind, each.tax_rate) for each in lines] == [(TaxKind.STANDARD, 2000), (TaxKind.ZERO, 0)]
    assert (order.shipping_minor, order.tax_minor, order.total_minor) == (500, 603, 2 * 3015 + 500 + 603)
    assert (sku.color, sku.size) == ("Black", "M")


@pytest.mark.parametrize(("delivery", "kept"), [("Unit 9", "Unit 9"), (" ", "12 High Street")])
async def test_an_order_without_addresses_keeps_those_that_its_buyer_has_at_the_import(
    database: Database, brand: Brand, tmp_path: Path, delivery: str, kept: str
) -> None:
    addresses = {"address": "12 High Street", "delivery_address": delivery}
    await make_buyer(database, brand, unique_code="B-9", **addresses)
    said = {"Billing Address": "", "Delivery Address": ""}
    heading = list(MORE | said)
    file = write_csv(
        tmp_path / "orders.csv",
        [
            ["A-1", "B-9", "SS27", "M-1", "S-1", "3", "10.05", *(MORE | said).values()],
            ["A-2", "B-9", "SS27", "M-1", "S-1", "3", "10.05", *(MORE | said | {"Billing Address": "HQ"}).values()],
            ["A-3", "B-10", "SS27", "M-1", "S-1", "3", "10.05", *(MORE | said).values()],
        ],
        [*HEADING, *heading],
    )
    planned, faults = await run(database, brand, file, dry_run=True)
    assert (planned.imported, faults) == (3, [])
    summary, faults = await run(database, brand, file)
    assert (summary.imported, faults) == (3, [])
    async with database.transaction(EVERYTHING) as session:
        await session.execute(update(Buyer).values(address="Moved", delivery_address="Moved"))
    found = {code: (order.billing_address, order.delivery_address) for code, order in (await orders(database)).items()}
    assert found == {"A-1": ("12 High Street", kept), "A-2": ("HQ", kept), "A-3": ("", "")}
    summary, faults = await run(database, brand, file)
    assert (summary.unchanged, faults) == (3, [])


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"Tax Rate": "0.2"}, "Tax Rate"),
        ({"Tax Rate": "many"}, "Tax Rate"),
        ({"Tax Rate": "101"}, "Tax Rate"),
        ({"Shipping": "-5"}, "Shipping"),
        ({"Deliver To": "2026-12-01"}, "Deliver To"),
        ({"Deliver From": "soon"}, "Deliver From"),
    ],
)
async def test_cells_at_fault_are_named(
    database: Database, brand: Brand, tmp_path: Path, change: dict[str, str], column: str
) -> None:
    summary, faults = await imported(database, brand, tmp_path, change)
    assert summary.imported == 0
    assert places(faults) == [(2, column)]


async def test_rows_of_an_order_say_the_same(database: Database, brand: Brand, tmp_path: Path) -> None:
    _, faults = await imported(database, brand, tmp_path, {}, {"Buyer Order Number": "PO-1"})
    assert places(faults) == [(3, "Buyer Order Number")]
