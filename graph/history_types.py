"""OrderEvent: the audit in words, of an order or of the whole brand. Brands see it, buyers don't."""

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import ID, Private

from graph.core.context import Info
from graph.core.enums import describe_enum
from graph.core.ids import Kind
from graph.core.node import NODES, SOURCES, Node, loaded_node, node_id
from graph.execution.declared import Kind as KindOfField
from graph.execution.declared import Linked, column, declared, made_of, row_by_row
from graph.execution.kinds import INSTANT, TEXT, WHOLE, both, choice
from models.actor import ActorKind
from models.messages import history
from models.messages.history import EventKind
from resolvers import nodes
from resolvers.reading.rows import HistoryRow
from resolvers.reading.sources import HISTORY, ORDERS

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


KIND = KindOfField(
    published_kind,
    both(f"KINDS_OF_EVENTS.get({{0}}, '\"{_OTHER}\"')"),
    {"KINDS_OF_EVENTS": {each.value: f'"{each.name}"' for each in OrderEventKind}},
)


@strawberry.type(
    description="An event of the audit trail: what was done, to an order or to something else, and by "
    "whom. Never changed, never deleted."
)
class OrderEvent(Node):
    id: ID = node_id(Kind.EVENT)
    kind: OrderEventKind = column(KIND, "kind", description="Kind of event.")
    at: datetime = column(INSTANT, "at", description="When it happened.")
    actor: str = column(TEXT, "actor_name", description="Name of the actor.")
    actor_kind: ActorKind = column(choice(ActorKind), "actor_kind", description="Kind of user that the actor was.")
    actor_id: str = column(TEXT, "actor_id", description="Id of the actor, from the token. Names may change.")
    request_id: str | None = column(
        TEXT, "request_id", description="Id of the request that caused the event, as in the server log."
    )
    sequence: int | None = column(
        WHOLE,
        "sequence",
        description="Position in the brand's hash chain, from 1 and without gaps. Null for an event that is "
        "older than the chain.",
    )
    hash: str | None = column(
        TEXT,
        "hash",
        description="SHA-256 of the event's content and of the previous hash. Null for an event that is older "
        "than the chain.",
    )
    row: Private[HistoryRow]

    @strawberry.field(
        description="What was done: a sentence in the viewer's language.",
        metadata=declared(
            row_by_row(lambda actor, kind, details: history.sentence(kind, details, actor.locale), "kind", "details")
        ),
    )
    def summary(self, info: Info) -> str:
        return history.sentence(self.row.kind, self.row.details, info.context.actor.locale)

    @strawberry.field(
        description="The order that it was done to. Null if there is none, e.g. for a tag or a setting.",
        metadata=declared(Linked("order_id", ORDERS)),
    )
    def order(self, info: Info) -> Annotated["Order", strawberry.lazy("graph.orders")] | None:
        order: Order | None = loaded_node(info.context.loaders.order, Kind.ORDER, self.row.order_id)
        return order

    @classmethod
    def of(cls, row: HistoryRow) -> "OrderEvent":
        return made_of(cls, row, row=row)


NODES[Kind.EVENT] = (nodes.history, OrderEvent.of)
SOURCES[Kind.EVENT] = ("OrderEvent", HISTORY)
