"""Buyer: the shop that ordered."""

from collections.abc import Sequence
from datetime import datetime

import strawberry
from strawberry import ID

from graph.core.context import Info
from graph.core.ids import Kind
from graph.core.node import NODES, SOURCES, Node, node_id
from graph.execution.declared import column, declared, looked_up, made_of
from graph.execution.kinds import FLAG, INSTANT, TEXT, choice
from models.actor import Viewpoint
from models.locale import Locale
from resolvers import nodes
from resolvers.reading.loaders import recipients_by_buyer, recipients_of
from resolvers.reading.rows import BuyerRow, RecipientRow
from resolvers.reading.sources import BUYERS


@strawberry.type(
    description="An e-mail address of a buyer. Mails are still sent to an address that a mail server has refused, "
    "because the mailbox may exist again. updateBuyer, with the same addresses or others, clears the mark."
)
class BuyerRecipient:
    email: str = strawberry.field(description="The address.")
    bounced_at: datetime | None = strawberry.field(
        description="When a mail server last refused the address permanently. Null unless it did."
    )
    bounce_reason: str | None = strawberry.field(
        description='What the mail server said, e.g. "550 no such user". Null unless it refused the address.'
    )


def emails_of(rows: Sequence[RecipientRow]) -> list[str]:
    return [each.email for each in rows]


def recipients_shown(viewer: Viewpoint, rows: Sequence[RecipientRow]) -> list[BuyerRecipient]:
    if viewer.is_buyer:
        return [BuyerRecipient(email=each.email, bounced_at=None, bounce_reason=None) for each in rows]
    return [
        BuyerRecipient(email=each.email, bounced_at=each.bounced_at, bounce_reason=each.bounce_reason) for each in rows
    ]


@strawberry.type(description="A shop that orders from the brand.")
class Buyer(Node):
    id: ID = node_id(Kind.BUYER)
    unique_code: str = column(TEXT, "unique_code", description="The brand's code for the buyer, unique in the brand.")
    name: str = column(TEXT, "name", description="The shop's name.")
    is_offline: bool = column(
        FLAG,
        "is_offline",
        description="Whether the buyer is only a record kept by the brand. Such a buyer has no users of its "
        "own and gets no mail.",
    )
    email_recipients: list[str] = strawberry.field(
        description="E-mail addresses of the buyer. Every mail to the buyer goes to all of them.",
        metadata=declared(looked_up(recipients_of, recipients_by_buyer, lambda _, rows: emails_of(rows or ()))),
    )
    locale: Locale = column(choice(Locale), "locale", description="Language of the mails to the buyer.")
    has_own_locale: bool = column(
        FLAG,
        "has_own_locale",
        description="Whether the language was chosen for this buyer. If false, it is that of its country, or "
        "without a country the brand's, and changes with it.",
    )
    country: str = column(TEXT, "country", description="Country. Empty if unknown.")
    address: str = column(TEXT, "address", description="Postal address, in lines. Empty if unknown.")
    delivery_address: str = column(
        TEXT, "delivery_address", description="Where goods go, in lines. Empty: to the postal address."
    )
    erased_at: datetime | None = column(
        INSTANT, "erased_at", description="When the buyer's personal data was erased. Null unless it was."
    )

    recipient_rows: strawberry.Private[tuple[RecipientRow, ...]]

    @strawberry.field(
        description="The same addresses, and which of them a mail server has refused; that is shown to members and "
        "apps of the brand only.",
        metadata=declared(
            looked_up(recipients_of, recipients_by_buyer, lambda actor, rows: recipients_shown(actor, rows or ()))
        ),
    )
    def recipients(self, info: Info) -> list[BuyerRecipient]:
        return recipients_shown(info.context.actor, self.recipient_rows)

    @classmethod
    def of(cls, row: BuyerRow) -> "Buyer":
        return made_of(cls, row, email_recipients=emails_of(row.recipients), recipient_rows=row.recipients)


NODES[Kind.BUYER] = (nodes.buyers, Buyer.of)
SOURCES[Kind.BUYER] = ("Buyer", BUYERS)
