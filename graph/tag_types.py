"""Tag: a brand's own label on orders; TagMode: how tags are applied."""

import strawberry
from strawberry import ID

from graph.core.enums import describe_enum
from graph.core.ids import Kind
from graph.core.node import NODES, SOURCES, Node, node_id
from graph.execution.declared import column, made_of
from graph.execution.kinds import TEXT
from resolvers import nodes
from resolvers.reading.rows import TagRow
from resolvers.reading.sources import TAGS
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
    id: ID = node_id(Kind.TAG)
    code: str = column(TEXT, "code", description="Code, unique in the brand.")
    name: str = column(TEXT, "name", description="Name, for display.")
    color: str | None = column(TEXT, "color", description="Colour as #RRGGBB. Null if there is none.")

    @classmethod
    def of(cls, row: TagRow) -> "Tag":
        return made_of(cls, row)


NODES[Kind.TAG] = (nodes.tags, Tag.of)
SOURCES[Kind.TAG] = ("Tag", TAGS)
