"""The results of analytics: resolvers/analytics.py computes them, GraphQL and the workbook show them."""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from models.locale import Locale, Text


@dataclass(frozen=True, slots=True)
class Figures:
    """`totals`: currency → minor units. Totals by product add up the lines only, without tax and shipping."""

    orders: int = 0
    quantity: int = 0
    totals: Mapping[str, int] = field(default_factory=dict)

    def __add__(self, other: "Figures") -> "Figures":
        totals = dict(self.totals)
        for currency, minor in other.totals.items():
            totals[currency] = totals.get(currency, 0) + minor
        return Figures(self.orders + other.orders, self.quantity + other.quantity, totals)


@dataclass(frozen=True, slots=True)
class Group:
    """`key`: the month as 2026-11, a code, or the actor who rejected. `label`: the name that people read."""

    key: str
    label: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class Rejections:
    """The orders that the figures leave out: rejected and sent-back ones.

    `declined`: month of the rejection, in the brand's time zone → one group for each actor who rejected.
    `sent_back_by_month`: by the month in which the orders were sent back, in calendar order. `reasons`: for each reason
    that was given, its code, label and figures, most orders first; an empty code stands for none. Empty for a buyer.
    """

    declined: Mapping[str, list[Group]]
    sent_back_by_month: list[Group]
    reasons: list[tuple[str, Text, Figures]] = field(default_factory=list)

    def by_reason(self, locale: Locale) -> list[Group]:
        return [Group(code, label.in_(locale), figures) for code, label, figures in self.reasons]

    @property
    def figures(self) -> Figures:
        return total(group for groups in self.declined.values() for group in groups)

    @property
    def sent_back(self) -> Figures:
        return total(self.sent_back_by_month)

    @property
    def by_month(self) -> list[Group]:
        """In calendar order."""
        return [Group(month, month, total(groups)) for month, groups in sorted(self.declined.items())]

    @property
    def by_actor(self) -> list[Group]:
        """Most orders first."""
        actors = merged((group.key, group) for groups in self.declined.values() for group in groups)
        return sorted(actors, key=lambda group: (-group.figures.orders, group.label, group.key))


def rejection_rate(counted: Figures, rejected: Figures, sent_back: Figures) -> float | None:
    """The share of all placed orders that were rejected, of 1; None if no order was placed."""
    placed = counted.orders + rejected.orders + sent_back.orders
    return rejected.orders / placed if placed else None


def main_currency(groups: Iterable[Group]) -> str:
    """That of most groups, "" without any."""
    counts = Counter(currency for group in groups for currency, minor in group.figures.totals.items() if minor)
    return min(counts, key=lambda currency: (-counts[currency], currency), default="")


def by_amount(groups: Iterable[Group], currency: str) -> list[Group]:
    """The largest amount in this currency first, then the largest quantity."""

    def rank(group: Group) -> tuple[int, int, str]:
        return -group.figures.totals.get(currency, 0), -group.figures.quantity, group.key

    return sorted(groups, key=rank)


def period_before(start: datetime, end: datetime, time_zone: str) -> datetime:
    """When the period before a range began, in UTC: of whole months, of days, or else as long as the range.

    Before March comes February, before a leap year a year of 365 days; a day may have 23 or 25 hours. Raises
    OverflowError or ValueError before the year 1.
    """
    first, last = (at.astimezone(ZoneInfo(time_zone)) for at in (start, end))
    if first.time() != last.time():
        return start - (end - start)
    months = 12 * (last.year - first.year) + last.month - first.month
    if months and first.day == last.day == 1 and first.time() == time.min:
        month = 12 * first.year + first.month - 1 - months
        before = first.replace(year=month // 12, month=month % 12 + 1)
    else:
        before = first - (last.replace(tzinfo=None) - first.replace(tzinfo=None))
    return before.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Previous:
    """The figures of the time just before a range, see period_before. `start`: when it began."""

    start: datetime
    counted: Figures
    rejected: Figures
    sent_back: Figures

    @property
    def rejection_rate(self) -> float | None:
        return rejection_rate(self.counted, self.rejected, self.sent_back)


@dataclass(frozen=True, slots=True)
class Report:
    """All figures over the orders placed in a range (None: no limit). `time_zone`: the brand's; UTC for an operator.

    `previous`: of a range with two limits.
    """

    for_buyer: bool
    placed_from: datetime | None
    placed_to: datetime | None
    time_zone: str
    counted: Figures
    months: list[Group]
    buyers: list[Group]
    catalogs: list[Group]
    products: list[Group]
    rejections: Rejections
    previous: Previous | None = None


def total(groups: Iterable[Group]) -> Figures:
    return sum((group.figures for group in groups), Figures())


def merged(groups: Iterable[tuple[Hashable, Group]]) -> list[Group]:
    """Adds up the groups of each identity. Of several labels, the first in alphabetical order is kept."""
    sums: dict[Hashable, Group] = {}
    for identity, group in groups:
        known = sums.get(identity)
        if known:
            group = Group(group.key, min(known.label, group.label), known.figures + group.figures)
        sums[identity] = group
    return list(sums.values())
