"""Tag: a brand's own label on orders."""

import strawberry
from strawberry import ID

from graph.core.ids import Kind
from graph.core.node import NODES, Node, node_id
from graph.execution.declared import column, made_of
from graph.execution.kinds import TEXT
from resolvers import nodes
from resolvers.reading.rows import TagRow


@strawberry.type(description="A tag: a brand's own label on orders. Buyers never see it.")
class Tag(Node):
    id: ID = node_id(Kind.TAG)
    code: str = column(TEXT, "code", description="Code, unique in the brand.")
    name: str = column(TEXT, "name", description="Name, for display.")
    color: str | None = column(TEXT, "color", description="Colour as #RRGGBB. Null if there is none.")

    @classmethod
    def of(cls, row: TagRow) -> "Tag":
        return made_of(cls, row)


NODES[Kind.TAG] = (nodes.tags, Tag.of)
