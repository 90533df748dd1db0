"""orderAnalytics: figures over the orders that were not rejected or sent back."""

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import UNSET

from graph.context import Info, given
from graph.enums import publish
from graph.money import Money
from resolvers import analytics
from resolvers.analytics import AnalyticsDimension, Figures

publish(
    AnalyticsDimension,
    "What the figures are broken down by.",
    {
        "MONTH": "The month in which the order was placed, in the brand's time zone, e.g. 2026-11.",
        "BUYER": "The buyer.",
        "PRODUCT": "The model; amounts are of the lines, without tax and shipping.",
    },
)


@strawberry.type(description="Figures of one month, buyer or product.")
class OrderAnalyticsGroup:
    key: str = strawberry.field(description="The month, the buyer's unique code, or the model number.")
    label: str = strawberry.field(description="As people know it.")
    order_count: int = strawberry.field(description="How many orders.")
    total_quantity: int = strawberry.field(description="Of all their lines.")
    totals: list[Money] = strawberry.field(description="One for each currency.")


@strawberry.type(description="Figures over orders. Rejected and sent-back orders are left out, archived or not.")
class OrderAnalytics:
    order_count: int = strawberry.field(description="How many orders.")
    total_quantity: int = strawberry.field(description="Of all their lines.")
    totals: list[Money] = strawberry.field(description="One for each currency.")
    groups: list[OrderAnalyticsGroup] = strawberry.field(
        description=f"Months in their order; buyers and products by quantity, at most {analytics.MOST_GROUPS:,}. "
        "Empty without groupBy."
    )


async def order_analytics(
    info: Info,
    placed_from: Annotated[
        datetime | None, strawberry.argument(description="Of orders placed at this instant or later.")
    ] = UNSET,
    placed_to: Annotated[datetime | None, strawberry.argument(description="Of orders placed before this.")] = UNSET,
    group_by: Annotated[AnalyticsDimension | None, strawberry.argument(description="Break down by this.")] = UNSET,
) -> OrderAnalytics:
    found = await analytics.order_analytics(info.context, given(placed_from), given(placed_to), given(group_by))
    return OrderAnalytics(
        order_count=found.figures.orders,
        total_quantity=found.figures.quantity,
        totals=_totals(found.figures),
        groups=[
            OrderAnalyticsGroup(
                key=group.key,
                label=group.label,
                order_count=group.figures.orders,
                total_quantity=group.figures.quantity,
                totals=_totals(group.figures),
            )
            for group in found.groups
        ],
    )


def _totals(figures: Figures) -> list[Money]:
    return [Money.of(minor, currency) for currency, minor in sorted(figures.totals.items())]
