"""Opens an import file (.xlsx, .csv or .csv.gz): rows of texts, numbered as a spreadsheet shows them."""

import codecs
import csv
import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, cast
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from resolvers.importing.inspection import MAX_SHEET_BYTES, Suspicious, bounded_lines, check_size, inspect_workbook

DELIMITERS = (",", "\t", ";")
OLD_OFFICE = b"\xd0\xcf\x11\xe0"

Row = tuple[int, list[str]]


class ImportFileError(ValueError):
    """A file that cannot be read as orders: nothing of it is imported. The message names the file and says why."""


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """`rows` under way: `position()` of `size` bytes are read. `notes`: what the user should know."""

    rows: Iterator[Row]
    position: Callable[[], int]
    size: int
    notes: list[str] = field(default_factory=list)


@contextmanager
def open_file(path: Path) -> Iterator[OpenedFile]:
    """Raises ImportFileError, also while the rows are read."""
    name = path.name.lower()
    try:
        if not name.endswith((".xlsx", ".csv", ".csv.gz")):
            raise ImportFileError(f"{path} is neither .xlsx nor .csv (or .csv.gz).")
        with path.open("rb") as raw:
            reader = _workbook if name.endswith(".xlsx") else _csv
            with reader(path, raw) as opened:
                yield opened
    except OSError as error:
        # gzip's own error, for a file that is none, is an OSError too.
        why = "cannot be decompressed: it is damaged" if isinstance(error, gzip.BadGzipFile) else error.strerror
        raise ImportFileError(f"{path}: {why or error}.") from error
    except Suspicious as error:
        raise ImportFileError(f"{path} {error}.") from None
    except (EOFError, zlib.error, zipfile.BadZipFile, InvalidFileException, KeyError, ParseError) as error:
        raise ImportFileError(f"{path} is damaged, or not what its name says.") from error
    except csv.Error as error:
        raise ImportFileError(f"{path} is not a proper CSV file ({error}); is a quotation mark not closed?") from error


@contextmanager
def _workbook(path: Path, raw: BinaryIO) -> Iterator[OpenedFile]:
    if raw.read(4) == OLD_OFFICE:
        raise ImportFileError(f"{path} has a password or is an old .xls: save it as .xlsx without a password.")
    raw.seek(0)
    inspect_workbook(path, raw)
    try:
        workbook = openpyxl.load_workbook(raw, read_only=True, data_only=True, keep_links=False)
    except (ValueError, TypeError, AttributeError, IndexError) as error:
        # What openpyxl makes of parts that are not as it expects them.
        raise ImportFileError(f"{path} is damaged, or not what its name says.") from error
    try:
        visible = [sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"]
        if not visible:
            raise ImportFileError(f"{path} has no sheet.")
        sheet = visible[0]
        # What the file says of its own size is often wrong.
        sheet.reset_dimensions()
        notes = [f"only the sheet {sheet.title} is read"] if len(visible) > 1 else []
        rows = ((number, [text_of(cell) for cell in row]) for number, row in enumerate(sheet.values, 1))
        yield OpenedFile(rows, raw.tell, path.stat().st_size, notes)
    finally:
        workbook.close()


def text_of(cell: Any) -> str:
    """A cell as one would type it: 6 for the number 6.0, ISO 8601 for a date."""
    match cell:
        case None:
            return ""
        case bool():
            return str(cell).upper()
        case float():
            return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else f"{cell:.15g}"
        case datetime():
            return cell.isoformat()
        case _:
            return str(cell)


@contextmanager
def _csv(path: Path, raw: BinaryIO) -> Iterator[OpenedFile]:
    encoding = _encoding(path, raw)
    notes = [] if encoding == "utf-8-sig" else ["read as Japanese text (Shift_JIS, cp932), as it is not UTF-8"]
    text = io.TextIOWrapper(_content(path, raw), encoding=encoding, newline="")
    try:
        first = next((line for line in bounded_lines(text) if line.strip()), "")
        delimiter = max(DELIMITERS, key=lambda each: len(next(csv.reader([first], delimiter=each), [])))
        text.seek(0)
        reader = csv.reader(bounded_lines(text), delimiter=delimiter, strict=True)
        # A quoted cell may hold line breaks; a spreadsheet numbers rows, not lines.
        yield OpenedFile(enumerate(reader, 1), raw.tell, path.stat().st_size, notes)
    finally:
        text.detach()


def _content(path: Path, raw: BinaryIO) -> BinaryIO:
    raw.seek(0)
    return cast(BinaryIO, gzip.GzipFile(fileobj=raw)) if path.name.lower().endswith(".gz") else raw


def _encoding(path: Path, raw: BinaryIO) -> str:
    """UTF-8 first: hardly any text in another encoding is valid UTF-8 by chance."""
    for encoding in ("utf-8-sig", "cp932"):
        decoder = codecs.getincrementaldecoder(encoding)()
        content = _content(path, raw)
        read = 0
        try:
            while chunk := content.read(1 << 16):
                decoder.decode(chunk)
                if content is not raw:
                    check_size(read := read + len(chunk), path.stat().st_size, MAX_SHEET_BYTES)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    raise ImportFileError(f"{path} is neither UTF-8 nor Japanese text (Shift_JIS): save it as CSV UTF-8.")
