"""Money: a whole number of a currency's minor units (pence, cents, yen) in the database, a Decimal everywhere else."""

from datetime import date
from decimal import Decimal
from functools import cache

from babel.core import get_global
from babel.numbers import get_currency_precision

MAX_MINOR = 2**63 - 1


class MoneyError(ValueError):
    """An amount or currency that cannot be stored; the message says why."""


@cache
def currencies() -> frozenset[str]:
    """ISO 4217 codes that are legal tender somewhere today (source: Unicode CLDR)."""
    today = date.today()  # noqa: DTZ011 - a currency's end is a calendar date
    return frozenset(
        code
        for entries in get_global("territory_currencies").values()
        for code, _start, end, is_tender in entries
        if is_tender and (end is None or date(*end) >= today)
    )


@cache
def precision(currency: str) -> int:
    """Digits behind the decimal point: 0 for JPY, 2 for GBP, 3 for KWD; 2 for a currency that is no more."""
    return int(get_currency_precision(currency))


def to_minor(amount: Decimal, currency: str) -> int:
    """1200.50 GBP → 120050. Raises MoneyError rather than round or overflow."""
    if currency not in currencies():
        raise MoneyError(f"{currency!r} is not a currency in use (ISO 4217)")
    digits = precision(currency)
    if not amount.is_finite():
        raise MoneyError(f"{amount} is not an amount of money")
    minor = amount.scaleb(digits)
    if minor != minor.to_integral_value():
        raise MoneyError(f"{amount} is finer than {currency} allows ({digits} digits behind the point)")
    if abs(minor) > MAX_MINOR:
        raise MoneyError(f"{amount} is too large")
    return int(minor)


def from_minor(minor: int, currency: str) -> Decimal:
    return Decimal(minor).scaleb(-precision(currency))
