"""Where an import gathers the rows of a file by order: a temporary SQLite file, so that memory does not grow with it.

The rows of one order may stand anywhere in the file. Orders come out in the order of their first rows.
"""

import json
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from types import TracebackType
from typing import Any

from resolvers.importing.rows import ImportRow
from resolvers.importing.similar import differ_by_case_only, folded

# What an order form has of an article that is not ordered: the quantity as it is written, "0" or "".
EmptyLine = str
# An order of the file: its code, and its rows by number; None stands for a row at fault.
StagedOrder = tuple[str, list[tuple[int, ImportRow | EmptyLine | None]]]

# kind of code → its place in an ImportRow
KINDS = {
    "order": "order_code",
    "buyer": "buyer_code",
    "catalog": "catalog_code",
    "model": "model_number",
    "sku": "sku_number",
}
PLACES = tuple((kind, ImportRow._fields.index(name)) for kind, name in KINDS.items())
SEEN = 50_000  # codes remembered, so that each is written once


class Staging:
    def __init__(self) -> None:
        self._seen: set[tuple[str, Any]] = set()
        self.spellings: list[str] = []
        self._folder = tempfile.TemporaryDirectory(prefix="import-")
        self._database = sqlite3.connect(
            Path(self._folder.name) / "rows.db", isolation_level=None, check_same_thread=False
        )
        for statement in (
            "PRAGMA journal_mode=OFF",
            "PRAGMA synchronous=OFF",
            "PRAGMA temp_store=FILE",
            "CREATE TABLE rows (code TEXT NOT NULL, number INTEGER NOT NULL, content TEXT)",
            "CREATE TABLE codes (kind TEXT, code TEXT, folded TEXT, row INTEGER, UNIQUE (kind, code))",
            "CREATE INDEX codes_folded ON codes (kind, folded)",
            "CREATE TABLE known (kind TEXT, code TEXT, folded TEXT, UNIQUE (kind, folded, code))",
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
        content = json.dumps(row, default=str) if row else None
        self._database.execute("INSERT INTO rows VALUES (?, ?, ?)", (code, number, content))
        if row is None:
            return
        for kind, place in PLACES:
            if (kind, row[place]) not in self._seen:
                self._add_code(kind, str(row[place]), number)

    def add_empty(self, code: str, number: int, quantity: EmptyLine) -> None:
        self._database.execute("INSERT INTO rows VALUES (?, ?, ?)", (code, number, json.dumps(quantity)))

    def _add_code(self, kind: str, code: str, number: int) -> None:
        if len(self._seen) > SEEN:
            self._seen.clear()
        self._seen.add((kind, code))
        values = (kind, code, folded(code), number)
        self._database.execute("INSERT OR IGNORE INTO codes VALUES (?, ?, ?, ?)", values)

    def codes(self, kind: str) -> int:
        """How many different codes of this kind the file has."""
        number: int = self._database.execute("SELECT count(*) FROM codes WHERE kind = ?", (kind,)).fetchone()[0]
        return number

    def add_known(self, kind: str, codes: Iterable[str]) -> None:
        """Codes of this kind that the brand has; only those that look like one of the file are kept."""
        for code in codes:
            alike = folded(code)
            self._database.execute(
                "INSERT OR IGNORE INTO known SELECT ?1, ?2, ?3"
                " WHERE EXISTS (SELECT 1 FROM codes WHERE kind = ?1 AND folded = ?3)",
                (kind, code, alike),
            )

    def similar(self) -> dict[tuple[str, str], str]:
        """(kind, code) → the known code, or the earlier one of the file with its row, that it looks like.

        Not told: SKUs and models of one file that differ by case alone; real catalogues have them. They are in
        `spellings`.
        """
        found = self._database.execute(
            "SELECT kind, code, (SELECT known.code FROM known WHERE known.kind = codes.kind"
            " AND known.folded = codes.folded ORDER BY known.code LIMIT 1) AS other FROM codes"
            " WHERE other IS NOT NULL"
            " AND NOT EXISTS (SELECT 1 FROM known WHERE known.kind = codes.kind AND known.code = codes.code)"
        )
        alike = {(kind, code): other for kind, code, other in found}
        self.spellings = []
        told: set[tuple[str, str]] = set()
        for kind, code, row, first, first_row in self._database.execute(
            "SELECT a.kind, a.code, a.row, b.code, b.row FROM codes AS a JOIN codes AS b"
            " ON b.kind = a.kind AND b.folded = a.folded AND (b.row, b.rowid) < (a.row, a.rowid)"
            " WHERE NOT EXISTS (SELECT 1 FROM known WHERE known.kind = a.kind AND known.folded = a.folded)"
            " ORDER BY a.row, b.row"
        ):
            if (kind, code) in alike or (kind, code) in told:
                continue
            told.add((kind, code))
            if kind in ("sku", "model") and differ_by_case_only(code, first):
                self.spellings.append(f"{code} (row {row}) and {first}")
            else:
                alike[kind, code] = f"{first} (row {first_row})"
        return alike

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


def _row(content: str | None) -> ImportRow | EmptyLine | None:
    if content is None:
        return None
    read = json.loads(content)
    if isinstance(read, str):
        return read
    values: list[Any] = [tuple(each) if isinstance(each, list) else each for each in read]
    row = ImportRow(*values)
    # JSON knows no Decimal: a price finer than the smallest unit is text.
    return row._replace(price=Decimal(row.price)) if isinstance(row.price, str) else row
