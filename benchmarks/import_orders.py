"""Importing 26,000 order lines on SQLite, beside a bare executemany of the same rows; IMPORT_FILE names another file.

IMPORT_FILE: the Online Retail data set (its rows have an InvoiceNo; it is converted first), or an import file. Without
it, the sample in the repository is imported with its orders repeated under other codes. DATABASE_URL: an empty
PostgreSQL database, which is imported into instead; then nothing is compared.
"""

import asyncio
import csv
import gc
import gzip
import os
import sqlite3
import tempfile
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import event

from examples.online_retail.convert import COLUMNS, converted, kind_of, open_text, write
from graph.core.clock import utc_now
from graph.core.garbage import settle
from models.actor import Actor
from models.brand import Brand
from models.database.sessions import Database
from models.database.tables import metadata
from models.migrations import upgrade
from models.policy import Role
from models.scope import EVERYTHING
from resolvers.importing.importer import import_file

SAMPLE = Path(__file__).parent.parent / "examples" / "online_retail" / "sample.csv.gz"
LINES = 26_000
ROUNDS = 3
# Triggers fill three tables; the fourth has one row, which they let begin with nothing only.
BY_HAND = ("audit_actors", "buyer_events", "order_code_suffixes", "audit_heads")
T = TypeVar("T")


def main() -> None:
    settle()  # as the command does
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        file = import_file_in(folder)
        if url := os.environ.get("DATABASE_URL"):
            seconds, statements, told = asyncio.run(imported(url, file))
            print(f"{told}: {seconds:.2f} s, {statements} statements")
            return
        ratios = []
        for number in range(ROUNDS):
            path = folder / f"{number}.db"
            seconds, statements, told = asyncio.run(imported(f"sqlite:///{path}", file))
            copy = asyncio.run(empty(folder / f"{number}-copy.db"))
            with_triggers = least(lambda path=path, copy=copy: bare(path, copy, folder, is_whole=True))  # type: ignore[misc]
            tables = least(lambda path=path, copy=copy: bare(path, copy, folder, is_whole=False))  # type: ignore[misc]
            ratios.append(seconds / with_triggers)
            print(
                f"{told}: {seconds:.2f} s of the processor, {statements} statements; bare executemany"
                f" {with_triggers:.2f} s with the triggers, {tables:.2f} s without: {seconds / with_triggers:.1f} and"
                f" {seconds / tables:.1f} times as long"
            )
        print(f"the least ratio: {min(ratios):.1f}")


def least(run: Callable[[], float]) -> float:
    return min(run() for _ in range(2))


def import_file_in(folder: Path) -> Path:
    given = Path(os.environ.get("IMPORT_FILE", SAMPLE))
    with open_text(given, "r") as text:
        heading = next(csv.reader(text))
    target = folder / "orders.csv"
    if "InvoiceNo" in heading:
        with open_text(given, "r") as text:
            write(target, COLUMNS, converted(row for row in csv.DictReader(text) if kind_of(row) == "order line"))
        return target
    if "IMPORT_FILE" in os.environ:
        return given
    with gzip.open(SAMPLE, "rt", encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    times = -(-LINES // len(rows))
    repeated = (row | {"Order Code": f"{row['Order Code']}-{n}"} for n in range(times) for row in rows)
    write(target, COLUMNS, islice(repeated, LINES))
    return target


async def imported(url: str, file: Path) -> tuple[float, int, str]:
    """Seconds of the processor, statements, and what was imported."""
    database = Database(url)
    await upgrade(database)
    brand = Brand(code="bench", name="Bench", currency="GBP", time_zone="Europe/London")
    async with database.transaction(EVERYTHING) as session:
        session.add(brand)
    statements = 0

    def count(*_: object) -> None:
        nonlocal statements
        statements += 1

    event.listen(database.engine.sync_engine, "before_cursor_execute", count)
    actor = Actor(role=Role.ADMIN, id="import", name="Import", brand_id=brand.id)
    gc.collect()
    started = time.process_time()
    summary = await import_file(database, brand, actor, file, clock=utc_now)
    seconds = time.process_time() - started
    await database.close()
    return seconds, statements, f"{summary.imported:,} orders, {summary.lines:,} lines, {summary.refused:,} refused"


async def empty(path: Path) -> Path:
    database = Database(f"sqlite:///{path}")
    await upgrade(database)
    await database.close()
    return path


def bare(path: Path, schema: Path, folder: Path, *, is_whole: bool) -> float:
    """Seconds of the processor for the rows of all tables that the import writes, in one transaction.

    `is_whole`: into the product's tables, with indexes and triggers, which write the search index. Else the triggers
    are dropped.
    """
    target = folder / "bare.db"
    target.unlink(missing_ok=True)
    with sqlite3.connect(schema) as source, sqlite3.connect(target) as copy:
        source.backup(copy)
    database = sqlite3.connect(target, isolation_level=None)
    with sqlite3.connect(path) as source:
        inserts = [_insert(source, name) for name in _tables(source) if not _has_rows(database, name)]
    database.execute("PRAGMA synchronous=FULL")
    database.execute("PRAGMA foreign_keys=ON")
    triggers = database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for (name,) in triggers if not is_whole else ():
        database.execute(f'DROP TRIGGER "{name}"')
    started = time.process_time()
    database.execute("BEGIN")
    for statement, values in inserts:
        database.executemany(statement, values)
    database.execute("COMMIT")
    seconds = time.process_time() - started
    database.close()
    return seconds


def _tables(source: sqlite3.Connection) -> list[str]:
    """Those with rows, in the order of foreign keys; without BY_HAND."""
    names = [table.name for table in metadata.sorted_tables]
    return [name for name in names if name not in BY_HAND and _has_rows(source, name)]


def _has_rows(database: sqlite3.Connection, name: str) -> bool:
    return database.execute(f"SELECT 1 FROM {name} LIMIT 1").fetchone() is not None  # noqa: S608


def _insert(source: sqlite3.Connection, name: str) -> tuple[str, list[Any]]:
    found = source.execute(f"SELECT * FROM {name}")  # noqa: S608
    columns = [each[0] for each in found.description]
    marks = ", ".join("?" * len(columns))
    return f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({marks})", found.fetchall()  # noqa: S608
