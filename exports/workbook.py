"""The Excel export: one sheet of orders, one of their lines, for any number of orders in constant memory.

Rows are read on the event loop, a hundred orders at a time, and written by a thread of the export's own.
"""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import xlsxwriter
from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

from exports.columns import LINE_COLUMNS, ORDER_COLUMNS, Viewer, seen_by, select_lines, select_orders
from exports.sheet import LAST_ROW, Sheet, Styles

ORDERS_AT_A_TIME = 100

# locale → (title, sheet of orders, sheet of lines)
NAMES = {"en": ("Orders", "Orders", "Lines"), "ja": ("注文一覧", "注文", "注文明細")}


async def orders_workbook(
    session: AsyncSession,
    orders: Select[Any],
    *,
    locale: str,
    for_buyer: bool,
    path: Path,
    rows_per_sheet: int = LAST_ROW,
) -> None:
    """Writes the orders whose ids `orders` selects, in its order, as a new .xlsx file at `path`.

    Temporary files go beside it. When this fails or is cancelled, nothing is left there.
    """
    viewer = Viewer(locale, for_buyer)
    order_columns, line_columns = seen_by(viewer, ORDER_COLUMNS), seen_by(viewer, LINE_COLUMNS)
    workbook = Workbook(path, viewer, rows_per_sheet)
    thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="workbook")
    in_thread = partial(asyncio.get_running_loop().run_in_executor, thread)
    try:
        await in_thread(workbook.open)
        ids = await session.stream_scalars(orders.execution_options(yield_per=ORDERS_AT_A_TIME))
        async for batch in ids.partitions():
            found = {row.order_id: row for row in await session.execute(select_orders(order_columns, batch))}
            lines = (await session.execute(select_lines(line_columns, batch))).all()
            await in_thread(workbook.add, [found[order_id] for order_id in batch if order_id in found], lines)
        await in_thread(workbook.close)
    except BaseException:
        # Cancelled, the thread may still be writing: with one thread, this comes after that, even when cancelled again.
        await asyncio.shield(in_thread(workbook.discard))
        raise
    finally:
        thread.shutdown(wait=False)


class Workbook:
    """The file in the making: `open`, `add` any number of times, then `close` or `discard`; no two at the same time."""

    def __init__(self, path: Path, viewer: Viewer, rows_per_sheet: int) -> None:
        self._path = path
        self._viewer = viewer
        self._rows_per_sheet = rows_per_sheet
        self._files = ExitStack()

    def open(self) -> None:
        title, orders, lines = NAMES[self._viewer.locale]
        temporary = TemporaryDirectory(prefix="workbook-", dir=self._path.parent)
        options = {"constant_memory": True, "tmpdir": self._files.enter_context(temporary), "use_zip64": True}
        self._book = self._files.enter_context(xlsxwriter.Workbook(self._path, options))
        self._book.set_properties({"title": title, "created": datetime.now(UTC)})
        styles = Styles(self._book, self._viewer.locale)
        self._orders = Sheet(self._book, orders, ORDER_COLUMNS, self._viewer, styles, self._rows_per_sheet)
        self._lines = Sheet(self._book, lines, LINE_COLUMNS, self._viewer, styles, self._rows_per_sheet)

    def add(self, orders: Sequence[Any], lines: Sequence[Any]) -> None:
        lines_of: dict[UUID, list[Any]] = {}
        for line in lines:
            lines_of.setdefault(line.order_id, []).append(line)
        for order in orders:
            self._orders.add(order, [order])
            self._lines.add(order, lines_of.get(order.order_id, []))

    def close(self) -> None:
        self._orders.finish()
        self._lines.finish()
        self._files.close()

    def discard(self) -> None:
        # XlsxWriter lets go of its files by writing the workbook; on a full disk it cannot.
        with suppress(Exception):
            self._files.close()
        self._path.unlink(missing_ok=True)
