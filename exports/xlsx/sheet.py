"""One table of an Excel workbook: a heading row and typed cells below it, written from top to bottom."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from babel.numbers import get_currency_symbol

from exports.texts import one_line
from exports.xlsx.columns import CellKind, Column, Reader, columns_for
from models.locale import Locale, Text, local_time
from models.money import from_minor, precision
from models.prices import Price

DATE_FORMAT = Text("yyyy-mm-dd", "yyyy/mm/dd")
LAST_ROW = 1_048_576
EVERY_CELL = f"A1:XFD{LAST_ROW}"
EXACT_BELOW = 10**15  # Excel keeps fifteen digits of a number
FIRST_YEAR = 1901  # Excel has no days before 1900, and one too many in it

# What is written into a cell: XlsxWriter's method, and its arguments after row and column.
Cell = tuple[str, tuple[Any, ...]]
KEPT_AMOUNTS = 10_000  # different ones, whose cells are kept: prices recur

PAGE = Text("Page &P of &N", "&P / &N ページ")
A4, LETTER = 9, 1  # Excel's numbers of papers
OF_NUMBERS = {"align": "right", "indent": 1}  # so that a number does not touch the text beside it


def currency_format(currency: str, locale: Locale, digits: int) -> str:
    """E.g. [$£]#,##0.00. A symbol of letters is set off by a space. `digits` behind the decimal point."""
    symbol = get_currency_symbol(currency, locale).replace("￥", "¥")
    space = " " if symbol[-1].isalpha() else ""
    return f"[${symbol}]{space}#,##0" + ("." + "0" * digits if digits else "")


def set_up_page(sheet: Any, title: str, locale: Locale, *, paper: int = A4) -> None:
    """On paper: as wide as one page, with a margin for holes; the title, the sheet's name and the page on each."""
    sheet.set_paper(paper)
    sheet.set_margins(left=0.6, right=0.4, top=0.75, bottom=0.7)
    sheet.set_header(f"&L&9{_in_header(title)}&R&9&A")
    sheet.set_footer(f"&L&9&D&R&9{PAGE.in_(locale)}")
    sheet.fit_to_pages(1, 0)


def _in_header(text: str) -> str:
    """Excel takes at most 255 characters of a header, in which & begins a command."""
    return one_line(text)[:100].replace("&", "&&")


class Styles:
    """The cell styles of one workbook, by purpose."""

    def __init__(self, book: Any, locale: Locale) -> None:
        self._book = book
        self._locale = locale
        self._money: dict[tuple[str, int, bool], Any] = {}
        self.plain = book.add_format()
        heading = {"bold": True, "font_color": "#FFFFFF", "bg_color": "#1F3A5F"}
        self.heading = book.add_format(heading)
        # Beside the button of the filter.
        self.heading_of_numbers = book.add_format({**heading, "align": "right", "indent": 2})
        self.marked = book.add_format({"bold": True, "font_color": "#9C0006", "bg_color": "#FFC7CE"})
        self.integer = book.add_format({"num_format": "#,##0", **OF_NUMBERS})
        self.bold = book.add_format({"bold": True})
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.note = book.add_format({"font_color": "#55606C", "italic": True})
        date = DATE_FORMAT.in_(locale)
        self.instant = book.add_format({"num_format": f"{date} hh:mm", "align": "left"})
        self.day = book.add_format({"num_format": date, "align": "left"})
        self.amount = lru_cache(KEPT_AMOUNTS)(self._amount)

    def money(self, currency: str, digits: int, *, bold: bool = False) -> Any:
        """`digits` behind the decimal point."""
        key = currency, digits, bold
        if key not in self._money:
            number_format = currency_format(currency, self._locale, digits)
            self._money[key] = self._book.add_format({"num_format": number_format, "bold": bold, **OF_NUMBERS})
        return self._money[key]

    def _amount(self, minor: Price, currency: str, bold: bool) -> Cell:
        amount = from_minor(minor, currency)
        # A unit price can be finer than the currency's smallest unit.
        digits = max(precision(currency), -int(amount.as_tuple().exponent))
        return number_cell(int(amount.scaleb(digits)), amount, self, self.money(currency, digits, bold=bold))


class Sheet:
    """Rows that do not fit into one sheet go on in another: "Lines", "Lines (2)" …

    `sums`: currency and column's key → the sum of the numbers, minor units of money. `counts`: currency → rows.
    `parts`: the name of each sheet, and the number of its last row. `title`: of the workbook, in headers on paper.
    """

    def __init__(
        self,
        book: Any,
        name: str,
        columns: Iterable[Column],
        reader: Reader,
        styles: Styles,
        rows_per_sheet: int,
        title: str = "",
    ) -> None:
        self._book = book
        self._title = title
        self.sums: Counter[tuple[str, str]] = Counter()
        self.counts: Counter[str] = Counter()
        self.parts: list[tuple[str, int]] = []
        self._name = name
        self._columns = columns_for(reader, columns)
        self._reader = reader
        self._styles = styles
        self._rows_per_sheet = rows_per_sheet
        self._summed = [column.key for column in self._columns if column.is_summed]
        self._begin()

    @property
    def columns(self) -> Sequence[Column]:
        return self._columns

    def add(self, owner: Any, rows: Sequence[Any]) -> None:
        """Writes the rows that belong to the owner (see Column)."""
        of_owner = [self._cell(column, owner, owner) if column.of_owner else None for column in self._columns]
        for row in rows:
            if self._row == self._rows_per_sheet:
                self.finish()
                self._begin()
            for index, column in enumerate(self._columns):
                cell = of_owner[index] if column.of_owner else self._cell(column, row, owner)
                if cell:
                    put(self._sheet, self._row, index, cell)
            self._row += 1
            if self._summed:
                self.counts[owner.currency] += 1
                for key in self._summed:
                    self.sums[owner.currency, key] += getattr(row, key)

    def finish(self) -> None:
        self._sheet.autofilter(0, 0, self._row - 1, len(self._columns) - 1)
        for index, column in enumerate(self._columns):
            if column.is_last_on_paper:
                self._sheet.print_area(0, 0, self._row - 1, index)
        self.parts.append((self._sheet.get_name(), self._row))

    def _begin(self) -> None:
        part = len(self.parts) + 1
        self._sheet = self._book.add_worksheet(self._name if part == 1 else f"{self._name} ({part})")
        self._sheet.freeze_panes(1, 1)
        # A code may consist of digits only: without this, Excel warns with a green corner.
        self._sheet.ignore_errors({"number_stored_as_text": EVERY_CELL})
        self._sheet.set_landscape()
        set_up_page(self._sheet, self._title or self._name, self._reader.locale)
        self._sheet.repeat_rows(0)
        for index, column in enumerate(self._columns):
            self._sheet.set_column(index, index, column.width)
            is_number = column.kind in (CellKind.INTEGER, CellKind.MONEY)
            style = self._styles.heading_of_numbers if is_number else self._styles.heading
            self._sheet.write_string(0, index, column.name.in_(self._reader.locale), style)
        self._row = 1

    def _cell(self, column: Column, row: Any, owner: Any) -> Cell | None:
        value: Any = column.show(row, self._reader) if column.show else getattr(row, column.key)
        if value is None:
            return None
        kind, styles = column.kind, self._styles
        if kind is CellKind.TEXT:
            is_marked = column.is_marked is not None and column.is_marked(owner)
            return text_cell(value, styles, styles.marked if is_marked else None)
        if kind is CellKind.INTEGER:
            return number_cell(value, value, styles, styles.integer)
        if kind is CellKind.MONEY:
            return styles.amount(value, owner.currency, False)
        if kind is CellKind.INSTANT:
            return instant_cell(value, owner.time_zone, styles)
        return day_cell(value, styles)


def letters(column: int) -> str:
    """The name of a column, e.g. AB of the 28th, whose number is 27."""
    return letters(column // 26 - 1) + chr(65 + column % 26) if column > 25 else chr(65 + column)


def put(sheet: Any, row: int, column: int, cell: Cell) -> None:
    method, arguments = cell
    getattr(sheet, method)(row, column, *arguments)


def instant_cell(at: datetime, time_zone: str, styles: Styles) -> Cell:
    """The local time in the time zone; as text if Excel cannot represent the date."""
    local = local_time(at, time_zone).replace(tzinfo=None, microsecond=0)
    if local.year < FIRST_YEAR:
        return text_cell(local.isoformat(" "), styles)
    return "write_datetime", (local, styles.instant)


def day_cell(day: date, styles: Styles) -> Cell:
    return text_cell(day.isoformat(), styles) if day.year < FIRST_YEAR else ("write_datetime", (day, styles.day))


def text_cell(text: str, styles: Styles, style: Any = None) -> Cell:
    if text.startswith("<r>"):
        # write_string would interpret it as its own markup.
        return "write_rich_string", (text[:1], styles.plain, text[1:])
    return "write_string", (text, style)


def number_cell(digits: int, number: Any, styles: Styles, style: Any) -> Cell:
    """A number; as text if Excel would round it. `digits`: the number without its decimal point."""
    if abs(digits) < EXACT_BELOW:
        return "write_number", (number, style)
    return text_cell(f"{number:f}", styles)


def write_text(sheet: Any, row: int, column: int, text: str, styles: Styles, style: Any = None) -> None:
    put(sheet, row, column, text_cell(text, styles, style))


def write_amount(
    sheet: Any, row: int, column: int, minor: Price, currency: str, styles: Styles, *, bold: bool = False
) -> None:
    put(sheet, row, column, styles.amount(minor, currency, bold))


def write_number(sheet: Any, row: int, column: int, digits: int, number: Any, styles: Styles, style: Any) -> None:
    """See number_cell."""
    put(sheet, row, column, number_cell(digits, number, styles, style))
