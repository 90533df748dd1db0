"""Catalog, Sku and OrderLine: what is ordered."""

import strawberry

from graph.core.ids import Kind, to_id
from graph.core.money import Money
from graph.core.node import NODES, Node
from resolvers import nodes
from resolvers.reading.rows import CatalogRow, LineRow, SkuRow


@strawberry.type(description="A catalog of the brand, from which buyers order.")
class Catalog(Node):
    code: str = strawberry.field(description="Code, unique in the brand.")
    name: str = strawberry.field(description="Name, for display.")

    @classmethod
    def of(cls, row: CatalogRow) -> "Catalog":
        return cls(id=to_id(Kind.CATALOG, row.id), code=row.code, name=row.name)


@strawberry.type(description="A stock keeping unit of the brand: one size and colour of one model.")
class Sku(Node):
    number: str = strawberry.field(description="SKU number, unique in the brand.")
    model_number: str = strawberry.field(description="Number of the model (product) that the SKU belongs to.")
    name: str = strawberry.field(description="The product's name.")

    @classmethod
    def of(cls, row: SkuRow) -> "Sku":
        return cls(id=to_id(Kind.SKU, row.id), number=row.number, model_number=row.model_number, name=row.name)


@strawberry.type(description="A line of an order's official content: the OC once there is one, else what was ordered.")
class OrderLine(Node):
    sku: Sku = strawberry.field(description="The ordered SKU.")
    quantity: int = strawberry.field(description="Ordered quantity, at least 1.")
    unit_price: Money = strawberry.field(description="Price of one unit.")
    amount: Money = strawberry.field(description="quantity multiplied by unitPrice, rounded once, half up.")

    @classmethod
    def of(cls, row: LineRow) -> "OrderLine":
        return cls(
            id=to_id(Kind.LINE, row.id),
            sku=Sku.of(row.sku),
            quantity=row.quantity,
            unit_price=Money.of(row.unit_price_minor, row.currency),
            amount=Money.of(row.amount_minor, row.currency),
        )


NODES[Kind.CATALOG] = (nodes.catalogs, Catalog.of)
NODES[Kind.SKU] = (nodes.skus, Sku.of)
NODES[Kind.LINE] = (nodes.lines, OrderLine.of)
