"""Where the rows of compiled queries come from: each column by the name that it has in the rows of rows.py."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import partial
from typing import Any

from sqlalchemy import and_, select

from models.audit import AuditEntry
from models.backlog_sku import BacklogSku
from models.base import Base
from models.buyer import Buyer
from models.catalog import Catalog, Sku
from models.delivery_note import DeliveryNote, DeliveryNoteLine
from models.facts import FACT_SQL
from models.invoice import Invoice, InvoicedDeliveryNote, InvoicedOrder, InvoiceLine
from models.order import Order, OrderLine
from models.outbox import OutboxMessage
from models.policy import Fact
from models.tag import OrderTag, Tag
from resolvers.reading.loaders import IS_OFFICIAL
from resolvers.reading.pagination import Key, as_whole, by_id, encode_values
from resolvers.reading.rows import (
    BACKLOG_SKU_COLUMNS,
    BUYER_COLUMNS,
    BUYERS_ORDER_COLUMNS,
    CATALOG_COLUMNS,
    DELIVERY_NOTE_COLUMNS,
    DELIVERY_NOTE_LINE_COLUMNS,
    HISTORY_COLUMNS,
    INVOICE_COLUMNS,
    INVOICE_LINE_COLUMNS,
    LINE_COLUMNS,
    NOTIFICATION_COLUMNS,
    ORDER_COLUMNS,
    SKU_COLUMNS,
    TAG_COLUMNS,
    BacklogSkuRow,
    BuyerRow,
    CatalogRow,
    DeliveryNoteLineRow,
    DeliveryNoteRow,
    HistoryRow,
    InvoiceLineRow,
    InvoiceRow,
    LineRow,
    NotificationRow,
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


NOTE_LINE_KEYS = [by_id(DeliveryNoteLine.id, descending=False)]
INVOICE_LINE_KEYS = [Key("position", InvoiceLine.position, False, as_whole)]
HISTORY_KEYS = [by_id(AuditEntry.id, descending=False)]
LINE_KEYS = [Key("position", OrderLine.position, False, as_whole)]
_FACTS = {fact_column(fact): expression for fact, expression in FACT_SQL.items()}

_SKU = _named(SkuRow, SKU_COLUMNS, "sku.")


def _sku_of(line: Any) -> dict[str, Callable[[Any], Any]]:
    of_line = and_(Sku.brand_id == line.brand_id, Sku.id == line.sku_id)
    return {"sku.": lambda statement: statement.join(Sku, of_line)}


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
    _named(LineRow, LINE_COLUMNS) | _SKU,
    base=lambda statement: statement.join(Order, IS_OFFICIAL),
    joins=_sku_of(OrderLine),
    parent=OrderLine.order_id,
    order=(OrderLine.position,),
    cursor_columns=("position",),
    cursor_of=partial(encode_values, LINE_KEYS),
)
# One line by its id may be of either content.
LINES = replace(
    LINES_OF_ORDERS,
    base=lambda statement: statement.join(
        Order, and_(Order.brand_id == OrderLine.brand_id, Order.id == OrderLine.order_id)
    ),
)
BACKLOG_SKUS = Source(
    BacklogSku,
    _named(BacklogSkuRow, BACKLOG_SKU_COLUMNS) | _SKU,
    # Always joined, as they are sorted by its number.
    base=lambda statement: _sku_of(BacklogSku)["sku."](statement),
    parent=BacklogSku.order_id,
    order=(Sku.number,),
)
DELIVERY_NOTES = Source(
    DeliveryNote,
    _named(DeliveryNoteRow, DELIVERY_NOTE_COLUMNS),
    parent=DeliveryNote.order_id,
    order=(DeliveryNote.id,),
)
NOTES_OF_INVOICES = Source(
    InvoicedDeliveryNote,
    DELIVERY_NOTES.columns,
    base=lambda statement: statement.join(
        DeliveryNote,
        and_(
            DeliveryNote.brand_id == InvoicedDeliveryNote.brand_id,
            DeliveryNote.id == InvoicedDeliveryNote.delivery_note_id,
        ),
    ),
    parent=InvoicedDeliveryNote.invoice_id,
    order=(DeliveryNote.id,),
)
LINES_OF_NOTES = Source(
    DeliveryNoteLine,
    _named(DeliveryNoteLineRow, DELIVERY_NOTE_LINE_COLUMNS) | _SKU,
    joins=_sku_of(DeliveryNoteLine),
    parent=DeliveryNoteLine.delivery_note_id,
    order=(DeliveryNoteLine.id,),
    cursor_columns=("id",),
    cursor_of=partial(encode_values, NOTE_LINE_KEYS),
)
INVOICES = Source(Invoice, _named(InvoiceRow, INVOICE_COLUMNS))
# As read_invoices_by_id: a buyer sees an invoice only through an order of its own.
INVOICES_BY_ID = replace(
    INVOICES, base=lambda statement: statement.where(Invoice.id.in_(select(InvoicedOrder.invoice_id)))
)
INVOICES_OF_ORDERS = Source(
    InvoicedOrder,
    INVOICES.columns,
    base=lambda statement: statement.join(
        Invoice, and_(Invoice.brand_id == InvoicedOrder.brand_id, Invoice.id == InvoicedOrder.invoice_id)
    ),
    parent=InvoicedOrder.order_id,
    order=(Invoice.id,),
)
ORDERS_OF_INVOICES = replace(
    ORDERS,
    model=InvoicedOrder,
    base=lambda statement: statement.join(
        Order, and_(Order.brand_id == InvoicedOrder.brand_id, Order.id == InvoicedOrder.order_id)
    ),
    parent=InvoicedOrder.invoice_id,
    order=(InvoicedOrder.order_id,),
)
LINES_OF_INVOICES = Source(
    InvoiceLine,
    _named(InvoiceLineRow, INVOICE_LINE_COLUMNS) | {"id": InvoiceLine.id} | _SKU,
    base=lambda statement: statement.join(
        Invoice, and_(Invoice.brand_id == InvoiceLine.brand_id, Invoice.id == InvoiceLine.invoice_id)
    ),
    joins=_sku_of(InvoiceLine),
    parent=InvoiceLine.invoice_id,
    order=(InvoiceLine.position,),
    cursor_columns=("position",),
    cursor_of=partial(encode_values, INVOICE_LINE_KEYS),
)
NOTIFICATIONS = Source(
    OutboxMessage,
    _named(NotificationRow, NOTIFICATION_COLUMNS),
    parent=OutboxMessage.order_id,
    # By the id alone, SQLite would walk through all mails of the brand in this order.
    order=(OutboxMessage.order_id, OutboxMessage.id),
)
HISTORY = Source(
    AuditEntry,
    _named(HistoryRow, HISTORY_COLUMNS),
    parent=AuditEntry.order_id,
    order=(AuditEntry.id,),
    cursor_columns=("id",),
    cursor_of=partial(encode_values, HISTORY_KEYS),
)
