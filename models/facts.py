"""The facts that the rules look at, in SQL: one expression per Fact, used to read it and to filter by it."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, false, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.backlog_sku import BacklogSku
from models.brand import Brand
from models.buyer import Buyer
from models.cart import Cart
from models.delivery_note import DeliveryNote
from models.invoice import Invoice, InvoicedDeliveryNote, InvoicedOrder, InvoiceStatus
from models.order import Order
from models.policy import BLOCKED_WHEN, RULES, Condition, Fact, Facts, Has, HasNot, OrderAction, Role, StatusIn


def _of_order(table: type[DeliveryNote] | type[BacklogSku]) -> ColumnElement[bool]:
    return and_(table.brand_id == Order.brand_id, table.order_id == Order.id)


_noted = exists().where(_of_order(DeliveryNote)).correlate(Order)
_backlogged = exists().where(_of_order(BacklogSku)).correlate(Order)
_left = exists().where(_of_order(BacklogSku), BacklogSku.remaining_quantity > 0).correlate(Order)
_of_invoice = and_(Invoice.brand_id == InvoicedOrder.brand_id, Invoice.id == InvoicedOrder.invoice_id)
_invoiced = (
    exists()
    .where(InvoicedOrder.brand_id == Order.brand_id, InvoicedOrder.order_id == Order.id)
    .where(_of_invoice, Invoice.status != InvoiceStatus.VOID)
    .correlate(Order)
)

# That a delivery note itself is on an invoice.
NOTE_INVOICED = (
    exists()
    .where(InvoicedDeliveryNote.brand_id == DeliveryNote.brand_id)
    .where(InvoicedDeliveryNote.delivery_note_id == DeliveryNote.id)
    .where(Invoice.brand_id == InvoicedDeliveryNote.brand_id, Invoice.id == InvoicedDeliveryNote.invoice_id)
    .where(Invoice.status != InvoiceStatus.VOID)
    .correlate(DeliveryNote)
)
# That its order is on one as a whole.
NOTE_COVERED = (
    exists()
    .where(InvoicedOrder.brand_id == DeliveryNote.brand_id, InvoicedOrder.order_id == DeliveryNote.order_id)
    .where(_of_invoice, Invoice.status != InvoiceStatus.VOID, InvoicedOrder.is_whole)
    .correlate(DeliveryNote)
)

SQL: dict[Fact, ColumnElement[bool]] = {
    Fact.DELIVERY_NOTE: _noted,
    Fact.INVOICE: _invoiced,
    Fact.BACKLOG_SKUS: _backlogged,
    Fact.NOTHING_TO_DELIVER: or_(and_(_noted, not_(_backlogged)), and_(_backlogged, not_(_left))),
    Fact.NOTE_TO_INVOICE: exists()
    .where(_of_order(DeliveryNote), not_(NOTE_INVOICED), not_(NOTE_COVERED))
    .correlate(Order),
    Fact.BUYER_OFFLINE: exists()
    .where(Buyer.brand_id == Order.brand_id, Buyer.id == Order.buyer_id, Buyer.is_offline)
    .correlate(Order),
    Fact.BUYER_CART: exists()
    .where(Cart.brand_id == Order.brand_id, Cart.buyer_id == Order.buyer_id, Cart.catalog_id == Order.catalog_id)
    .correlate(Order),
    Fact.APPROVAL_ASKED: Order.approval_asked.is_(True),
    Fact.ARCHIVED: Order.archived_at.is_not(None),
    Fact.ARCHIVING_OFF: exists().where(Brand.id == Order.brand_id, not_(Brand.archiving_enabled)).correlate(Order),
}


def sql(condition: Condition) -> ColumnElement[bool]:
    match condition:
        case StatusIn(members):
            return Order.status.in_(sorted(members))
        case Has(fact):
            return SQL[fact]
        case HasNot(fact):
            return not_(SQL[fact])


def possible(action: OrderAction, role: Role, *, bulk: bool = False) -> ColumnElement[bool]:
    """policy.blockers(…) == [], as a condition on orders."""
    rule = RULES[action]
    if role not in rule.by:
        return false()
    within = rule.within & rule.bulk if bulk else rule.within
    return and_(
        Order.status.in_(sorted(within)),
        *(not_(sql(BLOCKED_WHEN[blocker])) for blocker in rule.unless),
    )


async def read_facts(session: AsyncSession, order_ids: Iterable[UUID]) -> dict[UUID, Facts]:
    """The facts of many orders in one statement. To decide on one, hold its lock first."""
    columns = [expression.label(fact.name) for fact, expression in SQL.items()]
    statement = select(Order.id, Order.status, *columns).where(Order.id.in_(list(order_ids)))
    rows = await session.execute(statement.execution_options(facts_for_rules=True))
    return {
        row.id: Facts(row.status, frozenset(fact for fact, true in zip(SQL, row[2:], strict=True) if true))
        for row in rows
    }
