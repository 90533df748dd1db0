"""Importing: what is faulty is told with its place, the rest is imported; the same file again changes nothing."""

import asyncio
import csv
import gzip
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import func, select

from models.actor import Actor
from models.audit import AuditEntry
from models.brand import Brand
from models.buyer import Buyer, BuyerRecipient
from models.catalog import Sku
from models.database.sessions import Database
from models.locale import Locale
from models.order import Order, OrderLine
from models.policy import Role
from models.scope import EVERYTHING
from resolvers.importing.files import ImportFileError
from resolvers.importing.headings import COLUMNS
from resolvers.importing.importer import import_file
from resolvers.importing.rows import Fault
from resolvers.importing.summary import Summary
from tests.support.factories import NOON, make_order, make_shop

HEADING = list(COLUMNS)
GOOD = {
    "Order Code": "A-1",
    "Buyer Unique Code": "B-1",
    "Catalog Code": "SS27",
    "Model Number": "M-1",
    "SKU Number": "S-1",
    "Quantity": "2",
    "Unit Price": "12.50",
    "Currency": "GBP",
    "Placed At": "2026-11-01T09:00:00",
    "Buyer Name": "Harbour Shop",
    "Buyer E-mail": "a@example.com; b@example.com",
    "Buyer Country": "UK",
    "Product Name": "Linen shirt",
    "Buyer Language": "",
    "Status": "",
}


def row(**values: str) -> dict[str, str]:
    """A good row with other values; `sku_number="S-2"` is the column SKU Number."""
    names = {column.lower().replace(" ", "_").replace("-", ""): column for column in COLUMNS}
    return GOOD | {names[name]: value for name, value in values.items()}


def write(path: Path, rows: Sequence[dict[str, str]], heading: Sequence[str] = HEADING, **options: Any) -> Path:
    with path.open("w", encoding=options.pop("encoding", "utf-8"), newline="") as file:
        writer = csv.DictWriter(file, heading, extrasaction="ignore", **options)
        writer.writeheader()
        writer.writerows(rows)
    return path


async def run(database: Database, brand: Brand, path: Path) -> tuple[Summary, list[Fault]]:
    faults: list[Fault] = []
    actor = Actor(role=Role.ADMIN, id="import", name="Import", brand_id=brand.id)
    summary = await import_file(database, brand, actor, path, clock=lambda: NOON, on_fault=faults.append)
    assert summary.faults == len(faults)
    return summary, faults


async def all_of(database: Database, table: Any) -> list[Any]:
    async with database.read(EVERYTHING) as session:
        return list(await session.scalars(select(table)))


async def count(database: Database, table: Any) -> int:
    async with database.read(EVERYTHING) as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def test_imports_orders_with_all_that_they_need(database: Database, brand: Brand, tmp_path: Path) -> None:
    rows = [row(), row(order_code="A-2"), row(sku_number="S-2", model_number="M-2", quantity="3", unit_price="0.01")]
    summary, faults = await run(database, brand, write(tmp_path / "orders.csv", rows))
    assert (summary.imported, summary.lines, summary.refused, faults) == (2, 3, 0, [])
    orders = {order.code: order for order in await all_of(database, Order)}
    first = orders["A-1"]
    assert (first.currency, first.total_minor, first.total_quantity) == ("GBP", 2503, 5)
    assert first.placed_at == datetime(2026, 11, 1, 9, tzinfo=UTC)
    lines = [line for line in await all_of(database, OrderLine) if line.order_id == first.id]
    assert sorted((line.position, line.quantity, line.unit_price_minor) for line in lines) == [(1, 2, 1250), (2, 3, 1)]
    buyers = await all_of(database, Buyer)
    assert [(buyer.unique_code, buyer.name, buyer.is_offline) for buyer in buyers] == [("B-1", "Harbour Shop", False)]
    emails = sorted(each.email for each in await all_of(database, BuyerRecipient))
    assert emails == ["a@example.com", "b@example.com"]
    entries = await all_of(database, AuditEntry)
    assert {entry.details["source"] for entry in entries} == {"orders.csv"}
    assert sorted(entry.kind for entry in entries) == ["BUYER_CREATED", "ORDER_PLACED", "ORDER_PLACED"]


async def test_the_same_file_again_changes_nothing(database: Database, brand: Brand, tmp_path: Path) -> None:
    path = write(tmp_path / "orders.csv", [row(), row(order_code="A-2")])
    await run(database, brand, path)
    summary, faults = await run(database, brand, path)
    assert (summary.imported, summary.unchanged, faults) == (0, 2, [])
    for table, rows in ((Order, 2), (OrderLine, 2), (AuditEntry, 3)):  # the buyer's entry, too
        assert await count(database, table) == rows


async def test_an_order_that_exists_with_other_content_is_reported(
    database: Database, brand: Brand, tmp_path: Path
) -> None:
    await run(database, brand, write(tmp_path / "one.csv", [row()]))
    summary, faults = await run(
        database, brand, write(tmp_path / "two.csv", [row(order_code="A-2"), row(quantity="9")])
    )
    assert (summary.imported, summary.refused) == (1, 1)
    assert [(fault.row, fault.column) for fault in faults] == [(3, "Order Code")]
    assert "exists already" in faults[0].reason
    lines = await all_of(database, OrderLine)
    assert sorted(line.quantity for line in lines) == [2, 2]


@pytest.mark.parametrize(
    ("values", "column", "reason"),
    [
        ({"buyer_unique_code": " "}, "Buyer Unique Code", "is missing"),
        ({"catalog_code": ""}, "Catalog Code", "is missing"),
        ({"model_number": ""}, "Model Number", "is missing"),
        ({"sku_number": ""}, "SKU Number", "is missing"),
        ({"sku_number": "S" * 65}, "SKU Number", "64 is the most"),
        ({"quantity": ""}, "Quantity", "is missing"),
        ({"quantity": "0"}, "Quantity", "not a positive whole number"),
        ({"quantity": "-1"}, "Quantity", "not a positive whole number"),
        ({"quantity": "1.5"}, "Quantity", "not a positive whole number"),
        ({"quantity": "٣"}, "Quantity", "not a positive whole number"),
        ({"quantity": "99999999999"}, "Quantity", "not a positive whole number"),
        ({"unit_price": "-1"}, "Unit Price", "is negative"),
        ({"unit_price": "1.999999999"}, "Unit Price", "finer than unit prices in GBP can be"),
        ({"unit_price": "NaN"}, "Unit Price", "is not a price"),
        ({"unit_price": "1e3"}, "Unit Price", "is not a price"),
        ({"unit_price": "1,000"}, "Unit Price", "is not a price"),
        ({"unit_price": "9" * 15, "quantity": "999999999"}, "Unit Price", "too large"),
        ({"unit_price": ""}, "Unit Price", "is missing, and SKU S-1 has none"),
        ({"currency": "XXX"}, "Currency", "is not a currency"),
        ({"currency": "JPY", "unit_price": "1.1234567"}, "Unit Price", "finer than unit prices in JPY can be"),
        ({"placed_at": "tomorrow"}, "Placed At", "is not a date"),
        ({"placed_at": "2026-02-30"}, "Placed At", "is not a date"),
        ({"buyer_email": "nobody"}, "Buyer E-mail", "is not an e-mail address"),
        ({"buyer_email": "a@example.com, b@"}, "Buyer E-mail", "'b@' is not an e-mail address"),
        ({"product_name": "a\x00b"}, "Product Name", "U+0000"),
    ],
)
async def test_a_faulty_row_is_reported_with_its_position_and_other_orders_are_imported(
    database: Database, brand: Brand, tmp_path: Path, values: dict[str, str], column: str, reason: str
) -> None:
    path = write(tmp_path / "orders.csv", [row(order_code="A-0", sku_number="S-0"), row(**values)])
    summary, faults = await run(database, brand, path)
    assert [(fault.file, fault.row, fault.column) for fault in faults] == [(str(path), 3, column)]
    assert reason in faults[0].reason
    assert summary.imported == 1
    assert [order.code for order in await all_of(database, Order)] == ["A-0"]


async def test_an_order_is_refused_for_one_faulty_row_wherever_it_stands(
    database: Database, brand: Brand, tmp_path: Path
) -> None:
    rows = [row(), row(order_code="A-2"), row(quantity="none"), row(order_code="A-2", sku_number="S-2"), row()]
    summary, faults = await run(database, brand, write(tmp_path / "orders.csv", rows))
    assert (summary.imported, summary.refused, summary.lines) == (1, 1, 2)
    assert [(fault.row, fault.column) for fault in faults] == [(4, "Quantity")]
    assert [order.code for order in await all_of(database, Order)] == ["A-2"]


async def test_a_row_without_a_code_refuses_the_order_above_it(
    database: Database, brand: Brand, tmp_path: Path
) -> None:
    path = write(tmp_path / "orders.csv", [row(), row(order_code="", sku_number="S-2"), row(order_code="A-2")])
    summary, faults = await run(database, brand, path)
    assert (summary.imported, summary.refused) == (1, 1)
    assert [(fault.row, fault.column) for fault in faults] == [(3, "Order Code")]
    assert [order.code for order in await all_of(database, Order)] == ["A-2"]


@pytest.mark.parametrize(
    ("column", "other"),
    [
        ("buyer_unique_code", "B-2"),
        ("catalog_code", "FW27"),
        ("currency", "EUR"),
        ("placed_at", "2026-11-02"),
    ],
)
async def test_the_rows_of_an_order_must_agree(
    database: Database, brand: Brand, tmp_path: Path, column: str, other: str
) -> None:
    rows = [row(), row(sku_number="S-2"), row(sku_number="S-3", **{column: other})]
    summary, faults = await run(database, brand, write(tmp_path / "orders.csv", rows))
    assert (summary.imported, summary.refused) == (0, 1)
    assert [fault.row for fault in faults] == [4]
    assert "row 2 of the same order says" in faults[0].reason


async def test_without_a_price_the_skus_own_counts(database: Database, brand: Brand, tmp_path: Path) -> None:
    await run(database, brand, write(tmp_path / "one.csv", [row(unit_price="7.25")]))
    await run(database, brand, write(tmp_path / "two.csv", [row(order_code="A-2", unit_price="")]))
    totals = {order.code: order.total_minor for order in await all_of(database, Order)}
    assert totals == {"A-1": 1450, "A-2": 1450}


async def test_existing_buyers_and_skus_are_not_changed(database: Database, brand: Brand, tmp_path: Path) -> None:
    await run(database, brand, write(tmp_path / "one.csv", [row()]))
    other = row(order_code="A-2", buyer_name="Other", buyer_email="x@example.com", product_name="Other", unit_price="9")
    await run(database, brand, write(tmp_path / "two.csv", [other]))
    assert [buyer.name for buyer in await all_of(database, Buyer)] == ["Harbour Shop"]
    assert [(sku.name, sku.price_minor) for sku in await all_of(database, Sku)] == [("Linen shirt", 1250)]
    assert await count(database, BuyerRecipient) == 2


async def test_a_buyer_without_an_address_is_offline(database: Database, brand: Brand, tmp_path: Path) -> None:
    await run(database, brand, write(tmp_path / "orders.csv", [row(buyer_email="", buyer_name="")]))
    buyer = (await all_of(database, Buyer))[0]
    assert (buyer.is_offline, buyer.name) == (True, "B-1")


async def test_only_the_required_columns_are_needed(database: Database, brand: Brand, tmp_path: Path) -> None:
    await run(database, brand, write(tmp_path / "one.csv", [row()]))
    heading = ["quantity", "sku-number", "Model_Number", "CATALOG CODE", "buyer unique code", " Order Code "]
    values = dict(zip(heading, ["4", "S-1", "M-1", "SS27", "B-1", "A-2"], strict=True))
    summary, faults = await run(database, brand, write(tmp_path / "two.csv", [values], heading))
    assert (summary.imported, faults) == (1, [])
    order = next(order for order in await all_of(database, Order) if order.code == "A-2")
    assert (order.currency, order.placed_at, order.total_minor) == ("GBP", NOON, 5000)


async def test_a_workbook_says_the_same_as_a_csv_file(database: Database, brand: Brand, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active
    book.active.append(HEADING)
    typed: dict[str, Any] = GOOD | {"Quantity": 2, "Unit Price": 12.5, "Placed At": datetime(2026, 11, 1, 9)}  # noqa: DTZ001
    book.active.append([typed.get(column) for column in HEADING])
    book.active.append([None] * len(HEADING))
    book.active.append(["A-2"])
    book.save(tmp_path / "orders.xlsx")
    summary, faults = await run(database, brand, tmp_path / "orders.xlsx")
    assert summary.imported == 1
    assert {fault.row for fault in faults} == {4}
    same, _ = await run(database, brand, write(tmp_path / "orders.csv", [row()]))
    assert same.unchanged == 1


@pytest.mark.parametrize(
    ("encoding", "delimiter"), [("utf-8", ","), ("utf-8-sig", ";"), ("cp932", ","), ("utf-8", "\t")]
)
async def test_reads_what_spreadsheets_write(
    database: Database, brand: Brand, tmp_path: Path, encoding: str, delimiter: str
) -> None:
    brand.locale = Locale.JA
    named = row(buyer_name="青い店\n渋谷", product_name='"亜麻", 白')
    path = write(tmp_path / "orders.csv", [named], encoding=encoding, delimiter=delimiter)
    summary, faults = await run(database, brand, path)
    assert (summary.imported, faults) == (1, [])
    assert [buyer.name for buyer in await all_of(database, Buyer)] == ["青い店\n渋谷"]
    assert [sku.name for sku in await all_of(database, Sku)] == ['"亜麻", 白']
    assert bool(summary.notes) is (encoding == "cp932")


async def test_a_compressed_file_is_read_too(database: Database, brand: Brand, tmp_path: Path) -> None:
    plain = write(tmp_path / "orders.csv", [row()])
    with gzip.open(tmp_path / "orders.csv.gz", "wb") as file:
        file.write(plain.read_bytes())
    assert (await run(database, brand, tmp_path / "orders.csv.gz"))[0].imported == 1


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("orders.txt", b"x", "neither .xlsx nor .csv"),
        ("orders.csv", b"", "is empty"),
        ("orders.csv", b"\n\n", "is empty"),
        ("orders.csv", b"Order Code,Quantity\n", "has no column Buyer Unique Code, Catalog Code"),
        ("orders.csv", b"\xff\xfe\x00\x81\x00", "neither UTF-8 nor"),
        ("orders.csv.gz", b"not compressed", "damaged"),
        ("orders.csv.gz", gzip.compress(b"Order Code" * 1000, mtime=0)[:-20], "damaged"),
        ("orders.xlsx", b"PK\x03\x04 no workbook", "damaged"),
        ("orders.xlsx", b"\xd0\xcf\x11\xe0 old", "has a password or is an old .xls"),
        ("orders.xlsx", b"", "damaged"),
    ],
)
async def test_a_file_that_cannot_be_read_is_refused_as_a_whole(
    database: Database, brand: Brand, tmp_path: Path, name: str, content: bytes, says: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ImportFileError, match=says):
        await run(database, brand, tmp_path / name)
    assert await count(database, Order) == 0


async def test_a_missing_file_is_reported(database: Database, brand: Brand, tmp_path: Path) -> None:
    for path, says in ((tmp_path / "no.csv", "No such file"), (tmp_path, "neither")):
        with pytest.raises(ImportFileError, match=says):
            await run(database, brand, path)


async def test_an_order_code_of_another_brand_is_another_order(
    database: Database, brand: Brand, tmp_path: Path
) -> None:
    await make_order(database, await make_shop(database), code="A-1")
    assert (await run(database, brand, write(tmp_path / "orders.csv", [row()])))[0].imported == 1


async def test_two_imports_at_once_import_each_order_once(
    database: Database, database_url: str, brand: Brand, tmp_path: Path
) -> None:
    rows = [row(order_code=f"A-{n}", sku_number=f"S-{n % 7}", buyer_unique_code=f"B-{n % 5}") for n in range(450)]
    path = write(tmp_path / "orders.csv", rows)
    other = Database(database_url)
    try:
        done = await asyncio.gather(*(run(each, brand, path) for each in (database, other)))
    finally:
        await other.close()
    assert sum(summary.imported for summary, _ in done) == 450
    assert sum(summary.unchanged for summary, _ in done) == 450
    assert [faults for _, faults in done] == [[], []]
    assert (await count(database, Order), await count(database, Buyer), await count(database, Sku)) == (450, 5, 7)
