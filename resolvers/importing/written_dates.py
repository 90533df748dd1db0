"""Dates and times as people write them: read when only one reading is possible, else --dates decides."""

import re
import unicodedata
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from resolvers.importing.options import DateOrder

FIRST_YEAR, LAST_YEAR = 1900, 2999  # years outside this range are typing errors; other zones' clocks may not get there
# Days since 1900 that a number cell without a date format may stand for: the years 1950 to 2099.
FIRST_SERIAL, LAST_SERIAL = 18_264, 73_050
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925}  # the year before the first

_TIME = (
    r"(?:[T\s]+(?P<am>AM|PM|午前|午後)?\s*(?P<hour>\d{1,2})(?:[:時](?P<minute>\d{1,2})?(?:[:分](?P<second>\d{1,2})?"
    r"(?:[.,](?P<fraction>\d{1,9}))?秒?)?分?)\s*(?P<pm>a\.?m\.?|p\.?m\.?)?\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?)?"
)
_WEEKDAY = r"(?:\s*[(（]?[月火水木金土日](?:曜日?)?[)）]?)?"
_NAMED = r"(?P<name>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DAY_NAME = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+)?"


def _pattern(day: str) -> re.Pattern[str]:
    return re.compile(day + _TIME, re.IGNORECASE | re.ASCII)


YEAR_FIRST = _pattern(r"(?P<year>\d{4})(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})")
JAPANESE = _pattern(
    r"(?:(?P<era>令和|平成|昭和)(?P<of_era>\d{1,2}|元)|(?P<year>\d{4}))\s*年\s*(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2})\s*日"
    + _WEEKDAY
)
DAY_NAME_YEAR = _pattern(_DAY_NAME + r"(?P<day>\d{1,2})(?:st|nd|rd|th)?[-\s.]+" + _NAMED + r"[-\s,.]+(?P<year>\d{4})")
NAME_DAY_YEAR = _pattern(_DAY_NAME + _NAMED + r"[-\s]+(?P<day>\d{1,2})(?:st|nd|rd|th)?[-\s,]+(?P<year>\d{4})")
YEAR_NAME_DAY = _pattern(r"(?P<year>\d{4})[-\s]" + _NAMED + r"[-\s](?P<day>\d{1,2})")
YEAR_LAST = _pattern(r"(?P<first>\d{1,2})(?P<mark>[-/.])(?P<second_part>\d{1,2})(?P=mark)(?P<year>\d{4})")
TWO_DIGIT_YEAR = _pattern(r"(?:\d{1,2}[-/.](?:\d{1,2}|[a-z]{3,9})[-/.]\d{2}|'?\d{2}[-/.]\d{1,2}[-/.]\d{1,2})")


class DateError(ValueError):
    """Not a date, or not surely which one; the message says what to do."""


@lru_cache(maxsize=10_000)
def read_date(text: str, time_zone: str, order: DateOrder | None) -> str:
    """ISO 8601 in UTC. A time without an offset is the brand's, a date without a time its day's beginning.

    Raises DateError.
    """
    try:
        at = _read(text, order)
        if not FIRST_YEAR <= at.year <= LAST_YEAR:
            raise DateError(f"{text!r} is not between the years {FIRST_YEAR} and {LAST_YEAR}")
        local = at if at.tzinfo else at.replace(tzinfo=ZoneInfo(time_zone))
        return local.astimezone(UTC).isoformat()
    except DateError:
        raise
    except (ValueError, OverflowError):
        raise DateError(f"{text!r} is not a date, e.g. 2026-11-24 or 2026-11-24T09:30") from None


def _read(text: str, order: DateOrder | None) -> datetime:
    written = unicodedata.normalize("NFKC", text).strip()
    for pattern in (YEAR_FIRST, JAPANESE, DAY_NAME_YEAR, NAME_DAY_YEAR, YEAR_NAME_DAY):
        if found := pattern.fullmatch(written):
            return _at(found, *_day(found))
    if found := YEAR_LAST.fullmatch(written):
        return _at(found, int(found["year"]), *_month_and_day(text, found, order))
    if TWO_DIGIT_YEAR.fullmatch(written):
        raise DateError(f"{text!r} has a year of two digits: write it with four")
    if re.fullmatch(r"\d{5}(\.\d+)?", written, re.ASCII):
        raise DateError(f"{text!r} is a spreadsheet's number for a date: format the cell as a date before saving")
    return datetime.fromisoformat(written)


def _day(found: re.Match[str]) -> tuple[int, int, int]:
    parts = found.groupdict()
    if parts.get("era"):
        year = ERAS[parts["era"]] + (1 if parts["of_era"] == "元" else int(parts["of_era"]))
    else:
        year = int(parts["year"])
    month = MONTHS.index(parts["name"].lower()) + 1 if parts.get("name") else int(parts["month"])
    return year, month, int(parts["day"])


def _month_and_day(text: str, found: re.Match[str], order: DateOrder | None) -> tuple[int, int]:
    first, second = int(found["first"]), int(found["second_part"])
    if order is None and first <= 12 and second <= 12 and first != second:
        raise DateError(f"{text!r} can be day-month or month-day: say --dates dmy or --dates mdy")
    if order == DateOrder.DMY or (order is None and first > 12):
        return second, first
    return first, second


def _at(found: re.Match[str], year: int, month: int, day: int) -> datetime:
    hour, minute, second = (int(found[part] or 0) for part in ("hour", "minute", "second"))
    half = (found["am"] or found["pm"] or "").lower().replace(".", "")
    if half and hour > 12:
        raise ValueError
    if half in ("pm", "午後") and hour < 12:
        hour += 12
    elif half in ("am", "午前") and hour == 12:
        hour = 0
    fraction = int((found["fraction"] or "0").ljust(6, "0")[:6])
    # 24:00 is the end of the day.
    at = datetime(year, month, day, tzinfo=None) if hour == 24 and minute == second == fraction == 0 else None  # noqa: DTZ001
    if at is not None:
        return at + timedelta(days=1)
    at = datetime(year, month, day, hour, minute, second, fraction, tzinfo=None)  # noqa: DTZ001
    zone = found["zone"]
    return datetime.fromisoformat(f"{at.isoformat()}{zone.upper().replace('Z', '+00:00')}") if zone else at


def serial_date(serial: float, *, from_1904: bool) -> datetime:
    """What a date cell shows: days since the workbook's beginning, without a time zone. Raises OverflowError."""
    # Excel counts a 29 February 1900 that never was.
    since_1900 = datetime(1899, 12, 31) if serial < 60 else datetime(1899, 12, 30)  # noqa: DTZ001
    beginning = datetime(1904, 1, 1) if from_1904 else since_1900  # noqa: DTZ001
    return beginning + timedelta(milliseconds=round(serial * 86_400_000))
