"""One table of an Excel workbook: a heading row and typed cells below it, written from top to bottom."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from exports.xlsx.columns import CellKind, Column, Reader, columns_for
from models.locale import Locale, Text
from models.money import from_minor, precision
from models.prices import Price

DATE_FORMAT = Text("yyyy-mm-dd", "yyyy/mm/dd")
LAST_ROW = 1_048_576
EVERY_CELL = f"A1:XFD{LAST_ROW}"
EXACT_BELOW = 10**15  # Excel keeps fifteen digits of a number
FIRST_YEAR = 1901  # Excel has no days before 1900, and one too many in it


class Styles:
    """The cell styles of one workbook, by purpose."""

    def __init__(self, book: Any, locale: Locale) -> None:
        self._book = book
        self._money: dict[int, Any] = {}
        self.plain = book.add_format()
        self.heading = book.add_format({"bold": True, "font_color": "#FFFFFF", "bg_color": "#1F3A5F"})
        self.marked = book.add_format({"bold": True, "font_color": "#9C0006", "bg_color": "#FFC7CE"})
        self.integer = book.add_format({"num_format": "#,##0"})
        date = DATE_FORMAT.in_(locale)
        self.instant = book.add_format({"num_format": f"{date} hh:mm", "align": "left"})

    def money(self, digits: int) -> Any:
        """`digits` behind the decimal point."""
        if digits not in self._money:
            number_format = "#,##0." + "0" * digits if digits else "#,##0"
            self._money[digits] = self._book.add_format({"num_format": number_format})
        return self._money[digits]


class Sheet:
    """Rows that do not fit into one sheet go on in another: "Lines", "Lines (2)" …"""

    def __init__(
        self, book: Any, name: str, columns: Iterable[Column], reader: Reader, styles: Styles, rows_per_sheet: int
    ) -> None:
        self._book = book
        self._name = name
        self._columns = columns_for(reader, columns)
        self._reader = reader
        self._styles = styles
        self._rows_per_sheet = rows_per_sheet
        self._parts = 0
        self._begin()

    def add(self, owner: Any, rows: Sequence[Any]) -> None:
        """Writes the rows that belong to the owner (see Column)."""
        for row in rows:
            if self._row == self._rows_per_sheet:
                self.finish()
                self._begin()
            for index, column in enumerate(self._columns):
                self._write(index, column, owner if column.of_owner else row, owner)
            self._row += 1

    def finish(self) -> None:
        self._sheet.autofilter(0, 0, self._row - 1, len(self._columns) - 1)

    def _begin(self) -> None:
        self._parts += 1
        self._sheet = self._book.add_worksheet(self._name if self._parts == 1 else f"{self._name} ({self._parts})")
        self._sheet.freeze_panes(1, 1)
        # A code may consist of digits only: without this, Excel warns with a green corner.
        self._sheet.ignore_errors({"number_stored_as_text": EVERY_CELL})
        self._sheet.set_landscape()
        self._sheet.fit_to_pages(1, 0)
        self._sheet.repeat_rows(0)
        for index, column in enumerate(self._columns):
            self._sheet.set_column(index, index, column.width)
            self._sheet.write_string(0, index, column.name.in_(self._reader.locale), self._styles.heading)
        self._row = 1

    def _write(self, index: int, column: Column, row: Any, owner: Any) -> None:
        value: Any = column.show(row, self._reader) if column.show else getattr(row, column.key)
        if value is None:
            return
        cell = self._sheet, self._row, index
        match column.kind:
            case CellKind.TEXT:
                is_marked = column.is_marked is not None and column.is_marked(owner)
                write_text(*cell, value, self._styles, self._styles.marked if is_marked else None)
            case CellKind.INTEGER:
                write_number(*cell, value, value, self._styles, self._styles.integer)
            case CellKind.MONEY:
                write_amount(*cell, value, owner.currency, self._styles)
            case CellKind.INSTANT:
                write_instant(*cell, value, owner.time_zone, self._styles)


def write_instant(sheet: Any, row: int, column: int, at: datetime, time_zone: str, styles: Styles) -> None:
    """Writes the local time in the time zone; as text if Excel cannot represent the date."""
    try:
        local = at.astimezone(ZoneInfo(time_zone))
    except OverflowError:  # on the first or last day that Python can represent: keep UTC
        local = at
    local = local.replace(tzinfo=None, microsecond=0)
    if local.year < FIRST_YEAR:
        write_text(sheet, row, column, local.isoformat(" "), styles)
    else:
        sheet.write_datetime(row, column, local, styles.instant)


def write_text(sheet: Any, row: int, column: int, text: str, styles: Styles, style: Any = None) -> None:
    if text.startswith("<r>"):
        # write_string would interpret it as its own markup.
        sheet.write_rich_string(row, column, text[:1], styles.plain, text[1:])
    else:
        sheet.write_string(row, column, text, style)


def write_amount(sheet: Any, row: int, column: int, minor: Price, currency: str, styles: Styles) -> None:
    amount = from_minor(minor, currency)
    # A unit price can be finer than the currency's smallest unit.
    digits = max(precision(currency), -int(amount.as_tuple().exponent))
    write_number(sheet, row, column, int(amount.scaleb(digits)), amount, styles, styles.money(digits))


def write_number(sheet: Any, row: int, column: int, digits: int, number: Any, styles: Styles, style: Any) -> None:
    """Writes a number; as text if Excel would round it. `digits`: the number without its decimal point."""
    if abs(digits) < EXACT_BELOW:
        sheet.write_number(row, column, number, style)
    else:
        write_text(sheet, row, column, f"{number:f}", styles)
