"""The facts that the rules depend on, in SQL: one expression per Fact, used to read facts and to filter by them."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, and_, case, exists, false, not_, or_

from models.backlog_sku import BacklogSku
from models.brand import Brand
from models.buyer import Buyer
from models.cart import Cart
from models.delivery_note import DeliveryNote
from models.invoice import InvoicedDeliveryNote, InvoicedOrder, invoice_counts
from models.order import Order
from models.policy import (
    BLOCKED_WHEN,
    DELIVERY_STATUS_WHEN,
    RULES,
    Condition,
    DeliveryStatus,
    Fact,
    Has,
    HasNot,
    OrderAction,
    Role,
    StatusIn,
)


def _of_order(table: type[DeliveryNote] | type[BacklogSku]) -> ColumnElement[bool]:
    return and_(table.brand_id == Order.brand_id, table.order_id == Order.id)


_has_note = exists().where(_of_order(DeliveryNote)).correlate(Order)
_has_backlog = exists().where(_of_order(BacklogSku)).correlate(Order)
_has_remaining = exists().where(_of_order(BacklogSku), BacklogSku.remaining_quantity > 0).correlate(Order)

_is_invoiced = (
    exists()
    .where(InvoicedOrder.brand_id == Order.brand_id, InvoicedOrder.order_id == Order.id, invoice_counts(InvoicedOrder))
    .correlate(Order)
)

# The delivery note itself is on an invoice.
NOTE_INVOICED = (
    exists()
    .where(InvoicedDeliveryNote.brand_id == DeliveryNote.brand_id)
    .where(InvoicedDeliveryNote.delivery_note_id == DeliveryNote.id, invoice_counts(InvoicedDeliveryNote))
    .correlate(DeliveryNote)
)
# The whole order of the delivery note is on an invoice.
NOTE_COVERED = (
    exists()
    .where(InvoicedOrder.brand_id == DeliveryNote.brand_id, InvoicedOrder.order_id == DeliveryNote.order_id)
    .where(InvoicedOrder.is_whole, invoice_counts(InvoicedOrder))
    .correlate(DeliveryNote)
)

FACT_SQL: dict[Fact, ColumnElement[bool]] = {
    Fact.DELIVERY_NOTE: _has_note,
    Fact.INVOICE: _is_invoiced,
    Fact.BACKLOG_SKUS: _has_backlog,
    Fact.NOTHING_TO_DELIVER: or_(and_(_has_note, not_(_has_backlog)), and_(_has_backlog, not_(_has_remaining))),
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


def condition_sql(condition: Condition) -> ColumnElement[bool]:
    """policy.holds(condition, …), as a condition on orders."""
    match condition:
        case StatusIn(members):
            return Order.status.in_(sorted(members))
        case Has(fact):
            return FACT_SQL[fact]
        case HasNot(fact):
            return not_(FACT_SQL[fact])


def possible(action: OrderAction, role: Role, *, bulk: bool = False) -> ColumnElement[bool]:
    """policy.blockers(…) == [], as a condition on orders."""
    rule = RULES[action]
    if role not in rule.by:
        return false()
    within = rule.within & rule.bulk if bulk else rule.within
    return and_(
        Order.status.in_(sorted(within)),
        *(not_(condition_sql(BLOCKED_WHEN[blocker])) for blocker in rule.unless),
    )


# policy.delivery_status(…), as an expression on orders.
DELIVERY_STATUS = case(
    *((condition_sql(condition), status.value) for status, condition in DELIVERY_STATUS_WHEN.items())
)


def delivery_status_in(statuses: Iterable[DeliveryStatus]) -> ColumnElement[bool]:
    """policy.delivery_status(…) is one of these, as a condition on orders. Plain conditions, for the planners."""
    wanted = set(statuses)
    found: list[ColumnElement[bool]] = []
    before: list[ColumnElement[bool]] = []
    for status, condition in DELIVERY_STATUS_WHEN.items():
        if status in wanted:
            found.append(and_(*map(not_, before), condition_sql(condition)))
        before.append(condition_sql(condition))
    return or_(false(), *found)
