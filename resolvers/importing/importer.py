"""Importing orders from a file.

Rows are read, checked and gathered by order off the event loop; then the orders are written, some hundred to a
transaction. An order with a faulty row is refused, the others are imported. An order that exists is never changed:
when the file says the same of it, it counts as unchanged, else it is refused.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from models.actor import Actor
from models.brand import Brand
from models.database.sessions import Database
from resolvers.importing.files import ImportFileError, open_file
from resolvers.importing.rows import COLUMNS, Fault, HeadingError, read_heading, read_row
from resolvers.importing.staging import Staging
from resolvers.importing.writer import Summary, Writer

BATCH = 200

OnFault = Callable[[Fault], None]
# stage ("read" or "write"), done, of
Progress = Callable[[str, int, int], None]


async def import_file(
    database: Database,
    brand: Brand,
    actor: Actor,
    path: Path,
    *,
    clock: Callable[[], datetime],
    on_fault: OnFault = lambda fault: None,
    progress: Progress = lambda stage, done, of: None,
) -> Summary:
    """Imports a file for a brand. Raises ImportFileError, and then has imported nothing, when it cannot be read."""
    summary = Summary()

    def fault(row: int, column: str, reason: str) -> None:
        summary.faults += 1
        on_fault(Fault(str(path), row, column, reason))

    with Staging() as staging:
        await asyncio.to_thread(_stage, path, brand, staging, summary, fault, progress)
        total = staging.count()
        done = 0
        batches = staging.batches(BATCH)
        while batch := await asyncio.to_thread(next, batches, None):
            await Writer(database, brand, actor, path.name, clock(), fault, summary).write(batch)
            done += len(batch)
            progress("write", done, total)
    return summary


def _stage(
    path: Path,
    brand: Brand,
    staging: Staging,
    summary: Summary,
    fault: Callable[[int, str, str], None],
    progress: Progress,
) -> None:
    with open_file(path) as file:
        summary.notes += file.notes
        heading = next(((number, cells) for number, cells in file.rows if any(cells)), None)
        if heading is None:
            raise ImportFileError(f"{path} is empty.")
        try:
            places, unknown = read_heading(heading[1])
        except HeadingError as error:
            raise ImportFileError(f"{path} {error}.") from None
        if unknown:
            summary.notes.append(f"columns that mean nothing to us are left out: {', '.join(unknown)}")
        above = ""
        for count, (number, cells) in enumerate(file.rows):
            texts = [cell.strip() for cell in cells]
            if not any(texts):
                continue
            by_column = {
                column: texts[places[column]] if column in places and places[column] < len(texts) else ""
                for column in COLUMNS
            }
            row, faults = read_row(by_column, brand.currency, brand.time_zone)
            for column, reason in faults:
                fault(number, column, reason)
            # A row without a code may be part of the order above it (merged cells read so): never import half of one.
            if code := by_column["Order Code"] or above:
                staging.add(code, number, row)
                above = code
            if count % 1000 == 0:
                progress("read", file.position(), file.size)
        progress("read", file.size, file.size)
