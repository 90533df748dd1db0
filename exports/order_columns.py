"""The columns of the Excel export of orders, as data. To add a column, add one line to ORDER_COLUMNS or LINE_COLUMNS.

The orders also have the columns of CONTEXT, under their own names, for `show` and for the formats of cells.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from exports.xlsx.columns import CellKind, Column, Reader, Sql
from models.assignee import OrderAssignee
from models.brand import Brand
from models.buyer import Buyer
from models.catalog import Catalog, Sku
from models.database.prepared import Preparing, Query
from models.delivery_note import DeliveryNote
from models.facts import DELIVERY_STATUS
from models.invoice import Invoice, InvoicedOrder, InvoiceStatus
from models.locale import Text
from models.messages.statuses import DELIVERY_STATUS_LABELS, status_label
from models.order import BUYER_UPDATED_AT, Order, OrderLine
from models.policy import REJECTED, DeliveryStatus
from models.prices import price_of
from models.rejection import OrderRejection, rejected_by
from models.rejection_reason import GROUNDS_OF_REJECTION, REASON_OF_GROUNDS, RejectionGrounds, RejectionReason
from models.tag import OrderTag, Tag


def _status(row: Any, reader: Reader) -> str:
    return status_label(row.status, reader.locale, to_buyer=reader.is_buyer, approval_asked=row.approval_asked)


def _delivery_status(row: Any, reader: Reader) -> str:
    return DELIVERY_STATUS_LABELS[DeliveryStatus(row.delivery_status)].in_(reader.locale)


def _rejected_by(row: Any, reader: Reader) -> str | None:
    if row.rejected_at is None:
        return None
    return rejected_by(str(row.rejected_by), str(row.brand_name), to_buyer=reader.is_buyer)


def _reason(row: Any, reader: Reader) -> str | None:
    return Text(row.rejection_reason, row.reason_ja).in_(reader.locale) if row.reason_ja else None


def is_rejected(order: Any) -> bool:
    return order.status in REJECTED


_subtotal = Order.total_minor - Order.tax_minor - Order.shipping_minor
_unit_price = price_of(OrderLine.unit_price_minor, OrderLine.unit_price_fraction)
_tag_names = (
    select(Tag.name)
    .join_from(Tag, OrderTag)
    .where(OrderTag.brand_id == Order.brand_id, OrderTag.order_id == Order.id)
    .order_by(Tag.code)
    .correlate(Order)
    .subquery()
)
_tags = select(func.aggregate_strings(_tag_names.c.name, ", ")).scalar_subquery()

_note_codes = (
    select(DeliveryNote.code)
    .where(DeliveryNote.brand_id == Order.brand_id, DeliveryNote.order_id == Order.id)
    .order_by(DeliveryNote.code)
    .correlate(Order)
    .subquery()
)
_notes = select(func.aggregate_strings(_note_codes.c.code, ", ")).scalar_subquery()


def _invoices(*statuses: InvoiceStatus) -> ColumnElement[str | None]:
    codes = (
        select(Invoice.code)
        .join_from(Invoice, InvoicedOrder)
        .where(InvoicedOrder.brand_id == Order.brand_id, InvoicedOrder.order_id == Order.id)
        .where(Invoice.brand_id == Order.brand_id, Invoice.status.in_(statuses))
        .order_by(Invoice.code)
        .correlate(Order)
        .subquery()
    )
    return select(func.aggregate_strings(codes.c.code, ", ")).scalar_subquery()


TEXT, INTEGER, MONEY, INSTANT, DAY, _ = CellKind

CODE = Column("code", Text("Order code", "注文コード"), 18, TEXT, Order.code, of_owner=True)
STATUS = Column(
    "status", Text("Status", "ステータス"), 24, TEXT, Order.status, _status, of_owner=True, is_marked=is_rejected
)
BUYER_CODE = Column(
    "buyer_code", Text("Buyer code", "バイヤーコード"), 15, TEXT, Buyer.unique_code, of_owner=True,
    buyers_name=Text("Account", "お得意様コード"),
)  # fmt: skip
BUYER = Column(
    "buyer", Text("Buyer", "バイヤー"), 26, TEXT, Buyer.name, of_owner=True, buyers_name=Text("Customer", "お得意様名")
)  # fmt: skip
CATALOG_CODE = Column("catalog_code", Text("Catalog code", "カタログコード"), 16, TEXT, Catalog.code, of_owner=True)
PLACED_AT = Column("placed_at", Text("Placed at", "注文日時"), 17, INSTANT, Order.placed_at, of_owner=True)
CURRENCY = Column("currency", Text("Currency", "通貨"), 10, TEXT, Order.currency, of_owner=True)

# fmt: off
ORDER_COLUMNS: tuple[Column, ...] = (
    CODE,
    STATUS,
    Column("delivery_status", Text("Delivery status", "納品ステータス"), 21, TEXT, DELIVERY_STATUS, _delivery_status),
    BUYER_CODE,
    BUYER,
    PLACED_AT,
    Column("total_quantity", Text("Total quantity", "合計数量"), 15, INTEGER, Order.total_quantity, is_summed=True),
    Column("subtotal", Text("Subtotal", "小計"), 14, MONEY, _subtotal, is_summed=True),
    Column("tax", Text("Tax", "税"), 12, MONEY, Order.tax_minor, is_summed=True),
    Column("shipping", Text("Shipping", "送料"), 12, MONEY, Order.shipping_minor, is_summed=True),
    # On paper the columns up to this one have letters of 8 points.
    Column("total", Text("Total", "合計"), 15, MONEY, Order.total_minor, is_summed=True, is_last_on_paper=True),
    CURRENCY,
    Column("country", Text("Country", "国"), 16, TEXT, Buyer.country),
    Column("catalog", Text("Catalog", "カタログ"), 24, TEXT, Catalog.name),
    Column("updated_at", Text("Updated at", "更新日時"), 18, INSTANT, Order.updated_at, to_buyer=BUYER_UPDATED_AT),
    Column("tags", Text("Tags", "タグ"), 24, TEXT, _tags, internal=True),
    Column("assignee", Text("Assignee", "担当者"), 22, TEXT, OrderAssignee.actor_name, internal=True),
    Column(
        "rejected_at", Text("Rejected at", "却下日時"), 18, INSTANT, OrderRejection.rejected_at,
        buyers_name=Text("Declined at", "お断り日時"),
    ),
    Column(
        "rejected_by", Text("Rejected by", "却下者"), 22, TEXT, OrderRejection.actor_name, _rejected_by,
        buyers_name=Text("Declined by", "お断りした者"),
    ),
    Column(
        "rejection_body", Text("Message on rejection", "却下メッセージ"), 40, TEXT, OrderRejection.body, internal=True,
    ),
    Column(
        "rejection_reason", Text("Rejection reason", "却下理由"), 24, TEXT, RejectionReason.label_en, _reason,
        internal=True,
    ),
    Column("rejection_note", Text("Internal note", "社内メモ"), 40, TEXT, RejectionGrounds.note, internal=True),
    Column("archived_at", Text("Archived at", "アーカイブ日時"), 18, INSTANT, Order.archived_at, internal=True),
    Column("time_zone", Text("Time zone", "タイムゾーン"), 18, TEXT, Brand.time_zone),
    CATALOG_CODE,
    Column("delivery_notes", Text("Delivery notes", "納品書番号"), 22, TEXT, _notes),
    Column("drafts", Text("Draft invoices", "請求書下書き"), 22, TEXT, _invoices(InvoiceStatus.DRAFT), internal=True),
    Column("invoices", Text("Invoices", "請求書番号"), 22, TEXT, _invoices(InvoiceStatus.ISSUED)),
    Column(
        "buyer_order_number", Text("Buyer's order number", "先方注文番号"), 26, TEXT, Order.buyer_order_number,
        buyers_name=Text("Your order no.", "貴社注文番号"),
    ),
    Column("deliver_from", Text("Deliver from", "納品希望日（開始）"), 20, DAY, Order.deliver_from),
    Column("deliver_to", Text("Deliver by", "納品希望日（終了）"), 20, DAY, Order.deliver_to),
    Column("comment", Text("Comment", "備考"), 40, TEXT, Order.comment),
)

# A line repeats the code, currency and status of its order.
LINE_COLUMNS: tuple[Column, ...] = (
    CODE,
    Column("position", Text("Line", "行"), 8, INTEGER, OrderLine.position),
    Column("sku_number", Text("SKU number", "SKU番号"), 22, TEXT, Sku.number),
    Column("model_number", Text("Model number", "型番"), 20, TEXT, Sku.model_number),
    Column("product", Text("Product", "商品"), 40, TEXT, Sku.name),
    Column("quantity", Text("Quantity", "数量"), 12, INTEGER, OrderLine.quantity),
    Column("unit_price", Text("Unit price", "単価"), 16, MONEY, _unit_price),
    Column("amount", Text("Amount", "金額"), 16, MONEY, OrderLine.amount_minor, is_last_on_paper=True),
    CURRENCY,
    STATUS,
    # With these, an import reads the sheet again (resolvers/importing/headings.py).
    BUYER_CODE,
    BUYER,
    CATALOG_CODE,
    PLACED_AT,
    Column("barcode", Text("Barcode", "JANコード"), 18, TEXT, Sku.barcode),
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
    "reason_ja": RejectionReason.label_ja,
}


class NamedRows:
    """Rows of orders by their ids, with the names of their columns. The statement's text is made once."""

    def __init__(self, names: Iterable[str], make: Callable[[Preparing], Select[*tuple[Any, ...]]]) -> None:
        self._query = Query(make)
        self._named: Callable[[Iterable[Any]], Any] = namedtuple("Row", names)._make  # type: ignore[attr-defined]

    async def read(self, session: AsyncSession, order_ids: Sequence[UUID]) -> Sequence[Any]:
        return [self._named(row) for row in await self._query.rows(session, order_ids)]


def orders_query(columns: Iterable[Column]) -> NamedRows:
    sources = CONTEXT | {column.key: column.sql for column in columns}
    statement = (
        select(*(sql.label(key) for key, sql in sources.items()))
        .select_from(Order)
        .join(Brand, Brand.id == Order.brand_id)
        .join_from(Order, Buyer)
        .join_from(Order, Catalog)
        .outerjoin_from(Order, OrderAssignee)
        .outerjoin_from(Order, OrderRejection)
        .outerjoin(RejectionGrounds, GROUNDS_OF_REJECTION)
        .outerjoin(RejectionReason, REASON_OF_GROUNDS)
    )
    return NamedRows(sources, lambda preparing: statement.where(preparing.among_ids(Order.id)))


def lines_query(columns: Iterable[Column]) -> NamedRows:
    """The lines of the orders' official data sets, in the order of their positions."""
    sources = {"order_id": OrderLine.order_id} | {column.key: column.sql for column in columns if not column.of_owner}
    statement = (
        select(*(sql.label(key) for key, sql in sources.items()))
        .select_from(Order)
        .join(
            OrderLine,
            and_(
                OrderLine.brand_id == Order.brand_id,
                OrderLine.order_id == Order.id,
                OrderLine.data_set == Order.official,
            ),
        )
        .join_from(OrderLine, Sku)
        .order_by(OrderLine.position)
    )
    return NamedRows(sources, lambda preparing: statement.where(preparing.among_ids(Order.id)))
