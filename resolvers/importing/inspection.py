"""Looks into an import file before it is opened: what inflates beyond measure, or is more than data, is refused.

Everything here reads in small pieces, so that a file of any kind takes a bounded amount of memory.
"""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, TextIO

from models.messages import importing as texts
from models.translatable import translatable

MEGABYTE = 2**20
CHUNK = MEGABYTE
MAX_LINE_LENGTH = 1_000_000  # characters
MAX_ROW_BYTES = 4 * MEGABYTE  # of a sheet, as XML; read as a whole
MAX_SHEET_BYTES = 2048 * MEGABYTE  # read row by row
MAX_PART_BYTES = 32 * MEGABYTE  # any other, such as the texts; read as a whole
MAX_PARTS = 10_000
INFLATES = 200  # times the size of the file; tables inflate to 10 or 40 times
SMALL = 16 * MEGABYTE  # may inflate as it likes

SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
MARKS = re.compile(rb"<(?:[\w.-]+:)?row[\s/>]|<!DOCTYPE")
WIDE_ENCODINGS = (b"\xff\xfe", b"\xfe\xff", b"\x00")


class Suspicious(ValueError):
    """The file must not be opened; the message goes on after its name."""


def inspect_workbook(path: Path, raw: BinaryIO) -> None:
    """Raises Suspicious, or zipfile.BadZipFile."""
    with zipfile.ZipFile(raw) as parts:
        if len(parts.infolist()) > MAX_PARTS:
            raise Suspicious(translatable(texts.TOO_MANY_PARTS, count=len(parts.infolist())))
        for part in parts.infolist():
            name = part.filename.lower()
            if part.flag_bits & 0x1:
                raise Suspicious(translatable(texts.HAS_PASSWORD))
            if "vbaproject" in name or "/activex/" in name:
                raise Suspicious(translatable(texts.HAS_MACROS))
            most = MAX_SHEET_BYTES if SHEET.fullmatch(part.filename) else MAX_PART_BYTES
            # No more than what a part says of its size is ever read of it.
            check_size(part.file_size, path.stat().st_size, most, part.filename)
            _inspect_part(parts, part, is_xml=name.endswith((".xml", ".rels")))


def check_size(inflated: int, size: int, most: int, part: str = "") -> None:
    """Raises Suspicious for bytes that inflate beyond measure. `part`: of a workbook."""
    if inflated > most or (inflated > SMALL and inflated > size * INFLATES):
        megabytes = min(most, max(SMALL, size * INFLATES)) // MEGABYTE
        raise Suspicious(translatable(texts.PART_INFLATES if part else texts.INFLATES, part=part, most=megabytes))


def _inspect_part(parts: zipfile.ZipFile, part: zipfile.ZipInfo, *, is_xml: bool) -> None:
    last_row = position = 0
    has_rows = SHEET.fullmatch(part.filename) is not None
    tail = b""
    with parts.open(part) as content:
        while chunk := content.read(CHUNK):
            if is_xml and position == 0 and chunk.startswith(WIDE_ENCODINGS):
                raise Suspicious(translatable(texts.PART_IS_NOT_UTF_8, part=part.filename))
            window = tail + chunk
            for found in MARKS.finditer(window):
                if found[0] == b"<!DOCTYPE":
                    raise Suspicious(translatable(texts.PART_HAS_DOCTYPE, part=part.filename))
                has_rows = True
                last_row = position - len(tail) + found.start()
            position += len(chunk)
            tail = window[-64:]
            if has_rows and position - last_row > MAX_ROW_BYTES:
                raise Suspicious(translatable(texts.LONG_ROW, most=MAX_ROW_BYTES // MEGABYTE))


def bounded_lines(text: TextIO) -> Iterator[str]:
    """The lines with their ends. Raises Suspicious for one that has none in sight."""
    while line := text.readline(MAX_LINE_LENGTH + 1):
        if len(line) > MAX_LINE_LENGTH:
            raise Suspicious(translatable(texts.LONG_LINE, most=MAX_LINE_LENGTH))
        yield line
