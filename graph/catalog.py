"""Catalog, Sku and OrderLine: what is ordered; and the lists `catalogs` and `skus`."""

from base64 import b64encode
from typing import Annotated, Unpack

import strawberry
from strawberry import ID, UNSET, Private

from graph.core.context import Info, or_none
from graph.core.ids import Kind
from graph.core.money import Money, money
from graph.core.node import NODES, SOURCES, Node, node_id
from graph.core.pagination import (
    After,
    Before,
    Connection,
    First,
    Last,
    PageArguments,
    connection,
    page_request,
    selected_page,
    without_search,
)
from graph.execution.declared import Pure, Within, column, declared, made_of
from graph.execution.kinds import TEXT, WHOLE
from graph.limits.cost import COST_OF_A_FILTER, Cost
from graph.papers.taxes import TaxType
from models.actor import Viewpoint
from models.tax import tax_of
from resolvers import catalog as resolvers
from resolvers import nodes
from resolvers.inputs import MAX_SEARCH_LENGTH, MAX_WORDS
from resolvers.papers.pictures import KEPT_SIZE
from resolvers.reading.pagination import Listing
from resolvers.reading.rows import CatalogRow, LineRow, SkuRow
from resolvers.reading.sources import CATALOGS, LINES, SKUS


@strawberry.type(description="A catalog of the brand, from which buyers order.")
class Catalog(Node):
    id: ID = node_id(Kind.CATALOG)
    code: str = column(TEXT, "code", description="Code, unique in the brand.")
    name: str = column(TEXT, "name", description="Name, for display.")

    @classmethod
    def of(cls, row: CatalogRow) -> "Catalog":
        return made_of(cls, row)


@strawberry.type(description="A stock keeping unit of the brand: one size and colour of one model.")
class Sku(Node):
    id: ID = node_id(Kind.SKU)
    number: str = column(TEXT, "number", description="SKU number, unique in the brand.")
    model_number: str = column(
        TEXT, "model_number", description="Number of the model (product) that the SKU belongs to."
    )
    name: str = column(TEXT, "name", description="The product's name.")
    style: str | None = column(
        TEXT, "style", description="Style: documents show its SKUs as a grid of colours and sizes. Null if not known."
    )
    color: str | None = column(TEXT, "color", description="Colour. Null if not known.")
    size: str | None = column(TEXT, "size", description="Size. Null if not known.")
    barcode: str | None = column(
        TEXT, "barcode", description="GTIN-8, -12, -13 (EAN, JAN) or -14, in digits. Null if not known."
    )
    position: int | None = column(
        WHOLE,
        "position",
        description="Place among the SKUs of its style: documents order sizes by it, and colours if no two SKUs of the "
        "style share a place. Null if not known.",
    )
    row: Private[SkuRow]

    @strawberry.field(
        description=f"A small picture as a data URL: a JPEG of at most {KEPT_SIZE[0]} × {KEPT_SIZE[1]} pixels, some "
        "10 KB. Null if there is none. Pictures come with an import.",
        directives=[Cost(weight="5")],
    )
    async def picture(self, info: Info) -> str | None:
        if self.row.picture_digest is None:
            return None
        data = await info.context.loaders.sku_picture.load(self.row.picture_digest)
        return f"data:image/jpeg;base64,{b64encode(data).decode()}" if data else None

    @classmethod
    def of(cls, row: SkuRow) -> "Sku":
        return made_of(cls, row, row=row)


TAX_OF_LINE = Pure(("tax_kind", "tax_rate"), lambda _, kind, rate: TaxType.of(tax_of(kind, rate)))


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
    row: Private[LineRow]

    @strawberry.field(description="Tax of the line. Null if it was not given.", metadata=declared(TAX_OF_LINE))
    def tax(self) -> TaxType | None:
        return TaxType.of(tax_of(self.row.tax_kind, self.row.tax_rate))

    @classmethod
    def of(cls, row: LineRow) -> "OrderLine":
        return made_of(cls, row, sku=Sku.of(row.sku), row=row)


def listing_of_catalogs(_: Viewpoint, *, search: str | None = UNSET, **page: Unpack[PageArguments]) -> Listing:
    """Raises InputError, and Unexpected for a search."""
    without_search(search)
    return resolvers.listing_of_catalogs(page_request(**page))


def listing_of_skus(
    _: Viewpoint, *, search: str | None = UNSET, numbers: list[str] | None = UNSET, **page: Unpack[PageArguments]
) -> Listing:
    """Raises InputError, and Unexpected for a search."""
    without_search(search)
    return resolvers.listing_of_skus(or_none(numbers), page_request(**page))


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
    request = selected_page(info, first, after, last, before)
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
    request = selected_page(info, first, after, last, before)
    page = await resolvers.skus(info.context, words, exact, request)
    return connection(page, Sku.of, lambda: resolvers.count_skus(info.context, words, exact))


NODES[Kind.CATALOG] = (nodes.catalogs, Catalog.of)
NODES[Kind.SKU] = (nodes.skus, Sku.of)
NODES[Kind.LINE] = (nodes.lines, OrderLine.of)
SOURCES[Kind.CATALOG] = ("Catalog", CATALOGS)
SOURCES[Kind.SKU] = ("Sku", SKUS)
SOURCES[Kind.LINE] = ("OrderLine", LINES)
