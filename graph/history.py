"""OrderEvent: the audit of an order, in words. Brands see it, buyers don't."""

from datetime import datetime

import strawberry
from strawberry import Private

from graph.context import Info
from graph.ids import Kind, to_id
from graph.node import NODES, Node
from models import words
from resolvers import nodes
from resolvers.rows import HistoryRow


@strawberry.type(description="Something that was done to an order, and by whom. Never changed, never deleted.")
class OrderEvent(Node):
    kind: str = strawberry.field(description="What was done, e.g. ORDER_REJECTED; new kinds may come.")
    at: datetime = strawberry.field(description="When.")
    actor: str = strawberry.field(description="Who, by name.")
    row: Private[HistoryRow]

    @strawberry.field(description="What was done, in a sentence in the viewer's language.")
    def summary(self, info: Info) -> str:
        return words.history(self.row.kind, self.row.details, info.context.actor.locale)

    @classmethod
    def of(cls, row: HistoryRow) -> "OrderEvent":
        return cls(id=to_id(Kind.EVENT, row.id), kind=row.kind, at=row.at, actor=row.actor_name, row=row)


NODES[Kind.EVENT] = (nodes.history, OrderEvent.of)
