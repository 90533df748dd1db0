"""The inputs OrderFilter and OrderSort."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import strawberry
from strawberry import ID, UNSET

from graph.core.context import or_none
from graph.core.enums import SortDirection, describe_enum
from graph.core.ids import Kind, from_id
from graph.core.ranges import end_of
from graph.limits.cost import COST_OF_A_WORD
from models.policy import DeliveryStatus, OrderStatus
from resolvers import order_filter
from resolvers.inputs import MAX_SEARCH_LENGTH, MAX_WORDS, InputError
from resolvers.order_filter import OrderSortField

describe_enum(
    OrderSortField,
    "Fields to sort orders by.",
    {
        "PLACED_AT": "When the order was placed.",
        "CODE": "The order code, by Unicode code point.",
        "TOTAL": "The total: by currency first, then by amount, as amounts of different currencies do not compare.",
        "UPDATED_AT": "When the order last changed.",
        "BUYER": "The buyer's name, then its code. Orders of one buyer are sorted by when they were placed, in the "
        "same direction.",
        "STATUS": "The status, by the name of its enum value. Orders in one status are sorted by when they were "
        "placed, in the same direction.",
    },
)


@strawberry.input(description="Conditions on orders. All given conditions must hold. An empty list matches nothing.")
class OrderFilter:
    search: str | None = strawberry.field(
        default=UNSET,
        description="Search words; case, width (full or half), accents and kinds of dashes do not matter. Each word "
        "must occur in the order code, the buyer's name, code or one of its e-mail addresses, a model number or a SKU "
        f"number. At most {MAX_SEARCH_LENGTH} characters and {MAX_WORDS} words.",
        directives=[COST_OF_A_WORD],
    )
    status: list[OrderStatus] | None = strawberry.field(default=UNSET, description="Orders in one of these statuses.")
    can_reject: bool | None = strawberry.field(
        default=UNSET, description="Exactly the orders whose Order.canReject has this value for the viewer."
    )
    buyer_ids: list[ID] | None = strawberry.field(default=UNSET, description="Orders of one of these buyers.")
    tag_ids: list[ID] | None = strawberry.field(default=UNSET, description="Orders with at least one of these tags.")
    placed_from: datetime | None = strawberry.field(
        default=UNSET, description="Orders placed at this instant or later."
    )
    placed_before: datetime | None = strawberry.field(default=UNSET, description="Orders placed before this instant.")
    placed_to: datetime | None = strawberry.field(
        default=UNSET, description="Orders placed before this instant.", deprecation_reason="Use `placedBefore`."
    )
    updated_since: datetime | None = strawberry.field(
        default=UNSET, description="Orders that last changed at this instant or later: see Order.updatedAt."
    )
    updated_before: datetime | None = strawberry.field(
        default=UNSET, description="Orders that last changed before this instant: see Order.updatedAt."
    )
    delivery_status: list[DeliveryStatus] | None = strawberry.field(
        default=UNSET, description="Orders with one of these delivery statuses."
    )
    catalog_ids: list[ID] | None = strawberry.field(
        default=UNSET, description="Orders from one of these catalogs of the brand."
    )
    invoiced: bool | None = strawberry.field(
        default=UNSET,
        description="Orders with (true) or without (false) an invoice that is not void, be it for a part of the order. "
        "For a buyer drafts do not count.",
    )
    without_tag: bool | None = strawberry.field(
        default=UNSET, description="Orders without any tag (true) or with at least one (false)."
    )
    assigned: bool | None = strawberry.field(
        default=UNSET, description="Orders with (true) or without (false) a member in charge."
    )
    assignee_ids: list[str] | None = strawberry.field(
        default=UNSET, description="Orders that one of these members is in charge of: Member.actorId."
    )
    rejection_reason_ids: list[ID] | None = strawberry.field(
        default=UNSET, description="Orders rejected for one of these reasons: RejectionReason.id. Empty for a buyer."
    )
    only_archived: bool | None = strawberry.field(
        default=UNSET, description="Whether to leave out all orders but archived ones. Default: false."
    )
    include_archived: bool | None = strawberry.field(
        default=UNSET, description="Whether to include archived orders. They are left out unless this is true."
    )

    def read(self, *at: str) -> order_filter.OrderFilter:
        """`at`: the path of the argument that it is. Raises InputError for what makes no sense."""
        status, delivery = or_none(self.status), or_none(self.delivery_status)
        wanted = order_filter.OrderFilter(
            search=or_none(self.search),
            # Each once: a statement, and a link, takes only so many.
            status=status if status is None else list(dict.fromkeys(status)),
            can_reject=or_none(self.can_reject),
            buyer_ids=read_ids(Kind.BUYER, or_none(self.buyer_ids), *at, "buyerIds"),
            tag_ids=read_ids(Kind.TAG, or_none(self.tag_ids), *at, "tagIds"),
            placed_from=or_none(self.placed_from),
            placed_to=end_of(self.placed_before, self.placed_to),
            include_archived=bool(or_none(self.include_archived)),
            delivery_status=delivery if delivery is None else list(dict.fromkeys(delivery)),
            updated_since=or_none(self.updated_since),
            updated_before=or_none(self.updated_before),
            catalog_ids=read_ids(Kind.CATALOG, or_none(self.catalog_ids), *at, "catalogIds"),
            invoiced=or_none(self.invoiced),
            only_archived=or_none(self.only_archived) or None,
            without_tag=or_none(self.without_tag),
            assigned=or_none(self.assigned),
            assignee_ids=or_none(self.assignee_ids),
            reason_ids=read_ids(Kind.REJECTION_REASON, or_none(self.rejection_reason_ids), *at, "rejectionReasonIds"),
        )
        order_filter.check(wanted, *at)
        return wanted


@strawberry.input(description="A field to sort by, and the direction.")
class OrderSort:
    field: OrderSortField = strawberry.field(description="The field.")
    direction: SortDirection = strawberry.field(description="The direction.")

    def read(self) -> order_filter.OrderSort:
        return order_filter.OrderSort(self.field, descending=self.direction is SortDirection.DESC)


def read_ids(kind: Kind, ids: Sequence[str] | None, *at: str) -> list[UUID] | None:
    if ids is None:
        return None
    found = []
    # Of more than a filter takes, only as many are read as show it (resolvers refuse them).
    for place, id in enumerate(ids[: order_filter.MAX_FILTER_IDS + 1]):
        uuid = from_id(kind, id)
        if uuid is None:
            raise InputError(f"{at[-1]}[{place}] is not the id of such a thing ({kind}_…).", *at, str(place))
        found.append(uuid)
    return found
