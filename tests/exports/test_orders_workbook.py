"""The Excel export, read back with openpyxl: what people get to see, and what it costs."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import event, select

from exports.accounting import COLUMNS as ACCOUNTING
from exports.history_columns import HISTORY_COLUMNS, REJECTION_COLUMNS
from exports.order_columns import LINE_COLUMNS, ORDER_COLUMNS
from exports.orders_workbook import ORDERS_AT_A_TIME, orders_workbook
from exports.xlsx.columns import Column
from models.database.sessions import Database
from models.invoice import InvoiceStatus
from models.locale import Locale
from models.order import DataSet, Order, OrderLine
from models.policy import OrderStatus
from models.scope import EVERYTHING, Scope
from models.tag import OrderTag
from tests.support.factories import (
    NOON,
    Shop,
    add_backlog_sku,
    add_delivery_note,
    add_invoice,
    make_buyer,
    make_order,
    make_shop,
    make_tag,
    save,
)

BY_DATE = select(Order.id).order_by(Order.placed_at, Order.id)
RED = "FFFFC7CE"


async def export(
    database: Database, scope: Scope, folder: Path, orders: Any = BY_DATE, *, locale: Locale = Locale.EN, **more: Any
) -> Any:
    path = folder / "orders.xlsx"
    async with database.read(scope) as session:
        await orders_workbook(session, orders, locale=locale, **({"for_buyer": False} | more), path=path)
    return openpyxl.load_workbook(path)


def cells(sheet: Any) -> list[dict[str, Any]]:
    """The rows under the heading, by heading."""
    heading, *rows = sheet.iter_rows()
    return [{str(name.value): cell for name, cell in zip(heading, row, strict=True)} for row in rows]


def values(sheet: Any, heading: str) -> list[Any]:
    return [row[heading].value for row in cells(sheet)]


async def test_cells_are_typed_and_money_has_its_currencys_decimals(database: Database, tmp_path: Path) -> None:
    shop = await make_shop(database, time_zone="Asia/Tokyo")
    placed = datetime(2026, 11, 24, 15, 30, 59, 999_999, tzinfo=UTC)
    await make_order(database, shop, lines=[(2, 1250), (3, 480)], placed_at=NOON)
    await make_order(
        database, shop, lines=[(1200, 4990)], currency="JPY", tax_minor=500, total_minor=5_988_500, placed_at=placed
    )
    book = await export(database, shop.member().scope, tmp_path)

    pounds, yen = cells(book["Orders"])
    assert (pounds["Total"].value, pounds["Total"].number_format) == (39.4, "[$£]#,##0.00")
    assert (yen["Total"].value, yen["Total"].number_format) == (5_988_500, "[$¥]#,##0")
    assert (yen["Subtotal"].value, yen["Tax"].value, yen["Shipping"].value) == (5_988_000, 500, 0)
    assert (yen["Total quantity"].value, yen["Total quantity"].number_format) == (1200, "#,##0")
    assert yen["Placed at"].is_date
    assert yen["Placed at"].value == datetime(2026, 11, 25, 0, 30, 59)  # noqa: DTZ001 - the brand's wall clock
    assert yen["Time zone"].value == "Asia/Tokyo"
    assert yen["Rejected at"].value is None

    first, second, third = cells(book["Lines"])
    assert [cell.value for cell in first.values()] == [
        pounds["Order code"].value, 1, "SKU-1", "MODEL-1", "Linen shirt 1", 2, 12.5, 25, "GBP", "Please create an OC",
        shop.buyer.unique_code, shop.buyer.name, "SS27", datetime(2026, 11, 24, 21), None,  # noqa: DTZ001
    ]  # fmt: skip
    assert (second["Unit price"].value, second["Unit price"].number_format) == (4.8, "[$£]#,##0.00")
    assert (third["Amount"].value, third["Amount"].number_format) == (5_988_000, "[$¥]#,##0")


async def test_heading_is_frozen_filtered_and_wide_enough(database: Database, tmp_path: Path) -> None:
    shop = await make_shop(database)
    await make_order(database, shop, lines=[(1, 100), (1, 200)])
    book = await export(database, shop.member().scope, tmp_path)
    assert book.sheetnames == ["Orders", "Lines"]
    for name, columns, reach in (("Orders", ORDER_COLUMNS, "A1:AF2"), ("Lines", LINE_COLUMNS, "A1:O3")):
        sheet = book[name]
        assert sheet.freeze_panes == "B2"
        assert sheet.auto_filter.ref == reach
        assert sheet["A1"].font.b
        assert [cell.value for cell in sheet[1]] == [column.name.en for column in columns]
        # One entry stands for neighbours of the same width; Excel adds the cell's padding.
        widths = [entry.width for entry in sheet.column_dimensions.values() for _ in range(entry.min, entry.max + 1)]
        assert [int(width) for width in widths] == [column.width for column in columns]
        assert all(column.width > max(len(column.name.en), 2 * len(column.name.ja)) for column in columns)


async def test_statuses_are_in_words(database: Database, tmp_path: Path) -> None:
    shop = await make_shop(database)
    await make_order(database, shop, status=OrderStatus.REJECTED_BY_BRAND)
    noted = await make_order(database, shop, status=OrderStatus.OC_CONFIRMED)
    await add_delivery_note(database, noted)
    await add_backlog_sku(database, await make_order(database, shop, status=OrderStatus.OC_CONFIRMED), shop.skus[0])

    english = await export(database, shop.member().scope, tmp_path)
    assert values(english["Orders"], "Status") == ["Order rejected by brand", "OC confirmed", "OC confirmed"]
    assert values(english["Orders"], "Delivery status") == ["None", "Delivery note created", "Backlog SKUs created"]
    japanese = await export(database, shop.member().scope, tmp_path, locale=Locale.JA)
    assert japanese.sheetnames == ["注文", "注文明細"]
    assert values(japanese["注文"], "ステータス") == ["ブランドが注文を却下", "OC確定済み", "OC確定済み"]
    assert values(japanese["注文"], "納品ステータス") == ["なし", "納品書作成済み", "バックログSKU作成済み"]
    assert cells(japanese["注文"])[0]["注文日時"].number_format == "yyyy/mm/dd hh:mm"


async def test_rejected_orders_are_marked_and_say_by_whom(database: Database, tmp_path: Path) -> None:
    shop = await make_shop(database)
    await make_order(database, shop, status=OrderStatus.REJECTED, lines=[(1, 100)], rejected_by="Olga Operator")
    await make_order(database, shop, lines=[(1, 100)])
    book = await export(database, shop.member().scope, tmp_path)
    for sheet in book:
        rejected, open_ = cells(sheet)
        assert rejected["Status"].fill.fgColor.rgb == RED
        assert open_["Status"].fill.fill_type is None
    rejected, open_ = cells(book["Orders"])
    assert (rejected["Rejected by"].value, open_["Rejected by"].value) == ("Olga Operator", None)
    assert rejected["Rejected at"].value == NOON.replace(tzinfo=None)


async def test_buyers_copy_keeps_the_brands_business_out(database: Database, tmp_path: Path) -> None:
    shop = await make_shop(database, name="Maison Lin")
    order = await make_order(database, shop, status=OrderStatus.REJECTED_BY_BRAND, rejected_by="Mina Sato")
    tag = await make_tag(database, shop.brand.id, "slow-payer")
    await save(database, OrderTag(brand_id=order.brand_id, order_id=order.id, tag_id=tag.id))
    await make_order(database, shop, status=OrderStatus.OC_CREATED, approval_asked=True)
    other = await make_buyer(database, shop.brand)
    await make_order(database, shop, buyer_id=other.id)

    book = await export(database, shop.buyer_user().scope, tmp_path, for_buyer=True)
    orders = cells(book["Orders"])
    buyers = [column for column in ORDER_COLUMNS if not column.internal]
    assert list(orders[0]) == [(column.buyers_name or column.name).en for column in buyers]
    assert {"Tags", "Assignee", "Message on rejection", "Archived at"}.isdisjoint(orders[0])
    assert values(book["Orders"], "Status") == ["Order declined", "Please check the contents of the OC"]
    assert values(book["Orders"], "Declined by") == ["Maison Lin", None]
    assert not [heading for heading in orders[0] if "eject" in heading], "a buyer's order is declined"
    everything = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not {"Mina Sato", "Slow-Payer", other.name} & set(everything)

    brands = await export(database, shop.member().scope, tmp_path)
    assert values(brands["Orders"], "Tags") == ["Slow-Payer", None, None]
    assert values(brands["Orders"], "Rejected by") == ["Mina Sato", None, None]


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+81 3 1234",
        "-5",
        "@SUM(A1)",
        "{=1+1}",
        "http://example.com/",
        "mailto:a@example.com",
        "internal:Lines!A1",
        "0012",
        "1e5",
        "<r>x</r>",
        "<r>a & b</r>",
        "<r><t>x</t></r>",
        "<r>",
        "<b>&amp;</b>",
        " indented\tand\nbroken ",
        "山田 太郎 株式会社 𠮷野家 👕",
        "_x0041_",
    ],
)
async def test_text_is_never_turned_into_formulas_or_links(sqlite_url: str, tmp_path: Path, text: str) -> None:
    database = Database(sqlite_url)
    shop = await make_shop(database)
    buyer = await make_buyer(database, shop.brand, name=text)
    await make_order(database, shop, buyer_id=buyer.id)
    book = await export(database, shop.member().scope, tmp_path)
    await database.close()
    (row,) = cells(book["Orders"])
    assert row["Buyer"].data_type == "s"
    assert row["Buyer"].hyperlink is None
    # openpyxl does not undo the escape of a text that looks like one; Excel does.
    assert row["Buyer"].value == text.replace("_x0041_", "_x005F_x0041_")


async def test_invalid_xml_characters_and_endless_texts_do_not_damage_the_file(
    database: Database, tmp_path: Path
) -> None:
    shop = await make_shop(database, recipients=())
    buyer = await make_buyer(database, shop.brand, name="a\x01b\x1f\ufffe")
    status = OrderStatus.REJECTED_BY_BRAND
    await make_order(database, shop, buyer_id=buyer.id, status=status, rejected_body="👕" * 20_000)
    book = await export(database, shop.member().scope, tmp_path)
    (row,) = cells(book["Orders"])
    assert row["Buyer"].value == "a_x0001_b_x001F__xFFFE_"
    # Excel counts UTF-16 units: 32,767 of them, and no half character at the end.
    assert row["Message on rejection"].value == "👕" * 16_383


async def test_numbers_and_dates_outside_excels_range_are_text(database: Database, tmp_path: Path) -> None:
    shop = await make_shop(database)
    exact, beyond = 999_999_999_999_999, 1_234_567_890_123_456
    await make_order(database, shop, lines=[(1, exact)], placed_at=datetime(1900, 2, 28, 9, tzinfo=UTC))
    await make_order(database, shop, lines=[(1, beyond)], currency="JPY", placed_at=datetime(1901, 1, 1, tzinfo=UTC))
    book = await export(database, shop.member().scope, tmp_path)
    first, second = cells(book["Orders"])
    assert (first["Total"].value, first["Placed at"].value) == (9_999_999_999_999.99, "1900-02-28 09:00:00")
    assert (second["Total"].value, second["Total"].data_type) == ("1234567890123456", "s")
    assert second["Placed at"].value == datetime(1901, 1, 1)  # noqa: DTZ001


async def test_orders_of_another_brand_never_appear(database: Database, tmp_path: Path) -> None:
    ours, theirs = await make_shop(database), await make_shop(database)
    own, foreign = await make_order(database, ours), await make_order(database, theirs)
    book = await export(database, ours.member().scope, tmp_path)
    assert values(book["Orders"], "Order code") == [own.code]
    assert set(values(book["Lines"], "Order code")) == {own.code}
    named = await export(database, ours.member().scope, tmp_path, select(Order.id).where(Order.id == foreign.id))
    assert cells(named["Orders"]) == cells(named["Lines"]) == []


async def test_no_orders_give_sheets_of_headings(database: Database, tmp_path: Path) -> None:
    shop = await make_shop(database)
    book = await export(database, shop.member().scope, tmp_path, locale=Locale.JA)
    assert [cell.value for cell in book["注文"][1]] == [column.name.ja for column in ORDER_COLUMNS]
    assert [cell.value for cell in book["注文明細"][1]] == [column.name.ja for column in LINE_COLUMNS]
    assert (book["注文"].max_row, book["注文明細"].max_row) == (1, 1)
    assert book["注文"].auto_filter.ref == "A1:AF1"


async def test_lines_are_those_of_the_official_data_set(database: Database, tmp_path: Path) -> None:
    shop = await make_shop(database)
    order = await make_order(database, shop, lines=[(2, 1250)], official=DataSet.CONFIRMATION)
    confirmed = OrderLine(
        brand_id=order.brand_id, order_id=order.id, data_set=DataSet.CONFIRMATION, position=1,
        sku_id=shop.skus[2].id, quantity=7, unit_price_minor=100, amount_minor=700,
    )  # fmt: skip
    await save(database, confirmed)
    book = await export(database, shop.member().scope, tmp_path)
    assert values(book["Lines"], "Quantity") == [7]


async def test_a_summary_has_the_selection_and_sums_that_follow_the_filter(database: Database, tmp_path: Path) -> None:
    shop = await make_shop(database)
    await make_order(database, shop, lines=[(2, 1250)], tax_minor=500, total_minor=3000)
    await make_order(database, shop, lines=[(3, 480)])
    said = [("Status", "OC confirmed"), ("=1+1", "=2")]
    book = await export(database, shop.member().scope, tmp_path, conditions=said, rows_per_sheet=2)
    rows = [[cell.value for cell in row] for row in book["Summary"].iter_rows()]
    assert ["Status", "OC confirmed"] in [row[:2] for row in rows]
    assert [row[:2] for row in rows if row[0] == "=1+1"] == [["=1+1", "=2"]]
    assert all(cell.data_type == "s" for row in book["Summary"].iter_rows() for cell in row if cell.value == "=1+1")
    [sums] = [row for row in rows if row[0] == "GBP"]
    assert sums[1:3] == [
        "=SUBTOTAL(103,'Orders'!$A$2:$A$2)+SUBTOTAL(103,'Orders (2)'!$A$2:$A$2)",
        "=SUBTOTAL(109,'Orders'!$G$2:$G$2)+SUBTOTAL(109,'Orders (2)'!$G$2:$G$2)",
    ]
    calculated = openpyxl.load_workbook(tmp_path / "orders.xlsx", data_only=True)["Summary"]
    [sums] = [[cell.value for cell in row] for row in calculated.iter_rows() if row[0].value == "GBP"]
    assert sums == ["GBP", 2, 5, 39.4, 5, 0, 44.4]


async def test_the_sums_of_several_currencies_are_apart_and_follow_the_filter(
    database: Database, tmp_path: Path
) -> None:
    shop = await make_shop(database)
    await make_order(database, shop, lines=[(2, 1250)])
    await make_order(database, shop, lines=[(1, 9 * 10**15)], currency="JPY")
    book = await export(database, shop.member().scope, tmp_path, locale=Locale.JA, conditions=[], rows_per_sheet=2)
    rows = {row[0].value: row for row in book["集計"].iter_rows()}
    assert rows["GBP"][6].value == (
        "=SUMIFS('注文'!$K:$K,'注文'!$L:$L,\"GBP\",'表示中の行'!$A:$A,\"<>0\")"
        "+SUMIFS('注文 (2)'!$K:$K,'注文 (2)'!$L:$L,\"GBP\",'表示中の行'!$B:$B,\"<>0\")"
    )
    assert rows["JPY"][6].value == str(9 * 10**15), "Excel would round it"
    assert rows["JPY"][1].value == (
        "=COUNTIFS('注文'!$L:$L,\"JPY\",'表示中の行'!$A:$A,\"<>0\")"
        "+COUNTIFS('注文 (2)'!$L:$L,\"JPY\",'表示中の行'!$B:$B,\"<>0\")"
    )
    shown = book["表示中の行"]
    assert (shown.sheet_state, shown.max_row) == ("hidden", 2)
    assert shown["B2"].value == "=SUBTOTAL(103,INDEX('注文 (2)'!$A:$A,ROW()))"


async def test_documents_and_wishes_of_an_order_are_in_its_row(database: Database, tmp_path: Path) -> None:
    shop = await make_shop(database)
    order = await make_order(
        database,
        shop,
        comment="Ring\ntwice",
        buyer_order_number="0012",
        deliver_from=date(2027, 2, 1),
        deliver_to=date(2027, 2, 15),
    )
    await add_delivery_note(database, order, "DN-2")
    await add_delivery_note(database, order, "DN-1")
    await add_invoice(database, order, code="INV-1", status=InvoiceStatus.ISSUED)
    await add_invoice(database, order, code="DRAFT-1")
    [row] = cells((await export(database, shop.member().scope, tmp_path))["Orders"])
    assert row["Delivery notes"].value == "DN-1, DN-2"
    assert (row["Invoices"].value, row["Draft invoices"].value) == ("INV-1", "DRAFT-1")
    assert (row["Comment"].value, row["Buyer's order number"].value) == ("Ring\ntwice", "0012")
    assert row["Deliver from"].value == datetime(2027, 2, 1)  # noqa: DTZ001 - a day
    [row] = cells((await export(database, shop.buyer_user().scope, tmp_path, for_buyer=True))["Orders"])
    assert row["Invoices"].value == "INV-1"
    assert "Draft invoices" not in row


async def test_pages_have_a_header_and_their_number(database: Database, tmp_path: Path) -> None:
    shop = await make_shop(database)
    await make_order(database, shop)
    book = await export(database, shop.member().scope, tmp_path)
    for sheet in book:
        assert (sheet.page_setup.paperSize, sheet.page_setup.fitToHeight, sheet.page_setup.orientation) == (
            9, 0, "landscape"
        )  # fmt: skip
        assert sheet.oddHeader.left.text == "Orders"
        assert sheet.oddFooter.right.text == "Page &P of &N"
        assert sheet.print_title_rows == "$1:$1"
    # What is printed can be read: all columns would make it smaller than a third.
    assert book["Orders"].print_area == "'Orders'!$A$1:$K$2"
    assert book["Lines"].print_area == "'Lines'!$A$1:$H$3"
    assert (book["Orders"]["K1"].value, book["Lines"]["H1"].value) == ("Total", "Amount")
    assert (book["Orders"]["K1"].alignment.horizontal, book["Orders"]["A1"].alignment.horizontal) == ("right", None)


async def test_a_list_says_on_paper_whose_it_is(database: Database, tmp_path: Path) -> None:
    shop, _ = await make_shop(database, name="Maison\nLin & 1"), await make_shop(database)
    await make_order(database, shop)
    for scope, title in ((shop.buyer_user().scope, "Maison Lin && 1 · Orders"), (EVERYTHING, "Orders")):
        book = await export(database, scope, tmp_path, conditions=[])
        assert {sheet.oddHeader.left.text for sheet in book} == {title}
        assert book["Summary"]["A1"].value == title.replace("&&", "&")
        assert [str(each.sqref) for each in book["Orders"].conditional_formatting] == ["A2:AF2"]


@pytest.mark.parametrize("columns", [ORDER_COLUMNS, LINE_COLUMNS, HISTORY_COLUMNS, REJECTION_COLUMNS, ACCOUNTING])
def test_letters_on_paper_are_at_least_8_points(columns: Sequence[Column]) -> None:
    """Of 11 points on the screen. A column is 7 pixels for a figure and 5 more wide, a point 4/3 pixels."""
    last = next((place for place, column in enumerate(columns) if column.is_last_on_paper), len(columns) - 1)
    width = sum(7 * column.width + 5 for column in columns[: last + 1]) * 3 / 4
    page = 842 - 72 * (0.6 + 0.4)  # A4, landscape, without its margins
    assert 11 * min(page / width, 1) >= 8


async def make_orders(database: Database, shop: Shop, number: int) -> Sequence[str]:
    """Of one line each; their codes, in no order of date."""
    orders = [
        Order(
            brand_id=shop.brand.id, code=f"N-{n:04}", buyer_id=shop.buyer.id, catalog_id=shop.catalog.id,
            status=OrderStatus.OC_REQUIRED, currency="GBP", total_minor=100, total_quantity=1,
            placed_at=NOON.replace(day=1 + n % 28), updated_at=NOON,
        )
        for n in range(number)
    ]  # fmt: skip
    async with database.transaction(shop.member().scope) as session:
        session.add_all(orders)
        await session.flush()
        session.add_all(
            OrderLine(
                brand_id=order.brand_id, order_id=order.id, position=1, sku_id=shop.skus[0].id,
                quantity=1, unit_price_minor=100, amount_minor=100,
            )
            for order in orders
        )  # fmt: skip
    return [order.code for order in orders]


async def test_rows_keep_the_order_of_the_select_over_many_chunks(database: Database, tmp_path: Path) -> None:
    shop = await make_shop(database)
    codes = await make_orders(database, shop, 2 * ORDERS_AT_A_TIME + 5)
    book = await export(
        database, shop.member().scope, tmp_path, select(Order.id).order_by(Order.placed_at.desc(), Order.code)
    )
    wanted = sorted(codes, key=lambda code: (-(int(code[2:]) % 28), code))
    assert values(book["Orders"], "Order code") == values(book["Lines"], "Order code") == wanted


async def test_a_chunk_costs_two_statements(database: Database, tmp_path: Path) -> None:
    shop = await make_shop(database)
    await make_orders(database, shop, 2 * ORDERS_AT_A_TIME + 5)
    selects: list[str] = []

    @event.listens_for(database.engine.sync_engine, "before_cursor_execute")
    def count(_c: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if statement.startswith("SELECT"):
            selects.append(statement)

    await export(database, shop.member().scope, tmp_path, BY_DATE.limit(1))
    assert len(selects) == 1 + 2
    selects.clear()
    await export(database, shop.member().scope, tmp_path)
    assert len(selects) == 1 + 3 * 2


async def test_a_full_sheet_is_continued_on_another(database: Database, tmp_path: Path) -> None:
    shop = await make_shop(database)
    codes = await make_orders(database, shop, 5)
    orders = select(Order.id).order_by(Order.code)
    book = await export(database, shop.member().scope, tmp_path, orders, rows_per_sheet=3)
    assert book.sheetnames == ["Orders", "Lines", "Orders (2)", "Lines (2)", "Orders (3)", "Lines (3)"]
    assert values(book["Lines (2)"], "Order code") == codes[2:4]
    assert values(book["Lines (3)"], "Order code") == codes[4:]
    assert (book["Lines (2)"].auto_filter.ref, book["Lines (2)"].freeze_panes) == ("A1:O3", "B2")


async def test_nothing_is_left_behind_when_it_fails(database: Database, tmp_path: Path) -> None:
    # No time zone of the world: the first row cannot be written.
    shop = await make_shop(database, time_zone="Atlantis/Poseidonis")
    await make_order(database, shop)
    folder = tmp_path / "exports"
    folder.mkdir()
    with pytest.raises(KeyError, match="Poseidonis"):
        await export(database, shop.member().scope, folder)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("chunks", [0, 1, 2])
async def test_nothing_is_left_behind_when_it_is_cancelled(database: Database, tmp_path: Path, chunks: int) -> None:
    """Cancelled while the ids, the first chunk and the last chunk are read."""
    shop = await make_shop(database)
    await make_orders(database, shop, 2 * ORDERS_AT_A_TIME)
    folder = tmp_path / "exports"
    folder.mkdir()
    read = asyncio.Event()
    reads = 0

    @event.listens_for(database.engine.sync_engine, "before_cursor_execute")
    def watch(_c: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        nonlocal reads
        if "order_lines" in statement or (chunks == 0 and statement.startswith("SELECT")):
            reads += 1
            if reads == max(chunks, 1):
                read.set()

    running = asyncio.create_task(export(database, shop.member().scope, folder))
    await read.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert list(folder.iterdir()) == []
