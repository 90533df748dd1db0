"""Tag: a brand's own label on orders; TagMode: how tags are applied."""

import strawberry

from graph.core.enums import describe_enum
from graph.core.ids import Kind, to_id
from graph.core.node import NODES, Node
from resolvers import nodes
from resolvers.reading.rows import TagRow
from resolvers.tagging import TagMode

describe_enum(
    TagMode,
    "How to apply tags to orders.",
    {
        "REPLACE": "Replace all tags of the orders with these tags.",
        "ADD": "Add these tags to the orders.",
        "REMOVE": "Remove these tags from the orders.",
    },
)


@strawberry.type(description="A tag: a brand's own label on orders. Buyers never see it.")
class Tag(Node):
    code: str = strawberry.field(description="Code, unique in the brand.")
    name: str = strawberry.field(description="Name, for display.")
    color: str | None = strawberry.field(description="Colour as #RRGGBB. Null if there is none.")

    @classmethod
    def of(cls, row: TagRow) -> "Tag":
        return cls(id=to_id(Kind.TAG, row.id), code=row.code, name=row.name, color=row.color)


NODES[Kind.TAG] = (nodes.tags, Tag.of)
