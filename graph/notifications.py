"""Notification: one mail to the buyer, from promise to delivery; and the preview of a mail."""

from datetime import datetime

import strawberry

from graph.core.enums import describe_enum
from graph.core.ids import Kind, to_id
from graph.core.node import NODES, Node
from graph.core.notices import USE_NOTICES, WARNINGS, Notice
from models.messages.mail import MailKind, mail_texts
from models.outbox import NotificationStatus
from resolvers import nodes
from resolvers.reading.rows import NotificationRow

describe_enum(
    MailKind,
    "Kinds of mails to the buyer.",
    {kind.name: mail_texts(kind).description for kind in MailKind},
    name="OrderMailKind",
)


@strawberry.type(description="A mail to the buyer about an order.")
class Notification(Node):
    kind: MailKind = strawberry.field(description="Kind of mail.")
    status: NotificationStatus = strawberry.field(description="Delivery status of the mail.")
    to: list[str] = strawberry.field(description="Addresses that the mail goes to.")
    attempts: int = strawberry.field(description="Number of attempts to send the mail.")
    sent_at: datetime | None = strawberry.field(
        description="When the mail server accepted the mail. Null if it has not."
    )
    last_error: str | None = strawberry.field(description="Error of the last attempt.")
    next_try_at: datetime | None = strawberry.field(
        description="When the next attempt is due. Null if no further attempt follows."
    )
    cancelled_by: str | None = strawberry.field(
        description="The decision that made the mail pointless before it was sent: ORDER_REJECTED, SENT_BACK_TO_CART, "
        "or BUYER_ERASED when the buyer's personal data was erased. No further attempt follows it. The status is "
        "CANCELLED, unless the mail had left already, to some at least."
    )

    @classmethod
    def of(cls, row: NotificationRow) -> "Notification":
        return cls(
            id=to_id(Kind.NOTIFICATION, row.id),
            kind=MailKind(row.kind),
            status=row.status,
            to=row.recipients,
            attempts=row.attempts,
            sent_at=row.sent_at,
            last_error=row.last_error,
            next_try_at=row.next_try_at,
            cancelled_by=row.cancelled_by,
        )


@strawberry.type(description="A preview of a mail. Nothing is sent.")
class MailPreview:
    to: list[str] = strawberry.field(
        description="Addresses that the mail would go to. Empty if the buyer cannot be mailed: see notices."
    )
    body: str = strawberry.field(
        description="The message to the buyer that the mail contains: the given body, or else the brand's or the "
        "standard text, in the buyer's language."
    )
    subject: str = strawberry.field(description="The subject line.")
    text: str = strawberry.field(description="The plain-text part.")
    html: str = strawberry.field(description="The HTML part.")
    notices: list[Notice] = strawberry.field(
        description="Notices about the mail: why nobody would be mailed, or which addresses a mail server has refused "
        "before."
    )
    warnings: list[str] = strawberry.field(description=WARNINGS, deprecation_reason=USE_NOTICES)


NODES[Kind.NOTIFICATION] = (nodes.notifications, Notification.of)
