"""Unit prices, which may be finer than the currency's smallest unit, and the amounts of lines made of them.

In the code a price is a number of minor units: an int, or a Decimal when it has a fraction (1.25 for 0.0125 GBP). In
the database it is two whole numbers, so that both databases calculate exactly: `unit_price_minor` and, in millionths
of a minor unit, `unit_price_fraction`.
"""

from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import Dialect, Label, String, TypeDecorator, case, cast, func, type_coerce
from sqlalchemy.orm import InstrumentedAttribute

from models.messages import importing as texts
from models.money import MoneyError, is_currency, precision, to_minor
from models.translatable import translatable

FRACTION_DIGITS = 6
MILLION = 1_000_000

Price = int | Decimal

# What a line's amount must be: quantity × price, rounded once, half up.
AMOUNT_CHECK = (
    f"amount_minor = quantity * unit_price_minor + (quantity * unit_price_fraction + {MILLION // 2}) / {MILLION}"
)
FRACTION_CHECK = f"unit_price_fraction >= 0 AND unit_price_fraction < {MILLION}"


class _PriceText(TypeDecorator[Price]):
    """A price that the database gives as text, "1.250000", or "1" without a fraction."""

    impl = String
    cache_ok = True

    def process_result_value(self, value: str | None, dialect: Dialect) -> Price | None:
        return None if value is None else _read(value)


@lru_cache(maxsize=4096)  # orders of a season repeat the prices of its SKUs
def _read(text: str) -> Price:
    return simple(Decimal(text))


def simple(price: Decimal) -> Price:
    return int(price) if price == price.to_integral_value() else price.normalize()


def price_of(minor: InstrumentedAttribute[Any], fraction: InstrumentedAttribute[Any]) -> Label[Price]:
    """The price as a column of a statement, under the name of its whole part."""
    whole = cast(minor, String)
    # 1,250,000 less its first digit: SQLite and PostgreSQL have no padding in common.
    digits = func.substr(cast(fraction + MILLION, String), 2)
    # Most prices have no fraction, and the text of one takes SQLite longer than the rest of a line.
    text = case((fraction == 0, whole), else_=whole + "." + digits)
    return type_coerce(text, _PriceText).label(minor.key)


def plain(price: Price) -> int | str:
    """For JSON."""
    return price if isinstance(price, int) else f"{price:f}"


def split(price: Price) -> tuple[int, int]:
    """1.25 → (1, 250000)."""
    if isinstance(price, int):
        return price, 0
    return divmod(int(price.scaleb(FRACTION_DIGITS)), MILLION)


def joined(whole: int, fraction: int) -> Price:
    """1, 250000 → 1.25."""
    return simple(Decimal(whole) + Decimal(fraction).scaleb(-FRACTION_DIGITS)) if fraction else whole


def price_columns(price: Price) -> dict[str, int]:
    """For INSERT."""
    whole, fraction = split(price)
    return {"unit_price_minor": whole, "unit_price_fraction": fraction}


def line_amount(quantity: int, price: Price) -> int:
    """In minor units; rounded once, half up."""
    whole, fraction = split(price)
    return quantity * whole + (quantity * fraction + MILLION // 2) // MILLION


def to_price(amount: Decimal, currency: str) -> Price:
    """0.0125 GBP → 1.25. Raises MoneyError for what is finer than a millionth of the currency's smallest unit."""
    digits = precision(currency) + FRACTION_DIGITS
    if not is_currency(currency, on=None) or not amount.is_finite() or amount < 0:
        return to_minor(amount, currency)
    if amount.scaleb(digits) != amount.scaleb(digits).to_integral_value():
        raise MoneyError(translatable(texts.TOO_FINE_PRICE, amount=amount, currency=currency, digits=digits))
    minor = amount.scaleb(precision(currency))
    return to_minor(amount, currency) if minor == minor.to_integral_value() else simple(minor)
