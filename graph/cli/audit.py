"""`orders audit verify`: checks that nobody has changed, removed or added an entry of the audit."""

from dataclasses import dataclass

import typer
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from graph.cli.brands import brands, find_brand
from models.audit import AuditEntry, AuditHead, digest
from models.brand import Brand
from models.database.sessions import Database
from models.scope import Scope

ENTRIES_AT_A_TIME = 500


@dataclass(frozen=True, slots=True)
class Verdict:
    """`wrong` None: the chain is intact. `unchained`: entries older than the chain."""

    entries: int
    unchained: int
    wrong: str | None


async def verify(database: Database, brand_code: str | None) -> bool:
    """Prints a line for each brand; True when all chains are intact. Raises CommandError for an unknown brand."""
    chosen = [await find_brand(database, brand_code)] if brand_code else list(await brands(database))
    fine = True
    for brand in chosen:
        verdict = await verify_brand(database, brand)
        older = f", {verdict.unchained:,} older than the chain" if verdict.unchained else ""
        told = f"BROKEN: {verdict.wrong}" if verdict.wrong else "intact"
        typer.echo(f"{brand.code}: {verdict.entries:,} entries{older}, {told}")
        fine = fine and verdict.wrong is None
    return fine


async def verify_brand(database: Database, brand: Brand) -> Verdict:
    """Walks the chain in one read, some hundred entries in memory at a time."""
    async with database.read(Scope(brand.id)) as session:
        unchained = select(func.count()).select_from(AuditEntry).where(AuditEntry.sequence.is_(None))
        head = await session.scalar(select(AuditHead))
        count, wrong = await _walk(session, head)
        return Verdict(count, await session.scalar(unchained) or 0, wrong)


async def _walk(session: AsyncSession, head: AuditHead | None) -> tuple[int, str | None]:
    sequence, previous = 0, ""
    while True:
        page = (
            select(AuditEntry)
            .where(AuditEntry.sequence > sequence)
            .order_by(AuditEntry.sequence)
            .limit(ENTRIES_AT_A_TIME)
        )
        entries = list(await session.scalars(page))
        for entry in entries:
            where = f"entry {entry.sequence} ({entry.id})"
            if entry.sequence != sequence + 1:
                return sequence, f"entry {sequence + 1} is missing"
            if entry.previous_hash != previous:
                return sequence, f"{where} does not follow the one before it"
            if entry.hash != digest(entry):
                return sequence, f"{where} was changed"
            sequence, previous = entry.sequence, entry.hash
        session.expunge_all()
        if len(entries) < ENTRIES_AT_A_TIME:
            break
    if (head.sequence, head.hash) != (sequence, previous) if head else sequence:
        return sequence, f"the chain ends at entry {sequence}, but its head says {head.sequence if head else 'nothing'}"
    return sequence, None
