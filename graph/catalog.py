"""Sku and OrderLine: what is ordered."""

import strawberry
from strawberry import ID

from graph.core.ids import Kind
from graph.core.money import Money, money
from graph.core.node import NODES, Node, node_id
from graph.execution.declared import Within, column, declared, made_of
from graph.execution.kinds import TEXT, WHOLE
from resolvers import nodes
from resolvers.reading.rows import LineRow, SkuRow


@strawberry.type(description="A stock keeping unit of the brand: one size and colour of one model.")
class Sku(Node):
    id: ID = node_id(Kind.SKU)
    number: str = column(TEXT, "number", description="SKU number, unique in the brand.")
    model_number: str = column(
        TEXT, "model_number", description="Number of the model (product) that the SKU belongs to."
    )
    name: str = column(TEXT, "name", description="The product's name.")

    @classmethod
    def of(cls, row: SkuRow) -> "Sku":
        return made_of(cls, row)


@strawberry.type(description="A line of an order's official content: the OC once there is one, else what was ordered.")
class OrderLine(Node):
    id: ID = node_id(Kind.LINE)
    sku: Sku = strawberry.field(description="The ordered SKU.", metadata=declared(Within(prefix="sku.")))
    quantity: int = column(WHOLE, "quantity", description="Ordered quantity, at least 1.")
    unit_price: Money = money("unit_price_minor", description="Price of one unit.")
    amount: Money = money(
        "amount_minor",
        description="quantity multiplied by unitPrice, rounded once, half up.",
    )

    @classmethod
    def of(cls, row: LineRow) -> "OrderLine":
        return made_of(cls, row, sku=Sku.of(row.sku))


NODES[Kind.SKU] = (nodes.skus, Sku.of)
NODES[Kind.LINE] = (nodes.lines, OrderLine.of)
