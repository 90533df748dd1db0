"""The verdict on an order: what policy says of it, with the documents and the rejection that explain it."""

from collections.abc import Collection
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from models import policy
from models.actor import Actor
from models.brand import Brand
from models.delivery_note import DeliveryNote
from models.facts import read_facts
from models.invoice import Invoice, InvoicedOrder, InvoiceStatus
from models.messages.blockers import Rejected, blocker_message
from models.policy import Blocker, DeliveryStatus, Fact, Facts, OrderAction
from models.rejection import OrderRejection


@dataclass(frozen=True, slots=True)
class ReferencingDocument:
    kind: Blocker
    id: UUID
    code: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The facts of one order and, for explaining them, who rejected it and which documents reference it."""

    facts: Facts
    documents: tuple[ReferencingDocument, ...] = ()
    rejected: Rejected | None = None
    time_zone: str = "UTC"

    def blockers(self, action: OrderAction, actor: Actor, *, bulk: bool = False) -> list["Explained"]:
        """Every reason why the actor cannot do it now; empty when it can."""
        found = policy.blockers(action, actor.role, self.facts, bulk=bulk)
        return [self._explain(blocker, actor) for blocker in found]

    def allows(self, action: OrderAction, actor: Actor) -> bool:
        return not policy.blockers(action, actor.role, self.facts)

    @property
    def delivery_status(self) -> DeliveryStatus:
        if Fact.DELIVERY_NOTE in self.facts.true:
            return DeliveryStatus.DELIVERY_NOTE_CREATED
        if Fact.BACKLOG_SKUS in self.facts.true:
            return DeliveryStatus.BACKLOG_SKUS_CREATED
        return DeliveryStatus.NONE

    def _explain(self, blocker: Blocker, actor: Actor) -> "Explained":
        documents = [document for document in self.documents if document.kind is blocker]
        message = blocker_message(
            blocker,
            actor.locale,
            documents=[document.code for document in documents],
            rejected=None if actor.is_buyer else self.rejected,  # a buyer is told the brand, no member's name
            time_zone=self.time_zone,
        )
        return Explained(blocker, message, documents)


@dataclass(frozen=True, slots=True)
class Explained:
    """A blocker in words, with the documents in the way."""

    code: Blocker
    message: str
    documents: list[ReferencingDocument] = field(default_factory=list)


_REFERENCED = frozenset({Fact.DELIVERY_NOTE, Fact.INVOICE})


async def read_verdicts(session: AsyncSession, order_ids: Collection[UUID]) -> dict[UUID, Verdict]:
    """The verdicts of many orders in at most three statements, however many there are."""
    facts = await read_facts(session, order_ids)
    documents = await _documents(session, [id for id, each in facts.items() if each.true & _REFERENCED])
    rejected = await _rejected(session, [id for id, each in facts.items() if each.status in policy.REJECTED])
    return {
        id: Verdict(each, tuple(documents.get(id, ())), *rejected.get(id, (None, "UTC"))) for id, each in facts.items()
    }


async def _documents(session: AsyncSession, order_ids: list[UUID]) -> dict[UUID, list[ReferencingDocument]]:
    found: dict[UUID, list[ReferencingDocument]] = {}
    if not order_ids:
        return found
    notes = select(
        DeliveryNote.order_id, literal(Blocker.DELIVERY_NOTE_EXISTS.value), DeliveryNote.id, DeliveryNote.code
    ).where(DeliveryNote.order_id.in_(order_ids))
    invoices = (
        select(InvoicedOrder.order_id, literal(Blocker.INVOICE_EXISTS.value), Invoice.id, Invoice.code)
        .join(Invoice, (Invoice.brand_id == InvoicedOrder.brand_id) & (Invoice.id == InvoicedOrder.invoice_id))
        .where(InvoicedOrder.order_id.in_(order_ids), Invoice.status != InvoiceStatus.VOID)
    )
    for order_id, kind, id, code in sorted(await session.execute(union_all(notes, invoices)), key=lambda row: row[3]):
        found.setdefault(order_id, []).append(ReferencingDocument(Blocker(kind), id, code))
    return found


async def _rejected(session: AsyncSession, order_ids: list[UUID]) -> dict[UUID, tuple[Rejected, str]]:
    if not order_ids:
        return {}
    statement = (
        select(OrderRejection.order_id, OrderRejection.actor_name, OrderRejection.rejected_at, Brand.time_zone)
        .join(Brand, Brand.id == OrderRejection.brand_id)
        .where(OrderRejection.order_id.in_(order_ids))
    )
    return {id: (Rejected(by, at), zone) for id, by, at, zone in await session.execute(statement)}
