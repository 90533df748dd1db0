"""Figures over orders by month, buyer, catalog or product. resolvers/analytics_sums.py says which orders count."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import String, cast, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.actor import Actor
from models.analytics import (
    Figures,
    Group,
    Previous,
    Rejections,
    Report,
    by_amount,
    main_currency,
    merged,
    period_before,
    total,
)
from models.analytics_sum import Summary
from models.brand import Brand
from models.buyer import Buyer
from models.catalog import Catalog
from models.locale import Text
from models.money import is_currency
from models.rejection_reason import RejectionReason
from resolvers.analytics_sums import Cover, cover, read
from resolvers.core.context import Context
from resolvers.inputs import InputError

MAX_GROUPS = 1_000
NO_REASON = Text("No reason given", "理由なし")


class AnalyticsDimension(StrEnum):
    MONTH = "MONTH"
    BUYER = "BUYER"
    CATALOG = "CATALOG"
    PRODUCT = "PRODUCT"


class AnalyticsRank(StrEnum):
    QUANTITY = "QUANTITY"
    AMOUNT = "AMOUNT"


@dataclass(frozen=True, slots=True)
class Ranking:
    """`currency`: in which amounts are compared; None: that of most groups."""

    rank: AnalyticsRank = AnalyticsRank.QUANTITY
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Groups:
    """The first groups, and the figures of all groups."""

    first: list[Group]
    whole: Figures


async def order_analytics(
    context: Context,
    placed_from: datetime | None,
    placed_to: datetime | None,
    dimension: AnalyticsDimension | None,
    ranking: Ranking = Ranking(),
) -> tuple[Figures, Groups]:
    """At most six statements, whatever the number of orders."""
    check_range(placed_from, placed_to)
    if ranking.currency is not None and not is_currency(ranking.currency, on=None):
        raise InputError(f"{ranking.currency!r} is not a currency (ISO 4217), e.g. JPY.", "currency")
    async with context.read() as session:
        await _use_one_snapshot(session)
        range = await cover(session, context.actor, placed_from, placed_to)
        overall = await _figures(session, range)
        groups = await _groups(session, dimension, range) if dimension else []
    if dimension is not AnalyticsDimension.MONTH and ranking.rank is AnalyticsRank.AMOUNT:
        groups = by_amount(groups, ranking.currency or main_currency(groups))
    return overall, Groups(groups[:MAX_GROUPS], total(groups))


async def previous(context: Context, placed_from: datetime | None, placed_to: datetime | None) -> Previous | None:
    """None for a range without two limits."""
    check_range(placed_from, placed_to)
    async with context.read() as session:
        await _use_one_snapshot(session)
        zone = await _time_zone(session, context.actor)
        return await _previous(session, context.actor, placed_from, placed_to, zone)


async def rejections(context: Context, placed_from: datetime | None, placed_to: datetime | None) -> Rejections:
    """The rejected and sent-back orders that the figures of the same range leave out. At most eight statements."""
    check_range(placed_from, placed_to)
    async with context.read() as session:
        await _use_one_snapshot(session)
        range = await cover(session, context.actor, placed_from, placed_to)
        return await _rejections(session, context.actor, range)


async def report(
    session: AsyncSession, actor: Actor, placed_from: datetime | None, placed_to: datetime | None
) -> Report:
    """All figures and all groups. For an operator, who sees all brands, `time_zone` is UTC."""
    check_range(placed_from, placed_to)
    await _use_one_snapshot(session)
    range = await cover(session, actor, placed_from, placed_to)
    zone = await _time_zone(session, actor)
    return Report(
        for_buyer=actor.is_buyer,
        placed_from=placed_from,
        placed_to=placed_to,
        time_zone=zone,
        counted=await _figures(session, range),
        months=await _groups(session, AnalyticsDimension.MONTH, range),
        buyers=await _groups(session, AnalyticsDimension.BUYER, range),
        catalogs=await _groups(session, AnalyticsDimension.CATALOG, range),
        products=await _groups(session, AnalyticsDimension.PRODUCT, range),
        rejections=await _rejections(session, actor, range),
        previous=await _previous(session, actor, placed_from, placed_to, zone),
    )


async def _time_zone(session: AsyncSession, actor: Actor) -> str:
    return await session.scalar(select(Brand.time_zone).where(Brand.id == actor.brand_id)) or "UTC"


async def _previous(
    session: AsyncSession, actor: Actor, placed_from: datetime | None, placed_to: datetime | None, zone: str
) -> Previous | None:
    if placed_from is None or placed_to is None:
        return None
    try:
        start = period_before(placed_from, placed_to, zone)
    except (OverflowError, ValueError):  # at the beginning of the calendar
        return None
    range = await cover(session, actor, start, placed_from)
    ended = await _rejections(session, actor, range)
    return Previous(start, await _figures(session, range), ended.figures, ended.sent_back)


def check_range(placed_from: datetime | None, placed_to: datetime | None) -> None:
    """Raises InputError when the range ends before it begins."""
    if placed_from and placed_to and placed_from > placed_to:
        raise InputError("placedTo is before placedFrom.", "placedTo")


async def _use_one_snapshot(session: AsyncSession) -> None:
    """Makes all statements see the same orders, so that sums agree. A session on SQLite does so anyway."""
    if session.get_bind().dialect.name == "postgresql":
        await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


async def _figures(session: AsyncSession, range: Cover) -> Figures:
    return total(group for *_, group in _of(await read(session, Summary.TOTAL, range)))


def _of(rows: Iterable[Any]) -> Iterable[tuple[Any, str, Group]]:
    """(brand, month, group) of each row."""
    for brand_id, month, key, label, currency, orders, quantity, minor in rows:
        # PostgreSQL returns the sum of whole numbers as a decimal.
        yield brand_id, month, Group(key, label, Figures(int(orders), int(quantity), {currency: int(minor)}))


async def _groups(session: AsyncSession, dimension: AnalyticsDimension, range: Cover) -> list[Group]:
    """Months in calendar order, other groups by quantity, largest first."""
    rows = _of(await read(session, Summary[dimension], range))
    if dimension is AnalyticsDimension.MONTH:
        return _by_month((month, group) for _, month, group in rows)
    # An operator sees all brands, and two brands can use the same code.
    of_brands = ((brand_id, group) for brand_id, _, group in rows)
    named = {AnalyticsDimension.BUYER: BUYERS, AnalyticsDimension.CATALOG: CATALOGS}.get(dimension)
    if named is not None:
        names = {(brand_id, id): (code, name) for brand_id, id, code, name in await session.execute(named)}
        of_brands = ((brand_id, Group(*names[brand_id, group.key], group.figures)) for brand_id, group in of_brands)
    groups = merged(((brand_id, group.key), group) for brand_id, group in of_brands)
    return sorted(groups, key=lambda group: (-group.figures.quantity, group.key))


BUYERS: Any = select(Buyer.brand_id, cast(Buyer.id, String), Buyer.unique_code, Buyer.name)
CATALOGS: Any = select(Catalog.brand_id, cast(Catalog.id, String), Catalog.code, Catalog.name)
REASONS: Any = select(
    RejectionReason.brand_id,
    cast(RejectionReason.id, String),
    RejectionReason.code,
    RejectionReason.label_en,
    RejectionReason.label_ja,
)


def _by_month(rows: Iterable[tuple[str, Group]]) -> list[Group]:
    """In calendar order."""
    groups = merged((month, Group(month, month, group.figures)) for month, group in rows)
    return sorted(groups, key=lambda group: group.key)


async def _rejections(session: AsyncSession, actor: Actor, range: Cover) -> Rejections:
    groups_of: dict[str, list[Group]] = {}
    for _, month, group in _of(await read(session, Summary.REJECTED, range, to_buyer=actor.is_buyer)):
        groups_of.setdefault(month, []).append(group)
    declined = {month: merged((group.key, group) for group in groups) for month, groups in groups_of.items()}
    sent_back = _of(await read(session, Summary.SENT_BACK, range))
    reasons = [] if actor.is_buyer else await _reasons(session, range)
    return Rejections(declined, _by_month((month, group) for _, month, group in sent_back), reasons)


async def _reasons(session: AsyncSession, range: Cover) -> list[tuple[str, Text, Figures]]:
    """Labels as they are now. Reasons of several brands, which an operator sees, are the same if their codes are."""
    rows = list(_of(await read(session, Summary.REASON, range)))
    labels = {(brand_id, id): (code, Text(en, ja)) for brand_id, id, code, en, ja in await session.execute(REASONS)}
    found: dict[str, tuple[Text, Figures]] = {}
    for brand_id, _, group in rows:
        code, label = labels[brand_id, group.key] if group.key else ("", NO_REASON)
        known, so_far = found.get(code, (label, Figures()))
        found[code] = (min(known, label, key=lambda each: each.en), so_far + group.figures)
    reasons = [(code, label, figures) for code, (label, figures) in found.items()]
    return sorted(reasons, key=lambda each: (-each[2].orders, each[0]))
