"""One table of an Excel workbook: its heading row, and typed cells under it, written from the top down."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from exports.order_columns import ORDER_COLUMNS, Column, Kind, Viewer, seen_by
from models.locale import Locale, Text
from models.money import from_minor, precision
from models.policy import REJECTED
from models.prices import Price

DATE_FORMAT = Text("yyyy-mm-dd", "yyyy/mm/dd")
LAST_ROW = 1_048_576
EVERY_CELL = f"A1:XFD{LAST_ROW}"
EXACT_BELOW = 10**15  # Excel keeps fifteen digits of a number
FIRST_YEAR = 1901  # Excel has no days before 1900, and one too many in it


class Styles:
    """The cell styles of one workbook, by what they are for."""

    def __init__(self, book: Any, locale: Locale) -> None:
        self._book = book
        self._money: dict[int, Any] = {}
        self.plain = book.add_format()
        self.heading = book.add_format({"bold": True, "font_color": "#FFFFFF", "bg_color": "#1F3A5F"})
        self.rejected = book.add_format({"bold": True, "font_color": "#9C0006", "bg_color": "#FFC7CE"})
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
    """A full sheet is continued on another: "Lines", "Lines (2)" …"""

    def __init__(
        self, book: Any, name: str, columns: Iterable[Column], viewer: Viewer, styles: Styles, rows_per_sheet: int
    ) -> None:
        self._book = book
        self._name = name
        self._columns = [(column, column in ORDER_COLUMNS) for column in seen_by(viewer, columns)]
        self._viewer = viewer
        self._styles = styles
        self._rows_per_sheet = rows_per_sheet
        self._parts = 0
        self._begin()

    def add(self, order: Any, rows: Sequence[Any]) -> None:
        """Rows of one order, either the order itself or its lines."""
        for row in rows:
            if self._row == self._rows_per_sheet:
                self.finish()
                self._begin()
            for index, (column, of_order) in enumerate(self._columns):
                self._write(index, column, order if of_order else row, order)
            self._row += 1

    def finish(self) -> None:
        self._sheet.autofilter(0, 0, self._row - 1, len(self._columns) - 1)

    def _begin(self) -> None:
        self._parts += 1
        self._sheet = self._book.add_worksheet(self._name if self._parts == 1 else f"{self._name} ({self._parts})")
        self._sheet.freeze_panes(1, 1)
        # Codes of digits only are meant to be text: no green corners.
        self._sheet.ignore_errors({"number_stored_as_text": EVERY_CELL})
        self._sheet.set_landscape()
        self._sheet.fit_to_pages(1, 0)
        self._sheet.repeat_rows(0)
        for index, (column, _) in enumerate(self._columns):
            self._sheet.set_column(index, index, column.width)
            self._sheet.write_string(0, index, column.heading(self._viewer.locale), self._styles.heading)
        self._row = 1

    def _write(self, index: int, column: Column, row: Any, order: Any) -> None:
        value: Any = column.show(row, self._viewer) if column.show else getattr(row, column.key)
        if value is None:
            return
        cell = self._sheet, self._row, index
        match column.kind:
            case Kind.TEXT:
                marked = column.marks_rejected and order.status in REJECTED
                write_text(*cell, value, self._styles, self._styles.rejected if marked else None)
            case Kind.INTEGER:
                write_number(*cell, value, value, self._styles, self._styles.integer)
            case Kind.MONEY:
                write_amount(*cell, value, order.currency, self._styles)
            case Kind.INSTANT:
                write_instant(*cell, value, order.time_zone, self._styles)


def write_instant(sheet: Any, row: int, column: int, at: datetime, time_zone: str, styles: Styles) -> None:
    """As that time zone's wall clock shows it; as text when Excel has no such day."""
    try:
        local = at.astimezone(ZoneInfo(time_zone))
    except OverflowError:  # the first or the last day that there is: as UTC has it
        local = at
    local = local.replace(tzinfo=None, microsecond=0)
    if local.year < FIRST_YEAR:
        write_text(sheet, row, column, local.isoformat(" "), styles)
    else:
        sheet.write_datetime(row, column, local, styles.instant)


def write_text(sheet: Any, row: int, column: int, text: str, styles: Styles, style: Any = None) -> None:
    if text.startswith("<r>"):
        # write_string would take it for markup of its own.
        sheet.write_rich_string(row, column, text[:1], styles.plain, text[1:])
    else:
        sheet.write_string(row, column, text, style)


def write_amount(sheet: Any, row: int, column: int, minor: Price, currency: str, styles: Styles) -> None:
    amount = from_minor(minor, currency)
    # A unit price can be finer than the currency's smallest unit.
    digits = max(precision(currency), -int(amount.as_tuple().exponent))
    write_number(sheet, row, column, int(amount.scaleb(digits)), amount, styles, styles.money(digits))


def write_number(sheet: Any, row: int, column: int, digits: int, number: Any, styles: Styles, style: Any) -> None:
    """As text when Excel would round it. `digits`: the number without its decimal point."""
    if abs(digits) < EXACT_BELOW:
        sheet.write_number(row, column, number, style)
    else:
        write_text(sheet, row, column, f"{number:f}", styles)
