"""The Excel export of orders: a sheet of orders and a sheet of their lines, in constant memory.

Rows are read on the event loop, a hundred orders at a time, and written by the workbook's own thread.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

from exports.order_columns import LINE_COLUMNS, ORDER_COLUMNS, NamedRows, lines_query, orders_query
from exports.xlsx.book import Book, Rows, writing
from exports.xlsx.columns import Reader, columns_for
from exports.xlsx.sheet import LAST_ROW, Sheet
from exports.xlsx.styles import Styles
from exports.xlsx.summary import Summary, title_of_list, write_summary
from models.locale import Locale, Text

ORDERS_AT_A_TIME = 100

TITLE = Text("Orders", "注文一覧")
ORDERS_SHEET = Text("Orders", "注文")
LINES_SHEET = Text("Lines", "注文明細")


async def orders_workbook(
    session: AsyncSession,
    orders: Select[Any],
    *,
    locale: Locale,
    for_buyer: bool,
    path: Path,
    rows_per_sheet: int = LAST_ROW,
    conditions: Sequence[tuple[str, str]] | None = None,
    front: Callable[[Any, Styles], None] | None = None,
) -> None:
    """Writes a new .xlsx file at `path` with the orders whose ids `orders` selects, in the order of that query.

    `conditions`: what selected them, label and value, for the summary; None: no summary. `front`: writes a sheet before
    the others.

    Temporary files are created next to it. If this fails or is cancelled, all files are removed.
    """
    reader = Reader(locale, for_buyer)
    orders_by_id, lines_by_order = _queries(for_buyer)
    order_sheet, line_sheet = ORDERS_SHEET.in_(locale), LINES_SHEET.in_(locale)
    tables = {order_sheet: ORDER_COLUMNS, line_sheet: LINE_COLUMNS}
    title = TITLE.in_(locale)
    if conditions is not None:
        title = await title_of_list(session, title)

    def back(book: Any, styles: Styles, sheets: Mapping[str, Sheet]) -> None:
        if conditions is not None:
            write_summary(book, styles, sheets[order_sheet], Summary(title, conditions), locale)

    async with writing(Book(path, title, tables, reader, rows_per_sheet, front, back)) as write:
        ids = await session.stream_scalars(orders.execution_options(yield_per=ORDERS_AT_A_TIME))
        async for batch in ids.partitions():
            found = {row.order_id: row for row in await orders_by_id.read(session, batch)}
            lines_of: dict[UUID, list[Any]] = {}
            for line in await lines_by_order.read(session, batch):
                lines_of.setdefault(line.order_id, []).append(line)
            rows: list[Rows] = []
            for order in (found[order_id] for order_id in batch if order_id in found):
                rows += [(order_sheet, order, [order]), (line_sheet, order, lines_of.get(order.order_id, []))]
            await write(rows)


@cache
def _queries(for_buyer: bool) -> tuple[NamedRows, NamedRows]:
    """Of the orders and of their lines."""
    reader = Reader(Locale.EN, for_buyer)  # the statements are the same in each language
    return orders_query(columns_for(reader, ORDER_COLUMNS)), lines_query(columns_for(reader, LINE_COLUMNS))
