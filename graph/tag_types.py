"""Tag: a brand's own label on orders."""

import strawberry

from graph.core.ids import Kind, to_id
from graph.core.node import NODES, Node
from resolvers import nodes
from resolvers.reading.rows import TagRow


@strawberry.type(description="A brand's own label on orders. Buyers never see it.")
class Tag(Node):
    code: str = strawberry.field(description="Unique in the brand.")
    name: str = strawberry.field(description="As people see it.")
    color: str | None = strawberry.field(description="#RRGGBB.")

    @classmethod
    def of(cls, row: TagRow) -> "Tag":
        return cls(id=to_id(Kind.TAG, row.id), code=row.code, name=row.name, color=row.color)


NODES[Kind.TAG] = (nodes.tags, Tag.of)
