"""The last sheet of a list: the conditions that selected its rows, and the sums of its numbers for each currency.

With one currency the sums are SUBTOTAL formulas: they follow the filter of the sheet. With several they are SUMIFS,
which cover all rows. Each formula has its value with it, for programs that do not calculate.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from exports.xlsx.cells import EXACT_BELOW, letters, write_amount, write_integer, write_text
from exports.xlsx.columns import CellKind
from exports.xlsx.sheet import Sheet
from exports.xlsx.styles import Styles, set_up_page
from models.brand import Brand
from models.locale import Locale, Text
from models.money import from_minor, precision

SUMMARY_SHEET = Text("Summary", "集計")
SELECTION = Text("Selection", "抽出条件")
EVERYTHING = Text("All orders", "すべての注文")
SUMS = Text("Sums", "合計")
CURRENCY = Text("Currency", "通貨")
ROWS = Text("Orders", "注文数")
FOLLOWS = Text(
    "The sums follow the filter of the sheet “{sheet}”.", "シート「{sheet}」のフィルターに応じて合計が変わります。"
)
COVERS_ALL = Text(
    "Several currencies: the sums cover all rows of “{sheet}”, whatever is filtered there.",
    "複数の通貨があるため、シート「{sheet}」のフィルターにかかわらず全行の合計です。",
)
SUBTOTAL_SUM, SUBTOTAL_COUNT = 109, 103  # of the rows that are neither filtered out nor hidden


@dataclass(frozen=True, slots=True)
class Summary:
    """`conditions`: label and value. `rows`: what the rows are. `everything`: what they are without a condition."""

    title: str
    conditions: Sequence[tuple[str, str]]
    rows: Text = ROWS
    everything: Text = EVERYTHING


async def time_zone_of_conditions(session: AsyncSession) -> str:
    """In which the instants of conditions are written: the brand's; UTC if the session sees several brands."""
    time_zones = (await session.scalars(select(Brand.time_zone).limit(2))).all()
    return time_zones[0] if len(time_zones) == 1 else "UTC"


def write_summary(book: Any, styles: Styles, of: Sheet, summary: Summary, locale: Locale) -> None:
    """`of`: the finished sheet whose columns are summed."""
    sheet = book.add_worksheet(SUMMARY_SHEET.in_(locale))
    sheet.set_landscape()
    set_up_page(sheet, summary.title, locale)
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 10, 20)
    write_text(sheet, 0, 0, summary.title, styles, styles.title)
    write_text(sheet, 2, 0, SELECTION.in_(locale), styles, styles.bold)
    row = 3
    for label, value in summary.conditions or [(summary.everything.in_(locale), "")]:
        write_text(sheet, row, 0, label, styles)
        write_text(sheet, row, 1, value, styles)
        row += 1
    write_text(sheet, row + 1, 0, SUMS.in_(locale), styles, styles.bold)
    _write_sums(sheet, row + 2, styles, of, summary.rows, locale)


def _write_sums(sheet: Any, row: int, styles: Styles, of: Sheet, rows: Text, locale: Locale) -> None:
    places = {column.key: place for place, column in enumerate(of.columns)}
    columns = [column for column in of.columns if column.is_summed]
    headings = [CURRENCY.in_(locale), rows.in_(locale), *(column.name.in_(locale) for column in columns)]
    for place, heading in enumerate(headings):
        write_text(sheet, row, place, heading, styles, styles.heading_of_numbers if place else styles.heading)
    currencies = sorted(of.counts)
    is_one = len(currencies) == 1
    for currency in currencies:
        row += 1
        write_text(sheet, row, 0, currency, styles)
        currency_place = places["currency"]
        counted = _formula(of, SUBTOTAL_COUNT, 0, currency_place, currency if not is_one else None)
        sheet.write_formula(row, 1, counted, styles.integer, of.counts[currency])
        for place, column in enumerate(columns, 2):
            total = of.sums[currency, column.key]
            formula = _formula(of, SUBTOTAL_SUM, places[column.key], currency_place, None if is_one else currency)
            write_sum(sheet, row, place, total, currency if column.kind is CellKind.MONEY else None, styles, formula)
    note = FOLLOWS if is_one else COVERS_ALL
    if currencies:
        write_text(sheet, row + 2, 0, note.in_(locale).format(sheet=of.parts[0][0]), styles, styles.note)


def write_sum(sheet: Any, row: int, place: int, total: int, currency: str | None, styles: Styles, formula: str) -> None:
    """`total`: the formula's value; in minor units of the currency, None: of no money."""
    if abs(total) >= EXACT_BELOW:  # Excel would round it
        if currency:
            write_amount(sheet, row, place, total, currency, styles)
        else:
            write_integer(sheet, row, place, total, styles)
    elif currency:
        style = styles.money(currency, precision(currency))
        sheet.write_formula(row, place, formula, style, float(from_minor(total, currency)))
    else:
        sheet.write_formula(row, place, formula, styles.integer, total)


def _formula(of: Sheet, function: int, column: int, currency_column: int, currency: str | None) -> str:
    """Over all sheets that the rows are on. `currency`: only rows of this one."""
    terms = []
    for name, rows in of.parts:
        cells = _cells(name, column, rows)
        if currency is None:
            terms.append(f"SUBTOTAL({function},{cells})")
        elif function == SUBTOTAL_COUNT:
            terms.append(f'COUNTIF({_cells(name, currency_column, rows)},"{currency}")')
        else:
            terms.append(f'SUMIF({_cells(name, currency_column, rows)},"{currency}",{cells})')
    return "=" + "+".join(terms)


def _cells(sheet: str, column: int, rows: int) -> str:
    """`rows`: the number of the last one."""
    name, quoted = letters(column), sheet.replace("'", "''")
    return f"'{quoted}'!${name}$2:${name}${max(rows, 2)}"
