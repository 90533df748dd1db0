"""Files as people have them: what is right is imported, what is not is told with its row and column."""

from datetime import UTC, datetime
from typing import Any

import pytest

from models.brand import Brand
from models.buyer import Buyer
from models.catalog import Sku
from models.database.sessions import Database
from tests.importing.conftest import CASES
from tests.importing.importing import column, lines, orders, places, run

HALF_PAST_NINE = datetime(2026, 1, 5, 0, 30, tzinfo=UTC)  # in Tokyo
MIDNIGHT = datetime(2026, 1, 4, 15, tzinfo=UTC)  # in Tokyo

# file → orders imported, and the cells at fault
OUTCOMES: dict[str, tuple[list[str], list[tuple[int, str]]]] = {
    "bad_created_date.xlsx": (["XC-1"], []),
    "carriage_return_cells.xlsx": (["XG3-1"], []),
    "currencies.csv": (
        ["CUR-MRU", "CUR-SLE", "CUR-STN", "CUR-XCG", "CUR-ZWG"],
        [(row, "Currency") for row in (2, 3, 4, 8, 9, 10, 13, 14, 15, 16, 17)],
    ),
    "dates.xlsx": (["XD-0", "XD-2", "XD-3", "XD-4", "XD-5", "XD-6", "XD-7"], [(3, "Placed At")]),
    "erp_empty_fill.xlsx": (["XA-1"], []),
    "excel_error_values.csv": (
        [],
        [(2, "Buyer Unique Code"), (2, "Buyer Name"), (3, "Model Number"), (3, "SKU Number")],
    ),
    "fine_prices.csv": (["FP-1", "FP-2"], []),
    "filtered_rows.xlsx": (["XH-1", "XH-2"], []),
    "formula_never_calculated.xlsx": ([], [(2, "Quantity"), (2, "Unit Price")]),
    "german_excel.csv": (
        [],
        [(2, "Placed At"), (2, "Unit Price"), (3, "Placed At"), (3, "Quantity"), (3, "Unit Price")],
    ),
    "header_asterisk.csv": (["HA-1"], []),
    "header_title_row.csv": (["HT-1"], []),
    "inches_quote.csv": (["IN-2"], [(2, "Product Name")]),
    "instructions_first.xlsx": (["XI-1"], []),
    "invisible_and_fullwidth.xlsx": (
        ["XN-1"],
        [(3, "Buyer Unique Code"), (3, "SKU Number"), (4, "Buyer Unique Code"), (4, "Catalog Code")],
    ),
    "japanese_excel_dates.csv": (["JD-1", "JD-2", "JD-3", "JD-4"], []),
    "long_numbers.xlsx": ([], [(2, "Order Code"), (3, "Order Code")]),
    "mail_addresses.csv": ([f"E-{number}" for number in range(1, 9)], []),
    "order_form_zero_lines.csv": (["ZQ-1"], []),
    "pandas_floats.csv": (["1001"], []),
    "sep_line.csv": ([], [(2, "Unit Price")]),
    "shifted_row_price_ok.csv": ([], [(2, "Product Name")]),
    "sorted_rows_a.csv": (["SO-1"], []),
    "strict_ooxml.xlsx": (["XB-1"], []),
    "thousands_yen.csv": (["TY-1", "TY-2", "TY-3"], []),
    "totals_row.csv": (["TR-1", "TR-2"], []),
    "utf16_unicode_text.csv": (["UT-1"], []),
    "zero_padded_number_format.xlsx": (["0001234"], []),
}


@pytest.mark.parametrize("name", OUTCOMES)
async def test_what_is_right_is_imported_and_the_rest_told(database: Database, tokyo: Brand, name: str) -> None:
    imported, faults = OUTCOMES[name]
    _, found = await run(database, tokyo, CASES / name)
    assert sorted(await orders(database)) == imported
    assert sorted(places(found)) == sorted(faults)
    again, _ = await run(database, tokyo, CASES / name)
    assert (again.imported, again.unchanged) == (0, len(imported))


@pytest.mark.parametrize(
    ("name", "options", "imported"),
    [
        ("german_excel.csv", {"decimal_comma": True, "dates": "dmy"}, [("GE-1", 5, 1050), ("GE-2", 1000, 123456)]),
        ("sep_line.csv", {"decimal_comma": True}, [("SP-1", 5, 1050)]),
    ],
)
async def test_an_option_decides_what_can_be_read_in_two_ways(
    database: Database, brand: Brand, name: str, options: dict[str, Any], imported: list[tuple[str, int, int]]
) -> None:
    _, faults = await run(database, brand, CASES / name, **options)
    assert faults == []
    assert [(code, quantity, price) for code, _, quantity, price, _ in await lines(database)] == imported


async def test_dates_are_the_brands(database: Database, tokyo: Brand) -> None:
    await run(database, tokyo, CASES / "dates.xlsx", dates="dmy")
    await run(database, tokyo, CASES / "japanese_excel_dates.csv")
    placed = {code: order.placed_at for code, order in (await orders(database)).items()}
    timed = {"XD-0", "XD-4", "XD-6", "JD-1", "JD-4"}
    assert placed == {code: HALF_PAST_NINE if code in timed else MIDNIGHT for code in placed}
    assert len(placed) == 12


@pytest.mark.parametrize(
    ("name", "note"),
    [
        ("filtered_rows.xlsx", "row 3 hidden"),
        ("header_title_row.csv", "named in row 3"),
        ("instructions_first.xlsx", "only the sheet Orders"),
        ("order_form_zero_lines.csv", "2 lines without a quantity"),
        ("totals_row.csv", "row 4 left out"),
    ],
)
async def test_what_is_left_out_is_told(database: Database, tokyo: Brand, name: str, note: str) -> None:
    summary, _ = await run(database, tokyo, CASES / name)
    assert [note in each for each in summary.notes] == [True]


async def test_codes_are_read_as_they_show(database: Database, tokyo: Brand) -> None:
    await run(database, tokyo, CASES / "zero_padded_number_format.xlsx")
    assert await column(database, Buyer.unique_code) == ["00077"]
    assert await column(database, Sku.number) == ["0000000000042"]


async def test_rows_in_another_order_are_the_same_order(database: Database, tokyo: Brand) -> None:
    await run(database, tokyo, CASES / "sorted_rows_a.csv")
    summary, faults = await run(database, tokyo, CASES / "sorted_rows_b.csv")
    assert (summary.unchanged, faults) == (1, [])


async def test_numbers_in_full_width_and_with_thousands(database: Database, tokyo: Brand) -> None:
    await run(database, tokyo, CASES / "thousands_yen.csv")
    assert [line[2:4] for line in await lines(database)] == [(1200, 3400), (1200, 1200), (12, 3400)]
