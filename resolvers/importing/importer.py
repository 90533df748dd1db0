"""Importing orders from a file.

Rows are read, checked and gathered by order off the event loop; then the orders are written, some hundred to a
transaction. An order with a faulty row is refused, the others are imported. An order that exists is never changed:
when the file says the same of it, it counts as unchanged, else it is refused.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from models.actor import Actor
from models.brand import Brand
from models.buyer import Buyer
from models.catalog import Catalog, Sku
from models.database.sessions import Database
from models.messages import importing as texts
from models.order import Order
from models.scope import Scope
from models.translatable import joined, translatable
from resolvers.importing.options import AS_THE_FILE_SAYS, ImportOptions
from resolvers.importing.reading import stage
from resolvers.importing.rows import Fault
from resolvers.importing.staging import Staging
from resolvers.importing.summary import SHOWN, Summary
from resolvers.importing.writer import Writer

BATCH = 200
CODES_AT_ONCE = 10_000

OnFault = Callable[[Fault], None]
# stage ("read" or "write"), done, of
Progress = Callable[[str, int, int], None]

KNOWN: dict[str, Any] = {
    "order": Order.code,
    "buyer": Buyer.unique_code,
    "catalog": Catalog.code,
    "model": Sku.model_number,
    "sku": Sku.number,
}


async def import_file(
    database: Database,
    brand: Brand,
    actor: Actor,
    path: Path,
    *,
    clock: Callable[[], datetime],
    on_fault: OnFault = lambda fault: None,
    progress: Progress = lambda stage, done, of: None,
    options: ImportOptions = AS_THE_FILE_SAYS,
) -> Summary:
    """Imports a file for a brand. Raises ImportFileError, and then has imported nothing, when it cannot be read."""
    summary = Summary(dry_run=options.dry_run)

    def fault(row: int, column: str, reason: str) -> None:
        summary.faults += 1
        on_fault(Fault(str(path), row, column, reason, summary.headings[column]))

    with Staging() as staging:
        await asyncio.to_thread(stage, path, brand, options, staging, summary, fault, progress)
        similar = {} if options.allow_similar else await _similar(database, brand, staging, summary)
        writer = Writer(database, brand, actor, path.name, clock, fault, summary, options, similar)
        total = staging.count()
        done = 0
        batches = staging.batches(BATCH)
        while batch := await asyncio.to_thread(next, batches, None):
            await writer.write(batch)
            done += len(batch)
            progress("write", done, total)
    return summary


async def _similar(database: Database, brand: Brand, staging: Staging, summary: Summary) -> dict[tuple[str, str], str]:
    """The codes of the file that look like a known one, or like each other."""
    async with database.read(Scope(brand.id)) as session:
        for kind, column in KNOWN.items():
            if not staging.codes(kind):
                continue
            codes = await session.stream_scalars(select(column).execution_options(yield_per=CODES_AT_ONCE))
            async for some in codes.partitions(CODES_AT_ONCE):
                await asyncio.to_thread(staging.add_known, kind, some)
    similar = await asyncio.to_thread(staging.similar)
    if staging.spellings:
        listed = joined(staging.spellings[:SHOWN], texts.SEMICOLON)
        if len(staging.spellings) > SHOWN:
            listed = translatable(texts.AND_MORE, listed=listed, more=len(staging.spellings) - SHOWN)
        summary.notes.append(translatable(texts.BY_CASE_ALONE, codes=listed))
    return similar
