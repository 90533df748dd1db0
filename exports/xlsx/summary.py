"""The last sheet of a list: the conditions that selected its rows, and the sums of its numbers for each currency.

The sums follow the filter of the sheet. Where they are of some of the rows, e.g. those in yen, SUMIFS asks a hidden
sheet which rows are shown: one formula for each row, so that a change of the filter costs as much as reading the rows
once. Each formula has its value with it, for programs that do not calculate.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from exports.texts import one_line
from exports.xlsx.cells import EXACT_BELOW, letters, percent_cell, put, write_amount, write_integer, write_text
from exports.xlsx.columns import NUMBERS, CellKind, Column
from exports.xlsx.rows import RowWriter, formula_xml
from exports.xlsx.sheet import Group, Sheet
from exports.xlsx.styles import Styles, set_up_page
from models.brand import Brand
from models.locale import Locale, Text
from models.money import from_minor, precision

SUMMARY_SHEET = Text("Summary", "集計")
SHOWN_SHEET = Text("Rows shown", "表示中の行")
SELECTION = Text("Selection", "抽出条件")
EVERYTHING = Text("All orders", "すべての注文")
SUMS = Text("Sums", "合計")
ROWS = Text("Orders", "注文数")
FOLLOWS = Text(
    "The sums follow the filter of the sheet “{sheet}”.", "シート「{sheet}」のフィルターに応じて合計が変わります。"
)
IS_SHOWN = Text("1: the row of “{sheet}” is shown, 0: it is filtered out", "シート「{sheet}」の行：1＝表示、0＝非表示")
NOTHING = "–"
SUBTOTAL_SUM, SUBTOTAL_COUNT = 109, 103  # of the rows that are neither filtered out nor hidden
ROWS_AT_A_TIME = 10_000


@dataclass(frozen=True, slots=True)
class Summary:
    """`conditions`: label and value. `rows`: what the rows are. `everything`: what they are without a condition.

    `by_group`: the heading of the sums for each value of the columns that are `is_grouped`.
    """

    title: str
    conditions: Sequence[tuple[str, str]]
    rows: Text = ROWS
    everything: Text = EVERYTHING
    by_group: Text = SUMS


async def time_zone_of_conditions(session: AsyncSession) -> str:
    """In which the instants of conditions are written: the brand's; UTC if the session sees several brands."""
    time_zones = (await session.scalars(select(Brand.time_zone).limit(2))).all()
    return time_zones[0] if len(time_zones) == 1 else "UTC"


async def title_of_list(session: AsyncSession, title: str) -> str:
    """With the name of the brand, unless the session sees several."""
    names = (await session.scalars(select(Brand.name).limit(2))).all()
    return f"{one_line(names[0])} · {title}" if len(names) == 1 else title


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
    shown = SHOWN_SHEET.in_(locale) if len(of.counts) > 1 else None
    for title, groups in ((SUMS, of.groups[:1]), (summary.by_group, of.groups))[: len(of.groups)]:
        write_text(sheet, row + 1, 0, title.in_(locale), styles, styles.bold)
        row = _Sums(sheet, styles, of, groups, shown, locale).write(row + 2, summary.rows)
    if of.counts:
        note = FOLLOWS.in_(locale).format(sheet=of.parts[0][0])
        write_text(sheet, row + 1, 0, note, styles, styles.note)
    if shown:
        _write_shown(book, shown, of, locale)


@dataclass(frozen=True, slots=True)
class _Sums:
    """A table of sums. `groups`: the first of the sheet's. `shown`: the sheet that says which rows are shown."""

    sheet: Any
    styles: Styles
    of: Sheet
    groups: Sequence[Column]
    shown: str | None
    locale: Locale

    def write(self, row: int, rows: Text) -> int:
        """Returns the number of the row below it."""
        styles, summed = self.styles, [column for column in self.of.columns if column.is_summed]
        headings = [*((column.name, column.kind in NUMBERS) for column in self.groups), (rows, True)]
        headings += [(column.name, True) for column in summed]
        for place, (heading, is_number) in enumerate(headings):
            style = styles.heading_of_sums if is_number else styles.heading
            write_text(self.sheet, row, place, heading.in_(self.locale), styles, style)
        length = len(self.groups)
        counts: Counter[Group] = Counter()
        sums: Counter[tuple[Group, str]] = Counter()
        for group, count in self.of.counts.items():
            counts[group[:length]] += count
        for (group, key), total in self.of.sums.items():
            sums[group[:length], key] += total
        for group in sorted(counts, key=_order):
            row += 1
            self._write_group(row, group)
            criteria = self._criteria(group) if len(counts) > 1 else []
            self.sheet.write_formula(row, length, self._formula(criteria, None), styles.integer, counts[group])
            for place, column in enumerate(summed, length + 1):
                currency = group[0] if column.kind is CellKind.MONEY else None
                total, formula = sums[group, column.key], self._formula(criteria, column)
                write_sum(self.sheet, row, place, total, currency, styles, formula)
        return row + 1

    def _write_group(self, row: int, group: Group) -> None:
        styles = self.styles
        for place, (column, value) in enumerate(zip(self.groups, group, strict=True)):
            if isinstance(value, Decimal):
                put(self.sheet, row, place, percent_cell(value, styles), styles)
            else:
                style = styles.integer if column.kind in NUMBERS else None  # it stands on the right
                write_text(self.sheet, row, place, value or NOTHING, styles, style)

    def _criteria(self, group: Group) -> list[tuple[int, str]]:
        """The places of the columns, and what their cells are to be, as in a formula."""
        places = {column.key: place for place, column in enumerate(self.of.columns)}
        keys = (column.key for column in self.groups)
        return [(places[key], _criterion(value)) for key, value in zip(keys, group, strict=True)]

    def _formula(self, criteria: list[tuple[int, str]], column: Column | None) -> str:
        """Over all sheets that the rows are on. `column` None: their number."""
        place = self.of.columns.index(column) if column else 0
        terms = []
        for part, (name, rows) in enumerate(self.of.parts):
            if not criteria:
                function = SUBTOTAL_SUM if column else SUBTOTAL_COUNT
                terms.append(
                    f"SUBTOTAL({function},{_quoted(name)}!${letters(place)}$2:${letters(place)}${max(rows, 2)})"
                )
                continue
            # Whole columns: they stay equally long when a row is deleted, and SUMIFS asks for that.
            asked = [f"{_column(name, of)},{criterion}" for of, criterion in criteria]
            asked.append(f'{_column(self.shown or "", part)},"<>0"')  # so that a row below those counted is shown
            terms.append(
                f"SUMIFS({_column(name, place)},{','.join(asked)})" if column else f"COUNTIFS({','.join(asked)})"
            )
        return "=" + "+".join(terms)


def _order(group: Group) -> list[tuple[bool, Any]]:
    """The highest rate first, as on documents; last what has none."""
    return [(value is None, -value if isinstance(value, Decimal) else value) for value in group]


def _criterion(value: Any) -> str:
    if value is None:
        return '"="'  # an empty cell
    return f"{value / 100:f}" if isinstance(value, Decimal) else f'"{value}"'


def _write_shown(book: Any, name: str, of: Sheet, locale: Locale) -> None:
    """A column for each sheet of rows. INDEX: so that it is right after rows were sorted, deleted or inserted, too."""
    sheet = book.add_worksheet(name)
    sheet.hide()
    for place, (part, _) in enumerate(of.parts):
        sheet.write_string(0, place, IS_SHOWN.in_(locale).format(sheet=part))
    cells = [
        (formula_xml(f"SUBTOTAL({SUBTOTAL_COUNT},INDEX({_column(part, 0)},ROW()))", 1), rows) for part, rows in of.parts
    ]
    writer, end = RowWriter(sheet, len(cells), 1), max(rows for _, rows in cells)
    for start in range(1, end, ROWS_AT_A_TIME):
        some = range(start, min(start + ROWS_AT_A_TIME, end))
        writer.write([cell if row < rows else None for cell, rows in cells] for row in some)


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


def _column(sheet: str, place: int) -> str:
    return f"{_quoted(sheet)}!${letters(place)}:${letters(place)}"


def _quoted(sheet: str) -> str:
    return "'" + sheet.replace("'", "''") + "'"
