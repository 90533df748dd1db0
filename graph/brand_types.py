"""Brand: the seller that an order is placed with."""

import strawberry

from graph.core.ids import Kind, to_id
from graph.core.node import NODES, Node
from resolvers import nodes
from resolvers.reading.rows import BrandRow


@strawberry.type(description="A brand. All but operators see one brand only.")
class Brand(Node):
    code: str = strawberry.field(description="Code of the brand, short and unique.")
    name: str = strawberry.field(description="Name of the brand, as shown in documents and mails.")

    @classmethod
    def of(cls, row: BrandRow) -> "Brand":
        return cls(id=to_id(Kind.BRAND, row.id), code=row.code, name=row.name)


NODES[Kind.BRAND] = (nodes.brands, Brand.of)
