"""Where an import gathers the rows of a file by order: a temporary SQLite file, so that memory does not grow with it.

The rows of one order may stand anywhere in the file. Orders come out in the order of their first rows.
"""

import marshal
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from types import TracebackType
from typing import Any

from models.messages import importing as texts
from models.translatable import translatable
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
RUN = 1_000  # rows of one order that stand together and are written as one


class Staging:
    def __init__(self) -> None:
        self._seen: set[tuple[str, Any]] = set()
        self._seen_lines: set[tuple[str, str]] = set()
        self._run_code = ""
        self._run: list[tuple[int, Any]] = []
        self._last: tuple[str, ...] = ()
        self.spellings: list[str] = []
        self._folder = tempfile.TemporaryDirectory(prefix="import-")
        self._database = sqlite3.connect(
            Path(self._folder.name) / "rows.db", isolation_level=None, check_same_thread=False
        )
        for statement in (
            "PRAGMA journal_mode=OFF",
            "PRAGMA synchronous=OFF",
            "PRAGMA temp_store=FILE",
            "CREATE TABLE runs (code TEXT NOT NULL, number INTEGER NOT NULL, rows BLOB NOT NULL)",
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
        self._add(code, number, row and _plain(row))
        if row is None:
            return
        if row[:3] != self._last or row[3:5] not in self._seen_lines:
            self._last = row[:3]
            if len(self._seen_lines) > SEEN:
                self._seen_lines.clear()
            self._seen_lines.add(row[3:5])
            for kind, place in PLACES:
                if (kind, row[place]) not in self._seen:
                    self._add_code(kind, str(row[place]), number)

    def add_empty(self, code: str, number: int, quantity: EmptyLine) -> None:
        self._add(code, number, quantity)

    def _add(self, code: str, number: int, content: Any) -> None:
        if code != self._run_code or len(self._run) == RUN:
            self._write_run()
            self._run_code = code
        self._run.append((number, content))

    def _write_run(self) -> None:
        if self._run:
            values = (self._run_code, self._run[0][0], marshal.dumps(self._run))
            self._database.execute("INSERT INTO runs VALUES (?, ?, ?)", values)
            self._run = []

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

        Not reported: SKUs and models of one file that differ by case alone; real catalogues have them. They are in
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
        reported: set[tuple[str, str]] = set()
        for kind, code, row, first, first_row in self._database.execute(
            "SELECT a.kind, a.code, a.row, b.code, b.row FROM codes AS a JOIN codes AS b"
            " ON b.kind = a.kind AND b.folded = a.folded AND (b.row, b.rowid) < (a.row, a.rowid)"
            " WHERE NOT EXISTS (SELECT 1 FROM known WHERE known.kind = a.kind AND known.folded = a.folded)"
            " ORDER BY a.row, b.row"
        ):
            if (kind, code) in alike or (kind, code) in reported:
                continue
            reported.add((kind, code))
            if kind in ("sku", "model") and differ_by_case_only(code, first):
                self.spellings.append(translatable(texts.LOOK_ALIKE, code=code, row=row, other=first))
            else:
                alike[kind, code] = translatable(texts.OF_ROW, code=first, row=first_row)
        return alike

    def count(self) -> int:
        """How many orders."""
        self._write_run()
        number: int = self._database.execute("SELECT count(DISTINCT code) FROM runs").fetchone()[0]
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
        self._write_run()
        self._database.execute("CREATE INDEX IF NOT EXISTS runs_code ON runs (code, number)")
        runs = self._database.execute(
            "SELECT code, rows FROM runs JOIN (SELECT code, min(number) AS first FROM runs GROUP BY code)"
            " USING (code) ORDER BY first, number"
        )
        for code, found in groupby(runs, key=lambda run: run[0]):
            # marshal: written by this process, into a folder that only its user can read.
            yield code, [(number, _row(content)) for _, rows in found for number, content in marshal.loads(rows)]  # noqa: S302


def _plain(row: ImportRow) -> tuple[Any, ...]:
    """marshal knows no Decimal, which a price finer than the smallest unit is: text."""
    return tuple(row if row.price is None or isinstance(row.price, int) else row._replace(price=str(row.price)))  # type: ignore[arg-type]


def _row(content: tuple[Any, ...] | EmptyLine | None) -> ImportRow | EmptyLine | None:
    if content is None or isinstance(content, str):
        return content
    row = ImportRow._make(content)
    return row._replace(price=Decimal(row.price)) if isinstance(row.price, str) else row
