"""The history as an Excel workbook: the entries, the rejections among them, and the hash chain; in constant memory.

With a signer, also where each brand's chain ends, signed: an anchor (models/audit_anchor.py) outside the database.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncSession

from exports.history_columns import CHAIN_COLUMNS, HEAD_COLUMNS, HISTORY_COLUMNS, REJECTION_COLUMNS, select_entries
from exports.xlsx.book import Book, Rows, writing
from exports.xlsx.columns import Reader
from exports.xlsx.sheet import LAST_ROW
from models.audit_anchor import Anchor, read_heads
from models.locale import Locale, Text
from models.messages.history import EventKind

ENTRIES_AT_A_TIME = 500

TITLE = HISTORY_SHEET = Text("History", "履歴")
REJECTIONS_SHEET = Text("Rejections", "却下")
CHAIN_SHEET = Text("Chain", "ハッシュチェーン")
HEADS_SHEET = Text("Signed heads", "署名済みの末尾")


@dataclass(frozen=True, slots=True)
class Signer:
    """`key`: the server's secret key. `clock` returns the present instant in UTC."""

    key: str
    clock: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class SignedHead:
    """A row of the sheet. `line`: see Anchor.line."""

    head: Anchor
    line: str

    @property
    def brand_code(self) -> str:
        return self.head.brand

    @property
    def sequence(self) -> int:
        return self.head.sequence

    @property
    def hash(self) -> str:
        return self.head.hash


async def history_workbook(
    session: AsyncSession,
    where: Iterable[ColumnElement[bool]],
    *,
    locale: Locale,
    path: Path,
    rows_per_sheet: int = LAST_ROW,
    signer: Signer | None = None,
) -> None:
    """Writes a new .xlsx file at `path` with the audit entries that match the conditions, newest first.

    One statement, and one for the heads. The history has no version for buyers: they see none of it.
    """
    reader = Reader(locale, is_buyer=False)
    history, rejections, chain = (sheet.in_(locale) for sheet in (HISTORY_SHEET, REJECTIONS_SHEET, CHAIN_SHEET))
    tables = {history: HISTORY_COLUMNS, rejections: REJECTION_COLUMNS, chain: CHAIN_COLUMNS}
    signed: list[SignedHead] = []
    heads = HEADS_SHEET.in_(locale)
    if signer:
        tables[heads] = HEAD_COLUMNS
        signed = [SignedHead(head, head.line(signer.key)) for head in await read_heads(session, signer.clock())]
    async with writing(Book(path, TITLE.in_(locale), tables, reader, rows_per_sheet)) as write:
        found = await session.stream(select_entries(where).execution_options(yield_per=ENTRIES_AT_A_TIME))
        async for batch in found.partitions():
            rows: list[Rows] = [(sheet, row, [row]) for row in batch for sheet in (history, chain)]
            rows += [(rejections, row, [row]) for row in batch if row.kind == EventKind.ORDER_REJECTED]
            await write(rows)
        await write([(heads, head, [head]) for head in signed])
