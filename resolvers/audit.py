"""Checks the audit chain of a brand: that no entry was changed, removed or added (`orders audit verify`)."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.audit import AuditEntry, AuditHead, digest
from models.brand import Brand
from models.database.sessions import Database
from models.scope import Scope

# Entries in memory at a time.
PAGE_SIZE = 500


@dataclass(frozen=True, slots=True)
class ChainReport:
    """`entries`: how many are intact. `unchained`: entries older than the chain. `problem` None: intact."""

    entries: int
    unchained: int
    problem: str | None


async def verify_brand(database: Database, brand: Brand) -> ChainReport:
    """Walks the brand's chain from its first entry to its head, in one read transaction."""
    async with database.read(Scope(brand.id)) as session:
        unchained = select(func.count()).select_from(AuditEntry).where(AuditEntry.sequence.is_(None))
        head = await session.scalar(select(AuditHead))
        entries, problem = await _walk(session, head)
        return ChainReport(entries, await session.scalar(unchained) or 0, problem)


async def _walk(session: AsyncSession, head: AuditHead | None) -> tuple[int, str | None]:
    """The number of intact entries, and what is wrong with the next one or with the head."""
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
        session.expunge_all()
        if len(entries) < PAGE_SIZE:
            break
    if (head.sequence, head.hash) != (sequence, previous) if head else sequence:
        return sequence, f"the chain ends at entry {sequence}, but its head says {head.sequence if head else 'nothing'}"
    return sequence, None
