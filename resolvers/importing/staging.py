"""Where an import gathers the rows of a file by order: a temporary SQLite file, so that memory does not grow with it.

The rows of one order may stand anywhere in the file. Orders come out in the order of their first rows.
"""

import json
import sqlite3
import tempfile
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from types import TracebackType
from typing import Any

from resolvers.importing.rows import ImportRow

MAX_LINES = 10_000  # of one order; they are in memory together

# An order of the file: its code, and its rows by number; None stands for a row at fault.
StagedOrder = tuple[str, list[tuple[int, ImportRow | None]]]


class Staging:
    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="import-")
        self._database = sqlite3.connect(
            Path(self._folder.name) / "rows.db", isolation_level=None, check_same_thread=False
        )
        for statement in (
            "PRAGMA journal_mode=OFF",
            "PRAGMA synchronous=OFF",
            "PRAGMA temp_store=FILE",
            "CREATE TABLE rows (code TEXT NOT NULL, number INTEGER NOT NULL, content TEXT)",
            "BEGIN",
        ):
            self._database.execute(statement)

    def __enter__(self) -> "Staging":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._database.close()
        self._folder.cleanup()

    def add(self, code: str, number: int, row: ImportRow | None) -> None:
        content = json.dumps(row) if row else None
        self._database.execute("INSERT INTO rows VALUES (?, ?, ?)", (code, number, content))

    def count(self) -> int:
        """How many orders."""
        number: int = self._database.execute("SELECT count(DISTINCT code) FROM rows").fetchone()[0]
        return number

    def batches(self, size: int) -> Iterator[list[StagedOrder]]:
        batch: list[StagedOrder] = []
        for order in self._orders():
            batch.append(order)
            if len(batch) == size:
                yield batch
                batch = []
        if batch:
            yield batch

    def _orders(self) -> Iterator[StagedOrder]:
        self._database.execute("CREATE INDEX IF NOT EXISTS rows_code ON rows (code, number)")
        rows = self._database.execute(
            "SELECT code, number, content FROM rows JOIN (SELECT code, min(number) AS first FROM rows GROUP BY code)"
            " USING (code) ORDER BY first, number"
        )
        for code, found in groupby(rows, key=lambda row: row[0]):
            yield code, [(number, _row(content)) for _, number, content in found]


def _row(content: str | None) -> ImportRow | None:
    if content is None:
        return None
    values: list[Any] = [tuple(each) if isinstance(each, list) else each for each in json.loads(content)]
    return ImportRow(*values)
