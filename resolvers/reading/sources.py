"""Where the rows of compiled queries come from: each column by the name that it has in the rows of rows.py."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import partial
from typing import Any

from sqlalchemy import and_

from models.base import Base
from models.buyer import Buyer
from models.catalog import Catalog, Sku
from models.facts import FACT_SQL
from models.order import Order, OrderLine
from models.policy import Fact
from models.tag import OrderTag, Tag
from resolvers.reading.loaders import IS_OFFICIAL
from resolvers.reading.pagination import Key, as_whole, encode_values
from resolvers.reading.rows import (
    BUYER_COLUMNS,
    BUYERS_ORDER_COLUMNS,
    CATALOG_COLUMNS,
    LINE_COLUMNS,
    ORDER_COLUMNS,
    SKU_COLUMNS,
    TAG_COLUMNS,
    BuyerRow,
    CatalogRow,
    LineRow,
    OrderRow,
    SkuRow,
    TagRow,
)


@dataclass(frozen=True)
class Source:
    """The rows of one type.

    `columns`: name → SQL expression; "id" is the row's own. `for_buyers`: those that differ in a buyer's scope.
    `base`: adds the joins that every row needs; `joins`: start of a column's name → adds the join that it needs.
    `whole_brand`: columns that rules look at, which are never narrowed to a buyer. For rows with a parent: `parent`
    names it, `order` sorts the rows in it, and `cursor_of` makes a cursor from the values of `cursor_columns`.
    """

    model: type[Base]
    columns: Mapping[str, Any]
    base: Callable[[Any], Any] = lambda statement: statement
    for_buyers: Mapping[str, Any] = field(default_factory=dict)
    joins: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    whole_brand: frozenset[str] = frozenset()
    parent: Any = None
    order: tuple[Any, ...] = ()
    cursor_columns: tuple[str, ...] = ()
    cursor_of: Callable[[Sequence[Any]], str] = lambda values: ""


def fact_column(fact: Fact) -> str:
    return f"fact.{fact.name}"


def _named(row: type, columns: Sequence[Any], prefix: str = "") -> dict[str, Any]:
    names = [each.name for each in fields(row)]
    return {prefix + name: column for name, column in zip(names, columns, strict=False)}


def _join_buyer(statement: Any) -> Any:
    # Outer: an order without its buyer is an error of the field, not an order less.
    return statement.outerjoin(Buyer, and_(Buyer.brand_id == Order.brand_id, Buyer.id == Order.buyer_id))


def _join_catalog(statement: Any) -> Any:
    return statement.outerjoin(Catalog, and_(Catalog.brand_id == Order.brand_id, Catalog.id == Order.catalog_id))


LINE_KEYS = [Key("position", OrderLine.position, False, as_whole)]
_FACTS = {fact_column(fact): expression for fact, expression in FACT_SQL.items()}

ORDERS = Source(
    Order,
    _named(OrderRow, ORDER_COLUMNS)
    | _named(BuyerRow, BUYER_COLUMNS, "buyer.")
    | _named(CatalogRow, CATALOG_COLUMNS, "catalog.")
    | {"subtotal_minor": Order.total_minor - Order.tax_minor - Order.shipping_minor}
    | _FACTS,
    for_buyers=_named(OrderRow, BUYERS_ORDER_COLUMNS),
    joins={"buyer.": _join_buyer, "catalog.": _join_catalog},
    whole_brand=frozenset(_FACTS),
)
BUYERS = Source(Buyer, _named(BuyerRow, BUYER_COLUMNS))
CATALOGS = Source(Catalog, _named(CatalogRow, CATALOG_COLUMNS))
SKUS = Source(Sku, _named(SkuRow, SKU_COLUMNS))
TAGS = Source(Tag, _named(TagRow, TAG_COLUMNS))
TAGS_OF_ORDERS = Source(
    OrderTag,
    _named(TagRow, TAG_COLUMNS),
    base=lambda statement: statement.join(Tag, and_(Tag.brand_id == OrderTag.brand_id, Tag.id == OrderTag.tag_id)),
    parent=OrderTag.order_id,
    order=(Tag.code,),
)
LINES_OF_ORDERS = Source(
    OrderLine,
    _named(LineRow, LINE_COLUMNS) | _named(SkuRow, SKU_COLUMNS, "sku."),
    base=lambda statement: statement.join(Order, IS_OFFICIAL),
    joins={
        "sku.": lambda statement: statement.join(
            Sku, and_(Sku.brand_id == OrderLine.brand_id, Sku.id == OrderLine.sku_id)
        )
    },
    parent=OrderLine.order_id,
    order=(OrderLine.position,),
    cursor_columns=("position",),
    cursor_of=partial(encode_values, LINE_KEYS),
)
