"""orderFacets: the orders that a filter matches, counted by what a screen offers to filter by."""

import strawberry
from strawberry import UNSET

from graph.core.batching import selected_fields
from graph.core.binding import question
from graph.core.context import Info
from graph.core.enums import InLocale
from graph.limits.cost import ListSize
from graph.order_filter import OrderFilter
from graph.order_queries import Filter
from graph.rejection_types import RejectionReason
from graph.statuses import label_of
from graph.tag_types import Tag
from models.locale import Locale, Text
from models.messages.statuses import DELIVERY_STATUS_LABELS
from models.permissions import Permission
from models.policy import DeliveryStatus, OrderStatus
from resolvers import order_facets as resolvers
from resolvers.analytics import NO_REASON

NO_TAG = Text("No tag", "タグなし")
MANY = ListSize(assumed_size=20)


@strawberry.type(description="How many of the orders are in a status.")
class OrderStatusFacet:
    status: OrderStatus = strawberry.field(description="The status, for OrderFilter.status.")
    label: str = strawberry.field(description="The status in words, as the viewer's side (brand or buyer) calls it.")
    count: int = strawberry.field(description="Number of orders.")


@strawberry.type(description="How many of the orders have a delivery status.")
class DeliveryStatusFacet:
    delivery_status: DeliveryStatus = strawberry.field(
        description="The delivery status, for OrderFilter.deliveryStatus."
    )
    label: str = strawberry.field(description="The delivery status in words.")
    count: int = strawberry.field(description="Number of orders.")


@strawberry.type(description="How many of the orders carry a tag.")
class TagFacet:
    tag: Tag | None = strawberry.field(
        description="The tag, whose id is for OrderFilter.tagIds. Null for the orders without a tag, which "
        "OrderFilter.withoutTag finds."
    )
    label: str = strawberry.field(description="Name of the tag.")
    count: int = strawberry.field(description="Number of orders.")


@strawberry.type(description="How many of the orders were rejected for a reason.")
class RejectionReasonFacet:
    reason: RejectionReason | None = strawberry.field(
        description="The reason. Null for the orders that were rejected without one."
    )
    label: str = strawberry.field(description="Label of the reason.")
    count: int = strawberry.field(description="Number of orders.")


@strawberry.type(
    description="The orders that a filter matches, counted. Everything is counted with all conditions of the filter: "
    "for the counts of all statuses, leave out its condition on the status."
)
class OrderFacets:
    order_count: int = strawberry.field(description="Number of all the orders.")
    statuses: list[OrderStatusFacet] = strawberry.field(
        description="By status: every status, in the order of progress.",
        directives=[ListSize(assumed_size=len(OrderStatus))],
    )
    delivery_statuses: list[DeliveryStatusFacet] = strawberry.field(
        description="By delivery status: every one, in the order of progress."
    )
    locale: strawberry.Private[Locale]
    found: strawberry.Private[resolvers.OrderFacets]

    @question(
        needs=Permission.READ_INTERNAL,
        description="By tag, most orders first, and at the end the orders without a tag. An order with several tags is "
        f"counted for each. At most {resolvers.MAX_FACETS} tags. Empty for a buyer.",
        directives=[MANY],
    )
    def tags(self) -> list[TagFacet]:
        return [
            TagFacet(tag=Tag.of(row) if row else None, label=row.name if row else NO_TAG.in_(self.locale), count=count)
            for row, count in self.found.tags
        ]

    @question(
        needs=Permission.READ_INTERNAL,
        description="The rejected orders by reason, most orders first, with the labels that the reasons have now. At "
        f"most {resolvers.MAX_FACETS}. Empty for a buyer.",
        directives=[MANY],
    )
    def reasons(self) -> list[RejectionReasonFacet]:
        return [
            RejectionReasonFacet(
                reason=RejectionReason.of(row) if row else None,
                label=(Text(row.label_en, row.label_ja) if row else NO_REASON).in_(self.locale),
                count=count,
            )
            for row, count in self.found.reasons
        ]


# What has to be read for each field.
PARTS: dict[str, resolvers.Part] = {
    "orderCount": "statuses",
    "statuses": "statuses",
    "deliveryStatuses": "deliveries",
    "tags": "tags",
    "reasons": "reasons",
}


async def order_facets(info: Info, filter: Filter = UNSET, locale: InLocale = UNSET) -> OrderFacets:
    wanted = (filter or OrderFilter()).read("filter")
    parts = {PARTS[name] for name in selected_fields(info.selected_fields) if name in PARTS}
    found = await resolvers.order_facets(info.context, wanted, parts)
    language = locale or info.context.actor.locale
    return OrderFacets(
        order_count=found.order_count,
        statuses=[
            OrderStatusFacet(status=status, label=label_of(info, status, language), count=count)
            for status, count in found.statuses.items()
        ],
        delivery_statuses=[
            DeliveryStatusFacet(delivery_status=status, label=DELIVERY_STATUS_LABELS[status].in_(language), count=count)
            for status, count in found.delivery_statuses.items()
        ],
        locale=language,
        found=found,
    )
