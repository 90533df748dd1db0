"""What prevents an action on an order: the blockers, the documents that cause them, and a verdict for each action."""

from collections.abc import Iterable
from typing import assert_never

import strawberry
from strawberry import ID

from graph.core.enums import publish
from graph.core.ids import Kind, to_id
from models.messages.blockers import BLOCKER_MESSAGES
from models.policy import BLOCKED_WHEN, Blocker, HasNot, OrderAction, describe
from resolvers.reading.verdicts import DocumentKind, Explained


@strawberry.type(description="A document that references an order.")
class BlockingDocument:
    id: ID = strawberry.field(description="To be asked for with node(id:).")
    code: str = strawberry.field(description="As people know it.")

    @classmethod
    def all_of(cls, blocker: Explained) -> "list[BlockingDocument]":
        return [cls(id=to_id(_id_kind(each.kind), each.id), code=each.code) for each in blocker.documents]


def _id_kind(kind: DocumentKind) -> Kind:
    match kind:
        case DocumentKind.DELIVERY_NOTE:
            return Kind.DELIVERY_NOTE
        case DocumentKind.INVOICE:
            return Kind.INVOICE
        case _:
            assert_never(kind)


def describe_blockers(blockers: Iterable[Blocker]) -> dict[str, str]:
    """Descriptions for the values of an enum: the message that people read, and the condition in the rules table."""
    return {blocker.name: _description(blocker) for blocker in blockers}


def _description(blocker: Blocker) -> str:
    message = BLOCKER_MESSAGES[blocker].en.replace(": {documents}", "")
    match BLOCKED_WHEN.get(blocker):
        case None:
            return message
        case HasNot(fact):
            return f"{message} Returned unless {fact}."
        case condition:
            return f"{message} Returned if {describe(condition)}."


publish(
    Blocker,
    "Why something cannot be done to an order. New values may be added: a client must tolerate one it doesn't know.",
    describe_blockers(Blocker),
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
