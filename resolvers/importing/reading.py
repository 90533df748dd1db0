"""Reads the rows of an import file into the staging: finds the heading, leaves out rows that are no order lines."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from pathlib import Path

from models.brand import Brand
from models.messages import importing as texts
from models.translatable import joined, reason_of, translatable
from resolvers.importing.cells import BLANK, Cell, Kind
from resolvers.importing.files import ImportFileError, OpenedFile, open_file
from resolvers.importing.headings import (
    CODES,
    DECISIONS,
    REQUIRED,
    SEARCHED_ROWS,
    Heading,
    HeadingError,
    best_heading,
    read_heading,
)
from resolvers.importing.options import ImportOptions
from resolvers.importing.rows import ImportRow, KnownRows, Reading, cell_of, code_of, is_no_line, read_row
from resolvers.importing.staging import Staging
from resolvers.importing.summary import Summary, names_listed, rows_named

# Of a text in NFKC without spaces around it, e.g. Grand total:, Total (2 rows), Totale, Gesamtsumme, <合 計>.
TOTAL = re.compile(
    r"[\W_]*((grand|sub|order|net|overall)?[\s-]*tota(l|ls|le|al)\b.*|(sum|summe|suma|somme)\b[\W_]*|gesamt(summe)?\b.*"
    r"|総?[合小]?\s*計[\W_]*)",
    re.IGNORECASE,
)
# Columns whose values people write with commas.
SPLIT = ("Quantity", "Unit Price", "Buyer Name", "Buyer E-mail", "Buyer Country", "Product Name")
MAX_HELD = 20  # rows at the end of a file that may be totals or remarks
MAX_NAMED = 100  # rows that a note can name

Fault = Callable[[int, str, str], None]
Progress = Callable[[str, int, int], None]
Row = tuple[int, list[Cell], bool]


def stage(
    path: Path,
    brand: Brand,
    options: ImportOptions,
    staging: Staging,
    summary: Summary,
    fault: Fault,
    progress: Progress,
) -> None:
    """Raises ImportFileError."""
    with open_file(path, brand.locale, options.encoding, options.sheet) as file:
        heading, rows = _find_heading(path, file)
        names = heading.called
        reading = Reading.of(brand, options, names, by_comma=file.by_comma, from_1904=file.from_1904)
        left_out = set() if options.decisions else set(DECISIONS)
        if not options.pictures:
            left_out.add("Picture")
        unread = {column: place for column, place in heading.places.items() if column in left_out}
        places = {column: place for column, place in heading.places.items() if column not in left_out}
        heading = replace(heading, places=places)
        summary.headings = names
        summary.notes += file.notes
        if heading.row > 1:
            summary.notes.append(translatable(texts.HEADING_BELOW, row=heading.row))
        if heading.unknown:
            summary.notes.append(translatable(texts.UNKNOWN_COLUMNS, columns=joined(heading.unknown, texts.COMMA)))
        known = KnownRows(heading.places, heading.width, reading)
        reader = _Reader(heading, reading, staging, fault, known, file.is_without_end, unread)
        for count, row in enumerate(rows):
            reader.read(row)
            if count % 1000 == 0:
                progress("read", file.position(), file.size)
        reader.tell_cut_off(is_last=True)
        summary.empty_lines = reader.empty_lines
        summary.notes += reader.notes()
        progress("read", file.size, file.size)


def _find_heading(path: Path, file: OpenedFile) -> tuple[Heading, Iterator[Row]]:
    start: list[Row] = []
    for row in file.rows:
        if any(cell.text for cell in row[1]):
            start.append(row)
        if len(start) == SEARCHED_ROWS:
            break
    found = best_heading((number, [cell.text for cell in cells]) for number, cells, _ in start)
    if found is None:
        raise ImportFileError(translatable(texts.FILE, path=path, problem=texts.EMPTY_FILE))
    try:
        heading = read_heading(*found)
    except HeadingError as error:
        raise ImportFileError(translatable(texts.FILE, path=path, problem=reason_of(error))) from None
    return heading, _after(start, heading.row, file.rows)


def _after(start: Sequence[Row], row: int, rest: Iterator[Row]) -> Iterator[Row]:
    yield from (each for each in start if each[0] > row)
    yield from rest


@dataclass
class _Rows:
    """Rows to tell of: how many, and the first of them."""

    count: int = 0
    first: list[int] = field(default_factory=list)

    def add(self, number: int) -> None:
        self.count += 1
        if len(self.first) < MAX_NAMED:
            self.first.append(number)

    @property
    def named(self) -> str:
        return rows_named(self.first, self.count)


@dataclass
class _Reader:
    heading: Heading
    reading: Reading
    staging: Staging
    fault: Fault
    known: KnownRows
    is_without_end: Callable[[], bool]
    unread: dict[str, int]
    left_out: list[str] = field(default_factory=list)
    cells_above: int = 0
    unended: str = ""
    empty_lines: int = 0
    above: str = ""
    quantities: int = 0
    hidden: _Rows = field(default_factory=_Rows)
    headings: _Rows = field(default_factory=_Rows)
    totals: _Rows = field(default_factory=_Rows)
    held: list[Row] = field(default_factory=list)
    cut_off: tuple[int, str] | None = None

    def read(self, row: Row) -> None:
        number, cells, hidden = row
        if self.unread:
            self._look_into_unread(cells)
        if self.is_without_end():
            self._look_at_end(number, cells)
        if not hidden and not self.held and not self.cut_off and (known := self.known.read(cells)):
            self._add(number, known)
            self.cells_above = len(cells)
            return
        if not any(cell.text or cell.wrong for cell in cells):
            return
        self.tell_cut_off()
        if hidden:
            self.hidden.add(number)
        if self._is_no_line(cells):
            # Totals and remarks at the end are left out; in between, they may be part of an order.
            self.held.append(row)
            if len(self.held) > MAX_HELD:
                self._release()
            return
        if self.held:
            self._release()
        if cell_of(cells, self.heading.places, "Order Code").text and self.heading.is_repeated(
            [cell.text for cell in cells]
        ):
            self.headings.add(number)
            return
        self._line(number, cells)
        self.cells_above = len(cells)

    def notes(self) -> list[str]:
        notes: list[str] = []
        names = self.reading.names
        if decisions := [names[column] for column in DECISIONS if column in self.left_out]:
            notes.append(translatable(texts.WITHOUT_DECISIONS, columns=joined(decisions, texts.COMMA)))
        if "Picture" in self.left_out:
            notes.append(translatable(texts.WITHOUT_PICTURES, column=names["Picture"]))
        if self.reading.doubled:
            notes.append(translatable(texts.DOUBLED_TIMES, times=names_listed(sorted(self.reading.doubled))))
        if self.unended:
            notes.append(self.unended)
        if self.hidden.count:
            notes.append(translatable(texts.HIDDEN_ROWS, rows=self.hidden.named))
        if self.headings.count:
            notes.append(translatable(texts.REPEATED_HEADING, rows=self.headings.named))
        if self.totals.count:
            notes.append(translatable(texts.TOTALS, rows=self.totals.named))
        if self.held:
            note = translatable(texts.REMARKS, rows=rows_named([number for number, _, _ in self.held]))
            notes.append(self._compared(note))
        if self.empty_lines:
            notes.append(translatable(texts.EMPTY_LINES, count=self.empty_lines))
        return notes

    def _look_into_unread(self, cells: Sequence[Cell]) -> None:
        for column, place in list(self.unread.items()):
            if place < len(cells) and _says(cells[place]):
                del self.unread[column]
                self.left_out.append(column)

    def _look_at_end(self, number: int, cells: Sequence[Cell]) -> None:
        """Makes a note of the last row of a text file that ends without a line end: its last cell may be cut off."""
        column = next((column for column, at in self.heading.places.items() if at == len(cells) - 1), None)
        if column and any(map(_says, cells)):
            name = self.reading.names[column]
            self.unended = translatable(texts.UNENDED, row=number, column=name, text=cells[-1].text)

    def _compared(self, note: str) -> str:
        """The note, and whether the quantity in the row of totals is that of the rows."""
        for _, cells, _ in self.held:
            text = cell_of(cells, self.heading.places, "Quantity").text
            try:
                total = Decimal(text.replace(",", ""))
            except InvalidOperation:
                continue
            if total.is_finite() and total != self.quantities:
                return translatable(texts.OTHER_SUM, note=note, said=total, quantities=self.quantities)
        return note

    def _is_no_line(self, cells: Sequence[Cell]) -> bool:
        """Whether a row names nothing that can be ordered: no code, one that says Total, or a remark in one cell."""
        found = [cell for column in CODES if (cell := cell_of(cells, self.heading.places, column)).text or cell.wrong]
        if not found:
            return True
        if len(found) > 1 or found[0].kind is not Kind.TEXT:
            return False
        text = found[0].text
        # One word, or words like those of the code above, may be the code of an order whose row was cut off.
        is_remark = " " in text and not _shape(self.above).startswith(_shape(text))
        is_remark = is_remark and sum(bool(cell.text or cell.wrong) for cell in cells) == 1
        return is_remark or _is_total(text)

    def _release(self) -> None:
        held, self.held = self.held, []
        for number, cells, _ in held:
            if self._is_subtotal(cells):
                self.totals.add(number)
            else:
                self._line(number, cells)

    def _is_subtotal(self, cells: Sequence[Cell]) -> bool:
        """Whether a row with a quantity has no code but one that says Total."""
        found = [cell.text for column in CODES if (cell := cell_of(cells, self.heading.places, column)).text]
        return len(found) == 1 and _is_total(found[0]) and _says(cell_of(cells, self.heading.places, "Quantity"))

    def _line(self, number: int, cells: Sequence[Cell]) -> None:
        places = self.heading.places
        code = code_of(cell_of(cells, places, "Order Code"))
        is_broken = self._is_broken(number, cells)
        if not is_broken and self._is_cut_off(cells):
            self.tell_cut_off()
            self.cut_off = number, self._missing(cells)
            is_broken = True
        if not is_broken and len(cells) < min(self.cells_above, self.heading.width) and self.is_without_end():
            why = translatable(texts.CUT_OFF_ROW, count=len(cells), above=self.cells_above)
            self.fault(number, self._last_named(cells, len(cells) - 1), why)
            self.unended = ""
            is_broken = True
        if not is_broken and is_no_line(cell_of(cells, places, "Quantity")):
            self._empty_line(number, code, cells)
            return
        row, faults = (None, []) if is_broken else read_row(cells, places, self.reading)
        for column, reason in faults:
            self.fault(number, column, reason)
        # A row without a code may be part of the order above it (merged cells read so): never import half of one.
        if code or self.above:
            self.staging.add(code or self.above, number, row)
            self.above = code or self.above
        if row:
            self.quantities += row.quantity
            self.known.learn(cells, row)

    def _add(self, number: int, row: ImportRow) -> None:
        self.staging.add(row.order_code, number, row)
        self.above = row.order_code
        self.quantities += row.quantity

    def _is_cut_off(self, cells: Sequence[Cell]) -> bool:
        """Whether a row names an order, a buyer or the like, but neither a SKU nor a quantity."""
        places = self.heading.places
        if any(_says(cell_of(cells, places, column)) for column in ("SKU Number", "Quantity")):
            return False
        if _says(cell_of(cells, places, "Order Code")):
            return True
        return any(_says(cell_of(cells, places, column)) for column in CODES) and not self._is_no_line(cells)

    def _missing(self, cells: Sequence[Cell]) -> str:
        names, places = self.reading.names, self.heading.places
        missing = [names[column] for column in REQUIRED if not _says(cell_of(cells, places, column))]
        return translatable(texts.LAST_AND, listed=joined(missing[:-1], texts.COMMA), last=missing[-1])

    def tell_cut_off(self, *, is_last: bool = False) -> None:
        """Tells of the row above when it was cut off, which only the end of the file shows the likely reason of."""
        if self.cut_off is None:
            return
        number, missing = self.cut_off
        self.cut_off = None
        text = texts.INCOMPLETE_LAST_ROW if is_last else texts.INCOMPLETE_ROW
        self.fault(number, "SKU Number", translatable(text, missing=missing))

    def _empty_line(self, number: int, code: str, cells: Sequence[Cell]) -> None:
        """A line of an order form that was not filled in. An order of such lines alone is refused by the writer."""
        self.empty_lines += 1
        if code:
            self.staging.add_empty(code, number, cell_of(cells, self.heading.places, "Quantity").text)
            self.above = code

    def _is_broken(self, number: int, cells: Sequence[Cell]) -> bool:
        """Tells of cells beyond the heading, and of broken quotation marks in columns of no meaning."""
        heading = self.heading
        extra = [cell for cell in cells[heading.width :] if cell.text or cell.wrong]
        broken = next((cell.wrong for cell in cells if cell.is_broken), None)
        if broken:
            self.fault(number, self._last_named(cells, len(cells) - 1), broken)
            return True
        if not extra:
            return False
        column, why = self._cause(cells)
        count = max(place for place, cell in enumerate(cells) if cell.text or cell.wrong) + 1
        self.fault(number, column, translatable(texts.MORE_CELLS, count=count, width=heading.width, why=why))
        return True

    def _last_named(self, cells: Sequence[Cell], place: int) -> str:
        named = {at: column for column, at in self.heading.places.items()}
        return next(
            (named[at] for at in range(min(place, self.heading.width - 1), -1, -1) if at in named), "Order Code"
        )

    def _cause(self, cells: Sequence[Cell]) -> tuple[str, str]:
        """The column where a row most likely was split by a comma, and the text as it was before."""
        heading = self.heading
        last = max(place for place, cell in enumerate(cells) if cell.text or cell.wrong)
        extra = last + 1 - heading.width
        best: tuple[int, str, str] | None = None
        for column, at in sorted(heading.places.items(), key=lambda item: item[1]):
            parts = [cell.text for cell in cells[at : at + extra + 1]]
            if column not in SPLIT:
                continue
            is_number = column in ("Quantity", "Unit Price")
            if not all(parts) or not _was_one(parts, is_number=is_number, is_whole=column == "Quantity"):
                continue
            others = [*cells[:at], BLANK, *cells[at + extra + 1 : last + 1]]
            _, faults = read_row(others, heading.places, self.reading)
            count = sum(faulty != column for faulty, _ in faults)
            if best is None or count < best[0]:
                text = texts.NUMBER_WITH_COMMA if is_number else texts.TEXT_WITH_COMMA
                best = (count, column, translatable(text, text=",".join(parts)[:60]))
        if best:
            return best[1], best[2]
        return self._last_named(cells, heading.width - 1), translatable(texts.ONE_WITH_COMMA)


def _is_total(text: str) -> bool:
    return TOTAL.fullmatch(unicodedata.normalize("NFKC", text).strip()) is not None


def _says(cell: Cell) -> bool:
    return bool(cell.text or cell.wrong)


def _shape(code: str) -> str:
    return re.sub(r"\d+", "0", code)


def _was_one(parts: Sequence[str], *, is_number: bool, is_whole: bool) -> bool:
    """Whether the parts, with commas between them, can have been one number or one text."""
    if not is_number:
        return any(re.search(r"[^\W\d_]", part) for part in parts)
    number = ",".join(parts)
    thousands = re.fullmatch(r"\D{0,3}\d{1,3}(,\d{3})+(\.\d+)?\D{0,3}", number)
    return thousands is not None or (not is_whole and re.fullmatch(r"\D{0,3}\d+,\d{1,4}\D{0,3}", number) is not None)
