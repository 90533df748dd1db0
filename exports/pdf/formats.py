"""Amounts, days and instants as documents print them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_decimal, get_currency_symbol

from models.locale import Locale, Text, moment, text_for
from models.money import money_text, precision

DAY_PATTERN = Text("d MMM y", "y年M月d日")
FROM, BY = Text("from {day}", "{day}以降"), Text("by {day}", "{day}まで")


@dataclass(frozen=True, slots=True)
class Money:
    """Texts of amounts in one currency."""

    currency: str
    locale: Locale

    def amount(self, value: Decimal) -> str:
        """Without a symbol; with U+2212 for minus. A unit price can be finer than the currency."""
        digits = max(-int(value.as_tuple().exponent), precision(self.currency))
        pattern = "#,##0." + "0" * digits if digits else "#,##0"
        return format_decimal(value, pattern, self.locale).replace("-", "−")

    def total(self, value: Decimal) -> str:
        """With the symbol: £1,234.50, ¥1,234 (half-width)."""
        return money_text(value, self.currency, self.locale).replace("-", "−")

    @property
    def symbol(self) -> str:
        symbol: str = get_currency_symbol(self.currency, self.locale)
        return symbol.replace("￥", "¥")


def format_instant(instant: datetime, locale: Locale, time_zone: str) -> str:
    return f"{moment(instant, locale, time_zone)} ({instant.astimezone(ZoneInfo(time_zone)):%Z})"


def format_day(day: date | datetime | None, locale: Locale, time_zone: str) -> str:
    if day is None:
        return ""
    if isinstance(day, datetime):
        day = day.astimezone(ZoneInfo(time_zone)).date()
    text: str = format_date(day, DAY_PATTERN.in_(locale), locale)
    return text


def format_days(days: Sequence[date], locale: Locale) -> str:
    """Up to three days, e.g. 24 and 25 Nov 2026, 2026年11月24日・25日; of more, the first and the last."""
    if not days:
        return ""
    if len(days) > 3:
        return format_window(days[0], days[-1], locale)
    if len({(day.year, day.month) for day in days}) > 1:
        return ", ".join(format_day(day, locale, "UTC") for day in days)
    if locale is Locale.JA:
        return "・".join([format_day(days[0], locale, "UTC"), *(f"{day.day}日" for day in days[1:])])
    first = [str(day.day) for day in days[:-1]]
    return " and ".join(filter(None, (", ".join(first), format_day(days[-1], locale, "UTC"))))


def format_window(start: date | None, end: date | None, locale: Locale) -> str:
    """E.g. 1 Feb 2027 – 15 Feb 2027; with one limit alone, from 1 Feb 2027, or by 15 Feb 2027."""
    first, last = (format_day(each, locale, "UTC") for each in (start, end))
    if first == last:
        return first
    if not first or not last:
        return text_for(FROM if first else BY, locale, day=first or last)
    return f"{first} – {last}" if locale is Locale.EN else f"{first}〜{last}"
