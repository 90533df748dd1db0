"""The formats of a workbook's cells, and of its pages on paper."""

from typing import Any

from babel.numbers import get_currency_symbol

from exports.texts import one_line
from exports.xlsx.columns import NUMBERS, CellKind
from models.locale import Locale, Text

DATE_FORMAT = Text("yyyy-mm-dd", "yyyy/mm/dd")
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
    # The name of the font keeps a title that begins with a figure apart from the size.
    sheet.set_header(f'&L&9&"-,Regular"{_in_header(title)}&R&9&A')
    sheet.set_footer(f"&L&9&D&R&9{PAGE.in_(locale)}")
    sheet.fit_to_pages(1, 0)


def _in_header(text: str) -> str:
    """Excel takes at most 255 characters of a header, in which & begins a command."""
    return one_line(text)[:100].replace("&", "&&")


class Styles:
    """The cell styles of one workbook, by purpose. `book`: XlsxWriter's."""

    def __init__(self, book: Any, locale: Locale) -> None:
        self._book = book
        self._locale = locale
        self._money: dict[tuple[str, int, bool], Any] = {}
        self._percent: dict[int, Any] = {}
        self.plain = book.add_format()
        heading = {"bold": True, "font_color": "#FFFFFF", "bg_color": "#1F3A5F"}
        self.heading = book.add_format(heading)
        self.heading_of_dates = book.add_format({**heading, "align": "left", "indent": 1})
        # Beside the button of a filter, and without one.
        self.heading_of_numbers = book.add_format({**heading, "align": "right", "indent": 2})
        self.heading_of_sums = book.add_format({**heading, **OF_NUMBERS})
        self.ruled = book.add_format({"bottom": 1, "bottom_color": "#D5DAE0"})
        self.marked = book.add_format({"bold": True, "font_color": "#9C0006", "bg_color": "#FFC7CE"})
        self.integer = book.add_format({"num_format": "#,##0", **OF_NUMBERS})
        self.bold = book.add_format({"bold": True})
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.note = book.add_format({"font_color": "#55606C", "italic": True})
        date = DATE_FORMAT.in_(locale)
        # Indented: a long text in the column before would touch it.
        self.instant = book.add_format({"num_format": f"{date} hh:mm", "align": "left", "indent": 1})
        self.day = book.add_format({"num_format": date, "align": "left", "indent": 1})

    def money(self, currency: str, digits: int, *, bold: bool = False) -> Any:
        """`digits` behind the decimal point."""
        key = currency, digits, bold
        if key not in self._money:
            number_format = currency_format(currency, self._locale, digits)
            self._money[key] = self._book.add_format({"num_format": number_format, "bold": bold, **OF_NUMBERS})
        return self._money[key]

    def percent(self, digits: int) -> Any:
        """`digits` behind the decimal point."""
        if digits not in self._percent:
            number_format = f"0.{'0' * digits}%" if digits else "0%"
            self._percent[digits] = self._book.add_format({"num_format": number_format, **OF_NUMBERS})
        return self._percent[digits]

    def heading_of(self, kind: CellKind) -> Any:
        """Above numbers on the right, above dates as far in as they are."""
        if kind in NUMBERS:
            return self.heading_of_numbers
        return self.heading_of_dates if kind in (CellKind.DAY, CellKind.INSTANT) else self.heading
