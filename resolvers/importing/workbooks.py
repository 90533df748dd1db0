"""Reads a sheet of a workbook, row by row, from its XML (ECMA-376, also Strict).

No general library is used: they fail on parts that do not matter here (fills, dates of creation), and hide what does
(whether a formula was calculated, how a number shows, which rows a filter hides).
"""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import IO
from xml.etree.ElementTree import Element, iterparse

from models.messages import importing as texts
from models.translatable import translatable
from resolvers.importing.cells import BLANK, FALSE, TRUE, Cell, Kind, typed
from resolvers.importing.headings import REQUIRED, SEARCHED_ROWS, count_columns
from resolvers.importing.number_formats import BUILT_IN, DATE_IDS, is_date, padded, sign_of
from resolvers.importing.written_dates import serial_date

MAX_COLUMNS = 16_384
EXACT_DIGITS = 15  # Excel keeps no more of a number
Row = tuple[int, list[Cell], bool]  # number, cells, hidden


class WorkbookError(ValueError):
    """A part that a workbook must have is not there or is not as it must be."""


@dataclass(frozen=True, slots=True)
class Sheet:
    name: str
    part: str


class Workbook:
    """An open .xlsx file. Raises WorkbookError, KeyError, ParseError and what zipfile raises for a damaged one."""

    def __init__(self, raw: IO[bytes]) -> None:
        self._parts = zipfile.ZipFile(raw)
        self._names = {name.casefold(): name for name in self._parts.namelist()}
        main = next(iter(self._targets("").values() if "_rels/.rels" in self._names else ()), "xl/workbook.xml")
        self._folder = posixpath.dirname(main)
        targets = self._targets(main)
        self.sheets: list[Sheet] = []
        self.from_1904 = self._recalculates = False
        with self._open(main) as part:
            for element in _elements(part, {"workbookPr", "calcPr", "sheet"}):
                match _name(element):
                    case "workbookPr":
                        self.from_1904 = _is_true(element.get("date1904"))
                    case "calcPr":
                        self._recalculates = _is_true(element.get("fullCalcOnLoad"))
                    case _:
                        self._add_sheet(element, targets)
        kinds = self._targets(main, by_kind=True)
        self._formats = list(self._read_formats(kinds.get("styles", f"{self._folder}/styles.xml")))
        self._texts = list(self._read_texts(kinds.get("sharedStrings", f"{self._folder}/sharedStrings.xml")))

    def close(self) -> None:
        self._parts.close()

    def best_sheet(self) -> Sheet:
        """The first sheet that names our columns; the first one when none does. Raises WorkbookError."""
        if not self.sheets:
            raise WorkbookError(translatable(texts.NO_SHEET))
        best, most = self.sheets[0], 0
        for sheet in self.sheets:
            rows = islice(self.rows(sheet), SEARCHED_ROWS)
            named = max((count_columns(cell.text for cell in cells) for _, cells, _ in rows), default=0)
            if named > most:
                best, most = sheet, named
            if named == len(REQUIRED):
                break
        return best

    def sheets_with_orders(self) -> list[Sheet]:
        """Those with a heading that names all required columns, and something below it."""
        return [sheet for sheet in self.sheets if self._has_orders(sheet)]

    def _has_orders(self, sheet: Sheet) -> bool:
        is_below = False
        for place, (_, cells, _) in enumerate(self.rows(sheet)):
            if is_below and any(cell.text.strip() or cell.wrong for cell in cells):
                return True
            if not is_below and place >= SEARCHED_ROWS:
                return False
            is_below = is_below or count_columns(cell.text for cell in cells) == len(REQUIRED)
        return False

    def rows(self, sheet: Sheet) -> Iterator[Row]:
        number = 0
        with self._open(sheet.part) as part:
            for row in _elements(part, {"row"}):
                number = int(row.get("r") or number + 1)
                cells: list[Cell] = []
                for element in row:
                    if _name(element) != "c":
                        continue
                    place = _place(element.get("r"), len(cells))
                    cells.extend([BLANK] * (place - len(cells)))
                    cells[place:] = [self._cell(element)]
                yield number, cells, _is_true(row.get("hidden"))

    def _add_sheet(self, element: Element, targets: dict[str, str]) -> None:
        relation = next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == "id"), "")
        if element.get("state", "visible") == "visible" and "worksheet" in targets.get(relation, "").lower():
            self.sheets.append(Sheet(element.get("name", ""), targets[relation]))

    def _targets(self, part: str, *, by_kind: bool = False) -> dict[str, str]:
        """The parts that a part refers to, by their id or by the last word of their kind."""
        folder, name = posixpath.split(part)
        found: dict[str, str] = {}
        with self._open(posixpath.join(folder, "_rels", f"{name}.rels")) as relations:
            for element in _elements(relations, {"Relationship"}):
                kind = element.get("Type", "").rpartition("/")[2]
                target = element.get("Target", "")
                path = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
                if element.get("TargetMode") != "External" and (part or kind == "officeDocument"):
                    found[kind if by_kind else element.get("Id", "")] = posixpath.normpath(path)
        return found

    def _open(self, part: str) -> IO[bytes]:
        return self._parts.open(self._names[part.casefold()])

    def _read_formats(self, part: str) -> Iterator[str]:
        """The number format of each cell style."""
        if part.casefold() not in self._names:
            return
        custom: dict[int, str] = {}
        with self._open(part) as styles:
            for element in _elements(styles, {"numFmt", "cellXfs"}):
                if _name(element) == "numFmt":
                    custom[_whole(element.get("numFmtId"))] = element.get("formatCode", "")
                    continue
                for each in element:
                    number = _whole(each.get("numFmtId"))
                    yield custom.get(number) or BUILT_IN.get(number) or ("yyyy-mm-dd" if number in DATE_IDS else "")

    def _read_texts(self, part: str) -> Iterator[str]:
        if part.casefold() in self._names:
            with self._open(part) as strings:
                for element in _elements(strings, {"si"}):
                    yield _text(element)

    def _cell(self, element: Element) -> Cell:
        kind = element.get("t", "n")
        value = formula = text = None
        for child in element:
            match _name(child):
                case "v":
                    value = child.text
                case "f":
                    formula = child
                case "is":
                    text = _text(child)
        if formula is not None and kind != "str" and (value in (None, "") or (value == "0" and self._recalculates)):
            return Cell(wrong=translatable(texts.NEVER_CALCULATED))
        match kind:
            case "inlineStr":
                return typed(text or "")
            case "s":
                return typed(self._texts[int(value)]) if value else BLANK
            case "b":
                return BLANK if not value else TRUE if _is_true(value.strip().lower()) else FALSE
            case "d":
                return Cell(value.strip(), Kind.DATE, value.strip()) if value else BLANK
            case "n":
                style = _whole(element.get("s"))
                number_format = self._formats[style] if style < len(self._formats) else ""
                return self._number(value.strip(), number_format) if value and value.strip() else BLANK
            case _:
                return typed(value or "")

    def _number(self, value: str, number_format: str) -> Cell:
        try:
            number = Decimal(value)
            if not number.is_finite():
                raise InvalidOperation
        except InvalidOperation:
            return typed(value)
        if is_date(number_format):
            return _date(float(number), from_1904=self.from_1904)
        # 12.300000000000001 is how a computer keeps the 12.3 that was typed.
        text = f"{Decimal(f'{number:.15g}').normalize():f}" if "." in value or "e" in value.lower() else value
        if number == number.to_integral_value():
            text = f"{number:f}".partition(".")[0]
        wrong = None
        if len(text.lstrip("-").partition(".")[0]) > EXACT_DIGITS:
            wrong = translatable(texts.LOST_DIGITS, digits=EXACT_DIGITS)
        return Cell(text, Kind.NUMBER, padded(text, number_format), sign_of(number_format), wrong)


def _date(serial: float, *, from_1904: bool) -> Cell:
    try:
        at = serial_date(serial, from_1904=from_1904)
    except OverflowError:
        return Cell(str(serial), Kind.DATE, wrong=translatable(texts.BEYOND_DATES, serial=serial))
    if 0 <= serial < 1:
        return Cell(at.time().isoformat(), Kind.DATE, wrong=translatable(texts.TIME_WITHOUT_DATE, at=at))
    return Cell(at.isoformat(), Kind.DATE, at.isoformat(" "))


def _elements(part: IO[bytes], wanted: set[str]) -> Iterator[Element]:
    """The wanted elements, one after the other; each is gone from memory when the next one is asked for."""
    path: list[Element] = []
    inside = 0
    # inspect_workbook has refused definitions of its own (DOCTYPE), which attacks by XML need.
    for event, element in iterparse(part, events=("start", "end")):  # noqa: S314
        is_wanted = _name(element) in wanted
        if event == "start":
            path.append(element)
            inside += is_wanted
            continue
        path.pop()
        inside -= is_wanted
        if is_wanted and not inside:
            yield element
        if not inside and path:
            path[-1].remove(element)


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _text(element: Element) -> str:
    """The text of a cell, without the readings of its Japanese characters (rPh)."""
    parts: list[str] = []
    for child in element:
        match _name(child):
            case "t":
                parts.append(child.text or "")
            case "r":
                parts += (each.text or "" for each in child if _name(each) == "t")
    return "".join(parts)


def _place(reference: str | None, following: int) -> int:
    """B7 → 1. `following`: the place when the cell does not say its own."""
    if not reference:
        return following
    place = 0
    for letter in re.match("[A-Za-z]*", reference)[0].upper():  # type: ignore[index]
        place = place * 26 + ord(letter) - 64
    if not 1 <= place <= MAX_COLUMNS:
        raise WorkbookError(translatable(texts.CELL_OUTSIDE))
    return place - 1


def _whole(text: str | None) -> int:
    return int(text) if text and text.isdigit() else 0


def _is_true(text: str | None) -> bool:
    return text in ("1", "true", "on")
