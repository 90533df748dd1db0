"""The XML of rows is what XlsxWriter writes for the same cells."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest
import xlsxwriter
from sqlalchemy import literal

from exports.xlsx.cells import Cell, amount_cell, day_cell, instant_cell, integer_cell, percent_cell, put
from exports.xlsx.columns import CellKind, Column, Reader
from exports.xlsx.rows import RowWriter, formula_xml
from exports.xlsx.sheet import Sheet
from exports.xlsx.styles import Styles
from models.locale import Locale, Text

READER = Reader(Locale.EN, is_buyer=False)
COLUMNS = [
    Column(kind.name, Text("Heading", "見出し"), 20, kind, literal(None), is_marked=marked)
    for kind, marked in ((each, (lambda owner: owner.is_red) if each is CellKind.TEXT else None) for each in CellKind)
]
TEXTS: Sequence[str | None] = (
    "plain",
    None,
    "",
    "a & b < c > d \"e\" 'f'",
    "&amp; &#65; ]]>",
    " leads",
    "trails\u3000",
    "\ttab\n",
    "line\nbreak\r\nand\rreturn",
    "\x00\x01\x08\x0b\x0c\x0e\x1f\x7f\x85\xa0",
    "\x1fhidden at both ends\x1c",
    "\ufffe\uffff\ufeff",
    "_x0041_ _x00zz_ _x0041_x0042_",
    "=1+1",
    "<b>&</b>",
    "山田 太郎 𠮷野家 👕",
    "x" * 32_767,
    "x" * 32_768,
    "👕" * 20_000,
    "&" * 40_000,
    "\x01" * 16_400,
)
MINORS: Sequence[int | Decimal] = (0, 1, -1, 1250, Decimal("1.25"), Decimal("0.000001"), 10**15 - 1, 10**15, -(10**17))
PERCENTS = (Decimal(20), Decimal("19.25"), None, Decimal(0), Decimal(8), Decimal("5.5"), Decimal(100))
INSTANTS = (
    datetime(1900, 12, 31, 23, 59, 59, tzinfo=UTC),
    datetime(1901, 1, 1, tzinfo=UTC),
    datetime(2026, 11, 24, 15, 30, 59, 999_999, tzinfo=UTC),
    datetime(2027, 2, 28, 23, 59, 1, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
)


def rows() -> list[Any]:
    made = []
    for n, text in enumerate(TEXTS):
        made.append(
            SimpleNamespace(
                TEXT=text,
                INTEGER=None if n % 5 == 4 else (-1) ** n * 37**n,
                MONEY=None if n % 7 == 6 else MINORS[n % len(MINORS)],
                INSTANT=INSTANTS[n % len(INSTANTS)] if n % 3 else None,
                DAY=date(1895 + 13 * n, 2, 28) if n % 4 else None,
                PERCENT=PERCENTS[n % len(PERCENTS)],
                currency=("GBP", "JPY", "KWD")[n % 3],
                time_zone=("Asia/Tokyo", "UTC")[n % 2],
                is_red=n % 2 == 0,
            )
        )
    empty = SimpleNamespace(**dict.fromkeys(CellKind.__members__), currency="GBP", time_zone="UTC", is_red=True)
    return [empty, *made]


def by_xlsxwriter(sheet: Any, styles: Styles, number: int, row: Any) -> None:
    made: dict[str, Callable[[], Cell]] = {
        "TEXT": lambda: Cell(row.TEXT, styles.marked if row.is_red else None),
        "INTEGER": lambda: integer_cell(row.INTEGER, styles),
        "MONEY": lambda: amount_cell(row.MONEY, row.currency, styles),
        "INSTANT": lambda: instant_cell(row.INSTANT, row.time_zone, styles),
        "DAY": lambda: day_cell(row.DAY, styles),
        "PERCENT": lambda: percent_cell(row.PERCENT, styles),
    }
    for place, (name, cell) in enumerate(made.items()):
        if getattr(row, name) is not None:
            put(sheet, number, place, cell(), styles)


def test_rows_are_byte_for_byte_those_of_xlsxwriter(tmp_path: Path) -> None:
    files = []
    for name in ("ours", "theirs"):
        path = tmp_path / f"{name}.xlsx"
        with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
            styles = Styles(book, Locale.EN)
            sheet = Sheet(book, "Rows", COLUMNS, READER, styles, 10**6)
            for number, row in enumerate(rows(), 1):
                if name == "ours":
                    sheet.add(row, [row])
                else:
                    by_xlsxwriter(sheet._sheet, styles, number, row)
                    sheet._writer.row += 1
            sheet.finish()
        with ZipFile(path) as file:
            files.append({part: file.read(part) for part in ("xl/worksheets/sheet1.xml", "xl/styles.xml")})
    ours, theirs = files
    cells = [re.findall(rb"<row.*?</row>", each["xl/worksheets/sheet1.xml"], re.DOTALL) for each in files]
    assert len(cells[0]) == len(TEXTS) + 1
    for our, their in zip(*cells, strict=True):
        assert our == their
    assert ours == theirs


def test_a_formula_is_that_of_xlsxwriter(tmp_path: Path) -> None:
    formula, found = "SUBTOTAL(103,INDEX('A & B'!$A:$A,ROW()))", []
    for name in ("ours", "theirs"):
        with xlsxwriter.Workbook(tmp_path / name, {"constant_memory": True}) as book:
            sheet = book.add_worksheet()
            sheet.write_string(0, 0, "Heading")
            if name == "ours":
                RowWriter(sheet, 1, 1).write([[formula_xml(formula, 1)]] * 2)
            else:
                sheet.write_formula(1, 0, f"={formula}", None, 1)
                sheet.write_formula(2, 0, f"={formula}", None, 1)
        with ZipFile(tmp_path / name) as file:
            found.append(re.findall(rb"<row.*?</row>", file.read("xl/worksheets/sheet1.xml"), re.DOTALL))
    assert found[0] == found[1]
    assert len(found[0]) == 3


@pytest.mark.parametrize("text", ["<r>x</r>", "<r><t>x</t></r>", "<r>", "</r>"])
def test_xlsxwriters_own_markup_is_a_text(tmp_path: Path, text: str) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx", {"constant_memory": True}) as book:
        styles = Styles(book, Locale.EN)
        sheet = Sheet(book, "Rows", COLUMNS[:1], READER, styles, 10**6)
        sheet.add(SimpleNamespace(is_red=True), [SimpleNamespace(TEXT=text)])
        put(sheet._sheet, 2, 0, Cell(text, styles.marked), styles)
        sheet.finish()
    ours, theirs = (cell for cell in openpyxl.load_workbook(tmp_path / "a.xlsx")["Rows"]["A"][1:])
    assert (ours.value, ours.font.b, theirs.value, theirs.font.b) == (text, True, text, True)


def test_rows_may_follow_cells_of_xlsxwriter_and_be_followed_by_them(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx", {"constant_memory": True}) as book:
        sheet = Sheet(book, "Rows", COLUMNS[1:2], READER, Styles(book, Locale.EN), 3)
        owner = SimpleNamespace()
        for batch in ([1], [], [2, 3], [4, 5, 6, 7]):
            sheet.add(owner, [SimpleNamespace(INTEGER=number) for number in batch])
        sheet._sheet.write_string(2, 0, "below")
        sheet.finish()
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    found = [[cell.value for cell in each["A"]] for each in book]
    assert found == [["Heading", 1, 2], ["Heading", 3, 4], ["Heading", 5, 6], ["Heading", 7, "below"]]
    assert sheet.parts == [("Rows", 3), ("Rows (2)", 3), ("Rows (3)", 3), ("Rows (4)", 2)]
