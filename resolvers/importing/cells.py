"""One cell of an import file, cleaned of what nobody typed, and what makes a cell worthless."""

import re
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache

from models.messages import importing as texts
from models.translatable import translatable
from resolvers.importing.characters import INVISIBLE


class Kind(Enum):
    """DATE: `text` is ISO 8601. NUMBER: `text` is the number itself, with a decimal point.

    BOOLEAN: `text` is TRUE or FALSE.
    """

    TEXT = auto()
    NUMBER = auto()
    DATE = auto()
    BOOLEAN = auto()


@dataclass(frozen=True, slots=True, eq=False)
class Cell:
    """Equal texts share one cell (see `typed`), so that what is found out about a cell can be remembered.

    `shown`: what a number looks like in the spreadsheet, for codes. `sign`: the currency in its number format.

    `wrong`: why the cell cannot be used whatever its column. `is_broken`: by a quotation mark.
    """

    text: str = ""
    kind: Kind = Kind.TEXT
    shown: str = ""
    sign: str = ""
    wrong: str | None = None
    is_broken: bool = False


BLANK = Cell()
TRUE, FALSE = Cell("TRUE", Kind.BOOLEAN, "TRUE"), Cell("FALSE", Kind.BOOLEAN, "FALSE")
REMEMBERED = 20_000

# Spreadsheets' errors in English, German, French and Spanish; LibreOffice's are Err:502 and the like.
ERROR_VALUE = re.compile(
    r"#(N/?A( .*)?|N/?V|N/?D|REF|DIV/0|NOMBRE\?|[A-ZÀ-ÖØ-Þ/0¡_]+[!?])|Err:\d{3}|#{4,}",
    re.IGNORECASE,
)
# What programs write for a value that is not there.
NOTHING = {"nan", "NaN", "NaT", "<NA>", "NULL", "null", "undefined", "None"}
# UTF-8 once read as Windows-1252 and saved so: é has become Ã©.
GARBLED = re.compile("[ÂÃ][\u0080-\u00bf]|â€[™œ\u009d“”¦˜]|[ãåæçèé][\u0080-\u00bf]{2}")
EXCEL_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
FORCED_TEXT = re.compile(r'="(.*)"')


def clean(text: str) -> str:
    """Without spaces around it, characters that nobody sees and Excel's escapes; lines end with LF."""
    if not text.isascii():
        text = text.translate(INVISIBLE)
    if "_x" in text:
        text = EXCEL_ESCAPE.sub(_unescaped, text).replace("_x000D_", "")
    text = text.strip()
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    # How a CSV file keeps Excel from taking a code for a number.
    if text.startswith('="') and (found := FORCED_TEXT.fullmatch(text)):
        text = found[1].strip()
    return text


@lru_cache(maxsize=REMEMBERED)
def typed(text: str) -> Cell:
    """The cell of a text, cleaned."""
    cleaned = clean(text)
    return Cell(cleaned) if cleaned else BLANK


def _unescaped(found: re.Match[str]) -> str:
    number = int(found[1], 16)
    if number in (0x0D, 0x0A, 0x09):
        return "" if number == 0x0D else chr(number)
    return "_" if number == 0x5F else found[0]


def wrong_text(text: str) -> str | None:
    """Why nobody can have typed this text; None when somebody can."""
    if text[0] in "#E" and ERROR_VALUE.fullmatch(text):
        return translatable(texts.SPREADSHEET_ERROR, text=text[:20])
    if text.isascii():
        return None
    if "\ufffd" in text:
        return translatable(texts.LOST_CHARACTER)
    if GARBLED.search(text):
        try:
            meant = text.encode("cp1252").decode("utf-8")
        except UnicodeError:
            return None
        return translatable(texts.GARBLED, text=text, meant=meant)
    return None
