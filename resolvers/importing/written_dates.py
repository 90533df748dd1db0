"""Dates and times as people write them: read when only one reading is possible, else --dates decides."""

import re
import unicodedata
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from models.messages import importing as texts
from models.translatable import translatable
from resolvers.importing.options import DateOrder

FIRST_YEAR, LAST_YEAR = 1900, 2999  # years outside this range are typing errors; other zones' clocks may not get there
# Days since 1900 that a number cell without a date format may stand for: the years 1950 to 2099.
FIRST_SERIAL, LAST_SERIAL = 18_264, 73_050
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# The year before the first.
ERAS = {
    era: year for year, eras in ((2018, "令和 令 R"), (1988, "平成 平 H"), (1925, "昭和 昭 S")) for era in eras.split()
}

_TIME = (
    r"(?:[T\s]+(?P<am>AM|PM|午前|午後)?\s*(?P<hour>\d{1,2})(?:(?:[:時]|\.(?=\d\d(?!\d)))(?P<minute>\d{1,2})?(?:(?:[:分]|\.(?=\d\d(?!\d)))"
    r"(?P<second>\d{1,2})?(?:[.,](?P<fraction>\d{1,9}))?秒?)?分?)\s*(?P<pm>a\.?m\.?|p\.?m\.?)?"
    r"\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?"
)
_WEEKDAY = r"(?:\s*[(（]?[月火水木金土日](?:曜日?)?[)）]?)?"
_NAMED = r"(?P<name>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DAY_NAME = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+)?"


def _pattern(day: str) -> re.Pattern[str]:
    return re.compile(day + _TIME, re.IGNORECASE | re.ASCII)


YEAR_FIRST = _pattern(r"(?P<year>\d{4})(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})")
JAPANESE = _pattern(
    r"(?:(?P<era>令和|平成|昭和|令|平|昭)(?P<of_era>\d{1,2}|元)|(?P<year>\d{4}))\s*年\s*(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2})\s*日"
    + _WEEKDAY
)
# R8.1.5, as Japanese Excel shows a date.
ERA_LETTER = _pattern(
    r"(?P<era>令和|平成|昭和|[令平昭RHS])(?P<of_era>\d{1,2}|元)(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})"
)
DAY_NAME_YEAR = _pattern(_DAY_NAME + r"(?P<day>\d{1,2})(?:st|nd|rd|th)?[-\s.]+" + _NAMED + r"[-\s,.]+(?P<year>\d{4})")
NAME_DAY_YEAR = _pattern(_DAY_NAME + _NAMED + r"[-\s]+(?P<day>\d{1,2})(?:st|nd|rd|th)?[-\s,]+(?P<year>\d{4})")
YEAR_NAME_DAY = _pattern(r"(?P<year>\d{4})[-\s]" + _NAMED + r"[-\s](?P<day>\d{1,2})")
YEAR_LAST = _pattern(r"(?P<first>\d{1,2})(?P<mark>[-/.])(?P<second_part>\d{1,2})(?P=mark)(?P<year>\d{4})")
NO_YEAR = _pattern(r"(?:\d{1,2}\s*月\s*\d{1,2}\s*日" + _WEEKDAY + r"|\d{1,2}[-/.]\d{1,2}|\d{1,2}[-\s.]+" + _NAMED + ")")
# What `datetime.fromisoformat` may read; it reads 09.30 as 9 o'clock, and takes any sign between date and time.
ISO = re.compile(
    r"(?:\d{4}-?\d\d-?\d\d|\d{4}-?W\d\d-?\d)"
    r"(?:[T ]\d\d(?::?\d\d(?::?\d\d(?:[.,]\d{1,9})?)?)?(?:Z|[+-]\d\d(?::?\d\d(?::?\d\d)?)?)?)?",
    re.ASCII,
)
TWO_DIGIT_YEAR = _pattern(r"(?:\d{1,2}[-/.](?:\d{1,2}|[a-z]{3,9})[-/.]\d{2}|'?\d{2}[-/.]\d{1,2}[-/.]\d{1,2})")


class DateError(ValueError):
    """Not a date, or not surely which one; the message says what to do."""


@lru_cache(maxsize=10_000)
def read_date(text: str, time_zone: str, order: DateOrder | None) -> tuple[str, bool]:
    """ISO 8601 in UTC. A time without an offset is the brand's, a date without a time its day's beginning.

    True: that time was there twice, as clocks were put back; it is the first one. Raises DateError.
    """
    try:
        at = _read(text, order)
        if not FIRST_YEAR <= at.year <= LAST_YEAR:
            raise DateError(translatable(texts.YEAR_OUT_OF_RANGE, text=text, first=FIRST_YEAR, last=LAST_YEAR))
        local, is_doubled = (at, False) if at.tzinfo else _in_zone(text, at, time_zone)
        return local.astimezone(UTC).isoformat(), is_doubled
    except DateError:
        raise
    except (ValueError, OverflowError):
        raise DateError(translatable(texts.NO_DATE, text=text)) from None


def _in_zone(text: str, at: datetime, time_zone: str) -> tuple[datetime, bool]:
    """The time of a clock there, and whether there were two such times."""
    local = at.replace(tzinfo=ZoneInfo(time_zone))
    # A day begins in its first moment, also where clocks change at midnight.
    if local.utcoffset() == local.replace(fold=1).utcoffset() or at.time() == time.min:
        return local, False
    if local.astimezone(UTC).astimezone(local.tzinfo).replace(tzinfo=None) != at:
        raise DateError(translatable(texts.NO_SUCH_TIME, text=text, time_zone=time_zone))
    return local, True


def _read(text: str, order: DateOrder | None) -> datetime:
    written = unicodedata.normalize("NFKC", text).strip()
    for pattern in (YEAR_FIRST, JAPANESE, ERA_LETTER, DAY_NAME_YEAR, NAME_DAY_YEAR, YEAR_NAME_DAY):
        if found := pattern.fullmatch(written):
            return _at(found, *_day(found))
    if found := YEAR_LAST.fullmatch(written):
        return _at(found, int(found["year"]), *_month_and_day(text, found, order))
    if TWO_DIGIT_YEAR.fullmatch(written):
        raise DateError(translatable(texts.SHORT_YEAR, text=text))
    if NO_YEAR.fullmatch(written):
        raise DateError(translatable(texts.NO_YEAR, text=text))
    if re.fullmatch(r"\d{5}(\.\d+)?", written, re.ASCII):
        raise DateError(translatable(texts.SERIAL_NUMBER, text=text))
    if not ISO.fullmatch(written):
        raise ValueError
    return datetime.fromisoformat(written)


def _day(found: re.Match[str]) -> tuple[int, int, int]:
    parts = found.groupdict()
    if parts.get("era"):
        year = ERAS[parts["era"].upper()] + (1 if parts["of_era"] == "元" else int(parts["of_era"]))
    else:
        year = int(parts["year"])
    month = MONTHS.index(parts["name"].lower()) + 1 if parts.get("name") else int(parts["month"])
    return year, month, int(parts["day"])


def _month_and_day(text: str, found: re.Match[str], order: DateOrder | None) -> tuple[int, int]:
    first, second = int(found["first"]), int(found["second_part"])
    if order is None and first <= 12 and second <= 12 and first != second:
        raise DateError(translatable(texts.DAY_OR_MONTH, text=text))
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
    zone = (found["zone"] or "").upper()
    return datetime.fromisoformat(f"{at.isoformat()}{'Z' if zone in ('UTC', 'GMT') else zone}")


def serial_date(serial: float, *, from_1904: bool) -> datetime:
    """What a date cell shows: days since the workbook's beginning, without a time zone. Raises OverflowError."""
    # Excel counts a 29 February 1900 that never was.
    since_1900 = datetime(1899, 12, 31) if serial < 60 else datetime(1899, 12, 30)  # noqa: DTZ001
    beginning = datetime(1904, 1, 1) if from_1904 else since_1900  # noqa: DTZ001
    return beginning + timedelta(milliseconds=round(serial * 86_400_000))
