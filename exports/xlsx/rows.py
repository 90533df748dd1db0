"""The rows of a table as XML: byte for byte what XlsxWriter writes, in a fraction of its time (decision 56).

tests/exports/test_rows.py compares the two. What is needed of XlsxWriter's own parts is in this file only.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from exports.xlsx.cells import Cell, amount_cell, day_cell, instant_cell, integer_cell, letters, percent_cell
from exports.xlsx.columns import CellKind
from exports.xlsx.styles import Styles

MOST_UNITS = 32_767  # of UTF-16: Excel's longest text
DAY_ZERO = datetime(1899, 12, 31)  # noqa: DTZ001 - of Excel's numbers of days, which have no time zone
# A text that looks like the escape of a character gets its underscore escaped.
LIKE_AN_ESCAPE = re.compile("(_x[0-9a-fA-F]{4}_)")
ESCAPES = {number: f"_x{number:04X}_" for number in (*range(9), *range(0xB, 0x20), 0xFFFE, 0xFFFF)} | {
    ord("&"): "&amp;",
    ord("<"): "&lt;",
    ord(">"): "&gt;",
}
OUTER_SPACE = re.compile(r"^\s|\s$")
KEPT = 2_000  # texts, numbers and instants whose XML is kept: most recur, e.g. the names of products
LONGEST_KEPT = 200  # characters

# A cell's XML after its name: ' s="1"><v>12</v></c>' of '<c r="B7" s="1"><v>12</v></c>'.
CellXml = str


def cell_xml(cell: Cell) -> CellXml:
    value, style = cell
    index = f' s="{style._get_xf_index()}"' if style else ""
    if isinstance(value, str):
        text = escaped(value)
        space = ' xml:space="preserve"' if OUTER_SPACE.search(text) else ""
        return f'{index} t="inlineStr"><is><t{space}>{text}</t></is></c>'
    number = excel_day(value) if isinstance(value, date) else value
    return f"{index}><v>{number:.16G}</v></c>"


def formula_xml(formula: str, value: int) -> CellXml:
    """`formula`: without its =. `value`: what it gives, for programs that do not calculate."""
    return f"><f>{escaped(formula)}</f><v>{value}</v></c>"


def escaped(text: str) -> str:
    """As XML; without what Excel would cut off."""
    if len(text) > MOST_UNITS // 2:
        # "ignore" drops half a character at the end.
        text = text.encode("utf-16-le", "surrogatepass")[: 2 * MOST_UNITS].decode("utf-16-le", "ignore")
    return LIKE_AN_ESCAPE.sub(r"_x005F\1", text).translate(ESCAPES)


def excel_day(day: date) -> float:
    """The days since DAY_ZERO, and the part of the day. One is added for 29 February 1900, which Excel has."""
    at = day if isinstance(day, datetime) else datetime(day.year, day.month, day.day)  # noqa: DTZ001
    passed = at - DAY_ZERO
    return passed.days + passed.seconds / 86_400 + 1


class CellsXml:
    """Makes the XML of cells, in the styles of one workbook. What recurs is made once.

    `makers`: by the kind of value, functions of a value and what else its cell depends on: the style of a text, the
    currency of an amount, the time zone of an instant.
    """

    def __init__(self, styles: Styles) -> None:
        kept = lru_cache(KEPT)
        self._short_text = kept(_text_xml)
        self.makers: Mapping[CellKind, Callable[[Any, Any], CellXml]] = {
            CellKind.TEXT: self._text,
            CellKind.INTEGER: kept(lambda number, _: cell_xml(integer_cell(number, styles))),
            CellKind.MONEY: kept(lambda minor, currency: cell_xml(amount_cell(minor, currency, styles))),
            CellKind.INSTANT: kept(lambda at, time_zone: cell_xml(instant_cell(at, time_zone, styles))),
            CellKind.DAY: kept(lambda day, _: cell_xml(day_cell(day, styles))),
            CellKind.PERCENT: kept(lambda percent, _: cell_xml(percent_cell(percent, styles))),
        }

    def _text(self, text: str, style: Any) -> CellXml:
        return self._short_text(text, style) if len(text) <= LONGEST_KEPT else _text_xml(text, style)


def _text_xml(text: str, style: Any) -> CellXml:
    return cell_xml(Cell(text, style))


class RowWriter:
    """Adds rows to a sheet of XlsxWriter's (in constant memory), below those that XlsxWriter has written so far.

    `row`: the number of the next one, from 0.
    """

    def __init__(self, sheet: Any, columns: int, row: int) -> None:
        self.row = row
        self._sheet = sheet
        self._starts = [f'<c r="{letters(column)}' for column in range(columns)]
        sheet._write_single_row(row)  # XlsxWriter keeps its last row in memory

    def write(self, rows: Iterable[Sequence[CellXml | None]]) -> None:
        """`rows`: the XML of each one's cells, None of an empty cell."""
        starts, xml = self._starts, []
        for cells in rows:
            self.row += 1  # in the file they are numbered from 1
            name = f'{self.row}"'
            content = "".join([start + name + cell for start, cell in zip(starts, cells, strict=True) if cell])
            xml.append(f'<row r="{name}>{content}</row>' if content else "")
        self._sheet.fh.write("".join(xml))
        self._sheet.dim_rowmax, self._sheet.previous_row = self.row - 1, self.row
