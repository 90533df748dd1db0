"""Notification: one mail to the buyer, from the outbox to its delivery; the list of them; and the preview of a mail."""

import logging
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Unpack
from uuid import UUID

import strawberry
from strawberry import ID, UNSET, Private

from exports.mail import RenderedMail, render
from graph.core.batching import selected_fields
from graph.core.context import Info, or_none
from graph.core.enums import describe_enum
from graph.core.ids import Kind
from graph.core.node import NODES, SOURCES, Node, loaded_node, node_id
from graph.core.notices import USE_NOTICES, WARNINGS, Notice
from graph.core.pagination import (
    After,
    Before,
    Connection,
    First,
    Last,
    PageArguments,
    connection,
    page_request,
    selected_page,
)
from graph.execution.declared import Linked, column, declared, made_of
from graph.execution.kinds import INSTANT, TEXT, TEXTS, WHOLE, choice, instant_if
from graph.limits.cost import COST_OF_A_FILTER, Cost
from models.actor import Viewpoint
from models.messages.mail import MailKind, mail_texts
from models.outbox import NotificationStatus, OrderNotice
from resolvers import document_lists, nodes
from resolvers.reading.pagination import Listing
from resolvers.reading.rows import NotificationRow, is_tried_again
from resolvers.reading.sources import NOTIFICATIONS, ORDERS

if TYPE_CHECKING:
    from graph.orders import Order

describe_enum(
    MailKind,
    "Kinds of mails to the buyer.",
    {kind.name: mail_texts(kind).description for kind in MailKind},
    name="OrderMailKind",
)


log = logging.getLogger("orders.mail")
ERASED = "Null after the buyer's personal data was erased."
COST_OF_A_MAIL = Cost(weight="5")


@strawberry.type(description="A mail to the buyer about an order.")
class Notification(Node):
    id: ID = node_id(Kind.NOTIFICATION)
    kind: MailKind = column(replace(choice(MailKind), value=MailKind), "kind", description="Kind of mail.")
    status: NotificationStatus = column(
        choice(NotificationStatus), "status", description="Delivery status of the mail."
    )
    to: list[str] = column(TEXTS, "recipients", description="Addresses that the mail goes to.")
    attempts: int = column(WHOLE, "attempts", description="Number of attempts to send the mail.")
    sent_at: datetime | None = column(
        INSTANT, "sent_at", description="When the mail server accepted the mail. Null if it has not."
    )
    last_error: str | None = column(TEXT, "last_error", description="Error of the last attempt.")
    next_try_at: datetime | None = column(
        instant_if(is_tried_again, NotificationStatus),
        "status",
        "unclear",
        "due_at",
        description="When the next attempt is due. Null if no further attempt follows.",
    )
    cancelled_by: str | None = column(
        TEXT,
        "cancelled_by",
        description="The decision that made the mail pointless before it was sent: ORDER_REJECTED, SENT_BACK_TO_CART, "
        "OC_MADE_EDITABLE, DELIVERY_NOTE_DELETED, INVOICE_VOIDED; OC_UPDATED or DELIVERY_NOTE_UPDATED when a new mail "
        "says what has changed while this one was being sent; BUYER_UPDATED when the buyer has none of its addresses "
        "any more, or BUYER_ERASED when the buyer's personal data was erased. No further attempt follows it. "
        "The status is CANCELLED, unless the mail had left already, to some at least.",
    )

    created_at: datetime = column(INSTANT, "created_at", description="When the mail was put into the outbox.")
    row: Private[NotificationRow]

    @strawberry.field(description=f"The subject line. {ERASED}", directives=[COST_OF_A_MAIL])
    async def subject(self, info: Info) -> str | None:
        mail = await _rendered(self.row.id, info)
        return mail.subject if mail else None

    @strawberry.field(
        description=f"The plain-text part, from the content that is frozen in the outbox. {ERASED}",
        directives=[COST_OF_A_MAIL],
    )
    async def text(self, info: Info) -> str | None:
        mail = await _rendered(self.row.id, info)
        return mail.text if mail else None

    @strawberry.field(
        description=f"The HTML part, from the content that is frozen in the outbox. {ERASED} It "
        "has no script and fetches nothing; "
        "show it in a sandboxed frame all the same.",
        directives=[COST_OF_A_MAIL],
    )
    async def html(self, info: Info) -> str | None:
        mail = await _rendered(self.row.id, info)
        return mail.html if mail else None

    @strawberry.field(description="The order that the mail is about.", metadata=declared(Linked("order_id", ORDERS)))
    def order(self, info: Info) -> Annotated["Order", strawberry.lazy("graph.orders")]:
        order: Order = loaded_node(info.context.loaders.order, Kind.ORDER, self.row.order_id)
        return order

    @classmethod
    def of(cls, row: NotificationRow) -> "Notification":
        return made_of(cls, row, row=row)


async def _rendered(id: UUID, info: Info) -> RenderedMail | None:
    """From what was frozen when it was queued, which is what the relay renders. None if it was erased or is damaged."""
    notice = await info.context.loaders.notice.load(id)
    try:
        return render(OrderNotice.stored(notice)) if notice else None
    except Exception:  # whatever is wrong with it; the relay says so in lastError
        log.warning("a mail cannot be rendered", exc_info=True, extra={"notification": id})
        return None


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


def listing_of_mails(
    _: Viewpoint,
    *,
    status: list[NotificationStatus] | None = UNSET,
    kind: list[MailKind] | None = UNSET,
    **page: Unpack[PageArguments],
) -> Listing:
    """Raises InputError."""
    return document_lists.listing_of_mails(or_none(status), or_none(kind), page_request(**page))


async def notifications(
    info: Info,
    first: First = UNSET,
    after: After = UNSET,
    last: Last = UNSET,
    before: Before = UNSET,
    status: Annotated[
        list[NotificationStatus] | None,
        strawberry.argument(description="Only mails in one of these statuses. An empty list matches nothing."),
    ] = UNSET,
    kind: Annotated[
        list[MailKind] | None,
        strawberry.argument(
            description="Only mails of one of these kinds. An empty list matches nothing.",
            directives=[COST_OF_A_FILTER],
        ),
    ] = UNSET,
) -> Connection[Notification]:
    conditions = or_none(status), or_none(kind)
    request = selected_page(info, first, after, last, before)
    page = await document_lists.notifications(info.context, *conditions, request)
    if "order" in selected_fields(info.selected_fields):
        await info.context.loaders.order.load_many([row.order_id for row in page.rows])
    return connection(page, Notification.of, lambda: document_lists.count_notifications(info.context, *conditions))


NODES[Kind.NOTIFICATION] = (nodes.notifications, Notification.of)
SOURCES[Kind.NOTIFICATION] = ("Notification", NOTIFICATIONS)
