"""One table of an Excel workbook: a heading row and typed cells below it, written from top to bottom."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from operator import attrgetter
from typing import Any

from exports.xlsx.cells import write_text
from exports.xlsx.columns import CellKind, Column, Reader, columns_for
from exports.xlsx.rows import CellsXml, CellXml, RowWriter
from exports.xlsx.styles import Styles, set_up_page

LAST_ROW = 1_048_576
EVERY_CELL = f"A1:XFD{LAST_ROW}"

# Makes the XML of a column's cell from a row and its owner. None: the cell is empty.
Make = Callable[[Any, Any], CellXml | None]
# The values of a row in the columns of Sheet.groups.
Group = tuple[Any, ...]
# What a cell depends on beside its value (see CellsXml.makers).
FURTHER: dict[CellKind, Callable[[Any], Any]] = {
    CellKind.MONEY: attrgetter("currency"),
    CellKind.INSTANT: attrgetter("time_zone"),
}


class Sheet:
    """Rows that do not fit into one sheet go on in another: "Lines", "Lines (2)" …

    `groups`: the columns by whose values rows are counted and summed: the currency, and those that are `is_grouped`.
    `counts`: these values → rows. `sums`: these values and a column's key → the sum of the numbers, minor units of
    money. `parts`: the name of each sheet, and the number of its last row. `title`: of the workbook, in headers on
    paper.
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
        self.sums: Counter[tuple[Group, str]] = Counter()
        self.counts: Counter[Group] = Counter()
        self.parts: list[tuple[str, int]] = []
        self._name = name
        self._columns = columns_for(reader, columns)
        self._reader = reader
        self._styles = styles
        self._rows_per_sheet = rows_per_sheet
        self._summed = [column.key for column in self._columns if column.is_summed]
        currency = [column for column in self._columns if column.key == "currency"]
        self.groups = [*currency, *(column for column in self._columns if column.is_grouped)]
        self._group_of = [_value(column, reader) for column in self.groups]
        cells = CellsXml(styles)
        makes = [(place, column, _make(column, reader, cells, styles)) for place, column in enumerate(self._columns)]
        self._of_owner = [(place, make) for place, column, make in makes if column.of_owner]
        self._of_row = [(place, make) for place, column, make in makes if not column.of_owner]
        self._begin()

    @property
    def columns(self) -> Sequence[Column]:
        return self._columns

    def add(self, owner: Any, rows: Sequence[Any]) -> None:
        """Writes the rows that belong to the owner (see Column)."""
        cells: list[CellXml | None] = [None] * len(self._columns)
        for place, make in self._of_owner:
            cells[place] = make(owner, owner)
        made = (self._cells(cells, row, owner) for row in rows)
        remaining = len(rows)
        while remaining:
            if self._writer.row == self._rows_per_sheet:
                self.finish()
                self._begin()
            fitting = min(remaining, self._rows_per_sheet - self._writer.row)
            self._writer.write(islice(made, fitting))
            remaining -= fitting
        if self._summed and rows:
            group = tuple([value(owner) for value in self._group_of])
            self.counts[group] += len(rows)
            for key in self._summed:
                self.sums[group, key] += sum(getattr(row, key) for row in rows)

    def finish(self) -> None:
        rows = self._writer.row
        last = len(self._columns) - 1
        self._sheet.autofilter(0, 0, rows - 1, last)
        # Rules between the rows, on paper as well, at no cost for each cell.
        ruled = {"type": "formula", "criteria": "=TRUE", "format": self._styles.ruled}
        self._sheet.conditional_format(1, 0, max(rows - 1, 1), last, ruled)
        for index, column in enumerate(self._columns):
            if column.is_last_on_paper:
                self._sheet.print_area(0, 0, rows - 1, index)
        self.parts.append((self._sheet.get_name(), rows))

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
            heading = column.name.in_(self._reader.locale)
            write_text(self._sheet, 0, index, heading, self._styles, self._styles.heading_of(column.kind))
        self._writer = RowWriter(self._sheet, len(self._columns), 1)

    def _cells(self, of_owner: Sequence[CellXml | None], row: Any, owner: Any) -> list[CellXml | None]:
        cells = [*of_owner]
        for place, make in self._of_row:
            cells[place] = make(row, owner)
        return cells


def _value(column: Column, reader: Reader) -> Callable[[Any], Any]:
    show = column.show
    return (lambda row: show(row, reader)) if show else attrgetter(column.key)


def _make(column: Column, reader: Reader, cells: CellsXml, styles: Styles) -> Make:
    value_of, is_marked = _value(column, reader), column.is_marked
    xml, further = cells.makers[column.kind], FURTHER.get(column.kind)
    if is_marked:
        further = lambda owner: styles.marked if is_marked(owner) else None  # noqa: E731

    def cell(row: Any, owner: Any) -> CellXml | None:
        value = value_of(row)
        if value is None:
            return None
        return xml(value, further(owner) if further else None)

    return cell
