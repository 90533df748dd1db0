"""The enums that several types share, with a description of each value. An enum of one subject is beside its type."""

from enum import Enum, StrEnum
from typing import Annotated, cast

import strawberry
from strawberry.types.enum import StrawberryEnumDefinition

from models.actor import ActorKind
from models.key_scopes import KeyScope
from models.locale import Locale
from models.messages.statuses import STATUS_LABELS
from models.outbox import NotificationStatus
from models.policy import DeliveryStatus, OrderAction, OrderStatus, Role


def describe_enum(enum: type[Enum], description: str, values: dict[str, str], name: str | None = None) -> None:
    """Makes the enum a type of the schema. `values`: name → description; every member needs one."""
    strawberry.enum(enum, name=name, description=description)
    describe_values(enum, values)


def describe_values(enum: type[Enum], values: dict[str, str]) -> None:
    """`values`: name → description; every member of the enum needs one."""
    definition = cast(StrawberryEnumDefinition, enum.__strawberry_definition__)  # type: ignore[attr-defined]
    for value in definition.values:
        value.description = values[value.name]


InLocale = Annotated[
    Locale | None, strawberry.argument(description="Language of the result. Default: the viewer's language.")
]


class SortDirection(StrEnum):
    ASC = "asc"
    DESC = "desc"


describe_enum(Locale, "Languages of labels, messages, mails and documents.", {"EN": "English.", "JA": "Japanese."})
describe_enum(
    SortDirection,
    "Direction in which a list is sorted.",
    {
        "ASC": "Ascending: smallest, earliest or alphabetically first value first.",
        "DESC": "Descending: largest, latest or alphabetically last value first.",
    },
)
describe_enum(
    OrderStatus,
    "Progress of an order, from placed to confirmed. The last three statuses are final.",
    {status.name: label.description for status, label in STATUS_LABELS.items()},
)
describe_enum(
    DeliveryStatus,
    "Progress of an order's delivery.",
    {
        "NONE": "Neither backlog SKUs nor a delivery note exist.",
        "BACKLOG_SKUS_CREATED": "Backlog SKUs exist, to deliver the order in parts.",
        "DELIVERY_NOTE_CREATED": "At least one delivery note exists.",
    },
)
# What the values say comes from the bindings of the mutations: graph/schema/.
describe_enum(
    OrderAction, "Actions on an order. Each value names its mutations.", dict.fromkeys(OrderAction.__members__, "")
)
describe_enum(
    NotificationStatus,
    "Delivery status of a mail to the buyer.",
    {
        "PENDING": "Not sent yet. The server retries until the mail is SENT or FAILED. The mails of one order are "
        "sent in order: later ones wait.",
        "SENT": "Accepted by the mail server.",
        "FAILED": "Not delivered: the mail server refused it permanently, or for too long. See lastError. A failed "
        "mail can be sent again with resendNotification.",
        "MAY_HAVE_BEEN_DELIVERED": "May have been delivered: the mail server got the whole mail, but its answer did "
        "not arrive. The server tries at most twice more, hours apart (see nextTryAt), with the same Message-ID, and "
        "stops when the mail is SENT. It never becomes FAILED. After the last try it can be sent "
        "again with resendNotification; ask the buyer first, who may have it already.",
        "CANCELLED": "Not sent, on purpose: the order was rejected or sent back before this earlier mail had left. "
        "See cancelledBy.",
    },
)
describe_enum(
    KeyScope,
    "Scopes of an API key. Each scope includes those before it.",
    {
        "ORDERS_READ": "View and export.",
        "ORDERS_REJECT": "Reject orders, one by one and in bulk, and resend failed mails.",
        "ORDERS_WRITE": "All work on orders, as a member with the role WRITE.",
    },
    name="ApiKeyScope",
)
describe_enum(
    ActorKind,
    "Kinds of users.",
    {
        "MEMBER": "A member of the brand.",
        "BUYER": "A user of a buyer: sees that buyer's orders only.",
        "APP": "A partner app that acts for the brand.",
        "OPERATOR": "An operator of the platform: sees all brands.",
    },
    name="ViewerKind",
)
describe_enum(
    Role,
    "Roles: what a viewer may do. New roles may be added.",
    {
        "ADMIN": "A member who may do everything, including settings and API keys.",
        "WRITE": "A member who may do all work on orders.",
        "READ": "A member who may view and export.",
        "BUYER": "A buyer's user: sees the buyer's own orders, approves or refuses an OC.",
        "APP": "A partner app that may do all work on orders (scope ORDERS_WRITE).",
        "APP_REJECT": "A partner app that may view, export and reject (scope ORDERS_REJECT).",
        "APP_READ": "A partner app that may view and export (scope ORDERS_READ).",
        "OPERATOR": "An operator of the platform.",
    },
    name="ViewerRole",
)
