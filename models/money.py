"""Money: a whole number of a currency's minor units (pence, cents, yen) in the database, a Decimal everywhere else."""

from datetime import date
from decimal import Decimal
from functools import cache, lru_cache

from babel.core import get_global
from babel.numbers import format_currency, get_currency_precision

from models.locale import Locale
from models.messages import importing as texts
from models.translatable import translatable

MAX_MINOR = 2**63 - 1


class MoneyError(ValueError):
    """An amount or currency that cannot be stored; the message says why."""


@cache
def _tenders() -> dict[str, tuple[tuple[date, date], ...]]:
    """ISO 4217 code → the days from and to which it was legal tender, somewhere (source: Unicode CLDR)."""
    found: dict[str, list[tuple[date, date]]] = {}
    for entries in get_global("territory_currencies").values():
        for code, start, end, is_tender in entries:
            if is_tender:
                days = (date(*start) if start else date.min, date(*end) if end else date.max)
                found.setdefault(code, []).append(days)
    # Replaced by the euro (Council Regulation (EU) 2025/1409); CLDR 46 does not know yet.
    found["BGN"] = [(start, min(end, date(2026, 1, 31))) for start, end in found["BGN"]]
    return {code: tuple(days) for code, days in found.items()}


def is_currency(code: str, on: date | None) -> bool:
    """Whether it is legal tender somewhere on that day; None: on any day, so that old orders can be changed."""
    days = _tenders().get(code, ())
    return bool(days) if on is None else any(start <= on <= end for start, end in days)


def currencies() -> frozenset[str]:
    """The currencies of today."""
    return _currencies_on(date.today())  # noqa: DTZ011 - a currency's end is a calendar date


@lru_cache(maxsize=4)
def _currencies_on(day: date) -> frozenset[str]:
    return frozenset(code for code in _tenders() if is_currency(code, day))


@cache
def precision(currency: str) -> int:
    """Digits behind the decimal point: 0 for JPY, 2 for GBP, 3 for KWD; 2 for a currency that is no more."""
    return int(get_currency_precision(currency))


def to_minor(amount: Decimal, currency: str) -> int:
    """1200.50 GBP → 120050. Raises MoneyError rather than round or overflow. The currency may have ended."""
    if not is_currency(currency, on=None):
        raise MoneyError(translatable(texts.NO_CURRENCY, currency=currency))
    digits = precision(currency)
    if not amount.is_finite():
        raise MoneyError(translatable(texts.NO_AMOUNT, amount=amount))
    minor = amount.scaleb(digits)
    if minor != minor.to_integral_value():
        raise MoneyError(translatable(texts.TOO_FINE, amount=amount, currency=currency, digits=digits))
    if abs(minor) > MAX_MINOR:
        raise MoneyError(translatable(texts.TOO_LARGE, amount=amount))
    return int(minor)


def from_minor(minor: int | Decimal, currency: str) -> Decimal:
    return Decimal(minor).scaleb(-precision(currency))


@lru_cache(maxsize=4096)  # mails and documents of a season repeat the prices of its SKUs
def money_text(amount: Decimal, currency: str, locale: Locale) -> str:
    """As people read it: £1,200.50, CHF 1,200.50. With more digits than the currency has, if the amount has them.

    Babel's format_currency takes thirty times as long.
    """
    digits = max(precision(currency), -int(amount.normalize().as_tuple().exponent))
    before, after = _around(currency, locale, amount < 0)
    return f"{before}{abs(amount):,.{digits}f}{after}"


@lru_cache(maxsize=1000)
def _around(currency: str, locale: Locale, is_negative: bool) -> tuple[str, str]:
    """What Babel writes before and after the digits. Both languages write those as 1,234.5.

    After letters it leaves out the space that Unicode CLDR has there (alphaNextToNumber).
    """
    shown = format_currency(-1 if is_negative else 1, currency, locale=locale)
    before, _, after = shown.replace("￥", "¥").partition(f"{1:.{precision(currency)}f}")
    return f"{before}\u00a0" if before[-1:].isascii() and before[-1:].isalpha() else before, after
