"""Opens an import file (.xlsx, .csv or .csv.gz): rows of cells, numbered as a spreadsheet shows them."""

import csv
import gzip
import shlex
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast
from xml.etree.ElementTree import ParseError

from models.locale import Locale
from models.messages import importing as texts
from models.translatable import reason_of, translatable
from resolvers.importing.encodings import EncodingError, find_encoding
from resolvers.importing.inspection import MAX_SHEET_BYTES, Suspicious, check_size, inspect_workbook
from resolvers.importing.text_files import CsvError, Lines, Row, find_delimiter, open_text, read_rows
from resolvers.importing.workbooks import Sheet, Workbook, WorkbookError

OLD_OFFICE = b"\xd0\xcf\x11\xe0"


class ImportFileError(ValueError):
    """A file that cannot be read as orders: nothing of it is imported. The message names the file and says why."""


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """`rows` under way: `position()` of `size` bytes are read. `notes`: what the user should know.

    `by_comma`: commas separate the cells. `from_1904`: the workbook counts its days from 1904. `is_without_end()`: the
    row given last ends with the file instead of a line end.
    """

    rows: Iterator[Row]
    position: Callable[[], int]
    size: int
    notes: list[str] = field(default_factory=list)
    by_comma: bool = False
    from_1904: bool = False
    is_without_end: Callable[[], bool] = lambda: False


# What people meet; the others are said as the system says them.
OF_SYSTEM = {
    FileNotFoundError: texts.NO_SUCH_FILE,
    PermissionError: texts.NOT_PERMITTED,
    IsADirectoryError: texts.IS_A_FOLDER,
}


def _of_system(error: OSError) -> str:
    found = OF_SYSTEM.get(type(error))
    return translatable(found) if found else error.strerror or str(error)


def _refused(path: Path, problem: str) -> ImportFileError:
    return ImportFileError(translatable(texts.FILE, path=path, problem=problem))


@contextmanager
def open_file(
    path: Path, locale: Locale = Locale.EN, encoding: str | None = None, sheet: str | None = None
) -> Iterator[OpenedFile]:
    """`locale`: the brand's. `encoding` of a text file and `sheet` of a workbook: when the user says them.

    Raises ImportFileError, also while the rows are read.
    """
    name = path.name.lower()
    try:
        if not name.endswith((".xlsx", ".csv", ".csv.gz")):
            raise _refused(path, translatable(texts.NO_TABLE))
        with path.open("rb") as raw:
            is_workbook = name.endswith(".xlsx")
            if sheet and not is_workbook:
                raise _refused(path, translatable(texts.NO_SHEETS))
            opened = _workbook(path, raw, sheet) if is_workbook else _csv(path, raw, locale, encoding)
            with opened as file:
                yield file
    except OSError as error:
        # gzip's own error, for a file that is none, is an OSError too.
        is_damaged = isinstance(error, gzip.BadGzipFile)
        why = translatable(texts.NOT_DECOMPRESSED) if is_damaged else _of_system(error)
        raise ImportFileError(translatable(texts.FILE_ERROR, path=path, problem=why)) from error
    except (Suspicious, EncodingError, CsvError, WorkbookError) as error:
        raise _refused(path, reason_of(error)) from None
    except (EOFError, zlib.error, zipfile.BadZipFile, KeyError, ParseError) as error:
        raise _refused(path, translatable(texts.DAMAGED)) from error
    except csv.Error as error:
        raise _refused(path, translatable(texts.NO_CSV, error=error)) from error


@contextmanager
def _workbook(path: Path, raw: BinaryIO, asked: str | None) -> Iterator[OpenedFile]:
    if raw.read(4) == OLD_OFFICE:
        raise _refused(path, translatable(texts.OLD_OR_LOCKED))
    raw.seek(0)
    inspect_workbook(path, raw)
    try:
        workbook = Workbook(raw)
        sheet = _sheet(path, workbook, asked)
    except (WorkbookError, ParseError, ImportFileError):
        raise
    except (ValueError, TypeError, AttributeError, IndexError) as error:
        # Parts that are not as ECMA-376 wants them.
        raise _refused(path, translatable(texts.DAMAGED)) from error
    try:
        notes: list[str] = [translatable(texts.ONE_SHEET, sheet=sheet.name)] if len(workbook.sheets) > 1 else []
        rows = _sound(path, workbook.rows(sheet))
        yield OpenedFile(rows, raw.tell, path.stat().st_size, notes, from_1904=workbook.from_1904)
    finally:
        workbook.close()


def _sheet(path: Path, workbook: Workbook, asked: str | None) -> Sheet:
    """The sheet that is asked for, or the only one with orders. Raises ImportFileError when several have some."""
    if asked:
        found = next((each for each in workbook.sheets if _folded(each.name) == _folded(asked)), None)
        if found is None:
            listed = ", ".join(each.name for each in workbook.sheets)
            raise _refused(path, translatable(texts.NO_SUCH_SHEET, sheet=asked, listed=listed))
        return found
    with_orders = workbook.sheets_with_orders()
    if len(with_orders) > 1:
        listed = ", ".join(each.name for each in with_orders)
        example = shlex.quote(with_orders[0].name)
        raise _refused(path, translatable(texts.SEVERAL_SHEETS, count=len(with_orders), listed=listed, example=example))
    return with_orders[0] if with_orders else workbook.best_sheet()


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().casefold()


def _sound(path: Path, rows: Iterator[Row]) -> Iterator[Row]:
    try:
        yield from rows
    except (IndexError, WorkbookError) as error:
        raise _refused(path, translatable(texts.DAMAGED)) from error
    except ValueError as error:
        if isinstance(error, ParseError):
            raise
        raise _refused(path, translatable(texts.DAMAGED)) from error


@contextmanager
def _csv(path: Path, raw: BinaryIO, locale: Locale, asked: str | None) -> Iterator[OpenedFile]:
    encoding, note = find_encoding(lambda: _chunks(path, raw), locale, asked)
    text = open_text(_content(path, raw), encoding)
    try:
        delimiter, is_said = find_delimiter(text)
        text.seek(0)
        lines = Lines(text)
        rows = read_rows(lines, delimiter, skip_first=is_said)
        notes = [note] if note else []
        size = path.stat().st_size
        yield OpenedFile(rows, raw.tell, size, notes, by_comma=delimiter == ",", is_without_end=lines.is_without_end)
    finally:
        text.detach()


def _content(path: Path, raw: BinaryIO) -> BinaryIO:
    raw.seek(0)
    return cast(BinaryIO, gzip.GzipFile(fileobj=raw)) if path.name.lower().endswith(".gz") else raw


def _chunks(path: Path, raw: BinaryIO) -> Iterator[bytes]:
    """The content from its start. Raises Suspicious when it inflates beyond measure."""
    content = _content(path, raw)
    read = 0
    while chunk := content.read(1 << 16):
        yield chunk
        if content is not raw:
            check_size(read := read + len(chunk), path.stat().st_size, MAX_SHEET_BYTES)
