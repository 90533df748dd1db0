"""A workbook of any number of rows in constant memory, written by a thread of its own."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import xlsxwriter

from exports.order_columns import Column, Viewer
from exports.xlsx.sheet import LAST_ROW, Sheet, Styles

# sheet, what its rows belong to (see Sheet.add), its rows
Rows = tuple[str, Any, Sequence[Any]]
Write = Callable[[Iterable[Rows]], Awaitable[None]]


@asynccontextmanager
async def writing(book: "Book") -> AsyncIterator[Write]:
    """Gives what adds rows to the sheets; the file is complete when the block ends.

    Temporary files go beside it. When the block fails or is cancelled, nothing is left there.
    """
    thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="workbook")
    in_thread = partial(asyncio.get_running_loop().run_in_executor, thread)
    try:
        await in_thread(book.open)
        yield partial(in_thread, book.add)
        await in_thread(book.close)
    except BaseException:
        # Cancelled, the thread may still be writing: with one thread, this comes after that, even when cancelled again.
        await asyncio.shield(in_thread(book.discard))
        raise
    finally:
        thread.shutdown(wait=False)


@dataclass
class Book:
    """The file in the making: `open`, `add` any number of times, then `close` or `discard`; no two at the same time.

    `tables`: the columns of each sheet, by its name.
    """

    path: Path
    title: str
    tables: Mapping[str, Sequence[Column]]
    viewer: Viewer
    rows_per_sheet: int = LAST_ROW
    _files: ExitStack = field(default_factory=ExitStack, init=False)
    _sheets: dict[str, Sheet] = field(default_factory=dict, init=False)

    def open(self) -> None:
        temporary = TemporaryDirectory(prefix="workbook-", dir=self.path.parent)
        options = {"constant_memory": True, "tmpdir": self._files.enter_context(temporary), "use_zip64": True}
        book = self._files.enter_context(xlsxwriter.Workbook(self.path, options))
        book.set_properties({"title": self.title, "created": datetime.now(UTC)})
        styles = Styles(book, self.viewer.locale)
        for name, columns in self.tables.items():
            self._sheets[name] = Sheet(book, name, columns, self.viewer, styles, self.rows_per_sheet)

    def add(self, batch: Iterable[Rows]) -> None:
        for name, owner, rows in batch:
            self._sheets[name].add(owner, rows)

    def close(self) -> None:
        for sheet in self._sheets.values():
            sheet.finish()
        self._files.close()

    def discard(self) -> None:
        # XlsxWriter lets go of its files by writing the workbook; on a full disk it cannot.
        with suppress(Exception):
            self._files.close()
        self.path.unlink(missing_ok=True)
