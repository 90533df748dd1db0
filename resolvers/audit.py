"""Checks the audit of a brand (`orders audit verify`): its chain, the entries of its decisions, and its anchors."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.actor import ActorKind
from models.audit import AuditEntry, AuditHead, BuyerEvent, digest, hashed_text
from models.audit_anchor import Anchor, read_heads
from models.brand import Brand
from models.buyer import Buyer
from models.database.sessions import Database
from models.invoice import CreditNote, Invoice, InvoiceStatus
from models.messages.history import SHOWN_TO_BUYERS, EventKind
from models.order import Order
from models.policy import REJECTED, OrderStatus
from models.rejection import OrderRejection, body_hash
from models.rejection_reason import GROUNDS_OF_REJECTION, REASON_OF_GROUNDS, RejectionGrounds, RejectionReason
from models.scope import EVERYTHING, Scope
from models.send_back import OrderSendBack

# Entries in memory at a time.
PAGE_SIZE = 500


@dataclass(frozen=True, slots=True)
class ChainReport:
    """`entries`: how many are intact. `unchained`: entries older than the chain. `problem` None: intact."""

    entries: int
    unchained: int
    problem: str | None


async def anchors(database: Database, at: datetime) -> list[Anchor]:
    """An anchor for each brand."""
    async with database.read(EVERYTHING) as session:
        return await read_heads(session, at)


async def verify_brand(database: Database, brand: Brand, signed: Sequence[Anchor] = ()) -> ChainReport:
    """Checks everything about one brand, on one snapshot. `signed`: anchors of this brand."""
    async with database.read(Scope(brand.id), one_snapshot=True) as session:
        head = await session.scalar(select(AuditHead)) or AuditHead(
            brand_id=brand.id, sequence=0, hash="", unchained=0, unchained_hash=""
        )
        session.expunge_all()
        hashes = {0: "", **{anchor.sequence: None for anchor in signed if anchor.sequence}}
        entries, problem = await _walk(session, head, hashes)
        unchained, unchained_hash = await older_entries(session)
        if not problem and (unchained, unchained_hash) != (head.unchained, head.unchained_hash):
            problem = f"{unchained} entries are outside the chain, but {head.unchained} are older than it, or others"
        problem = problem or await _decisions(session) or _contradiction(signed, head, hashes)
        return ChainReport(entries, unchained, problem)


async def _walk(session: AsyncSession, head: AuditHead, hashes: dict[int, str | None]) -> tuple[int, str | None]:
    """The number of intact entries, and what is wrong with the next one or with the head.

    `hashes`: gets the hashes of the entries whose sequences are its keys.
    """
    sequence, previous = 0, ""
    while True:
        page = select(AuditEntry).where(AuditEntry.sequence > sequence).order_by(AuditEntry.sequence).limit(PAGE_SIZE)
        entries = list(await session.scalars(page))
        for entry in entries:
            name = f"entry {entry.sequence} ({entry.id})"
            if entry.sequence != sequence + 1:
                return sequence, f"entry {sequence + 1} is missing"
            if entry.previous_hash != previous:
                return sequence, f"{name} does not follow the one before it"
            if entry.hash != digest(entry):
                return sequence, f"{name} was changed"
            sequence, previous = entry.sequence, entry.hash
            if sequence in hashes:
                hashes[sequence] = previous
        session.expunge_all()
        if len(entries) < PAGE_SIZE:
            break
    if (head.sequence, head.hash) != (sequence, previous):
        return sequence, f"the chain ends at entry {sequence}, but its head says {head.sequence or 'nothing'}"
    if odd := await session.scalar(select(AuditEntry.id).where(AuditEntry.sequence < 1).limit(1)):
        return sequence, f"entry {odd} is before the first one"
    return sequence, None


async def older_entries(session: AsyncSession) -> tuple[int, str]:
    """The number and the hash of the entries outside the chain: SHA-256 (hex) of their texts, a line each, by id."""
    count, hashed = 0, hashlib.sha256()
    columns = AuditEntry.__mapper__.column_attrs
    older = select(*(getattr(AuditEntry, column.key) for column in columns)).where(AuditEntry.sequence.is_(None))
    found = await session.stream(older.order_by(AuditEntry.id).execution_options(yield_per=PAGE_SIZE))
    async for row in found:
        count += 1
        hashed.update(hashed_text(row).encode() + b"\n")
    return count, hashed.hexdigest() if count else ""


# What an order shows of a decision, by the kind of its entry.
SHOWN: dict[EventKind, ColumnElement[bool]] = {
    EventKind.ORDER_REJECTED: exists().where(
        OrderRejection.brand_id == Order.brand_id, OrderRejection.order_id == Order.id
    ),
    EventKind.SENT_BACK_TO_CART: exists().where(
        OrderSendBack.brand_id == Order.brand_id, OrderSendBack.order_id == Order.id
    ),
    EventKind.ORDER_ARCHIVED: Order.archived_at.is_not(None),
}
STATUSES = {
    EventKind.ORDER_REJECTED: sorted(REJECTED),
    EventKind.SENT_BACK_TO_CART: [OrderStatus.SENT_BACK_TO_CART],
}


async def _decisions(session: AsyncSession) -> str | None:
    """What is wrong between the decisions that orders show and the entries about them."""
    for kind, shown in SHOWN.items():
        entries = (
            select(func.count(AuditEntry.id))
            .where(AuditEntry.brand_id == Order.brand_id, AuditEntry.order_id == Order.id, AuditEntry.kind == kind)
            .correlate(Order)
            .scalar_subquery()
        )
        wrong = select(Order.code, shown, entries).where(entries != case((shown, 1), else_=0)).limit(1)
        if row := (await session.execute(wrong)).first():
            has = "has" if row[1] else "does not have"
            return f"order {row[0]} {has} what an entry {kind} is about, but {row[2]} such entries"
        if kind in STATUSES:
            wrong_status = select(Order.code, Order.status).where(Order.status.in_(STATUSES[kind]) != shown).limit(1)
            if found := (await session.execute(wrong_status)).first():
                return f"order {found[0]} is {found[1]}, which its record contradicts"
    for look in (_changes, _orphans, _contents, _senders, _documents, _events_of_buyers, _erasures):
        if problem := await look(session):
            return problem
    return None


# Kinds of entries that do not raise their order's version.
NO_CHANGE = (
    EventKind.ORDER_PLACED,
    EventKind.TAGS_APPLIED,
    EventKind.NOTIFICATION_RESENT,
    EventKind.NOTIFICATION_CANCELLED,
)


async def _changes(session: AsyncSession) -> str | None:
    """An order that has more changes than entries about them."""
    entries = (
        select(func.count(AuditEntry.id))
        .where(AuditEntry.brand_id == Order.brand_id, AuditEntry.order_id == Order.id)
        .where(AuditEntry.kind.not_in(NO_CHANGE))
        .correlate(Order)
        .scalar_subquery()
    )
    fewer = select(Order.code, Order.version - 1, entries).where(Order.version > 1, Order.version - 1 > entries)
    if row := (await session.execute(fewer.limit(1))).first():
        return f"order {row[0]} was changed {row[1]} times, but has {row[2]} entries about that"
    return None


async def _orphans(session: AsyncSession) -> str | None:
    """An entry or a record whose order is not there."""
    for table in (OrderRejection, OrderSendBack, AuditEntry):
        order = exists().where(Order.brand_id == table.brand_id, Order.id == table.order_id)
        needs: ColumnElement[bool] = table.order_id.is_not(None)
        if table is AuditEntry:
            needs = or_(needs, AuditEntry.kind.in_(list(SHOWN)))
        if row := (await session.execute(select(table.order_id).where(needs, not_(order)).limit(1))).first():
            return f"{table.__tablename__} is about the order {row[0]}, which is not there"
    return None


async def _contents(session: AsyncSession) -> str | None:
    """A rejection's record that says something else than its entry."""
    record = and_(OrderRejection.brand_id == AuditEntry.brand_id, OrderRejection.order_id == AuditEntry.order_id)
    same = (
        (OrderRejection.rejected_at, AuditEntry.at),
        (OrderRejection.actor_kind, AuditEntry.actor_kind),
        (OrderRejection.actor_id, AuditEntry.actor_id),
        (OrderRejection.actor_name, AuditEntry.actor_name),
    )
    columns = (AuditEntry.sequence, AuditEntry.details, OrderRejection.status_before, OrderRejection.notified)
    texts = (OrderRejection.body, RejectionReason.code, RejectionGrounds.note)
    rows = (
        select(*columns, Buyer.erased_at, *texts, *(column for pair in same for column in pair))
        .join_from(AuditEntry, OrderRejection, record)
        .join(Order, and_(Order.brand_id == OrderRejection.brand_id, Order.id == OrderRejection.order_id))
        .join(Buyer, and_(Buyer.brand_id == Order.brand_id, Buyer.id == Order.buyer_id))
        .outerjoin(RejectionGrounds, GROUNDS_OF_REJECTION)
        .outerjoin(RejectionReason, REASON_OF_GROUNDS)
        .where(AuditEntry.kind == EventKind.ORDER_REJECTED, AuditEntry.sequence.is_not(None))
    )
    found = await session.stream(rows.execution_options(yield_per=PAGE_SIZE))
    async for sequence, details, status_before, notified, erased_at, body, reason, note, *pairs in found:
        recorded: dict[str, Any] = {
            "status_before": status_before,
            "notified": notified,
            "body_sha256": body_hash(body),
            "reason": reason,
            "note_sha256": body_hash(note),
        }
        said = {name: details.get(name) for name in recorded}
        if body is None and erased_at:
            recorded["body_sha256"] = said["body_sha256"]
        if note is None and erased_at:
            recorded["note_sha256"] = said["note_sha256"]
        if "decided_at" in details:  # the entry's own instant is a little later: under the lock of the chain's head
            pairs[1] = datetime.fromisoformat(details["decided_at"])
        if details.get("source"):  # a decision of the past, which the person who imported it has taken over
            pairs[1], pairs[7] = datetime.fromisoformat(details["rejected_at"]), details["rejected_by"]
        if recorded != said or pairs[::2] != pairs[1::2]:
            return f"entry {sequence} is not about the rejection that is recorded"
    return None


async def _senders(session: AsyncSession) -> str | None:
    """A send-back's record that names another member than its entry."""
    record = and_(OrderSendBack.brand_id == AuditEntry.brand_id, OrderSendBack.order_id == AuditEntry.order_id)
    wrong = select(AuditEntry.sequence).join(OrderSendBack, record).where(AuditEntry.sequence.is_not(None))
    wrong = wrong.where(
        AuditEntry.kind == EventKind.SENT_BACK_TO_CART, OrderSendBack.actor_name != AuditEntry.actor_name
    )
    sequence = await session.scalar(wrong.limit(1))
    return f"entry {sequence} is not about the send-back that is recorded" if sequence is not None else None


async def _documents(session: AsyncSession) -> str | None:
    """An entry about an invoice that was issued or voided, or about a credit note, which is not there."""

    def named(name: str) -> ColumnElement[str]:
        text: ColumnElement[str] = AuditEntry.details[name].as_string()
        return text

    def invoice(*statuses: InvoiceStatus) -> ColumnElement[bool]:
        return exists().where(
            Invoice.brand_id == AuditEntry.brand_id, Invoice.code == named("code"), Invoice.status.in_(statuses)
        )

    note = exists().where(CreditNote.brand_id == AuditEntry.brand_id, CreditNote.code == named("credit_note"))
    for kind, name, document in (
        (EventKind.INVOICE_ISSUED, "code", invoice(InvoiceStatus.ISSUED, InvoiceStatus.VOID)),
        (EventKind.INVOICE_VOIDED, "code", invoice(InvoiceStatus.VOID)),
        (EventKind.INVOICE_VOIDED, "credit_note", note),
    ):
        wrong = select(AuditEntry.sequence, named(name)).where(AuditEntry.kind == kind, named(name).is_not(None))
        if row := (await session.execute(wrong.where(not_(document)).limit(1))).first():
            return f"entry {row[0]} is about the document {row[1]}, which is not there, or not in that state"
    return None


async def _events_of_buyers(session: AsyncSession) -> str | None:
    """What a buyer sees of an entry and the entry does not say; an entry that its buyer does not see; a gap."""
    event, entry = BuyerEvent, AuditEntry
    of_entry = and_(entry.brand_id == event.brand_id, entry.sequence == event.entry_sequence)
    by_buyer, was_erased = entry.actor_kind == ActorKind.BUYER, Buyer.erased_at.is_not(None)
    comment = case((by_buyer, entry.details["comment"].as_string()))
    differs = or_(
        entry.id.is_(None),
        Order.buyer_id.is_distinct_from(event.buyer_id),
        entry.kind.not_in(SHOWN_TO_BUYERS),
        entry.order_id.is_distinct_from(event.order_id),
        entry.kind != event.kind,
        entry.at != event.at,
        event.code.is_distinct_from(entry.details["code"].as_string()),
        event.user_name.is_distinct_from(case((by_buyer, entry.actor_name))) & not_(was_erased & by_buyer),
        event.comment.is_distinct_from(comment) & not_(was_erased & event.comment.is_(None)),
    )
    wrong = (
        select(event.entry_sequence)
        .outerjoin(entry, of_entry)
        .outerjoin(Order, and_(Order.brand_id == entry.brand_id, Order.id == entry.order_id))
        .outerjoin(Buyer, and_(Buyer.brand_id == Order.brand_id, Buyer.id == Order.buyer_id))
        .where(differs)
    )
    if (sequence := await session.scalar(wrong.limit(1))) is not None:
        return f"entry {sequence} is not what its buyer sees of it"
    seen = exists().where(of_entry)
    unseen = select(entry.sequence).where(entry.sequence.is_not(None), entry.order_id.is_not(None))
    unseen = unseen.where(entry.kind.in_(SHOWN_TO_BUYERS), not_(seen))
    if (sequence := await session.scalar(unseen.limit(1))) is not None:
        return f"entry {sequence} is not among the events of its buyer"
    counts = select(event.buyer_id).group_by(event.buyer_id)
    gap = counts.having(or_(func.count() != func.max(event.sequence), func.min(event.sequence) != 1))
    if (buyer_id := await session.scalar(gap.limit(1))) is not None:
        return f"the events of the buyer {buyer_id} are not numbered without gaps"
    return None


async def _erasures(session: AsyncSession) -> str | None:
    """An erased buyer without an entry about that."""
    entry = exists().where(
        AuditEntry.brand_id == Buyer.brand_id,
        AuditEntry.kind == EventKind.BUYER_ERASED,
        AuditEntry.details["code"].as_string() == Buyer.unique_code,
    )
    silent = select(Buyer.unique_code).where(Buyer.erased_at.is_not(None), not_(entry)).limit(1)
    code = await session.scalar(silent)
    return f"buyer {code} was erased, but has no entry about that" if code is not None else None


def _contradiction(signed: Iterable[Anchor], head: AuditHead, hashes: dict[int, str | None]) -> str | None:
    """An anchor that the chain does not agree with. `hashes`: of the entries that anchors name, by sequence."""
    for anchor in signed:
        name = f"the anchor of {anchor.at:%Y-%m-%d %H:%M:%S} UTC"
        if (anchor.unchained, anchor.unchained_hash) != (head.unchained, head.unchained_hash):
            return f"{name} has another marker of the entries older than the chain"
        found = hashes.get(anchor.sequence)
        if found is None:
            return f"{name} has {anchor.sequence} entries, the chain has {head.sequence}"
        if found != anchor.hash:
            return f"{name} has another hash of entry {anchor.sequence}"
    return None
