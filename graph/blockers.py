"""What is in the way of an action on an order: blockers, the documents behind them, and verdicts by action."""

import strawberry
from strawberry import ID

from graph.core.enums import describe_enum
from graph.core.ids import Kind, to_id
from models.messages.blockers import BLOCKER_MESSAGES
from models.policy import Blocker, OrderAction
from resolvers.reading.verdicts import Explained


@strawberry.type(description="A document that references an order.")
class BlockingDocument:
    id: ID = strawberry.field(description="Id of the document. The query `node` returns the document.")
    code: str = strawberry.field(description="Code of the document, for display.")

    @classmethod
    def all_of(cls, blocker: Explained) -> "list[BlockingDocument]":
        kind = Kind.INVOICE if blocker.code is Blocker.INVOICE_EXISTS else Kind.DELIVERY_NOTE
        return [cls(id=to_id(kind, each.id), code=each.code) for each in blocker.documents]


describe_enum(
    Blocker,
    "Reasons why an action on an order is not possible. New values may be added: a client "
    "must tolerate unknown values.",
    {blocker.name: BLOCKER_MESSAGES[blocker].en.replace(": {documents}", "") for blocker in Blocker},
    name="OrderActionBlockerCode",
)


@strawberry.type(description="A reason why an action on an order is not possible.")
class ActionBlocker:
    code: Blocker = strawberry.field(description="Machine-readable code.")
    message: str = strawberry.field(description="Message for people, in the viewer's language.")
    documents: list[BlockingDocument] = strawberry.field(description="The documents that block the action.")

    @classmethod
    def of(cls, blocker: Explained) -> "ActionBlocker":
        return cls(code=blocker.code, message=blocker.message, documents=BlockingDocument.all_of(blocker))


@strawberry.type(description="Whether the viewer can perform an action on an order now, and if not, every reason why.")
class OrderActionVerdict:
    action: OrderAction = strawberry.field(description="The action.")
    allowed: bool = strawberry.field(description="True if and only if blockers is empty.")
    blockers: list[ActionBlocker] = strawberry.field(
        description="Every reason why not, the same that the mutation would return."
    )
