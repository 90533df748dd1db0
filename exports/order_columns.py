"""The columns of the Excel export, as data. To add one, add one line to ORDER_COLUMNS or LINE_COLUMNS.

`sql` is what the database is asked for, `show` turns the row into what the viewer reads. Every statement also has the
columns of CONTEXT, under their own names, for `show` and for the drawing of a cell.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, select
from sqlalchemy.orm import InstrumentedAttribute

from models.brand import Brand
from models.buyer import Buyer
from models.catalog import Catalog, Sku
from models.facts import SQL
from models.locale import Locale, Text
from models.messages.statuses import DELIVERY_STATUS_LABELS, status_label
from models.order import Order, OrderLine
from models.policy import DeliveryStatus, Fact
from models.prices import price_of
from models.rejection import OrderRejection
from models.tag import OrderTag, Tag

Sql = ColumnElement[Any] | InstrumentedAttribute[Any]


class Kind(Enum):
    """MONEY: minor units of the order's currency. INSTANT: shown in the brand's time zone."""

    TEXT = auto()
    INTEGER = auto()
    MONEY = auto()
    INSTANT = auto()


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who reads the export."""

    locale: Locale
    is_buyer: bool


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """`internal`: the brand's own business, not in a buyer's copy. `marks_rejected`: red when the order is rejected."""

    key: str
    name: Text
    width: int
    kind: Kind
    sql: Sql
    show: Callable[[Any, Viewer], str | None] | None = None
    internal: bool = False
    marks_rejected: bool = False

    def heading(self, locale: Locale) -> str:
        return self.name.in_(locale)


def _status(row: Any, viewer: Viewer) -> str:
    return status_label(row.status, viewer.locale, to_buyer=viewer.is_buyer, approval_asked=row.approval_asked)


def _delivery_status(row: Any, viewer: Viewer) -> str:
    return DELIVERY_STATUS_LABELS[DeliveryStatus(row.delivery_status)].in_(viewer.locale)


def _rejected_by(row: Any, viewer: Viewer) -> str | None:
    by: str | None = row.brand_name if viewer.is_buyer and row.rejected_at else row.rejected_by
    return by


_delivery = case(
    (SQL[Fact.DELIVERY_NOTE], DeliveryStatus.DELIVERY_NOTE_CREATED.value),
    (SQL[Fact.BACKLOG_SKUS], DeliveryStatus.BACKLOG_SKUS_CREATED.value),
    else_=DeliveryStatus.NONE.value,
)
_subtotal = Order.total_minor - Order.tax_minor - Order.shipping_minor
_unit_price = price_of(OrderLine.unit_price_minor, OrderLine.unit_price_fraction)
_tag_names = (
    select(Tag.name)
    .join(OrderTag, and_(OrderTag.brand_id == Tag.brand_id, OrderTag.tag_id == Tag.id))
    .where(OrderTag.brand_id == Order.brand_id, OrderTag.order_id == Order.id)
    .order_by(Tag.code)
    .correlate(Order)
    .subquery()
)
_tags = select(func.aggregate_strings(_tag_names.c.name, ", ")).scalar_subquery()

TEXT, INTEGER, MONEY, INSTANT = Kind

CODE = Column("code", Text("Order code", "注文コード"), 20, TEXT, Order.code)
STATUS = Column("status", Text("Status", "ステータス"), 26, TEXT, Order.status, _status, marks_rejected=True)
BUYER_CODE = Column("buyer_code", Text("Buyer code", "バイヤーコード"), 16, TEXT, Buyer.unique_code)
BUYER = Column("buyer", Text("Buyer", "バイヤー"), 28, TEXT, Buyer.name)
CATALOG_CODE = Column("catalog_code", Text("Catalog code", "カタログコード"), 16, TEXT, Catalog.code)
PLACED_AT = Column("placed_at", Text("Placed at", "注文日時"), 18, INSTANT, Order.placed_at)
CURRENCY = Column("currency", Text("Currency", "通貨"), 10, TEXT, Order.currency)

# fmt: off
ORDER_COLUMNS: tuple[Column, ...] = (
    CODE,
    STATUS,
    Column("delivery_status", Text("Delivery status", "納品ステータス"), 22, TEXT, _delivery, _delivery_status),
    BUYER_CODE,
    BUYER,
    Column("country", Text("Country", "国"), 16, TEXT, Buyer.country),
    Column("catalog", Text("Catalog", "カタログ"), 24, TEXT, Catalog.name),
    PLACED_AT,
    Column("updated_at", Text("Updated at", "更新日時"), 18, INSTANT, Order.updated_at),
    CURRENCY,
    Column("total_quantity", Text("Total quantity", "合計数量"), 16, INTEGER, Order.total_quantity),
    Column("subtotal", Text("Subtotal", "小計"), 16, MONEY, _subtotal),
    Column("tax", Text("Tax", "税"), 14, MONEY, Order.tax_minor),
    Column("shipping", Text("Shipping", "送料"), 14, MONEY, Order.shipping_minor),
    Column("total", Text("Total", "合計"), 16, MONEY, Order.total_minor),
    Column("tags", Text("Tags", "タグ"), 24, TEXT, _tags, internal=True),
    Column("rejected_at", Text("Rejected at", "却下日時"), 18, INSTANT, OrderRejection.rejected_at),
    Column("rejected_by", Text("Rejected by", "却下者"), 22, TEXT, OrderRejection.actor_name, _rejected_by),
    Column(
        "rejection_body", Text("Message on rejection", "却下メッセージ"), 40, TEXT, OrderRejection.body, internal=True,
    ),
    Column("archived_at", Text("Archived at", "アーカイブ日時"), 18, INSTANT, Order.archived_at, internal=True),
    Column("time_zone", Text("Time zone", "タイムゾーン"), 18, TEXT, Brand.time_zone),
    CATALOG_CODE,
)

# Those that are also in ORDER_COLUMNS repeat what the order says.
LINE_COLUMNS: tuple[Column, ...] = (
    CODE,
    Column("position", Text("Line", "行"), 8, INTEGER, OrderLine.position),
    Column("sku_number", Text("SKU number", "SKU番号"), 22, TEXT, Sku.number),
    Column("model_number", Text("Model number", "型番"), 20, TEXT, Sku.model_number),
    Column("product", Text("Product", "商品"), 40, TEXT, Sku.name),
    Column("quantity", Text("Quantity", "数量"), 12, INTEGER, OrderLine.quantity),
    Column("unit_price", Text("Unit price", "単価"), 16, MONEY, _unit_price),
    Column("amount", Text("Amount", "金額"), 16, MONEY, OrderLine.amount_minor),
    CURRENCY,
    STATUS,
    # With these, an import reads the sheet again (resolvers/importing/headings.py).
    BUYER_CODE,
    BUYER,
    CATALOG_CODE,
    PLACED_AT,
)
# fmt: on

CONTEXT: dict[str, Sql] = {
    "order_id": Order.id,
    "status": Order.status,
    "approval_asked": Order.approval_asked,
    "currency": Order.currency,
    "time_zone": Brand.time_zone,
    "brand_name": Brand.name,
    "rejected_at": OrderRejection.rejected_at,
}


def seen_by(viewer: Viewer, columns: Iterable[Column]) -> list[Column]:
    return [column for column in columns if not (column.internal and viewer.is_buyer)]


def select_orders(columns: Iterable[Column], order_ids: Sequence[UUID]) -> Select[*tuple[Any, ...]]:
    sources = CONTEXT | {column.key: column.sql for column in columns}
    return (
        select(*(sql.label(key) for key, sql in sources.items()))
        .select_from(Order)
        .join(Brand, Brand.id == Order.brand_id)
        .join(Buyer, and_(Buyer.brand_id == Order.brand_id, Buyer.id == Order.buyer_id))
        .join(Catalog, and_(Catalog.brand_id == Order.brand_id, Catalog.id == Order.catalog_id))
        .outerjoin(
            OrderRejection,
            and_(OrderRejection.brand_id == Order.brand_id, OrderRejection.order_id == Order.id),
        )
        .where(Order.id.in_(order_ids))
    )


def select_lines(columns: Iterable[Column], order_ids: Sequence[UUID]) -> Select[*tuple[Any, ...]]:
    """The lines of the orders' official data sets, by position."""
    sources = [column.sql.label(column.key) for column in columns if column not in ORDER_COLUMNS]
    return (
        select(OrderLine.order_id.label("order_id"), *sources)
        .select_from(Order)
        .join(
            OrderLine,
            and_(
                OrderLine.brand_id == Order.brand_id,
                OrderLine.order_id == Order.id,
                OrderLine.data_set == Order.official,
            ),
        )
        .join(Sku, and_(Sku.brand_id == OrderLine.brand_id, Sku.id == OrderLine.sku_id))
        .where(Order.id.in_(order_ids))
        .order_by(OrderLine.position)
    )
