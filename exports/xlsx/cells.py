"""What is written into a cell: a text, a number, a day or an instant, each as Excel can keep it."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from exports.xlsx.styles import Styles
from models.locale import local_time
from models.money import from_minor, precision
from models.prices import Price

EXACT_BELOW = 10**15  # Excel keeps fifteen digits of a number
FIRST_YEAR = 1901  # Excel has no days before 1900, and one too many in it


class Cell(NamedTuple):
    """`value`: a datetime has no time zone. `style`: a format of XlsxWriter's."""

    value: str | int | Decimal | date
    style: Any = None


def number_cell(digits: int, number: int | Decimal, style: Any) -> Cell:
    """A number; as text if Excel would round it. `digits`: the number without its decimal point."""
    return Cell(number, style) if abs(digits) < EXACT_BELOW else Cell(f"{number:f}")


def integer_cell(number: int, styles: Styles) -> Cell:
    return number_cell(number, number, styles.integer)


def amount_cell(minor: Price, currency: str, styles: Styles, *, bold: bool = False) -> Cell:
    """`minor`: in minor units of the currency."""
    amount = from_minor(minor, currency)
    # A unit price can be finer than the currency's smallest unit.
    digits = max(precision(currency), -int(amount.as_tuple().exponent))
    return number_cell(int(amount.scaleb(digits)), amount, styles.money(currency, digits, bold=bold))


def instant_cell(at: datetime, time_zone: str, styles: Styles) -> Cell:
    """The local time in the time zone; as text if Excel cannot represent the date."""
    local = local_time(at, time_zone).replace(tzinfo=None, microsecond=0)
    return Cell(local.isoformat(" ")) if local.year < FIRST_YEAR else Cell(local, styles.instant)


def day_cell(day: date, styles: Styles) -> Cell:
    return Cell(day.isoformat()) if day.year < FIRST_YEAR else Cell(day, styles.day)


def percent_cell(percent: Decimal, styles: Styles) -> Cell:
    """As a share of 1, which formulas can multiply by; with as many digits as it has."""
    share = percent.normalize().scaleb(-2)
    return Cell(share, styles.percent(max(-int(share.as_tuple().exponent) - 2, 0)))


def put(sheet: Any, row: int, column: int, cell: Cell, styles: Styles) -> None:
    """Writes the cell. `sheet`: XlsxWriter's."""
    value, style = cell
    if isinstance(value, str):
        if value.startswith("<r>"):
            # write_string would interpret it as XlsxWriter's own markup.
            sheet.write_rich_string(row, column, value[:1], styles.plain, value[1:], *filter(None, [style]))
        else:
            sheet.write_string(row, column, value, style)
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, style)
    else:
        sheet.write_number(row, column, value, style)


def write_text(sheet: Any, row: int, column: int, text: str, styles: Styles, style: Any = None) -> None:
    put(sheet, row, column, Cell(text, style), styles)


def write_amount(sheet: Any, row: int, column: int, minor: Price, currency: str, styles: Styles) -> None:
    put(sheet, row, column, amount_cell(minor, currency, styles), styles)


def write_integer(sheet: Any, row: int, column: int, number: int, styles: Styles) -> None:
    put(sheet, row, column, integer_cell(number, styles), styles)


def letters(column: int) -> str:
    """The name of a column, e.g. AB of the 28th, whose number is 27."""
    return letters(column // 26 - 1) + chr(65 + column % 26) if column > 25 else chr(65 + column)
