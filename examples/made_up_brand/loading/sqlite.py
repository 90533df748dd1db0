"""The same for SQLite. The file must be ours alone, as it leaves the WAL: a journal of new pages costs nothing."""

import sqlite3
from collections.abc import Callable, Iterable
from uuid import UUID

from examples.made_up_brand.loading import added
from examples.made_up_brand.loading.making import Made
from examples.made_up_brand.orders import COLUMNS
from models.database.tables import metadata

# Not durable while it fills; KiB of pages kept in memory; threads that help to sort for an index.
PRAGMAS = ("synchronous=OFF", "foreign_keys=OFF", f"cache_size=-{1 << 20}", "threads=2")


class InUseError(Exception):
    """Another process has the file open."""


def load(path: str, brand_id: UUID, batches: Iterable[Made], progress: Callable[[int], None]) -> None:
    """Raises InUseError; then nothing was written."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=0)
    try:
        try:
            connection.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.OperationalError as error:
            raise InUseError from error
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("BEGIN EXCLUSIVE")
        _fill(connection, brand_id, batches, progress)
        connection.execute("COMMIT")
    finally:
        connection.close()
        _back_to_wal(path)


def _back_to_wal(path: str) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.close()


def _fill(
    connection: sqlite3.Connection, brand_id: UUID, batches: Iterable[Made], progress: Callable[[int], None]
) -> None:
    tables = (*COLUMNS, *added.TABLES)
    of_tables = f"sql IS NOT NULL AND tbl_name IN ({', '.join('?' * len(tables))})"
    made = f"SELECT type, name, sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND {of_tables}"  # noqa: S608
    later = connection.execute(f"{made} ORDER BY type, rowid", tables).fetchall()
    for kind, name, _ in later:
        connection.execute(f"DROP {kind} {name}")
    head = "UPDATE audit_heads SET sequence = ?, hash = ? WHERE brand_id = ?"
    done = 0
    for batch in batches:
        for table in metadata.sorted_tables:
            if rows := batch.rows.get(table.name):
                columns = COLUMNS[table.name]
                marks = ", ".join("?" * len(columns))
                into = f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608
                connection.executemany(into, rows)
        connection.execute(head, (batch.sequence, batch.hash, brand_id.hex))
        done += batch.orders
        progress(done)
    for statement in added.statements("sqlite", brand_id):
        connection.execute(statement)
    for _, _, statement in later:
        connection.execute(statement)
