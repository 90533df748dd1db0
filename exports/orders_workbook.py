"""The Excel export: one sheet of orders, one of their lines, for any number of orders in constant memory.

Rows are read on the event loop, a hundred orders at a time, and written by a thread of the export's own.
"""

from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

from exports.order_columns import LINE_COLUMNS, ORDER_COLUMNS, Viewer, seen_by, select_lines, select_orders
from exports.xlsx.book import Book, Rows, writing
from exports.xlsx.sheet import LAST_ROW
from models.locale import Locale

ORDERS_AT_A_TIME = 100

# locale → (title, sheet of orders, sheet of lines)
NAMES = {Locale.EN: ("Orders", "Orders", "Lines"), Locale.JA: ("注文一覧", "注文", "注文明細")}


async def orders_workbook(
    session: AsyncSession,
    orders: Select[Any],
    *,
    locale: Locale,
    for_buyer: bool,
    path: Path,
    rows_per_sheet: int = LAST_ROW,
) -> None:
    """Writes the orders whose ids `orders` selects, in its order, as a new .xlsx file at `path`.

    Temporary files go beside it. When this fails or is cancelled, nothing is left there.
    """
    viewer = Viewer(locale, for_buyer)
    order_columns, line_columns = seen_by(viewer, ORDER_COLUMNS), seen_by(viewer, LINE_COLUMNS)
    title, order_sheet, line_sheet = NAMES[locale]
    tables = {order_sheet: ORDER_COLUMNS, line_sheet: LINE_COLUMNS}
    async with writing(Book(path, title, tables, viewer, rows_per_sheet)) as write:
        ids = await session.stream_scalars(orders.execution_options(yield_per=ORDERS_AT_A_TIME))
        async for batch in ids.partitions():
            found = {row.order_id: row for row in await session.execute(select_orders(order_columns, batch))}
            lines_of: dict[UUID, list[Any]] = {}
            for line in await session.execute(select_lines(line_columns, batch)):
                lines_of.setdefault(line.order_id, []).append(line)
            rows: list[Rows] = []
            for order in (found[order_id] for order_id in batch if order_id in found):
                rows += [(order_sheet, order, [order]), (line_sheet, order, lines_of.get(order.order_id, []))]
            await write(rows)
