"""Catalog, Sku and OrderLine: what is ordered; and the lists `catalogs` and `skus`."""

from typing import Annotated

import strawberry
from strawberry import UNSET

from graph.core.context import Info, or_none
from graph.core.ids import Kind, to_id
from graph.core.money import Money
from graph.core.node import NODES, Node
from graph.core.pagination import After, Before, Connection, First, Last, connection
from graph.limits.cost import COST_OF_A_FILTER
from resolvers import catalog as resolvers
from resolvers import nodes
from resolvers.inputs import MAX_SEARCH_LENGTH, MAX_WORDS
from resolvers.reading.pagination import PageRequest
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


WORDS = "Search words; case, width (full or half), accents and kinds of dashes do not matter."
AT_MOST = f"At most {MAX_SEARCH_LENGTH} characters and {MAX_WORDS} words."


async def catalogs(
    info: Info,
    first: First = UNSET,
    after: After = UNSET,
    last: Last = UNSET,
    before: Before = UNSET,
    search: Annotated[
        str | None,
        strawberry.argument(
            description=f"{WORDS} Each word must occur in the catalog's code or name. {AT_MOST}",
            directives=[COST_OF_A_FILTER],
        ),
    ] = UNSET,
) -> Connection[Catalog]:
    words = or_none(search)
    request = PageRequest.of(or_none(first), or_none(after), or_none(last), or_none(before))
    page = await resolvers.catalogs(info.context, words, request)
    return connection(page, Catalog.of, lambda: resolvers.count_catalogs(info.context, words))


async def skus(
    info: Info,
    first: First = UNSET,
    after: After = UNSET,
    last: Last = UNSET,
    before: Before = UNSET,
    search: Annotated[
        str | None,
        strawberry.argument(
            description=f"{WORDS} Each word must occur in the SKU number, the model number or the name. {AT_MOST}",
            directives=[COST_OF_A_FILTER],
        ),
    ] = UNSET,
    numbers: Annotated[
        list[str] | None,
        strawberry.argument(
            description=f"Only SKUs with one of these exact SKU numbers. At most {resolvers.MAX_NUMBERS}."
        ),
    ] = UNSET,
) -> Connection[Sku]:
    words, exact = or_none(search), or_none(numbers)
    request = PageRequest.of(or_none(first), or_none(after), or_none(last), or_none(before))
    page = await resolvers.skus(info.context, words, exact, request)
    return connection(page, Sku.of, lambda: resolvers.count_skus(info.context, words, exact))


NODES[Kind.CATALOG] = (nodes.catalogs, Catalog.of)
NODES[Kind.SKU] = (nodes.skus, Sku.of)
NODES[Kind.LINE] = (nodes.lines, OrderLine.of)
