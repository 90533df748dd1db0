"""Who sees which rows: the one place that keeps brands, and the buyers of one brand, apart.

A Scope is fixed when a session is opened; `narrow` then adds its conditions to every SELECT, UPDATE and DELETE that the
session runs, subqueries and joins included. A session without a scope runs nothing.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, false, select
from sqlalchemy.orm import Mapped, ORMExecuteState, mapped_column, with_loader_criteria


@dataclass(frozen=True, slots=True)
class Scope:
    """`brand_id` None: all brands (an operator, the relay). With `buyer_id`: only what belongs to that buyer."""

    brand_id: UUID | None
    buyer_id: UUID | None = None


EVERYTHING = Scope(brand_id=None)


class BrandOwned:
    """A row of one brand. The brand comes first in its primary key, so foreign keys cannot cross brands either."""

    brand_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-3)


class OrderOwned(BrandOwned):
    """A row of one order of one brand; visible to the buyer whose order it is."""

    order_id: Mapped[UUID] = mapped_column(sort_order=-1)


class Internal:
    """A row that buyers never see: tags, audit, outbox."""


def narrow(state: ORMExecuteState) -> None:
    scope: Scope = state.session.info["scope"]
    if scope.brand_id is None or state.is_column_load or state.is_relationship_load:
        return
    options: list[Any] = [_of_brand(scope.brand_id)]
    # What a rule looks at is the brand's knowledge, whoever asks.
    if scope.buyer_id is not None and not state.execution_options.get("facts_for_rules"):
        options += _of_buyer(scope.brand_id, scope.buyer_id)
    state.statement = state.statement.options(*options)


def _of_brand(brand_id: UUID) -> Any:
    return with_loader_criteria(BrandOwned, lambda cls: cls.brand_id == brand_id, include_aliases=True)


def _of_buyer(brand_id: UUID, buyer_id: UUID) -> list[Any]:
    # Imported late: the tables are built on these mixins.
    from models.cart import Cart, CartLine
    from models.documents import Invoice, InvoiceStatus
    from models.order import Order
    from models.party import Buyer

    carts = Cart.__table__
    own_carts = select(carts.c.id).where(carts.c.brand_id == brand_id, carts.c.buyer_id == buyer_id)

    def own_order(cls: type[OrderOwned]) -> ColumnElement[bool]:
        orders = Order.__table__
        own = select(orders.c.id).where(orders.c.brand_id == brand_id, orders.c.buyer_id == buyer_id)
        return cls.order_id.in_(own)

    def never(cls: type[Internal]) -> ColumnElement[bool]:
        return false()

    return [
        with_loader_criteria(Order, Order.buyer_id == buyer_id, include_aliases=True),
        with_loader_criteria(Buyer, Buyer.id == buyer_id, include_aliases=True),
        with_loader_criteria(Cart, Cart.buyer_id == buyer_id, include_aliases=True),
        # A draft is the brand's own business until it is issued.
        with_loader_criteria(Invoice, Invoice.status != InvoiceStatus.DRAFT, include_aliases=True),
        with_loader_criteria(CartLine, CartLine.cart_id.in_(own_carts), include_aliases=True),
        with_loader_criteria(OrderOwned, own_order, include_aliases=True),
        with_loader_criteria(Internal, never, include_aliases=True),
    ]
