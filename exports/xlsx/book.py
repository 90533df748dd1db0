"""A workbook with any number of rows, in constant memory, written by its own thread."""

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

from exports.xlsx.columns import Column, Reader
from exports.xlsx.sheet import LAST_ROW, Sheet
from exports.xlsx.styles import Styles

# name of the sheet, owner of the rows (see Column), rows
Rows = tuple[str, Any, Sequence[Any]]
Write = Callable[[Iterable[Rows]], Awaitable[None]]


@asynccontextmanager
async def writing(book: "Book") -> AsyncIterator[Write]:
    """Yields a function that adds rows to the sheets. The file is complete when the block ends.

    Temporary files are created next to it. If the block fails or is cancelled, all files are removed.
    """
    thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="workbook")
    in_thread = partial(asyncio.get_running_loop().run_in_executor, thread)
    try:
        await in_thread(book.open)
        yield partial(in_thread, book.add)
        await in_thread(book.close)
    except BaseException:
        # After a cancellation the thread may still be writing. It has one worker, so discard runs after that write;
        # the shield lets it run even if this task is cancelled again.
        await asyncio.shield(in_thread(book.discard))
        raise
    finally:
        thread.shutdown(wait=False)


@dataclass
class Book:
    """An .xlsx file being written: `open`, any number of `add`, then `close` or `discard`. Not thread-safe.

    `tables`: the columns of each sheet, by the sheet's name. `front`, `back`: write sheets before and after them.
    """

    path: Path
    title: str
    tables: Mapping[str, Sequence[Column]]
    reader: Reader
    rows_per_sheet: int = LAST_ROW
    front: Callable[[Any, Styles], None] | None = None
    back: Callable[[Any, Styles, Mapping[str, Sheet]], None] | None = None
    _files: ExitStack = field(default_factory=ExitStack, init=False)
    _sheets: dict[str, Sheet] = field(default_factory=dict, init=False)
    _book: Any = field(default=None, init=False, repr=False)
    _styles: Any = field(default=None, init=False, repr=False)

    def open(self) -> None:
        temporary = TemporaryDirectory(prefix="workbook-", dir=self.path.parent)
        options = {"constant_memory": True, "tmpdir": self._files.enter_context(temporary), "use_zip64": True}
        import xlsxwriter  # with the first workbook: most processes write none

        book = self._files.enter_context(xlsxwriter.Workbook(self.path, options))
        book.set_properties({"title": self.title, "created": datetime.now(UTC)})
        self._book, self._styles = book, Styles(book, self.reader.locale)
        if self.front:
            self.front(book, self._styles)
        for name, columns in self.tables.items():
            self._sheets[name] = Sheet(book, name, columns, self.reader, self._styles, self.rows_per_sheet, self.title)

    def add(self, batch: Iterable[Rows]) -> None:
        for name, owner, rows in batch:
            self._sheets[name].add(owner, rows)

    def close(self) -> None:
        for sheet in self._sheets.values():
            sheet.finish()
        if self.back:
            self.back(self._book, self._styles, self._sheets)
        self._files.close()

    def discard(self) -> None:
        # XlsxWriter closes its files by writing the workbook, which fails on a full disk.
        with suppress(Exception):
            self._files.close()
        self.path.unlink(missing_ok=True)
