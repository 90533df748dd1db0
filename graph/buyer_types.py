"""Buyer: the shop that ordered."""

from datetime import datetime

import strawberry
from strawberry import ID

from graph.core.ids import Kind
from graph.core.node import NODES, Node, node_id
from graph.execution.declared import column, made_of
from graph.execution.kinds import FLAG, INSTANT, TEXT, choice
from models.locale import Locale
from resolvers import nodes
from resolvers.reading.rows import BuyerRow


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
        description="E-mail addresses of the buyer. Every mail to the buyer goes to all of them."
    )
    locale: Locale = column(choice(Locale), "locale", description="Language of the mails to the buyer.")
    has_own_locale: bool = column(
        FLAG,
        "has_own_locale",
        description="Whether the language was chosen for this buyer. If false, it is the brand's and changes with it.",
    )
    country: str = column(TEXT, "country", description="Country. Empty if unknown.")
    address: str = column(TEXT, "address", description="Postal address, in lines. Empty if unknown.")
    erased_at: datetime | None = column(
        INSTANT, "erased_at", description="When the buyer's personal data was erased, for good. Null unless it was."
    )

    @classmethod
    def of(cls, row: BuyerRow) -> "Buyer":
        return made_of(cls, row, email_recipients=list(row.emails))


NODES[Kind.BUYER] = (nodes.buyers, Buyer.of)
