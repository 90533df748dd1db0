"""Tag: a brand's own label on orders."""

import strawberry

from graph.core.ids import Kind, to_id
from graph.core.node import NODES, Node
from resolvers import nodes
from resolvers.reading.rows import TagRow


@strawberry.type(description="A tag: a brand's own label on orders. Buyers never see it.")
class Tag(Node):
    code: str = strawberry.field(description="Code, unique in the brand.")
    name: str = strawberry.field(description="Name, for display.")
    color: str | None = strawberry.field(description="Colour as #RRGGBB. Null if there is none.")

    @classmethod
    def of(cls, row: TagRow) -> "Tag":
        return cls(id=to_id(Kind.TAG, row.id), code=row.code, name=row.name, color=row.color)


NODES[Kind.TAG] = (nodes.tags, Tag.of)
