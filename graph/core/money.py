"""Money: an amount with its currency."""

from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

import strawberry

from graph.execution.declared import Kind, column, within
from graph.execution.kinds import QUOTED, TEXT, both
from models.money import from_minor, precision
from models.prices import simple


def _amount(minor: int | str, currency: str) -> str:
    """As the scalar Decimal shows it. `minor`: as the driver gives it; a unit price is text, "1.250000" or "1"."""
    if type(minor) is not int:
        return _price(minor, currency)
    digits = _digits(currency)
    if minor < 0:
        return f"{from_minor(minor, currency):f}"
    text = str(minor)
    if not digits:
        return text
    text = text.zfill(digits + 1)
    return f"{text[:-digits]}.{text[-digits:]}"


_digits = cache(precision)


@lru_cache(maxsize=4096)
def _price(minor: str, currency: str) -> str:
    return f"{from_minor(simple(Decimal(minor)), currency):f}"


AMOUNT = Kind(from_minor, both("_amount({0}, {1})"), {"_amount": _amount}, QUOTED)


@strawberry.type(description="An amount of money in one currency.")
class Money:
    amount: Decimal = column(
        AMOUNT,
        "minor",
        "currency",
        description="Amount in the currency's major unit, with the currency's usual number of decimal places. "
        "A unit price can have more.",
    )
    currency: str = column(TEXT, "currency", description="ISO 4217 code, e.g. JPY.")

    @classmethod
    def of(cls, minor: int | Decimal, currency: str) -> "Money":
        return cls(amount=from_minor(minor, currency), currency=currency)


def money(minor: str, *, description: str) -> Any:
    """A field of a type over rows: an amount of money, from the column `minor` and the column `currency`."""
    return within(Money.of, {"minor": minor, "currency": "currency"}, description=description)
