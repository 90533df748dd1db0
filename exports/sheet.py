"""One table of an Excel workbook: its heading row, and the rows under it, drawn as the XML that Excel keeps.

XlsxWriter writes everything around the rows: styles, panes, filters, the package. The rows go straight into the row
file that it keeps per sheet in constant_memory mode: cell by cell through its API is eight times slower, and that API
takes a text from "<r>" to "</r>" for markup of its own.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from xlsxwriter.utility import xl_col_to_name  # type: ignore[import-untyped]

from exports.columns import ORDER_COLUMNS, Column, Kind, Viewer, seen_by
from models.money import from_minor, precision
from models.policy import REJECTED

TEXT_LIMIT = 32_767  # UTF-16 units in a cell
DIGITS_LIMIT = 10**15  # Excel keeps fifteen digits of a number
FIRST_DAY = datetime(1900, 3, 1)  # noqa: DTZ001 - Excel knows no time zones, and a 29 February 1900 before this
DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001
LAST_ROW = 1_048_576
LAST_COLUMN = "XFD"

_NOT_PLAIN = re.compile("[\x00-\x08\x0b-\x1f&<>\ud800-\udfff\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LOOKS_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")


class Styles:
    """The cell styles of one workbook, by what they are for; a style is its number in the file."""

    def __init__(self, book: Any, locale: str) -> None:
        self._book = book
        self._money: dict[str, int] = {}
        self.heading = self._add(bold=True, font_color="#FFFFFF", bg_color="#1F3A5F", valign="vcenter")
        self.rejected = self._add(bold=True, font_color="#9C0006", bg_color="#FFC7CE")
        self.integer = self._add(num_format="#,##0")
        self.instant = self._add(num_format="yyyy/mm/dd hh:mm" if locale == "ja" else "yyyy-mm-dd hh:mm", align="left")

    def money(self, currency: str) -> int:
        if currency not in self._money:
            digits = precision(currency)
            self._money[currency] = self._add(num_format="#,##0" + ("." + "0" * digits if digits else ""))
        return self._money[currency]

    def _add(self, **properties: Any) -> int:
        return int(self._book.add_format(properties)._get_xf_index())


class Sheet:
    """Rows are added from the top down; a full sheet is continued on another: "Lines", "Lines (2)" …"""

    def __init__(
        self, book: Any, name: str, columns: Iterable[Column], viewer: Viewer, styles: Styles, rows_per_sheet: int
    ) -> None:
        self._book = book
        self._name = name
        self._columns = seen_by(viewer, columns)
        self._letters = [xl_col_to_name(index) for index in range(len(self._columns))]
        self._of_order = [column in ORDER_COLUMNS for column in self._columns]
        self._viewer = viewer
        self._styles = styles
        self._rows_per_sheet = rows_per_sheet
        self._parts = 0
        self._begin()

    def add(self, order: Any, rows: Sequence[Any]) -> None:
        """Rows of one order; the cells that all of them take from the order are drawn once."""
        once = [
            self._draw(column, order, order) if of_order else None
            for column, of_order in zip(self._columns, self._of_order, strict=True)
        ]
        for row in rows:
            if self._row == self._rows_per_sheet:
                self.finish()
                self._begin()
            self._write(
                self._draw(column, row, order) if drawn is None else drawn
                for column, drawn in zip(self._columns, once, strict=True)
            )

    def finish(self) -> None:
        last_column = len(self._columns) - 1
        self._sheet.dim_rowmin, self._sheet.dim_rowmax = 0, self._row - 1
        self._sheet.dim_colmin, self._sheet.dim_colmax = 0, last_column
        self._sheet.autofilter(0, 0, self._row - 1, last_column)

    def _begin(self) -> None:
        self._parts += 1
        self._row = 0
        self._sheet = self._book.add_worksheet(self._name if self._parts == 1 else f"{self._name} ({self._parts})")
        for index, column in enumerate(self._columns):
            self._sheet.set_column(index, index, column.width)
        self._sheet.freeze_panes(1, 1)
        # Codes of digits only are meant to be text: no green corners.
        self._sheet.ignore_errors({"number_stored_as_text": f"A1:{LAST_COLUMN}{LAST_ROW}"})
        self._sheet.set_landscape()
        self._sheet.fit_to_pages(1, 0)
        self._sheet.repeat_rows(0)
        self._write(text_cell(column.heading(self._viewer.locale), self._styles.heading) for column in self._columns)

    def _write(self, drawn_cells: Iterable[str]) -> None:
        self._row += 1
        number = self._row
        cells = [
            f'<c r="{letter}{number}"{drawn}' for letter, drawn in zip(self._letters, drawn_cells, strict=True) if drawn
        ]
        self._sheet.row_data_fh.write(f'<row r="{number}">{"".join(cells)}</row>')

    def _draw(self, column: Column, row: Any, order: Any) -> str:
        value: Any = column.show(row, self._viewer) if column.show else getattr(row, column.key)
        if value is None or value == "":
            return ""
        match column.kind:
            case Kind.TEXT:
                marked = column.marks_rejected and order.status in REJECTED
                return text_cell(value, self._styles.rejected if marked else 0)
            case Kind.INTEGER:
                return number_cell(value, str(value), self._styles.integer)
            case Kind.MONEY:
                return number_cell(value, f"{from_minor(value, order.currency):f}", self._styles.money(order.currency))
            case Kind.INSTANT:
                return instant_cell(value, order.time_zone, self._styles.instant)


# A drawn cell is its XML after `<c r="A1"`.


def text_cell(text: str, style: int = 0) -> str:
    text = legal_text(text)
    space = ' xml:space="preserve"' if text != text.strip() else ""
    return f' s="{style}" t="inlineStr"><is><t{space}>{text}</t></is></c>'


def number_cell(digits: int, shown: str, style: int) -> str:
    """A number; as text when Excel would round it. `digits`: the number without its decimal point."""
    if abs(digits) >= DIGITS_LIMIT:
        return text_cell(shown)
    return f' s="{style}"><v>{shown}</v></c>'


def instant_cell(at: datetime, time_zone: str, style: int) -> str:
    local = at.astimezone(ZoneInfo(time_zone)).replace(tzinfo=None, microsecond=0)
    if local < FIRST_DAY:
        return text_cell(local.isoformat(" "))
    return f' s="{style}"><v>{(local - DAY_ZERO) / timedelta(days=1)!r}</v></c>'


def legal_text(text: str) -> str:
    """The text as XML that Excel opens: characters that XML refuses are left out, a text too long ends in "…"."""
    plain = _NOT_PLAIN.search(text) is None
    if plain and len(text) <= TEXT_LIMIT // 2:
        return text
    text = _ILLEGAL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    utf16 = text.encode("utf-16-le")
    if len(utf16) > 2 * TEXT_LIMIT:
        text = utf16[: 2 * (TEXT_LIMIT - 1)].decode("utf-16-le", "ignore") + "…"
    # Excel reads _x0041_ as "A"; written so, the underscore stays one.
    text = _LOOKS_ESCAPED.sub("_x005F_", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
