"""orderAnalytics: figures over the orders that were not rejected or sent back, and figures of those that were."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import UNSET, Private

from graph.core.context import Info, or_none
from graph.core.download_links import Download
from graph.core.enums import InLocale, describe_enum
from graph.core.money import Money
from graph.core.ranges import checked_end
from graph.downloads import ANALYTICS_EXCEL, Period
from graph.limits.cost import Cost, ListSize
from models.analytics import Figures, Group, rejection_rate, total
from resolvers import analytics
from resolvers.analytics import AnalyticsDimension, AnalyticsRank, Ranking
from resolvers.viewer import brand_day

# The slowest, by product, takes a second with 30,000 orders: it reads every line.
COST_OF_GROUPING = Cost(weight="1000")

describe_enum(
    AnalyticsDimension,
    "Dimensions for grouping the analytics.",
    {
        "MONTH": "The month in which the order was placed, in the brand's time zone, e.g. 2026-11.",
        "BUYER": "The buyer.",
        "CATALOG": "The catalog.",
        "PRODUCT": "The model. Amounts are those of the lines, without tax and shipping.",
    },
)

describe_enum(
    AnalyticsRank,
    "By which figure groups are ranked, largest first.",
    {"QUANTITY": "By total quantity.", "AMOUNT": "By total amount in one currency, then by total quantity."},
)

PlacedFrom = Annotated[
    datetime | None, strawberry.argument(description="Include orders placed at this instant or later.")
]
PlacedBefore = Annotated[datetime | None, strawberry.argument(description="Include orders placed before this instant.")]
PlacedTo = Annotated[
    datetime | None,
    strawberry.argument(
        description="Include orders placed before this instant.", deprecation_reason="Use `placedBefore`."
    ),
]


@strawberry.type(description="A share of the amounts in one currency.")
class CurrencyShare:
    currency: str = strawberry.field(description="Currency, ISO 4217.")
    share: float | None = strawberry.field(description="Share, 0 to 1. Null if the whole is 0.")


@strawberry.type(description="Figures for one month, buyer, catalog, product, actor or reason.")
class OrderAnalyticsGroup:
    key: str = strawberry.field(
        description="Key of the group: the month, the buyer's unique code, the catalog's code, the model "
        "number, the identity of the actor, or the code of the reason."
    )
    label: str = strawberry.field(description="Name of the group, for display.")
    order_count: int = strawberry.field(description="Number of orders.")
    total_quantity: int = strawberry.field(description="Total quantity of all their lines.")
    totals: list[Money] = strawberry.field(description="Total amounts, one for each currency.")
    quantity_share: float | None = strawberry.field(
        description="Share of the quantity of all groups, 0 to 1. Null if that is 0."
    )
    shares: list[CurrencyShare] = strawberry.field(
        description="Share of the total amount of all groups, for each currency of totals."
    )

    @classmethod
    def all_of(cls, groups: Iterable[Group], whole: Figures | None = None) -> "list[OrderAnalyticsGroup]":
        """`whole`: of all groups, if these are not all."""
        groups = list(groups)
        whole = whole or total(groups)
        return [
            cls(
                key=group.key,
                label=group.label,
                order_count=group.figures.orders,
                total_quantity=group.figures.quantity,
                totals=_totals(group.figures),
                quantity_share=_share(group.figures.quantity, whole.quantity),
                shares=[
                    CurrencyShare(currency=currency, share=_share(minor, whole.totals.get(currency, 0)))
                    for currency, minor in sorted(group.figures.totals.items())
                ],
            )
            for group in groups
        ]


@strawberry.type(
    description="Figures for the orders that OrderAnalytics leaves out: placed in the same range, and "
    "rejected or sent back."
)
class RejectedAnalytics:
    order_count: int = strawberry.field(description="Number of orders that were rejected.")
    total_quantity: int = strawberry.field(description="Total quantity of all their lines.")
    totals: list[Money] = strawberry.field(description="Total amounts, one for each currency.")
    by_month: list[OrderAnalyticsGroup] = strawberry.field(
        description="Rejected orders by the month of the rejection, in the brand's time zone, earliest month first.",
        directives=[ListSize(assumed_size=24)],
    )
    by_actor: list[OrderAnalyticsGroup] = strawberry.field(
        description="Rejected orders by the actor who rejected them, most orders first. A buyer sees only the brand.",
        directives=[ListSize(assumed_size=24)],
    )
    by_reason: list[OrderAnalyticsGroup] = strawberry.field(
        description="Rejected orders by reason, most orders first, with the labels that the reasons have now. The key "
        "is the code; it is empty for the orders that were rejected without a reason. Empty for a buyer.",
        directives=[ListSize(assumed_size=24)],
    )
    rate: float | None = strawberry.field(
        description="Rejected orders as a share of all orders placed in the range, 0 to 1. Null if none was placed."
    )
    sent_back_count: int = strawberry.field(
        description="Number of orders that were sent back to the buyer's cart. Every order of the range is "
        "either counted by OrderAnalytics, rejected or sent back."
    )
    sent_back_quantity: int = strawberry.field(description="Total quantity of all lines of the orders sent back.")
    sent_back_totals: list[Money] = strawberry.field(
        description="Total amounts of the orders sent back, one for each currency."
    )
    sent_back_by_month: list[OrderAnalyticsGroup] = strawberry.field(
        description="Orders sent back, by the month in which they were sent back, in the brand's time zone, "
        "earliest month first."
    )


@strawberry.type(description="Figures for the time just before the range.")
class PreviousAnalytics:
    placed_from: datetime = strawberry.field(description="When it begins. It ends where the range begins.")
    order_count: int = strawberry.field(description="Number of orders, without rejected and sent-back ones.")
    total_quantity: int = strawberry.field(description="Total quantity of all their lines.")
    totals: list[Money] = strawberry.field(description="Total amounts, one for each currency.")
    rejected_count: int = strawberry.field(description="Number of orders that were rejected.")
    sent_back_count: int = strawberry.field(description="Number of orders that were sent back to the buyer's cart.")
    rejection_rate: float | None = strawberry.field(
        description="Rejected orders as a share of all orders placed in that time, 0 to 1. Null if none was placed."
    )


@strawberry.type(description="Figures for orders. Rejected and sent-back orders are left out, archived or not.")
class OrderAnalytics:
    order_count: int = strawberry.field(description="Number of orders.")
    total_quantity: int = strawberry.field(description="Total quantity of all their lines.")
    totals: list[Money] = strawberry.field(description="Total amounts, one for each currency.")
    groups: list[OrderAnalyticsGroup] = strawberry.field(
        description="The figures for each group: months earliest first; buyers, catalogs and products as "
        f"`rankBy` says, largest first. At most {analytics.MAX_GROUPS:,} groups. Empty without groupBy.",
        directives=[ListSize(assumed_size=100)],
    )
    placed: Private[tuple[datetime | None, datetime | None]]
    figures: Private[Figures]

    @strawberry.field(description="Figures for the orders that were left out because they were rejected or sent back.")
    async def rejected(self, info: Info) -> RejectedAnalytics:
        found = await analytics.rejections(info.context, *self.placed)
        figures = found.figures
        return RejectedAnalytics(
            order_count=figures.orders,
            total_quantity=figures.quantity,
            totals=_totals(figures),
            by_month=OrderAnalyticsGroup.all_of(found.by_month),
            by_actor=OrderAnalyticsGroup.all_of(found.by_actor),
            by_reason=OrderAnalyticsGroup.all_of(found.by_reason(info.context.actor.locale)),
            rate=rejection_rate(self.figures, figures, found.sent_back),
            sent_back_count=found.sent_back.orders,
            sent_back_quantity=found.sent_back.quantity,
            sent_back_totals=_totals(found.sent_back),
            sent_back_by_month=OrderAnalyticsGroup.all_of(found.sent_back_by_month),
        )

    @strawberry.field(
        description="Figures for the time just before the range: for a range of whole months or days, in the brand's "
        "time zone, as many months or days, else for a time as long. Null if the range has no beginning or no end."
    )
    async def previous(self, info: Info) -> PreviousAnalytics | None:
        found = await analytics.previous(info.context, *self.placed)
        if found is None:
            return None
        return PreviousAnalytics(
            placed_from=found.start,
            order_count=found.counted.orders,
            total_quantity=found.counted.quantity,
            totals=_totals(found.counted),
            rejected_count=found.rejected.orders,
            sent_back_count=found.sent_back.orders,
            rejection_rate=found.rejection_rate,
        )


async def order_analytics(
    info: Info,
    placed_from: PlacedFrom = UNSET,
    placed_before: PlacedBefore = UNSET,
    placed_to: PlacedTo = UNSET,
    group_by: Annotated[
        AnalyticsDimension | None,
        strawberry.argument(description="Dimension of the groups.", directives=[COST_OF_GROUPING]),
    ] = UNSET,
    rank_by: Annotated[
        AnalyticsRank | None,
        strawberry.argument(description="Which groups come first; months stay in their order. Default: QUANTITY."),
    ] = UNSET,
    currency: Annotated[
        str | None,
        strawberry.argument(
            description="Currency (ISO 4217) in which AMOUNT compares the groups. Default: that of most groups."
        ),
    ] = UNSET,
) -> OrderAnalytics:
    placed = _range(placed_from, placed_before, placed_to)
    ranking = Ranking(or_none(rank_by) or AnalyticsRank.QUANTITY, or_none(currency))
    figures, groups = await analytics.order_analytics(info.context, *placed, or_none(group_by), ranking)
    return OrderAnalytics(
        order_count=figures.orders,
        total_quantity=figures.quantity,
        totals=_totals(figures),
        groups=OrderAnalyticsGroup.all_of(groups.first, groups.whole),
        placed=placed,
        figures=figures,
    )


async def order_analytics_excel(
    info: Info,
    placed_from: PlacedFrom = UNSET,
    placed_before: PlacedBefore = UNSET,
    placed_to: PlacedTo = UNSET,
    locale: InLocale = UNSET,
) -> Download:
    placed = _range(placed_from, placed_before, placed_to)
    day = await brand_day(info.context)
    return info.context.links.to(ANALYTICS_EXCEL, Period(*placed), info.context.actor, locale or None, day)


def _range(
    placed_from: datetime | None, before: datetime | None, to: datetime | None
) -> tuple[datetime | None, datetime | None]:
    start = or_none(placed_from)
    return start, checked_end("placed", start, before, to)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _totals(figures: Figures) -> list[Money]:
    return [Money.of(minor, currency) for currency, minor in sorted(figures.totals.items())]
