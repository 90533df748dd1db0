"""What prevents an action on an order: the blockers, the documents that cause them, and a verdict for each action."""

from collections.abc import Iterable
from typing import Any, assert_never
from uuid import UUID

import strawberry
from strawberry import ID, Private
from strawberry.dataloader import DataLoader

from graph.core.context import Info
from graph.core.enums import describe_enum
from graph.core.ids import Kind, to_id
from graph.core.node import Node, as_node
from models import policy
from models.messages.blockers import BLOCKER_MESSAGES
from models.policy import BLOCKED_WHEN, HasNot, OrderAction, describe
from resolvers.reading.verdicts import DocumentKind, Explained, ReferencingDocument


@strawberry.type(description="A document that references an order.")
class BlockingDocument:
    id: ID = strawberry.field(description="Id of the document, a DeliveryNote or an Invoice.")
    code: str = strawberry.field(description="Code of the document, for display.")
    document: Private[ReferencingDocument]

    @strawberry.field(description="The document itself. Null if the viewer does not see it (any more).")
    async def node(self, info: Info) -> Node | None:
        kind, loaders = _id_kind(self.document.kind), info.context.loaders
        loader: DataLoader[UUID, Any] = loaders.invoice if kind is Kind.INVOICE else loaders.delivery_note
        row = await loader.load(self.document.id)
        node: Node | None = as_node(kind, row) if row else None
        return node

    @classmethod
    def all_of(cls, blocker: Explained) -> "list[BlockingDocument]":
        return [
            cls(id=to_id(_id_kind(each.kind), each.id), code=each.code, document=each) for each in blocker.documents
        ]


@strawberry.interface(description="A reason why something cannot be done to an order.")
class Blocker:
    """The codes are of each type's own enum."""

    message: str = strawberry.field(description="Message for people, in the viewer's language.")
    documents: list[BlockingDocument] = strawberry.field(
        description="The documents that block it, so that a client can link to them."
    )


def _id_kind(kind: DocumentKind) -> Kind:
    match kind:
        case DocumentKind.DELIVERY_NOTE:
            return Kind.DELIVERY_NOTE
        case DocumentKind.INVOICE:
            return Kind.INVOICE
        case _:
            assert_never(kind)


def describe_blockers(blockers: Iterable[policy.Blocker]) -> dict[str, str]:
    """Descriptions for the values of an enum: the message that people read, and the condition in the rules table."""
    return {blocker.name: _description(blocker) for blocker in blockers}


def _description(blocker: policy.Blocker) -> str:
    message = BLOCKER_MESSAGES[blocker].en.replace(": {documents}", "")
    match BLOCKED_WHEN.get(blocker):
        case None:
            return message
        case HasNot(fact):
            return f"{message} Returned unless {fact}."
        case condition:
            return f"{message} Returned if {describe(condition)}."


describe_enum(
    policy.Blocker,
    "Reasons why an action on an order is not possible. New values may be added: a client "
    "must tolerate unknown values.",
    describe_blockers(policy.Blocker),
    name="OrderActionBlockerCode",
)


@strawberry.type(description="A reason why an action on an order is not possible.")
class ActionBlocker(Blocker):
    code: policy.Blocker = strawberry.field(description="Machine-readable code.")

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
