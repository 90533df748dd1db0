"""statusLabels: the statuses of orders and of their delivery in words, e.g. for the choices of a filter."""

import strawberry
from strawberry import UNSET

from graph.core.context import Info
from graph.core.enums import InLocale
from graph.limits.cost import ListSize
from models.locale import Locale
from models.messages.statuses import DELIVERY_STATUS_LABELS, status_label
from models.policy import DeliveryStatus, OrderStatus


@strawberry.type(description="A status of orders in words.")
class OrderStatusLabel:
    status: OrderStatus = strawberry.field(description="The status.")
    label: str = strawberry.field(description="The status in words, as the viewer's side (brand or buyer) calls it.")


@strawberry.type(description="A delivery status in words.")
class DeliveryStatusLabel:
    delivery_status: DeliveryStatus = strawberry.field(description="The delivery status.")
    label: str = strawberry.field(description="The delivery status in words.")


@strawberry.type(description="All statuses of orders and of their delivery in words.")
class StatusLabels:
    statuses: list[OrderStatusLabel] = strawberry.field(
        description="The statuses of orders, in the order of their progress.",
        directives=[ListSize(assumed_size=len(OrderStatus))],
    )
    delivery_statuses: list[DeliveryStatusLabel] = strawberry.field(
        description="The delivery statuses, in the order of their progress."
    )


def status_labels(info: Info, locale: InLocale = UNSET) -> StatusLabels:
    wanted = locale or info.context.actor.locale
    return StatusLabels(
        statuses=[OrderStatusLabel(status=each, label=label_of(info, each, wanted)) for each in OrderStatus],
        delivery_statuses=[
            DeliveryStatusLabel(delivery_status=each, label=DELIVERY_STATUS_LABELS[each].in_(wanted))
            for each in DeliveryStatus
        ],
    )


def label_of(info: Info, status: OrderStatus, locale: Locale) -> str:
    return status_label(status, locale, to_buyer=info.context.actor.is_buyer)
