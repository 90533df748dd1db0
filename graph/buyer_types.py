"""Buyer: the shop that ordered."""

from datetime import datetime

import strawberry

from graph.core.ids import Kind, to_id
from graph.core.node import NODES, Node
from models.locale import Locale
from resolvers import nodes
from resolvers.reading.rows import BuyerRow


@strawberry.type(description="A shop that orders from the brand.")
class Buyer(Node):
    unique_code: str = strawberry.field(description="The brand's code for the buyer, unique in the brand.")
    name: str = strawberry.field(description="The shop's name.")
    is_offline: bool = strawberry.field(
        description="Whether the buyer is only a record kept by the brand. Such a buyer has no users of its "
        "own and gets no mail."
    )
    email_recipients: list[str] = strawberry.field(
        description="E-mail addresses of the buyer. Every mail to the buyer goes to all of them."
    )
    locale: Locale = strawberry.field(description="Language of the mails to the buyer.")
    has_own_locale: bool = strawberry.field(
        description="Whether the language was chosen for this buyer. If false, it is the brand's and changes with it."
    )
    country: str = strawberry.field(description="Country. Empty if unknown.")
    address: str = strawberry.field(description="Postal address, in lines. Empty if unknown.")
    erased_at: datetime | None = strawberry.field(
        description="When the buyer's personal data was erased. Null unless it was."
    )

    @classmethod
    def of(cls, row: BuyerRow) -> "Buyer":
        return cls(
            id=to_id(Kind.BUYER, row.id),
            unique_code=row.unique_code,
            name=row.name,
            is_offline=row.is_offline,
            email_recipients=list(row.emails),
            locale=row.locale,
            has_own_locale=row.has_own_locale,
            erased_at=row.erased_at,
            country=row.country,
            address=row.address,
        )


NODES[Kind.BUYER] = (nodes.buyers, Buyer.of)
