"""Publishes the enums of the domain; each value is described, as words are part of the API."""

from enum import Enum, StrEnum
from typing import Annotated, cast

import strawberry
from strawberry.types.enum import StrawberryEnumDefinition

from models.key_scopes import KeyScope
from models.locale import Locale
from models.outbox import NotificationStatus
from models.policy import DeliveryStatus, OrderAction, OrderStatus
from resolvers.orders import OrderSortField


def publish(enum: type[Enum], description: str, values: dict[str, str], name: str | None = None) -> None:
    """`values`: name → description; every member needs one."""
    strawberry.enum(enum, name=name, description=description)
    definition = cast(StrawberryEnumDefinition, enum.__strawberry_definition__)  # type: ignore[attr-defined]
    for value in definition.values:
        value.description = values[value.name]


InLocale = Annotated[Locale | None, strawberry.argument(description="The viewer's language when left out.")]


class SortDirection(StrEnum):
    ASC = "asc"
    DESC = "desc"


publish(Locale, "The languages that the product speaks.", {"EN": "English.", "JA": "Japanese."})
publish(
    SortDirection,
    "Which way a list is sorted.",
    {
        "ASC": "Smallest, earliest or first in the alphabet first.",
        "DESC": "Largest, latest or last in the alphabet first.",
    },
)
publish(
    OrderSortField,
    "What orders can be sorted by.",
    {
        "PLACED_AT": "When the order was placed.",
        "CODE": "The order code, by code point.",
        "TOTAL": "The total; currencies do not compare, so by currency first, then by amount.",
        "UPDATED_AT": "When the order last changed.",
    },
)
publish(
    OrderStatus,
    "How far an order has come. The last three are final.",
    {
        "OC_REQUIRED": "Placed; no order confirmation (OC) yet.",
        "OC_CREATED": "The OC is made and can still be changed.",
        "OC_APPROVED": "The buyer approved the OC.",
        "OC_UPDATE_REQUIRED": "The buyer refused the OC. Not a rejection of the order.",
        "OC_CONFIRMED": "The content is fixed; delivery and backlog work opens.",
        "REJECTED_BY_BRAND": "Rejected by the brand: by a member, or by a partner app acting for it. Final.",
        "REJECTED": "Rejected, but not by the brand: by a platform operator, or taken over as rejected. Final.",
        "SENT_BACK_TO_CART": "Sent back to the buyer's cart. Final for this order.",
    },
)
publish(
    DeliveryStatus,
    "How far the delivery of an order has come.",
    {
        "NONE": "Neither backlog SKUs nor a delivery note exist.",
        "BACKLOG_SKUS_CREATED": "The order's SKUs are laid out for delivery in parts.",
        "DELIVERY_NOTE_CREATED": "At least one delivery note exists.",
    },
)
publish(
    OrderAction,
    "What can be done to an order; each value names its mutation.",
    {
        "REJECT": "rejectOrder.",
        "ARCHIVE": "archiveOrder.",
        "APPLY_TAGS": "applyTags.",
        "SEND_BACK_TO_CART": "sendOrderBackToCart.",
        "CREATE_CONFIRMATION": "createOrderConfirmation.",
        "UPDATE_CONFIRMATION": "updateOrderConfirmation.",
        "APPROVE_CONFIRMATION": "approveOrderConfirmation, by the buyer.",
        "REFUSE_CONFIRMATION": "refuseOrderConfirmation, by the buyer.",
        "CONFIRM": "confirmOrder.",
        "MAKE_CONFIRMATION_EDITABLE": "makeOrderConfirmationEditable.",
        "CREATE_BACKLOG_SKUS": "createBacklogSkus.",
        "CREATE_DELIVERY_NOTE": "createDeliveryNote.",
        "CREATE_INVOICE": "createInvoice, createInvoiceForOrders.",
        "INVOICE_DELIVERY_NOTES": "createInvoiceForDeliveryNotes.",
    },
)
publish(
    NotificationStatus,
    "How far a mail to the buyer has come.",
    {
        "PENDING": "Not sent yet; it is tried, and tried again, until it is sent or has failed.",
        "SENT": "The mail server took it.",
        "FAILED": "Given up: the mail server refused it for good, or for too long. See lastError.",
    },
)
publish(
    KeyScope,
    "What an API key is good for. Each scope includes those before it.",
    {
        "ORDERS_READ": "Look and export.",
        "ORDERS_REJECT": "Reject orders, one by one and in bulk, and send failed mails again.",
        "ORDERS_WRITE": "All work on orders, as a member who writes.",
    },
    name="ApiKeyScope",
)
