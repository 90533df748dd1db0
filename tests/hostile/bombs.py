"""Malicious import files: small ones that inflate to gigabytes, and content that an office program would run."""

import gzip
import zipfile
from pathlib import Path

MEGABYTE = 2**20
TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument'
    '.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
    '<Override PartName="/xl/sharedStrings.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>'
)
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
ROOT = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
BOOK_RELATIONS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{RELATIONS}/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
)
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
BOOK = (
    f'<?xml version="1.0"?><workbook {MAIN} xmlns:r="{RELATIONS}"><sheets>'
    '<sheet name="Orders" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
SHEET = f'<?xml version="1.0"?><worksheet {MAIN}><sheetData>', "</sheetData></worksheet>"
STRINGS = f'<?xml version="1.0"?><sst {MAIN}>', "</sst>"

# A part of a workbook: its beginning, its end, and the content between them with the number of repetitions.
Part = tuple[str, str, int, str]


def workbook(
    path: Path, *, sheet: Part | str = "", strings: Part | str = "", more: dict[str, str] | None = None
) -> Path:
    """An .xlsx of the given parts; a dozen kilobytes of it inflate to ten megabytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as made:
        made.writestr("[Content_Types].xml", TYPES)
        made.writestr("_rels/.rels", ROOT)
        made.writestr("xl/workbook.xml", BOOK)
        made.writestr("xl/_rels/workbook.xml.rels", BOOK_RELATIONS)
        for name, part, empty in (
            ("xl/worksheets/sheet1.xml", sheet, "".join(SHEET)),
            ("xl/sharedStrings.xml", strings, "".join(STRINGS)),
        ):
            if isinstance(part, str):
                made.writestr(name, part or empty)
                continue
            start, each, times, end = part
            block = each.encode() * max(1, MEGABYTE // len(each.encode()))
            with made.open(name, "w", force_zip64=True) as out:
                out.write(start.encode())
                for _ in range(max(1, times * len(each.encode()) // len(block))):
                    out.write(block)
                out.write(end.encode())
        for name, text in (more or {}).items():
            made.writestr(name, text)
    return path


def gzipped(path: Path, block: bytes, times: int) -> Path:
    with gzip.open(path, "wb", compresslevel=9) as out:
        for _ in range(times):
            out.write(block)
    return path


def rows(megabytes: int) -> Part:
    each = '<row><c t="inlineStr"><is><t>Order Code</t></is></c></row>'
    return SHEET[0], each, megabytes * MEGABYTE // len(each), SHEET[1]


def one_wide_row(megabytes: int) -> Part:
    each = "<c><v>1</v></c>"
    return SHEET[0] + "<row>", each, megabytes * MEGABYTE // len(each), "</row>" + SHEET[1]


def one_long_cell(megabytes: int) -> Part:
    return SHEET[0] + '<row><c t="inlineStr"><is><t>', "x" * 1024, megabytes * 1024, "</t></is></c></row>" + SHEET[1]


def shared_strings(megabytes: int) -> Part:
    each = "<si><t>x</t></si>"
    return STRINGS[0], each, megabytes * MEGABYTE // len(each), STRINGS[1]


ENTITIES = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "ha">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    + f']><worksheet {MAIN}><sheetData><row><c t="inlineStr"><is><t>&a9;</t></is></c></row></sheetData></worksheet>'
)
LOCAL_FILE = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY file SYSTEM "file:///etc/passwd">]>'
    f'<worksheet {MAIN}><sheetData><row><c t="inlineStr"><is><t>&file;</t></is></c></row></sheetData></worksheet>'
)
