"""Reads a .csv file: finds its encoding and what separates its cells, and tells where its quotation marks are wrong."""

import csv
import io
import re
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO, TextIO

from models.messages import importing as texts
from models.translatable import translatable
from resolvers.importing.cells import Cell, typed
from resolvers.importing.headings import SEARCHED_ROWS, count_columns
from resolvers.importing.inspection import bounded_lines

DELIMITERS = (",", "\t", ";", "|")
SEPARATOR_LINE = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)

Row = tuple[int, list[Cell], bool]  # number, cells, hidden


class CsvError(ValueError):
    """The message goes on after the file's name."""


def find_delimiter(text: TextIO) -> tuple[str, bool]:
    """What separates the cells, and whether the first line says so (sep=;) and is no row. Leaves `text` anywhere."""
    start = list(islice(bounded_lines(text), SEARCHED_ROWS + 1))
    if start and (found := SEPARATOR_LINE.fullmatch(start[0])):
        return found[1], True
    best, most = ",", (-1, 0)
    for delimiter in DELIMITERS:
        rows = list(_lenient(start, delimiter))
        named = max((count_columns(cells) for cells in rows), default=0), max(map(len, rows), default=0)
        if named > most:
            best, most = delimiter, named
    return best, False


def _lenient(lines: list[str], delimiter: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(lines, delimiter=delimiter)
    except csv.Error:
        return


def read_rows(lines: "Lines", delimiter: str, *, skip_first: bool) -> Iterator[Row]:
    """Numbered as a spreadsheet numbers them, which does not show a line sep=;. Raises CsvError."""
    if skip_first:
        next(lines, None)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    number = width = 0
    while True:
        number += 1
        first = lines.number + 1
        try:
            found = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if lines.number != first or "unexpected end" in str(error):
                where = {"row": number, "line": first}
                raise CsvError(translatable(texts.BROKEN_CSV, **where, problem=_problem(error))) from error
            found = next(_lenient([lines.last], delimiter), [])
            wrong = Cell(
                wrong=translatable(texts.WITH_HINT, problem=_problem(error), hint=texts.DOUBLED_QUOTES), is_broken=True
            )
            yield number, [*(typed(each) for each in found[:-1]), wrong], False
            continue
        width = max(width, len(found)) if number <= SEARCHED_ROWS else width
        cells = [typed(each) for each in found]
        if lines.number != first:
            _check_line_breaks(found, cells, delimiter, width)
        yield number, cells, False


def _problem(error: csv.Error) -> str:
    if "expected after" in str(error):
        return translatable(texts.QUOTE_IN_QUOTES)
    if "unexpected end" in str(error):
        return translatable(texts.QUOTE_NOT_CLOSED)
    if "field limit" in str(error):
        return translatable(texts.CELL_TOO_LONG, most=csv.field_size_limit())
    return translatable(texts.CSV_PROBLEM, error=error)


def _check_line_breaks(found: list[str], cells: list[Cell], delimiter: str, width: int) -> None:
    """A cell over several lines may have swallowed the next rows, when its quotation mark was not meant as one."""
    for place, text in enumerate(found):
        if any(line.count(delimiter) >= width - 1 > 0 for line in text.splitlines()[1:]):
            wrong = translatable(texts.SWALLOWED_ROWS, hint=texts.DOUBLED_QUOTES)
            cells[place] = Cell(wrong=wrong, is_broken=True)


class Lines:
    """An iterator of lines that knows how many it has given, and the last one."""

    def __init__(self, text: TextIO) -> None:
        self._lines = bounded_lines(text)
        self.number = 0
        self.last = ""

    def __iter__(self) -> "Lines":
        return self

    def is_without_end(self) -> bool:
        """Whether the line given last has no line end, which only the last one of a file can lack."""
        return not self.last.endswith(("\n", "\r"))

    def __next__(self) -> str:
        self.last = next(self._lines)
        self.number += 1
        return self.last


def open_text(content: BinaryIO, encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(content, encoding=encoding, newline="")
