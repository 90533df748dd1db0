"""Tax as data: a kind and a rate for each line and for shipping; sums by rate, rounded once for each rate and document.

A rate is a whole number of hundredths of a percent: 2000 is 20 %. Amounts are minor units. What has no tax data has
no Tax (None): nothing is calculated or printed for it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

MAX_RATE = 10_000


class TaxKind(StrEnum):
    """The last three have the rate 0, and a document names the kind."""

    STANDARD = "STANDARD"
    REDUCED = "REDUCED"
    ZERO = "ZERO"
    EXEMPT = "EXEMPT"
    REVERSE_CHARGE = "REVERSE_CHARGE"


TAXED = frozenset({TaxKind.STANDARD, TaxKind.REDUCED})


class Rounding(StrEnum):
    """Of the tax of one rate to a whole minor unit."""

    HALF_UP = "HALF_UP"
    DOWN = "DOWN"


@dataclass(frozen=True, slots=True, order=True)
class Tax:
    kind: TaxKind
    rate: int

    @property
    def percent(self) -> Decimal:
        """1750 → 17.5."""
        return percent_of(self.rate)


@dataclass(frozen=True, slots=True)
class RateSum:
    """What a document says of one rate. gross = net + tax."""

    tax_of: Tax
    net: int
    tax: int

    @property
    def gross(self) -> int:
        return self.net + self.tax


def percent_of(rate: int) -> Decimal:
    value = Decimal(rate).scaleb(-2)
    return value.to_integral_value() if value == value.to_integral_value() else value.normalize()


def rate_of(percent: Decimal) -> int | None:
    """17.5 → 1750. None for a percentage that is negative, over 100 or finer than a hundredth."""
    rate = percent.scaleb(2)
    fits = percent.is_finite() and 0 <= percent <= 100 and rate == rate.to_integral_value()
    return int(rate) if fits else None


def tax_of(kind: TaxKind | None, rate: int | None) -> Tax | None:
    """From the two columns of a row."""
    return None if kind is None or rate is None else Tax(kind, rate)


def sums_by_rate(
    amounts: Iterable[tuple[Tax | None, int]], *, included: bool, rounding: Rounding
) -> tuple[RateSum, ...]:
    """One for each tax that occurs, highest rate first. `included`: the amounts have their tax in them.

    Amounts without a tax are left out.
    """
    found: dict[Tax, int] = {}
    for tax, amount in amounts:
        if tax is not None:
            found[tax] = found.get(tax, 0) + amount
    return tuple(
        _sum(tax, found[tax], included=included, rounding=rounding)
        for tax in sorted(found, key=lambda each: (-each.rate, list(TaxKind).index(each.kind)))
    )


def added_tax(amounts: Iterable[tuple[Tax | None, int]], *, included: bool, rounding: Rounding) -> int:
    """The tax that comes on top of the amounts: none when they have it in them."""
    return 0 if included else sum(each.tax for each in sums_by_rate(amounts, included=False, rounding=rounding))


def _sum(tax: Tax, amount: int, *, included: bool, rounding: Rounding) -> RateSum:
    whole = MAX_RATE + tax.rate if included else MAX_RATE
    product = abs(amount) * tax.rate
    rounded = product // whole if rounding is Rounding.DOWN else (2 * product + whole) // (2 * whole)
    of_amount = rounded if amount >= 0 else -rounded
    return RateSum(tax, amount - of_amount, of_amount) if included else RateSum(tax, amount, of_amount)
