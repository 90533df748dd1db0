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
    id: ID = strawberry.field(description="To be asked for with node(id:).")
    code: str = strawberry.field(description="As people know it.")

    @classmethod
    def all_of(cls, blocker: Explained) -> "list[BlockingDocument]":
        kind = Kind.INVOICE if blocker.code is Blocker.INVOICE_EXISTS else Kind.DELIVERY_NOTE
        return [cls(id=to_id(kind, each.id), code=each.code) for each in blocker.documents]


describe_enum(
    Blocker,
    "Why something cannot be done to an order. New values may be added: a client must tolerate one it doesn't know.",
    {blocker.name: BLOCKER_MESSAGES[blocker].en.replace(": {documents}", "") for blocker in Blocker},
    name="OrderActionBlockerCode",
)


@strawberry.type(description="A reason why something cannot be done to an order.")
class ActionBlocker:
    code: Blocker = strawberry.field(description="For programs.")
    message: str = strawberry.field(description="For people, in the viewer's language.")
    documents: list[BlockingDocument] = strawberry.field(description="The documents in the way.")

    @classmethod
    def of(cls, blocker: Explained) -> "ActionBlocker":
        return cls(code=blocker.code, message=blocker.message, documents=BlockingDocument.all_of(blocker))


@strawberry.type(description="Whether an action on an order is possible now, and if not, every reason why.")
class OrderActionVerdict:
    action: OrderAction = strawberry.field(description="Which action.")
    allowed: bool = strawberry.field(description="True exactly when blockers is empty.")
    blockers: list[ActionBlocker] = strawberry.field(description="The same that the mutation would give.")
