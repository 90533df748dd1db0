"""The verdict on an order: what policy decides, with the documents and the rejection that explain the decision."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto
from functools import lru_cache
from typing import Any, assert_never
from uuid import UUID

from sqlalchemy import ColumnElement, CompoundSelect, Select, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from models import policy
from models.actor import Actor
from models.brand import Brand
from models.database.prepared import Query
from models.delivery_note import DeliveryNote
from models.facts import FACT_SQL
from models.invoice import IS_NOT_VOID, Invoice, InvoicedOrder
from models.messages.blockers import Rejected, blocker_message
from models.order import Order
from models.policy import Blocker, DeliveryStatus, Fact, Facts, OrderAction, OrderStatus
from models.rejection import OrderRejection, rejected_by


class DocumentKind(Enum):
    """The kinds of document that can prevent an action on the orders that they reference."""

    DELIVERY_NOTE = auto()
    INVOICE = auto()

    @property
    def blocker(self) -> Blocker:
        match self:
            case DocumentKind.DELIVERY_NOTE:
                return Blocker.DELIVERY_NOTE_EXISTS
            case DocumentKind.INVOICE:
                return Blocker.INVOICE_EXISTS
            case _:
                assert_never(self)


@dataclass(frozen=True, slots=True)
class ReferencingDocument:
    kind: DocumentKind
    id: UUID
    code: str


@dataclass(frozen=True, slots=True)
class Rejection:
    """Who rejected an order, for which brand, and when."""

    member: str
    brand: str
    at: datetime
    time_zone: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The facts of one order. `documents` and `rejection` explain the blockers that follow from them."""

    facts: Facts
    documents: tuple[ReferencingDocument, ...] = ()
    rejection: Rejection | None = None

    def blockers(self, action: OrderAction, actor: Actor, *, bulk: bool = False) -> list["Explained"]:
        """Every reason why the actor cannot do the action now; empty if the actor can."""
        found = policy.blockers(action, actor.role, self.facts, bulk=bulk)
        return [self._explain(blocker, actor) for blocker in found]

    def allows(self, action: OrderAction, actor: Actor) -> bool:
        return not policy.blockers(action, actor.role, self.facts)

    @property
    def delivery_status(self) -> DeliveryStatus:
        return policy.delivery_status(self.facts)

    def _explain(self, blocker: Blocker, actor: Actor) -> "Explained":
        documents = [document for document in self.documents if document.kind.blocker is blocker]
        codes = [document.code for document in documents]
        if self.rejection is None:
            return Explained(blocker, blocker_message(blocker, actor.locale, documents=codes), documents)
        by = rejected_by(self.rejection.member, self.rejection.brand, to_buyer=actor.is_buyer)
        message = blocker_message(
            blocker,
            actor.locale,
            documents=codes,
            rejected=Rejected(by, self.rejection.at),
            time_zone=self.rejection.time_zone,
        )
        return Explained(blocker, message, documents)


@dataclass(frozen=True, slots=True)
class Explained:
    """A blocker with its message and the documents that cause it."""

    code: Blocker
    message: str
    documents: list[ReferencingDocument] = field(default_factory=list)


_FACTS = Query(
    lambda preparing: select(
        Order.id, Order.status, *(expression.label(fact.name) for fact, expression in FACT_SQL.items())
    ).where(preparing.among_ids(Order.id)),
    whole_brand=True,
)


async def read_facts(session: AsyncSession, order_ids: Iterable[UUID]) -> dict[UUID, Facts]:
    """The facts of many orders in one statement. A command must hold the order's lock before it reads them."""
    return {row[0]: _facts(*row[1:]) for row in await _FACTS.rows(session, order_ids)}


@lru_cache(maxsize=4096)  # thousands of orders have the same few
def _facts(status: OrderStatus, *found: Any) -> Facts:
    return Facts(status, frozenset(fact for fact, true in zip(FACT_SQL, found, strict=True) if true))


_REFERENCED = frozenset({Fact.DELIVERY_NOTE, Fact.INVOICE})


async def read_verdicts(session: AsyncSession, order_ids: Collection[UUID]) -> dict[UUID, Verdict]:
    """The verdicts of any number of orders, in at most three statements."""
    facts = await read_facts(session, order_ids)
    referenced = [id for id, each in facts.items() if each.true & _REFERENCED]
    rejected = [id for id, each in facts.items() if each.status in policy.REJECTED]
    documents = documents_by_order(await _read(session, documents_of, referenced))
    rejections = rejections_by_order(await _read(session, rejections_of, rejected))
    return {id: Verdict(each, tuple(documents.get(id, ())), rejections.get(id)) for id, each in facts.items()}


async def _read(session: AsyncSession, statement: Callable[["Among"], Any], order_ids: list[UUID]) -> Iterable[Any]:
    return await session.execute(statement(lambda column: column.in_(order_ids))) if order_ids else ()


Among = Callable[[Any], ColumnElement[bool]]


def documents_of(among: Among) -> CompoundSelect[Any]:
    """The documents that reference orders. `among`: the condition that an order's id is one of those wanted."""
    notes = select(
        literal(DocumentKind.DELIVERY_NOTE.name), DeliveryNote.order_id, DeliveryNote.id, DeliveryNote.code
    ).where(among(DeliveryNote.order_id))
    invoices = (
        select(literal(DocumentKind.INVOICE.name), InvoicedOrder.order_id, Invoice.id, Invoice.code)
        .join_from(InvoicedOrder, Invoice)
        .where(among(InvoicedOrder.order_id), IS_NOT_VOID)
    )
    return union_all(notes, invoices)


def documents_by_order(rows: Iterable[Any]) -> dict[UUID, list[ReferencingDocument]]:
    """By order, in the order of their codes."""
    found: dict[UUID, list[ReferencingDocument]] = {}
    for kind, order_id, id, code in sorted(rows, key=lambda row: row[3]):
        found.setdefault(order_id, []).append(ReferencingDocument(DocumentKind[kind], id, code))
    return found


def rejections_of(among: Among) -> Select[*tuple[Any, ...]]:
    columns = (OrderRejection.actor_name, Brand.name, OrderRejection.rejected_at, Brand.time_zone)
    return (
        select(OrderRejection.order_id, *columns)
        .join(Brand, Brand.id == OrderRejection.brand_id)
        .where(among(OrderRejection.order_id))
    )


def rejections_by_order(rows: Iterable[Any]) -> dict[UUID, Rejection]:
    return {row[0]: Rejection(*row[1:]) for row in rows}
