"""Keeps brands, and the buyers of one brand, apart: restricts every statement of a session to its Scope.

`narrow` adds the scope's conditions to every SELECT, UPDATE and DELETE that the session runs, to each table in it:
subqueries, EXISTS, CTEs, unions and joins included, at any depth. It rejects statements that it cannot restrict, and
inserts for another brand; `keep_within` does the same for what the session flushes. A session without a scope runs
nothing. On PostgreSQL, row-level security is the second layer of defence (models/migrations/row_level_security.py).
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Join, Select, and_, false, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.util import surface_expressions

from models.audit import BuyerEvent
from models.brand import Brand
from models.buyer import Buyer, BuyerRecipient
from models.cart import Cart, CartLine
from models.invoice import CreditNote, Invoice, InvoicedDeliveryNote, InvoicedOrder, InvoiceStatus
from models.order import Order
from models.order_count import OrderCount
from models.scope import BrandOwned, Internal, OrderOwned, OutOfScope, Scope


def narrow(state: ORMExecuteState) -> None:
    """On `do_orm_execute`. Statements must use the models, not their tables: only then can they be restricted."""
    scope: Scope = state.session.info["scope"]
    if scope.brand_id is None or state.is_column_load or state.is_relationship_load:
        return
    if not state.is_orm_statement:
        raise OutOfScope(f"a session of one brand runs statements on models only, not: {state.statement}")
    if state.is_insert:
        if any(row.get("brand_id") != scope.brand_id for row in _inserted(state)):
            raise OutOfScope(f"a row of another brand, or of none, for {state.bind_mapper}")
        return
    if (state.is_update or state.is_delete) and _other_tables(state):
        raise OutOfScope(f"in a session of one brand, UPDATE and DELETE name one table only, not: {state.statement}")
    # Rules look at all facts of the brand, whoever the viewer is.
    buyer_id = None if state.execution_options.get("facts_for_rules") else scope.buyer_id
    one_by_one = bool(state.execution_options.get("one_by_one"))
    state.statement = state.statement.options(*narrowing(scope.brand_id, buyer_id, one_by_one=one_by_one))


@lru_cache(maxsize=1000)
def narrowing(brand_id: UUID | None, buyer_id: UUID | None, *, one_by_one: bool = False) -> tuple[Any, ...]:
    """The options that restrict a statement to a brand, and to a buyer; None: to no brand, to no buyer.

    They are kept: each request of a viewer uses the same ones.
    """
    if brand_id is None:
        return ()
    if buyer_id is None:
        return tuple(_of_brand(brand_id))
    return (*_of_brand(brand_id), *_of_buyer(brand_id, buyer_id, one_by_one=one_by_one))


@compiles(Select)
def _visit_select(statement: Select[Any], compiler: SQLCompiler, **options: Any) -> str:
    """Lets `narrow` reach each SELECT within a statement, at any depth.

    SQLAlchemy applies `with_loader_criteria` to the SELECTs that it knows to be about models. It does not see that in
    one whose models are named within `and_(…)` or `or_(…)` only, e.g. `exists().where(and_(…))`. This runs once for
    each statement that SQLAlchemy caches, not once for each execution.
    """
    joins = [source for source in statement._from_obj if isinstance(source, Join)]
    if any("parententity" in table._annotations for join in joins for table in join._from_objects):
        raise OutOfScope("joins are made by .join() of a statement or by .join_from(): others cannot be restricted")
    if not statement._propagate_attrs and (model := _model_in(statement)) is not None:
        statement = statement._clone()
        statement._propagate_attrs = {"compile_state_plugin": "orm", "plugin_subject": model}
    return compiler.visit_select(statement, **options)  # type: ignore[no-untyped-call,no-any-return]


def _model_in(statement: Select[Any]) -> Any:
    """A model that this SELECT names itself, not within another SELECT; None without one."""
    for part in (*statement._raw_columns, *statement._from_obj, *statement._where_criteria):
        for element in surface_expressions(part):  # type: ignore[no-untyped-call]
            if (model := element._annotations.get("parententity")) is not None:
                return model
    return None


def _other_tables(state: ORMExecuteState) -> bool:
    """Whether an UPDATE or DELETE names another model than its own, outside of SELECTs within it."""
    statement: Any = state.statement
    found = (
        element._annotations.get("parententity")
        for condition in statement._where_criteria
        for element in surface_expressions(condition)  # type: ignore[no-untyped-call]
    )
    return any(model is not None and model.mapper is not state.bind_mapper for model in found)


def keep_within(session: Session, *_: object) -> None:
    """On `before_flush`: rejects rows of another brand."""
    scope: Scope = session.info["scope"]
    if scope.brand_id is None:
        return
    for row in (*session.new, *session.dirty, *session.deleted):
        if isinstance(row, BrandOwned) and row.brand_id != scope.brand_id:
            raise OutOfScope(f"a row of another brand: {row!r}")


def _inserted(state: ORMExecuteState) -> list[Mapping[str, Any]]:
    parameters: Any = state.parameters
    statement: Any = state.statement
    if not parameters:
        return [statement.compile().params]
    return [parameters] if isinstance(parameters, Mapping) else parameters


def _of_brand(brand_id: UUID) -> list[Any]:
    return [
        with_loader_criteria(BrandOwned, lambda cls: cls.brand_id == brand_id, include_aliases=True),
        with_loader_criteria(Brand, Brand.id == brand_id, include_aliases=True),
    ]


def _of_buyer(brand_id: UUID, buyer_id: UUID, *, one_by_one: bool) -> list[Any]:
    """`one_by_one`: for statements that read few rows of many. The order of each row is looked up, instead of reading
    all orders of the buyer first.
    """
    orders, carts, invoiced = Order.__table__.c, Cart.__table__.c, InvoicedOrder.__table__.c
    own_orders = select(orders.id).where(orders.brand_id == brand_id, orders.buyer_id == buyer_id)
    own_carts = select(carts.id).where(carts.brand_id == brand_id, carts.buyer_id == buyer_id)
    # A buyer sees an invoice only through an order of their own.
    own_invoices = select(invoiced.invoice_id).where(invoiced.brand_id == brand_id, invoiced.order_id.in_(own_orders))

    def own_order(cls: type[OrderOwned]) -> ColumnElement[bool]:
        # SQLAlchemy caches the condition, and tracks only values that are named inside this function.
        orders = Order.__table__.c
        return cls.order_id.in_(select(orders.id).where(orders.brand_id == brand_id, orders.buyer_id == buyer_id))

    def own_order_of_row(cls: type[OrderOwned]) -> ColumnElement[bool]:
        orders = Order.__table__.alias().c
        of_row = (orders.brand_id == brand_id, orders.id == cls.order_id, orders.buyer_id == buyer_id)
        # Without OFFSET, PostgreSQL may read all orders first all the same.
        return select(orders.id).where(*of_row).limit(1).offset(0).exists()

    def never(cls: type[Internal]) -> ColumnElement[bool]:
        return false()

    return [
        with_loader_criteria(Order, Order.buyer_id == buyer_id, include_aliases=True),
        with_loader_criteria(Buyer, Buyer.id == buyer_id, include_aliases=True),
        with_loader_criteria(BuyerRecipient, BuyerRecipient.buyer_id == buyer_id, include_aliases=True),
        with_loader_criteria(BuyerEvent, BuyerEvent.buyer_id == buyer_id, include_aliases=True),
        with_loader_criteria(OrderCount, OrderCount.buyer_id == buyer_id, include_aliases=True),
        with_loader_criteria(Cart, Cart.buyer_id == buyer_id, include_aliases=True),
        with_loader_criteria(CartLine, CartLine.cart_id.in_(own_carts), include_aliases=True),
        # Buyers do not see drafts.
        with_loader_criteria(
            Invoice, and_(Invoice.id.in_(own_invoices), Invoice.status != InvoiceStatus.DRAFT), include_aliases=True
        ),
        with_loader_criteria(CreditNote, CreditNote.invoice_id.in_(own_invoices), include_aliases=True),
        with_loader_criteria(
            InvoicedDeliveryNote, InvoicedDeliveryNote.invoice_id.in_(own_invoices), include_aliases=True
        ),
        with_loader_criteria(OrderOwned, own_order_of_row if one_by_one else own_order, include_aliases=True),
        with_loader_criteria(Internal, never, include_aliases=True),
    ]
