"""OrderEvent: the audit in words, of an order or of the whole brand. Brands see it, buyers don't."""

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import Private

from graph.core.context import Info
from graph.core.enums import describe_enum
from graph.core.ids import Kind, to_id
from graph.core.node import NODES, Node, loaded_node
from models.actor import ActorKind
from models.messages import history
from models.messages.history import EventKind
from resolvers import nodes
from resolvers.reading.rows import HistoryRow

if TYPE_CHECKING:
    from graph.orders import Order


# Kinds in the database that this release does not know are OTHER: a newer release may have written them.
_OTHER = "OTHER"

if TYPE_CHECKING:  # mypy knows no enum whose members are computed
    OrderEventKind = EventKind
else:
    OrderEventKind = StrEnum("OrderEventKind", {**{kind.name: kind.value for kind in EventKind}, _OTHER: _OTHER})

describe_enum(
    OrderEventKind,
    "Kinds of events of the audit trail. New values may be added: a client must tolerate unknown values.",
    {kind.name: f"“{history.pattern(kind)}”, as `summary` says it in English." for kind in EventKind}
    | {_OTHER: "A kind that this release of the server does not know. No filter takes it."},
)


def published_kind(kind: str) -> OrderEventKind:
    return OrderEventKind(kind if kind in EventKind.__members__ else _OTHER)


@strawberry.type(
    description="An event of the audit trail: what was done, to an order or to something else, and by "
    "whom. Never changed, never deleted."
)
class OrderEvent(Node):
    kind: OrderEventKind = strawberry.field(description="Kind of event.")
    at: datetime = strawberry.field(description="When it happened.")
    actor: str = strawberry.field(description="Name of the actor.")
    actor_kind: ActorKind = strawberry.field(description="Kind of user that the actor was.")
    actor_id: str = strawberry.field(description="Id of the actor, from the token. Names may change.")
    request_id: str | None = strawberry.field(
        description="Id of the request that caused the event, as in the server log."
    )
    sequence: int | None = strawberry.field(
        description="Position in the brand's hash chain, from 1 and without gaps. Null for an event that is "
        "older than the chain."
    )
    hash: str | None = strawberry.field(
        description="SHA-256 of the event's content and of the previous hash. Null for an event that is older "
        "than the chain."
    )
    row: Private[HistoryRow]

    @strawberry.field(description="What was done: a sentence in the viewer's language.")
    def summary(self, info: Info) -> str:
        return history.sentence(self.row.kind, self.row.details, info.context.actor.locale)

    @strawberry.field(description="The order that it was done to. Null if there is none, e.g. for a tag or a setting.")
    def order(self, info: Info) -> Annotated["Order", strawberry.lazy("graph.orders")] | None:
        order: Order | None = loaded_node(info.context.loaders.order, Kind.ORDER, self.row.order_id)
        return order

    @classmethod
    def of(cls, row: HistoryRow) -> "OrderEvent":
        return cls(
            id=to_id(Kind.EVENT, row.id),
            kind=published_kind(row.kind),
            at=row.at,
            actor=row.actor_name,
            actor_kind=row.actor_kind,
            actor_id=row.actor_id,
            request_id=row.request_id,
            sequence=row.sequence,
            hash=row.hash,
            row=row,
        )


NODES[Kind.EVENT] = (nodes.history, OrderEvent.of)
