"""The history as an Excel workbook: its entries, the rejections among them, their chain; in constant memory."""

from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncSession

from exports.history_columns import CHAIN_COLUMNS, HISTORY_COLUMNS, REJECTION_COLUMNS, select_entries
from exports.order_columns import Viewer
from exports.xlsx.book import Book, Rows, writing
from exports.xlsx.sheet import LAST_ROW
from models.events import EventKind
from models.locale import Locale

ENTRIES_AT_A_TIME = 500

# locale → (title, sheet of all entries, sheet of rejections, sheet of the chain)
NAMES = {
    Locale.EN: ("History", "History", "Rejections", "Chain"),
    Locale.JA: ("履歴", "履歴", "却下", "ハッシュチェーン"),
}


async def history_workbook(
    session: AsyncSession,
    where: Iterable[ColumnElement[bool]],
    *,
    locale: Locale,
    path: Path,
    rows_per_sheet: int = LAST_ROW,
) -> None:
    """Writes the audit entries that meet the conditions, newest first, as a new .xlsx file at `path`. One statement."""
    viewer = Viewer(locale, is_buyer=False)
    title, history, rejections, chain = NAMES[locale]
    tables = {history: HISTORY_COLUMNS, rejections: REJECTION_COLUMNS, chain: CHAIN_COLUMNS}
    async with writing(Book(path, title, tables, viewer, rows_per_sheet)) as write:
        found = await session.stream(select_entries(where).execution_options(yield_per=ENTRIES_AT_A_TIME))
        async for batch in found.partitions():
            rows: list[Rows] = [(sheet, row, [row]) for row in batch for sheet in (history, chain)]
            rows += [(rejections, row, [row]) for row in batch if row.kind == EventKind.ORDER_REJECTED]
            await write(rows)
