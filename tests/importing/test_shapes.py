"""Kinds of files, cells and codes, each with its cousins."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from sqlalchemy import func, select, update

from exports.order_columns import LINE_COLUMNS
from exports.orders_workbook import orders_workbook
from models.audit import AuditEntry
from models.brand import Brand
from models.buyer import Buyer, BuyerRecipient
from models.catalog import Catalog, Sku
from models.database.sessions import Database
from models.locale import Locale
from models.order import Order
from models.outbox import OutboxMessage, message
from models.policy import OrderStatus
from models.scope import EVERYTHING
from resolvers.importing.files import ImportFileError
from resolvers.importing.headings import column_of
from resolvers.importing.number_formats import is_date, padded, sign_of
from resolvers.importing.similar import folded
from resolvers.importing.summary import Summary
from resolvers.importing.written_dates import DateError, read_date
from resolvers.importing.written_numbers import Notation, NumberError, read_number
from tests.importing.importing import (
    HEADING,
    column,
    lines,
    orders,
    places,
    run,
    write_csv,
    write_text,
    write_workbook,
)
from tests.outbox.test_relay import notice
from tests.support.factories import NOON, make_shop, save

ROW = ["A-1", "B1", "C1", "M1", "S1", "5", "10"]
DAY = datetime(2026, 1, 5, 9, 30)  # noqa: DTZ001


def row(**values: str) -> list[str]:
    names = {name.lower().replace(" ", "_"): place for place, name in enumerate(HEADING)}
    made = list(ROW)
    for name, value in values.items():
        made[names[name]] = value
    return made


@pytest.mark.parametrize(
    ("line", "column", "says"),
    [
        ("A-2,B1,C1,M1,S1,5,12,50", "Unit Price", "12,50"),
        ("A-2,B1,C1,M1,S1,5,1,000", "Unit Price", "1,000"),
        ("A-2,B1,C1,M1,S1,1,200,12.50", "Quantity", "1,200"),
        ("A-2,B1,C1,M1,S1,5,10,,,x", "SKU Number", "the heading 7"),
    ],
)
async def test_a_row_with_more_cells_than_the_heading(
    database: Database, brand: Brand, tmp_path: Path, line: str, column: str, says: str
) -> None:
    path = write_text(tmp_path / "a.csv", line, ",".join(ROW) + ",,,", ",".join(row(order_code="A-3")))
    _, faults = await run(database, brand, path)
    assert [fault.row for fault in faults] == [2]
    assert says in faults[0].reason
    if says != "the heading 7":
        assert faults[0].column == column
    assert sorted(await orders(database)) == ["A-1", "A-3"]


NAMED = [*HEADING, "Buyer Name"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize(
    "name",
    [
        "Crémerie Hélène",
        "Maison à £5",
        "Müller & Söhne – „Laden“",
        "L’été «É»",
        "Señor Muñoz São Guimarães Camões",
        "Caffè Perù Città Così È",
        "Ångström Bjørn Træ Ærø",
        "Citroën œuvre Où naïf Garçon",
        "“Quoted” it’s 1º 2ª n° 5 µm ½ …",
    ],
)
async def test_western_names_are_read(
    database: Database, brand: Brand, tmp_path: Path, encoding: str, name: str
) -> None:
    path = write_text(tmp_path / "a.csv", ",".join([*ROW, name]), heading=NAMED, encoding=encoding)
    await run(database, brand, path)
    assert await column(database, Buyer.name) == [name]


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("cp932", "青い店"),
        ("cp932", "ﾔﾏﾀﾞ"),
        ("cp932", "ｱｲｳｴｵ"),
        ("euc_jp", "青い店"),
        ("cp1251", "Магазин"),
        ("gbk", "商店"),
        ("mac_roman", "Crémerie"),
        ("cp850", "Crémerie"),
        ("cp437", "Café"),
        ("cp437", "Köln"),
        ("cp1254", "Işık Şişli"),
        ("cp1250", "Kučera"),
        ("cp1250", "Gdańsk"),
        ("cp1250", "Petrović"),
        ("cp1250", "Němec"),
        ("iso8859-2", "Erdős"),
        ("big5", "商店"),
        ("cp932", "東"),
        ("iso2022_jp", "青い店"),
        ("utf-16-le", "Shop"),
    ],
)
async def test_no_name_is_guessed(database: Database, brand: Brand, tmp_path: Path, encoding: str, name: str) -> None:
    path = write_text(tmp_path / "a.csv", ",".join([*ROW, name]), heading=NAMED, encoding=encoding)
    with pytest.raises(ImportFileError, match="--encoding"):
        await run(database, brand, path)
    await run(database, brand, path, encoding=encoding)
    assert await column(database, Buyer.name) == [name]


async def test_a_japanese_brands_file_may_be_shift_jis(database: Database, tokyo: Brand, tmp_path: Path) -> None:
    japanese = write_text(tmp_path / "a.csv", ",".join([*ROW, "青い店"]), heading=NAMED, encoding="cp932")
    await run(database, tokyo, japanese)
    assert await column(database, Buyer.name) == ["青い店"]
    french = write_text(tmp_path / "b.csv", ",".join([*ROW, "Crémerie"]), heading=NAMED, encoding="cp1252")
    with pytest.raises(ImportFileError, match="may be Western European text"):
        await run(database, tokyo, french)


@pytest.mark.parametrize("name", ["CrÃ©merie", "Cr\ufffdmerie", "nan", "#N/A"])
async def test_a_name_that_nobody_typed_is_told(database: Database, brand: Brand, tmp_path: Path, name: str) -> None:
    _, faults = await run(database, brand, write_csv(tmp_path / "a.csv", [[*ROW, name]], NAMED))
    assert places(faults) == [(2, "Buyer Name")]


@pytest.mark.parametrize(
    "code",
    [
        *("4.90123E+12", "1E+05", "4,90E+12", "#REF!", "#NAME?", "=A2", "NULL", "Err:502"),
        *("#N/A N/A", "#ÜBERLAUF!", "#DIV/0", "#¡VALOR!", "5-Jan", "1月5日"),
    ],
)
async def test_a_code_that_a_spreadsheet_made_is_told(
    database: Database, brand: Brand, tmp_path: Path, code: str
) -> None:
    _, faults = await run(database, brand, write_csv(tmp_path / "a.csv", [row(sku_number=code)]))
    assert places(faults) == [(2, "SKU Number")]


async def test_cells_of_a_workbook(database: Database, brand: Brand, tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["A-1", 77, "C1", "M1", 4901234567894, 5, 12.3],
        ["A-2", "B1", "C1", "M1", 1234567890123456, 5, 12.3],
        ["A-3", "B1", "C1", "M1", DAY, 5, 12.3],
        ["A-4", "B1", "C1", "M1", "S4_x000D_\u200b", 5, 12.3],
        ["A-5", "B1", "C1", "M1", "S5", "=2+3", 12.3],
        ["A-6", "B1", "C1", "M1", "S6", 5, 12.3],
        ["A-7", "B1", "C1", "M1", "S7", 5, 12.3],
    ]
    path = write_workbook(tmp_path / "a.xlsx", rows, B2="00000", G7="[$€-407] #,##0.00", G8='"£"#,##0.00')
    _, faults = await run(database, brand, path)
    assert places(faults) == [(3, "SKU Number"), (4, "SKU Number"), (6, "Quantity"), (7, "Unit Price")]
    assert [(order, sku, price) for order, sku, _, price, _ in await lines(database)] == [
        ("A-1", "4901234567894", 1230),
        ("A-4", "S4", 1230),
        ("A-7", "S7", 1230),
    ]
    assert await column(database, Buyer.unique_code) == ["00077", "B1"]


@pytest.mark.parametrize("value", [True, False])
@pytest.mark.parametrize("place", range(5))
async def test_a_truth_value_is_no_code(
    database: Database, brand: Brand, tmp_path: Path, value: bool, place: int
) -> None:
    cells: list[Any] = ["A-1", "B1", "C1", "M1", "S1", 5, 10]
    cells[place] = value
    _, faults = await run(database, brand, write_workbook(tmp_path / "a.xlsx", [cells]))
    assert places(faults) == [(2, HEADING[place])]
    assert f"is the truth value {str(value).upper()}" in faults[0].reason
    _, faults = await run(database, brand, write_csv(tmp_path / "a.csv", [row(sku_number=str(value).upper())]))
    assert faults == [], "a text that somebody typed"


@pytest.mark.parametrize("date_1904", [False, True])
async def test_date_cells(database: Database, tokyo: Brand, tmp_path: Path, date_1904: bool) -> None:
    heading = [*HEADING, "Placed At"]
    rows: list[list[Any]] = [[*row(order_code=f"A-{number}"), DAY] for number in range(4)]
    formats = {"H2": "yyyy/m/d h:mm", "H3": '[$-411]ggge"年"m"月"d"日"', "H4": "d-mmm-yy", "H5": "General"}
    path = write_workbook(tmp_path / "a.xlsx", rows, heading, date_1904, **formats)
    _, faults = await run(database, tokyo, path)
    assert faults == []
    assert {order.placed_at for order in (await orders(database)).values()} == {datetime(2026, 1, 5, 0, 30, tzinfo=UTC)}
    rows = [[*row(order_code="B-1"), 0.4], [*row(order_code="B-2"), 0]]
    path = write_workbook(tmp_path / "b.xlsx", rows, heading, date_1904, H2="h:mm", H3="yyyy-mm-dd")
    _, faults = await run(database, tokyo, path)
    assert places(faults) == [(2, "Placed At"), (3, "Placed At")]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("１，２３４．５０", "1234.50"),
        ("1 234 567", "1234567"),
        ("1'234.50", "1234.50"),
        ("1,234,567", "1234567"),
        ("5.0", "5.0"),
        ("0.125", "0.125"),
        ("12.3456", "12.3456"),
    ],
)
def test_numbers_with_one_reading(text: str, number: str) -> None:
    assert read_number(text, Notation(), is_whole=False, what="a price") == Decimal(number)


@pytest.mark.parametrize("text", ["1,234", "1.234", "12,50", "1.234,50", "1,23,456", "12 34", "1-2", "1e3", "٣", "1%"])
def test_numbers_without_one_reading(text: str) -> None:
    with pytest.raises(NumberError):
        read_number(text, Notation(), is_whole=False, what="a price")


NEGATIVE = ["(12.00)", "（12.00）", "( 1,200 )", "£(12.00)", "(£12.00)", "(12.00) GBP", "▲12", "△ 1,200", "£▲12.00"]


@pytest.mark.parametrize("text", [*NEGATIVE, "12.00 (net)", "12 (x 10)"])
async def test_prices_in_brackets(database: Database, brand: Brand, tmp_path: Path, text: str) -> None:
    _, faults = await run(database, brand, write_csv(tmp_path / "a.csv", [row(unit_price=text)]), dry_run=True)
    assert places(faults) == [(2, "Unit Price")]
    says = "is a negative amount in accounting notation" if text in NEGATIVE else "is not a price, e.g. 12.50"
    assert says in faults[0].reason


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-05 09:30",
        "2026/1/5 9:30",
        "2026.1.5 9:30:00",
        "2026年1月5日 9時30分",
        "２０２６年１月５日　９：３０",
        "令和8年1月5日(月) 9:30",
        "5 Jan 2026 09:30",
        "Monday, January 5, 2026 9:30 AM",
        "20260105T0930",
        "2026-01-05T00:30:00Z",
        "2026-01-05T09:30:00.000000000+09:00",
        "2026/1/5 午前9:30",
        "R8.1.5 9:30",
        "令8/1/5 9:30",
        "2026-01-05 09.30",
        "5 Jan 2026 9.30.00",
        "2026-01-05 00:30 UTC",
    ],
)
def test_dates_with_one_reading(text: str) -> None:
    assert read_date(text, "Asia/Tokyo", None) == ("2026-01-05T00:30:00+00:00", False)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("5/1/2026", "--dates"),
        ("05.01.2026 09:30", "--dates"),
        ("5-Jan-26", "two digits"),
        ("1/5/26", "two digits"),
        ("46027", "number for a date"),
        ("2026-02-30", "not a date"),
        ("2026/1/5 25:00", "not a date"),
        ("2026-01-05-09:30", "not a date"),
        ("2026-01-05x09:30", "not a date"),
        ("1月5日", "no year"),
        ("5 Jan", "no year"),
        ("1/5", "no year"),
    ],
)
def test_dates_without_one_reading(text: str, says: str) -> None:
    with pytest.raises(DateError, match=says):
        read_date(text, "Asia/Tokyo", None)


def test_number_formats() -> None:
    assert [is_date(each) for each in ("yyyy/m/d", "[$-411]e.m.d", "[h]:mm", "General", "0.00E+00", '"d"0')] == [
        True, True, True, False, False, False,
    ]  # fmt: skip
    shown = [padded("42", each) for each in ("00000", '"SO-"0000', "000-000", "#,##0", "0.00", "General", "0")]
    assert shown == ["00042", "SO-0042", "000-042", "42", "42", "42", "42"]
    assert [sign_of(each) for each in ('"£"#,##0.00', "[$€-407] #,##0.00", "#,##0", "0%")] == ["£", "€", "", "%"]
    post = "[<=999]000;[<=9999]000-00;000-0000"
    assert [padded(each, post) for each in ("12", "1234", "1234567")] == ["012", "012-34", "123-4567"]


async def test_rows_that_are_no_lines(database: Database, brand: Brand, tmp_path: Path) -> None:
    path = write_text(
        tmp_path / "a.csv",
        ",".join(ROW),
        ",".join(HEADING),
        ",".join(row(order_code="A-2", sku_number="S2", quantity="0")),
        ",".join(row(order_code="A-2", sku_number="S3", quantity="-")),
        ",".join(row(order_code="A-2", sku_number="S4", quantity="2")),
        ",".join(row(order_code="A-3", quantity="")),
        "Total,,,,,9,",
    )
    summary, faults = await run(database, brand, path)
    assert places(faults) == [(7, "Quantity")]
    assert sorted(await orders(database)) == ["A-1", "A-2"]
    assert summary.empty_lines == 3


@pytest.mark.parametrize("says", ["Subtotal", "Total quantity", "合　計", "<合計>", "Total général", "Total (2 rows)"])
async def test_totals_in_between(database: Database, brand: Brand, tmp_path: Path, says: str) -> None:
    total = f"{says},,,,,5,50"
    path = write_text(tmp_path / "a.csv", ",".join(ROW), total, ",".join(row(order_code="A-2")), total)
    summary, faults = await run(database, brand, path, dry_run=True)
    assert (summary.imported, summary.refused, faults) == (2, 0, [])
    assert [note.partition(" left out")[0] for note in summary.notes] == ["row 3", "row 5"]


@pytest.mark.parametrize("last", [",,,,,Total,90", ",,合計,,,9,90", "Printed 2026-01-05,,,,,,", ",,,,,,90"])
async def test_totals_and_remarks_at_the_end(database: Database, brand: Brand, tmp_path: Path, last: str) -> None:
    path = write_text(tmp_path / "a.csv", ",".join(ROW), ",".join(["", "", "", "", "", "9", "90"]), "", last)
    _, faults = await run(database, brand, path)
    assert not faults
    assert sorted(await orders(database)) == ["A-1"]


@pytest.mark.parametrize("cut", ["A 1,B1,,,,,", "A 2", "A 2,B1,C1,M1", ",B1,C1,,,", "A-2", "A 1,B1,C1,M1,,,10"])
async def test_a_row_that_was_cut_off(database: Database, brand: Brand, tmp_path: Path, cut: str) -> None:
    first, next_one = ",".join(row(order_code="A 1")), ",".join(row(order_code="A 3"))
    _, faults = await run(database, brand, write_text(tmp_path / "a.csv", first, cut, "", ""), dry_run=True)
    assert places(faults) == [(3, "SKU Number")]
    assert "SKU Number and Quantity are missing" in faults[0].reason
    assert "the file may be cut off" in faults[0].reason
    summary, faults = await run(database, brand, write_text(tmp_path / "b.csv", first, cut, next_one, ",,,,,9,"))
    assert places(faults) == [(3, "SKU Number")]
    assert "cut off" not in faults[0].reason
    assert summary.empty_lines == 0
    is_of_first = cut.startswith(("A 1", ","))
    assert sorted(await orders(database)) == (["A 3"] if is_of_first else ["A 1", "A 3"])


@pytest.mark.parametrize("line", ["A 1,B1,C1,M1,S2,,", "A 1,B1,C1,M1,S2", ",,Total,,,,90", ",,,,,,90", "A 1,B1,,,,0,"])
async def test_rows_without_a_quantity_that_are_left_out(
    database: Database, brand: Brand, tmp_path: Path, line: str
) -> None:
    first, next_one = ",".join(row(order_code="A 1")), ",".join(row(order_code="A 3"))
    summary, faults = await run(database, brand, write_text(tmp_path / "a.csv", first, line, next_one))
    assert (summary.imported, summary.empty_lines, faults) == (2, 1, [])


async def test_placed_at_that_differs_a_little(database: Database, brand: Brand, tmp_path: Path) -> None:
    heading = [*HEADING, "Placed At"]
    rows = [[*row(sku_number=f"S{n}"), f"2026-01-05T09:{31 - n}"] for n in range(2)]
    path = write_csv(tmp_path / "a.csv", rows, heading)
    summary, faults = await run(database, brand, path)
    assert (summary.imported, faults, summary.placed_apart.names) == (1, [], ["A-1"])
    assert (await orders(database))["A-1"].placed_at == datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
    again, _ = await run(database, brand, write_csv(path, rows[::-1], heading))
    assert again.unchanged == 1


@pytest.mark.parametrize(
    ("values", "column"),
    [
        ({"order_code": "a-1"}, "Order Code"),
        ({"order_code": "A-2", "buyer_unique_code": "Ｂ１"}, "Buyer Unique Code"),
        ({"order_code": "A-2", "buyer_unique_code": "00B1"}, "Buyer Unique Code"),
        ({"order_code": "A-2", "catalog_code": "c1"}, "Catalog Code"),
        ({"order_code": "A-2", "sku_number": "s1"}, "SKU Number"),
        ({"order_code": "A-2", "sku_number": "N1", "model_number": "m1"}, "Model Number"),
    ],
)
async def test_a_code_that_looks_like_a_known_one(
    database: Database, brand: Brand, tmp_path: Path, values: dict[str, str], column: str
) -> None:
    await run(database, brand, write_csv(tmp_path / "a.csv", [ROW]))
    path = write_csv(tmp_path / "b.csv", [row(**values)])
    _, faults = await run(database, brand, path)
    assert places(faults) == [(2, column)]
    assert "differs from" in faults[0].reason
    summary, faults = await run(database, brand, path, allow_similar=True)
    assert (summary.imported, faults) == (1, [])


def test_codes_that_look_alike() -> None:
    assert len({folded(each) for each in ("MON-1", "mon-1", "ＭＯＮ－１", "MON‐1", "MON-1\u200b", "0MON-1")}) == 1
    assert folded("MON-1") != folded("MON-11")
    assert folded("007") == folded("7")


async def test_a_dry_run_tells_all_and_writes_nothing(database: Database, brand: Brand, tmp_path: Path) -> None:
    rows = [
        row(order_code=f"A-{n}", buyer_unique_code=f"B{n % 2}", unit_price="10" if n == 0 else "") for n in range(450)
    ]
    path = write_csv(tmp_path / "a.csv", rows)
    planned, _ = await run(database, brand, path, dry_run=True)
    async with database.read(EVERYTHING) as session:
        for table in (Order, Buyer, Catalog, Sku, AuditEntry):
            assert await session.scalar(select(func.count()).select_from(table)) == 0
    done, _ = await run(database, brand, path)
    for summary in (planned, done):
        assert (summary.imported, summary.faults, summary.skus.names) == (450, 0, ["S1"])
        assert (summary.offline_buyers.names, summary.catalogs.names) == (["B0", "B1"], ["C1"])


async def test_what_an_order_says_else_is_told(database: Database, brand: Brand, tmp_path: Path) -> None:
    await run(database, brand, write_csv(tmp_path / "a.csv", [ROW, row(sku_number="S2")]))
    path = write_csv(tmp_path / "b.csv", [row(quantity="7", unit_price="11.5", buyer_unique_code="B2")])
    _, faults = await run(database, brand, path)
    assert places(faults) == [(2, "Order Code")]
    for change in (
        "Buyer Unique Code B1 → B2",
        "S1: quantity 5 → 7, unit price 10.00 → 11.50",
        "S2: 5 at 10.00 → no line",
    ):
        assert change in faults[0].reason


async def test_what_a_file_says_else_of_a_buyer(database: Database, brand: Brand, tmp_path: Path) -> None:
    heading = [*HEADING, "Buyer Name", "Buyer E-mail", "Buyer Language", "Buyer Country"]
    await run(database, brand, write_csv(tmp_path / "a.csv", [[*ROW, "Old", "old@x.example", "en", "UK"]], heading))
    path = write_csv(tmp_path / "b.csv", [[*row(order_code="A-2"), "New", "new@x.example", "ja", "JP"]], heading)
    told, _ = await run(database, brand, path)
    assert told.buyer_differences.names == [
        "B1: name Old → New, country UK → JP, language en → ja, e-mail old@x.example → new@x.example"
    ]
    assert await column(database, Buyer.name) == ["Old"]
    taken, _ = await run(database, brand, path, update_buyers=True)
    assert taken.buyer_updates.count == 1
    assert await column(database, Buyer.name) == ["New"]
    assert await column(database, Buyer.locale) == [Locale.JA]
    assert await column(database, BuyerRecipient.email) == ["new@x.example"]
    assert (await column(database, AuditEntry.kind))[:2] == ["BUYER_CREATED", "BUYER_UPDATED"]
    assert (await run(database, brand, path, update_buyers=True))[0].buyer_updates.count == 0
    assert (await column(database, AuditEntry.kind)).count("BUYER_UPDATED") == 1


async def test_an_address_that_a_file_takes_from_a_buyer_gets_no_mail_that_waits(
    database: Database, brand: Brand, tmp_path: Path
) -> None:
    heading = [*HEADING, "Buyer E-mail"]
    await run(database, brand, write_csv(tmp_path / "a.csv", [[*ROW, "old@x.example"]], heading))
    (order,) = (await orders(database)).values()
    await save(database, message(notice(to=["old@x.example"]), brand_id=brand.id, order_id=order.id, at=NOON))
    path = write_csv(tmp_path / "b.csv", [[*row(order_code="A-2"), "new@x.example"]], heading)
    await run(database, brand, path, update_buyers=True)
    assert await column(database, OutboxMessage.status) == ["CANCELLED"]
    assert await column(database, OutboxMessage.cancelled_by) == ["BUYER_UPDATED"]


async def test_the_language_of_an_imported_buyer(database: Database, tmp_path: Path) -> None:
    brand = (await make_shop(database, locale=Locale.JA)).brand
    heading = [*HEADING, "Buyer Language", "Buyer Country"]
    said = [("US", "", "US"), ("JP", "", "Japan"), ("NO", "", ""), ("OWN", "ja", "US")]
    rows = [[*row(order_code=code, buyer_unique_code=code), *more] for code, *more in said]
    await run(database, brand, write_csv(tmp_path / "a.csv", rows, heading))

    async def languages() -> dict[str, tuple[str, bool]]:
        async with database.read(EVERYTHING) as session:
            named = select(Buyer).where(Buyer.unique_code.in_([code for code, *_ in said]))
            return {each.unique_code: (each.locale, each.has_own_locale) for each in await session.scalars(named)}

    expected = {"US": ("en", False), "JP": ("ja", False), "NO": ("ja", False), "OWN": ("ja", True)}
    assert await languages() == expected
    moved = [("US", "ja", "FR"), ("JP", "", "US"), ("NO", "", "UK"), ("OWN", "", "DE")]
    rows = [[*row(order_code=f"{code}-2", buyer_unique_code=code), *more] for code, *more in moved]
    await run(database, brand, write_csv(tmp_path / "b.csv", rows, heading), update_buyers=True)
    assert await languages() == {"US": ("ja", True), "JP": ("en", False), "NO": ("en", False), "OWN": ("ja", True)}


async def test_a_file_confirms_a_refused_address_only_when_buyers_are_updated(
    database: Database, brand: Brand, tmp_path: Path
) -> None:
    heading = [*HEADING, "Buyer E-mail"]
    path = write_csv(tmp_path / "a.csv", [[*ROW, "a@x.example"]], heading)
    await run(database, brand, path)
    async with database.transaction(EVERYTHING) as session:
        await session.execute(update(BuyerRecipient).values(bounced_at=NOON, bounce_reason="550 no such user"))
    told, _ = await run(database, brand, path)
    assert "a@x.example, refused by a mail server" in told.buyer_differences.names[0]
    assert await column(database, BuyerRecipient.bounce_reason) == ["550 no such user"]
    assert (await run(database, brand, path, update_buyers=True))[0].buyer_updates.count == 1
    assert await column(database, BuyerRecipient.bounce_reason) == [None]
    assert await column(database, BuyerRecipient.bounced_at) == [None]


def write_sheets(path: Path, **sheets: list[list[str]]) -> Path:
    with xlsxwriter.Workbook(path) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, cells in enumerate(rows):
                sheet.write_row(number, 0, cells)
    return path


async def test_orders_in_several_sheets_are_never_left_out(database: Database, brand: Brand, tmp_path: Path) -> None:
    notes, template = [["Order Code", "Note"], ["A-1", "x"]], [HEADING, ["", ""]]
    one, two = [HEADING, ROW], [["Our orders"], [], HEADING, row(order_code="A-2")]
    path = write_sheets(tmp_path / "a.xlsx", Notes=notes, Template=template, January=one, February=two)
    with pytest.raises(ImportFileError, match=r"in 2 sheets \(January, February\).*--sheet January"):
        await run(database, brand, path)
    assert await orders(database) == {}
    with pytest.raises(ImportFileError, match=r"no visible sheet March\. Its visible sheets are: Notes, Template, Jan"):
        await run(database, brand, path, sheet="March")
    summary, _ = await run(database, brand, path, sheet=" february")
    assert (summary.imported, summary.notes[0]) == (1, "only the sheet February is read")
    assert list(await orders(database)) == ["A-2"]
    single = write_sheets(tmp_path / "b.xlsx", Notes=notes, Template=template, January=one)
    assert (await run(database, brand, single))[0].imported == 1
    with pytest.raises(ImportFileError, match="no sheets"):
        await run(database, brand, write_csv(tmp_path / "a.csv", [ROW]), sheet="January")


async def test_new_buyers_are_in_the_audit(database: Database, brand: Brand, tmp_path: Path) -> None:
    rows = [row(order_code=f"A-{n}", buyer_unique_code=code) for n, code in enumerate(("B1", "B2", "B1"))]
    path = write_csv(tmp_path / "a.csv", rows)
    await run(database, brand, path, dry_run=True)
    assert await column(database, AuditEntry.kind) == []
    await run(database, brand, path)
    await run(database, brand, path)
    async with database.read(EVERYTHING) as session:
        entries = select(AuditEntry.kind, AuditEntry.details["code"].as_string()).order_by(AuditEntry.sequence)
        found = [tuple(each) for each in await session.execute(entries)]
        source = await session.scalar(select(AuditEntry.details["source"].as_string()).limit(1))
    assert found[:2] == [("BUYER_CREATED", "B1"), ("BUYER_CREATED", "B2")]
    assert [kind for kind, _ in found[2:]] == ["ORDER_PLACED"] * 3
    assert source == "a.csv"


async def test_a_currency_that_has_ended(database: Database, brand: Brand, tmp_path: Path) -> None:
    heading = [*HEADING, "Currency", "Placed At"]
    rows = [[*row(order_code=f"A-{year}"), "HRK", f"{year}-06-01"] for year in (2020, 2024)]
    _, faults = await run(database, brand, write_csv(tmp_path / "a.csv", rows, heading))
    assert places(faults) == [(3, "Currency")]
    assert sorted(await orders(database)) == ["A-2020"]


async def test_prices_finer_than_the_smallest_unit(database: Database, brand: Brand, tmp_path: Path) -> None:
    prices = ["0.0125", "0.005", "12.3456", "0.00000001"]
    rows = [
        row(order_code=f"A-{n}", sku_number=f"S{n}", quantity="3", unit_price=each) for n, each in enumerate(prices)
    ]
    rows.append(row(order_code="A-9", unit_price="0.000000001"))
    path = write_csv(tmp_path / "a.csv", rows)
    _, faults = await run(database, brand, path)
    assert places(faults) == [(6, "Unit Price")]
    assert [(price, amount) for _, _, _, price, amount in await lines(database)] == [
        (Decimal("1.25"), 4),
        (Decimal("0.5"), 2),
        (Decimal("1234.56"), 3704),
        (Decimal("0.000001"), 0),
    ]
    assert (await run(database, brand, path))[0].unchanged == 4


@pytest.mark.parametrize("locale", list(Locale))
async def test_our_own_export_can_be_imported_again(
    database: Database, brand: Brand, tmp_path: Path, locale: Locale
) -> None:
    rows = [row(), row(sku_number="S2", unit_price="0.0125"), row(order_code="A-2"), row(order_code="A-3")]
    await run(database, brand, write_csv(tmp_path / "a.csv", rows))
    async with database.transaction(EVERYTHING) as session:
        rejected = (await session.scalars(select(Order).where(Order.code == "A-3"))).one()
        rejected.placed_at += timedelta(seconds=1, microseconds=5)
    export = tmp_path / "export.xlsx"
    async with database.read(EVERYTHING) as session:
        await orders_workbook(session, select(Order.id), locale=locale, for_buyer=False, path=export)
    summary, faults = await run(database, brand, export)
    assert (summary.unchanged, summary.refused, faults) == (3, 0, [])
    assert {column_of(each.name.in_(locale)) for each in LINE_COLUMNS} >= set(HEADING)
    other = Brand(code="other", name="Other", currency="JPY", time_zone="Europe/London")
    async with database.transaction(EVERYTHING) as session:
        session.add(other)
    before = await lines(database)
    summary, faults = await run(database, other, export)
    assert (summary.imported, faults) == (3, [])
    assert sorted(set(await lines(database))) == sorted(set(before))
    assert {order.status for order in (await orders(database)).values()} == {OrderStatus.OC_REQUIRED}


async def test_a_file_that_ends_without_a_line_end(database: Database, brand: Brand, tmp_path: Path) -> None:
    def note(summary: Summary) -> list[str]:
        return [each for each in summary.notes if "no line end" in each]

    heading, first = ",".join(HEADING), ",".join(ROW)
    path = tmp_path / "a.csv"
    path.write_text(f"{heading}\n{first}\nA-2,B1,C1,M1,S1,5,1")
    summary, faults = await run(database, brand, path, dry_run=True)
    assert (summary.imported, faults) == (2, [])
    assert "row 3" in note(summary)[0]
    assert "Unit Price '1' is not whole" in note(summary)[0]
    path.write_text(f"{heading}\n{first}\nA-2,B1,C1,M1,S1,5")
    summary, faults = await run(database, brand, path, dry_run=True)
    assert (summary.imported, places(faults), note(summary)) == (1, [(3, "Quantity")], [])
    assert "6 cells and no line end" in faults[0].reason
    for whole in (f"{heading}\n{first}\nA-2,B1,C1,M1,S1,5\n", f"{heading}\r\n{first}\r\n", f"{heading}\r{first}\r"):
        path.write_bytes(whole.encode())
        summary, _ = await run(database, brand, path, dry_run=True)
        assert note(summary) == []


@pytest.mark.parametrize(
    ("text", "zone", "at", "is_doubled"),
    [
        ("2026-10-25 01:30", "Europe/London", "2026-10-25T00:30:00+00:00", True),
        ("2026-10-25T01:30:00+00:00", "Europe/London", "2026-10-25T01:30:00+00:00", False),
        ("2026-10-25 02:00", "Europe/London", "2026-10-25T02:00:00+00:00", False),
        ("2026-04-05 02:59:59", "Pacific/Auckland", "2026-04-04T13:59:59+00:00", True),
        ("2026-09-06", "America/Santiago", "2026-09-06T04:00:00+00:00", False),
        ("2026-03-29 01:30", "Asia/Tokyo", "2026-03-28T16:30:00+00:00", False),
    ],
)
def test_times_when_clocks_change(text: str, zone: str, at: str, is_doubled: bool) -> None:
    assert read_date(text, zone, None) == (at, is_doubled)


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("2026-03-29 01:30", "Europe/London"),
        ("2026-03-08 02:00", "America/New_York"),
        ("2026-10-04 02:15", "Australia/Lord_Howe"),
        ("2026-09-06 00:30", "America/Santiago"),
    ],
)
def test_times_that_never_were(text: str, zone: str) -> None:
    with pytest.raises(DateError, match="clocks were put forward"):
        read_date(text, zone, None)


async def test_which_of_two_times_is_read_is_told(database: Database, brand: Brand, tmp_path: Path) -> None:
    brand.time_zone = "Europe/London"
    heading = [*HEADING, "Placed At"]
    times = ["2026-10-25 01:30", "2026-10-25 01:30", "2026-03-29 01:30", "2026-10-25 03:30", "2026-10-25T01:45+00:00"]
    path = write_csv(tmp_path / "a.csv", [[*row(order_code=f"A-{n}"), at] for n, at in enumerate(times)], heading)
    summary, faults = await run(database, brand, path)
    assert places(faults) == [(4, "Placed At")]
    assert next(each for each in summary.notes if "twice" in each).endswith("the first of the two: 2026-10-25 01:30")
    # A file has the time of the clock only, so that an export of the order placed at 01:45 is the same order.
    again = write_csv(tmp_path / "b.csv", [[*row(order_code="A-4"), "2026-10-25 01:45"]], heading)
    assert (await run(database, brand, again))[0].unchanged == 1
    summary, _ = await run(database, brand, write_csv(tmp_path / "c.csv", [[*ROW, "2026-10-24"]], heading))
    assert not any("twice" in each for each in summary.notes)


@pytest.mark.parametrize(
    ("currency", "text", "price"),
    [("CHF", "Fr. 12.50", 1250), ("DKK", "kr. 100", 10000), ("SEK", "100 kr", 10000), ("USD", "$.50", None)],
)
async def test_signs_with_a_point(
    database: Database, brand: Brand, tmp_path: Path, currency: str, text: str, price: int | None
) -> None:
    path = write_csv(tmp_path / "a.csv", [[*row(unit_price=text), currency]], [*HEADING, "Currency"])
    await run(database, brand, path)
    assert [line[3] for line in await lines(database)] == ([price] if price else [])


async def test_a_file_that_says_two_things_of_a_buyer(database: Database, brand: Brand, tmp_path: Path) -> None:
    heading = [*HEADING, "Buyer Name", "Buyer E-mail", "Buyer Country"]
    said = [("One", "a@x.example", "UK"), ("Two", "b@x.example", ""), ("", "A@x.example", "UK"), ("One", "", "FR")]
    rows = [[*row(order_code=f"A-{number}"), *more] for number, more in enumerate(said)]
    summary, faults = await run(database, brand, write_csv(tmp_path / "a.csv", rows, heading))
    assert (summary.imported, faults) == (4, [])
    assert summary.buyers_apart.names == [
        "B1: name One, but also Two; e-mail a@x.example, but also b@x.example; country UK, but also FR"
    ]
    assert await column(database, BuyerRecipient.email) == ["a@x.example"]


@pytest.mark.parametrize("address", ["a@x..example", "a@.x.example", "a@x.example.", "a@x", "a b@x.example"])
async def test_what_is_no_address(database: Database, brand: Brand, tmp_path: Path, address: str) -> None:
    path = write_csv(tmp_path / "a.csv", [[*ROW, address]], [*HEADING, "Buyer E-mail"])
    _, faults = await run(database, brand, path, dry_run=True)
    assert places(faults) == [(2, "Buyer E-mail")]
