"""An order's workbook: its first sheet is a form that prints one page wide."""

from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select, update

from exports.order_form import write_form
from exports.orders_workbook import orders_workbook
from models.catalog import Sku
from models.database.sessions import Database
from models.locale import Locale
from models.order import Order
from models.papers.orders import order_snapshot
from models.policy import OrderStatus
from models.scope import EVERYTHING
from tests.support.factories import Shop, make_order, make_shop


async def workbook(
    database: Database, shop: Shop, order: Order, folder: Path, locale: Locale, *, for_buyer: bool
) -> Any:
    path = folder / "order.xlsx"
    viewer = shop.buyer_user() if for_buyer else shop.member()
    async with database.read(viewer.scope) as session:
        snapshot = await order_snapshot(session, order.id, None, for_buyer=for_buyer)
        assert snapshot
        front = partial(write_form, order=snapshot, locale=locale)
        found = select(Order.id).where(Order.id == order.id)
        await orders_workbook(session, found, locale=locale, for_buyer=for_buyer, path=path, front=front)
    return path


@pytest.mark.parametrize("locale", Locale)
@pytest.mark.parametrize("for_buyer", [False, True])
async def test_the_form(database: Database, tmp_path: Path, locale: Locale, for_buyer: bool) -> None:
    shop = await make_shop(database, name="Northlight")
    order = await make_order(
        database,
        shop,
        lines=[(2, 1250), (3, 480), (5, 100)],
        tax_minor=888,
        shipping_minor=1000,
        total_minor=6328,
        buyer_order_number="PO-7",
        comment="=1+1\nplease",
        deliver_from=date(2027, 2, 1),
        deliver_to=date(2027, 2, 15),
        delivery_address="14 Harbour Lane\nLondon",
        status=OrderStatus.REJECTED,
        rejected_by="Mina Sato",
    )
    path = await workbook(database, shop, order, tmp_path, locale, for_buyer=for_buyer)
    book = openpyxl.load_workbook(path)
    name = {(Locale.EN, False): "Order", (Locale.EN, True): "Order", (Locale.JA, False): "受注明細"}
    form = book.worksheets[0]
    assert form.title == name.get((locale, for_buyer), "ご注文内容")
    setup = form.page_setup
    assert (setup.orientation, setup.paperSize, setup.fitToHeight) == ("portrait", 9, 0)
    assert form.sheet_properties.pageSetUpPr.fitToPage
    assert sum(form.column_dimensions[letter].width for letter in "ABCDEF") < 105, "readable on one page"
    values = [cell.value for row in form.iter_rows() for cell in row if cell.value is not None]
    assert {"=1+1\nplease", "PO-7", "14 Harbour Lane\nLondon", "Northlight", "Linen shirt 2"} <= set(values)
    assert [cell.data_type for row in form.iter_rows() for cell in row if cell.value == "=1+1\nplease"] == ["s"]
    numbers = {Locale.EN: ("Buyer's order no.", "Your order no."), Locale.JA: ("先方注文番号", "貴社注文番号")}
    assert numbers[locale][for_buyer] in values, "in the words of the reader"
    assert any("Mina Sato" in str(value) for value in values) is not for_buyer
    calculated = openpyxl.load_workbook(path, data_only=True).worksheets[0]
    amounts = [row[5].value for row in calculated.iter_rows() if row[5].value is not None]
    assert amounts[-4:] == [44.4, 10, 8.88, 63.28]
    formulas = [cell.value for row in form.iter_rows() for cell in row if str(cell.value).startswith("=SUM(")]
    assert len(formulas) == 3
    assert form.print_title_rows
    assert form.freeze_panes


async def test_barcodes_have_a_column_of_their_own(database: Database, tmp_path: Path) -> None:
    shop = await make_shop(database)
    order = await make_order(database, shop, lines=[(2, 1250), (3, 480)])
    async with database.transaction(EVERYTHING) as session:
        of_sku = update(Sku).where(Sku.brand_id == shop.brand.id, Sku.id == shop.skus[0].id)
        await session.execute(of_sku.values(barcode="4901777018686"))
    book = openpyxl.load_workbook(await workbook(database, shop, order, tmp_path, Locale.EN, for_buyer=False))
    rows = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
    heading = next(row for row in rows if row[0] == "No.")
    place = heading.index("Barcode")
    first, second = (next(row for row in rows if row[1] == number) for number in ("SKU-1", "SKU-2"))
    assert (first[place], second[place]) == ("4901777018686", "")
    assert book["Lines"]["O2"].value == "4901777018686"


async def test_a_long_comment_is_shown_whole(database: Database, tmp_path: Path) -> None:
    """A row of Excel's has at most 409 points."""
    shop = await make_shop(database, name="7 Suisses & Söhne")
    words = [f"{n:04}" for n in range(400)]
    for comment in (" ".join(words), "".join(words), "\n".join(words), "承" * 2000):
        order = await make_order(database, shop, comment=comment, billing_address="x" * 400, delivery_address="1\n2")
        sheet = openpyxl.load_workbook(await workbook(database, shop, order, tmp_path, Locale.EN, for_buyer=False))[
            "Order"
        ]
        first = next(row[0].row for row in sheet.iter_rows() if row[0].value == "Comment")
        cells: list[Any] = []
        while sheet.cell(first + len(cells), 3).value:
            cells.append(sheet.cell(first + len(cells), 3))
        shown = [str(cell.value) for cell in cells]
        assert "".join(" ".join(shown).split()) == "".join(comment.split())
        assert len(shown) > 1
        for cell in cells:
            lines = sum(-(-sum(1 if each.isascii() else 2 for each in line) // 60) for line in cell.value.split("\n"))
            assert sheet.row_dimensions[cell.row].height >= 15 * lines
        assert sheet.freeze_panes is None, "else nothing below could be seen on a small screen"
        assert max(row.height or 0 for row in sheet.row_dimensions.values()) <= 409
        address = next(row[0].row for row in sheet.iter_rows() if row[0].value == "x" * 400)
        assert sheet.row_dimensions[address].height >= 15 * 7, "seven lines of 57 characters"
    assert (sheet.oddHeader.left.text, sheet.oddHeader.left.size) == (f"7 Suisses && Söhne · {order.code}", 9)
