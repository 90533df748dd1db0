"""Makes documents, in processes of their own: drawing takes seconds of processor time that API answers would wait for.

A process is started when a document is asked for and none is idle, and ends when it had nothing to do for a while. It
has the database connection of one session, and ends when its server does.
"""

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any

from graph.core.download_links import Document, Drawn, Link, LinkError
from graph.http.workers import end_with_parent
from graph.telemetry import logs
from models.database.engines import DatabaseBusyError, is_busy, is_unreachable
from models.database.sessions import Database

NICE = 10  # answers of the API go first; with 2, a list took three times as long beside documents
IDLE_SECONDS = 300.0
# An order of 2,000 lines takes 25 s of processor time, the longest, of 10,000, some minutes. Workbooks have no limit.
MAX_DRAWING_SECONDS = 600.0
log = logging.getLogger("orders.documents")

Documents = Mapping[str, Document[Any]]


class ProcessEndedError(Exception):
    """The process that made the document was killed, e.g. because the machine had no memory left."""


class DrawingTooSlowError(TimeoutError):
    """Drawing takes too long, or does not end. Its process was killed, if it has one of its own."""


async def make(
    document: Document[Any],
    link: Link,
    path: Path,
    database: Database,
    processes: "DocumentProcesses | None",
    within: float,
) -> bytes | None:
    """Makes the document of the link; without `processes`, in this one. None: it was written to `path`, a new file.

    `within`: the seconds that drawing may take. Raises DrawingTooSlowError; LinkError when the link's viewer cannot see
    the subject any more; and what `DocumentProcesses.make` raises.
    """
    try:
        async with asyncio.timeout(within if isinstance(document.made, Drawn) else None) as limit:
            return await (processes.make(link, path) if processes else _make(database, document, link, path))
    except TimeoutError:
        if limit.expired():
            log.error("drawing the document %s took too long and was ended", link.document)
            raise DrawingTooSlowError from None
        raise


async def _make(database: Database, document: Document[Any], link: Link, path: Path) -> bytes | None:
    subject = link.subject_of(document)
    async with database.read(link.actor.scope) as session:
        if not isinstance(document.made, Drawn):
            await document.made.write(session, link.actor, subject, link.locale, path)
            return None
        snapshot = await document.made.read(session, link.actor, subject)
    if snapshot is None:
        raise LinkError(403, document.made.missing)
    return await document.made.draw(snapshot, link.locale)


@dataclass(frozen=True, slots=True)
class Setup:
    """What a process needs; picklable. `database` and `documents` make theirs in the process."""

    database: Callable[[], Database]
    documents: Callable[[], Documents]


class DocumentProcesses:
    """As many processes as documents are made at the same time; who calls limits that."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._all: set[_Process] = set()
        self._idle: list[_Process] = []
        self._ends: dict[_Process, asyncio.TimerHandle] = {}

    async def make(self, link: Link, path: Path) -> bytes | None:
        """As the function `make`. If the caller is cancelled, the process is killed.

        Raises ProcessEndedError when two processes were killed over it; DatabaseBusyError when the database is busy or
        unreachable.
        """
        try:
            kind, result = await self._ask(self._take() or self._start(), link, path)
        except ProcessEndedError:
            # The first may have been killed while it was idle.
            kind, result = await self._ask(self._start(), link, path)
        match kind:
            case "made":
                made: bytes | None = result
                return made
            case "refused":
                raise LinkError(*result)
            case "busy":
                raise DatabaseBusyError(result)
        raise RuntimeError(f"a document could not be made: {result}")

    async def _ask(self, process: "_Process", link: Link, path: Path) -> tuple[str, Any]:
        try:
            answer = await process.ask((link, path))
        except BaseException:
            self._kill(process)
            raise
        self._put_back(process)
        return answer

    def close(self) -> None:
        """Ends all processes, also those that make a document."""
        for timer in self._ends.values():
            timer.cancel()
        for process in list(self._all):
            self._kill(process)

    def _start(self) -> "_Process":
        process = _Process(self._setup)
        self._all.add(process)
        return process

    def _take(self) -> "_Process | None":
        while self._idle:
            process = self._idle.pop()
            self._ends.pop(process).cancel()
            if process.is_alive():
                return process
            self._kill(process)
        return None

    def _put_back(self, process: "_Process") -> None:
        self._idle.append(process)
        self._ends[process] = asyncio.get_running_loop().call_later(IDLE_SECONDS, self._end, process)

    def _end(self, process: "_Process") -> None:
        self._idle.remove(process)
        del self._ends[process]
        self._kill(process)

    def _kill(self, process: "_Process") -> None:
        self._all.discard(process)
        process.kill()


class _Process:
    """Makes one document at a time."""

    def __init__(self, setup: Setup) -> None:
        self._connection, theirs = get_context("spawn").Pipe()
        self._process: SpawnProcess = get_context("spawn").Process(target=_work, args=(setup, theirs), daemon=True)
        self._process.start()
        theirs.close()

    def is_alive(self) -> bool:
        return self._process.is_alive()

    async def ask(self, job: tuple[Link, Path]) -> tuple[str, Any]:
        loop = asyncio.get_running_loop()
        answered = asyncio.Event()
        try:
            self._connection.send(job)
            loop.add_reader(self._connection.fileno(), answered.set)
            try:
                await answered.wait()
            finally:
                loop.remove_reader(self._connection.fileno())
            answer: tuple[str, Any] = self._connection.recv()
        except (EOFError, OSError):
            self._process.join(1)
            log.error("the process %s, which made a document, ended (%s)", self._process.pid, self._process.exitcode)
            raise ProcessEndedError from None
        return answer

    def kill(self) -> None:
        self._process.kill()
        self._connection.close()
        # A killed process ends at once; only its exit code is still to be read.
        self._process.join(1)


def _work(setup: Setup, jobs: "Connection[Any, Any]") -> None:
    logs.configure()
    # Ctrl+C reaches every process of the terminal. The server stops this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    with suppress(PermissionError):  # the sandbox of deploy/orders.service
        os.nice(NICE)
    threading.Thread(target=end_with_parent, daemon=True).start()
    with suppress(EOFError, OSError):
        asyncio.run(_serve(setup, jobs))


async def _serve(setup: Setup, jobs: "Connection[Any, Any]") -> None:
    database, documents = setup.database(), setup.documents()
    try:
        while True:
            link, path = await asyncio.to_thread(jobs.recv)
            jobs.send(await _answer(database, documents, link, path))
    finally:
        await database.close()


async def _answer(database: Database, documents: Documents, link: Link, path: Path) -> tuple[str, Any]:
    try:
        return "made", await _make(database, documents[link.document], link, path)
    except LinkError as error:
        return "refused", (error.status, str(error))
    except Exception as error:
        # An OSError may be the disk's, too.
        if not isinstance(error, OSError) and (is_busy(error) or is_unreachable(error)):
            return "busy", str(error)
        log.exception("the document %s could not be made", link.document)
        return "failed", repr(error)
