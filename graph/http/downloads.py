"""The endpoint that opens a signed link (graph/core/download_links.py): it has the document made and sends it."""

import os
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from shutil import rmtree
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from graph.core.download_links import NOT_VALID, Document, Drawn, Link, LinkError, Links
from graph.http.document_processes import (
    MAX_DRAWING_SECONDS,
    DocumentProcesses,
    DrawingTooSlowError,
    ProcessEndedError,
    make,
)
from graph.http.paced import PARTY
from graph.identity.ended import EndedAccess
from graph.limits.fairness import FairLimit, Overloaded, Party
from models.database.engines import DatabaseBusyError, is_busy, is_unreachable
from models.database.sessions import Database

# Making a document is CPU-bound: more at a time than there are processors would only make all of them slower.
AT_ONCE = 2  # of documents that are drawn, and of workbooks that are written
WAITING = 8  # more would have to wait longer than a browser does
MAX_WAIT_SECONDS = 20.0  # seconds
RETRY_AFTER = 5  # seconds
ENDED = "This link has ended with the access of whoever made it. Ask for a new one."
BUSY = "The database is busy or unreachable. Open the link again in a moment."
MANY = "Many documents are being made; open the link again in a moment."
INTERRUPTED = "The document could not be finished. Open the link again in a moment."
TOO_SLOW = f"This document cannot be drawn: it takes longer than {MAX_DRAWING_SECONDS / 60:.0f} minutes."
# The name of a temporary folder has the process that made it: orders-document-PID-…
FOLDER = "orders-document-"
MAX_FOLDER_AGE_SECONDS = 86_400


class Downloads:
    """GET /downloads/{token}. `documents`: by name. `processes` None: documents are made in this process."""

    def __init__(
        self,
        database: Database,
        links: Links,
        documents: Mapping[str, Document[Any]],
        ended: EndedAccess,
        processes: DocumentProcesses | None,
    ) -> None:
        self._database = database
        self._links = links
        self._documents = documents
        self._ended = ended
        self._processes = processes
        # A large workbook takes a minute, a drawn document a second: neither waits for the other.
        self._drawing, self._writing = (
            FairLimit(AT_ONCE, WAITING, MAX_WAIT_SECONDS, per_viewer=1, queued_per_viewer=WAITING // 2)
            for _ in range(2)
        )

    async def get(self, request: Request) -> Response:
        try:
            link = self._links.read(request.path_params["token"])
            request.state.logged = {"document": link.document, "role": link.role.value, "brand": link.brand_id}
            document = self._documents.get(link.document)
            if document is None:  # made by another release
                raise LinkError(403, NOT_VALID)
            await self._check_access(link)
            limit = self._drawing if isinstance(document.made, Drawn) else self._writing
            party = Party(str(link.brand_id), link.viewer)
            request.scope["state"][PARTY] = party
            async with limit.slot(party):
                response = await self._open(document, link)
        except LinkError as error:
            return PlainTextResponse(f"{error}\n", error.status, {"Cache-Control": "no-store"})
        except Overloaded:
            return _unavailable(MANY)
        except DatabaseBusyError:
            return _unavailable(BUSY)
        except ProcessEndedError:
            return _unavailable(INTERRUPTED)
        except DrawingTooSlowError:
            return PlainTextResponse(f"{TOO_SLOW}\n", 500, {"Cache-Control": "no-store"})
        response.headers["Cache-Control"] = "no-store"
        response.headers["Content-Disposition"] = disposition(link.filename)
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    async def _check_access(self, link: Link) -> None:
        """Raises LinkError: 410 if the access of the link's viewer has ended, 503 if that cannot be known now."""
        try:
            has_ended = await self._ended.has_ended(link.viewer, self._links.made_at(link), link.issued_at)
        except Exception as error:
            if not is_busy(error) and not is_unreachable(error):
                raise
            raise LinkError(503, BUSY) from None
        if has_ended:
            raise LinkError(410, ENDED)

    async def _open(self, document: Document[Any], link: Link) -> Response:
        folder = Path(tempfile.mkdtemp(prefix=f"{FOLDER}{os.getpid()}-"))
        path = folder / "document"
        try:
            made = await make(document, link, path, self._database, self._processes, MAX_DRAWING_SECONDS)
        except BaseException:
            rmtree(folder, ignore_errors=True)
            raise
        if made is None:
            return TemporaryFileResponse(path, media_type=document.media_type)
        rmtree(folder, ignore_errors=True)
        return Response(made, media_type=document.media_type)


def _unavailable(why: str) -> Response:
    return PlainTextResponse(f"{why}\n", 503, {"Cache-Control": "no-store", "Retry-After": str(RETRY_AFTER)})


class TemporaryFileResponse(FileResponse):
    """Removes the file's folder when the response ends: sent, refused (a bad Range), or the client disconnected.

    A background task would run only after the whole file was sent.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            rmtree(Path(self.path).parent, ignore_errors=True)


def remove_orphans() -> int:
    """Removes the temporary folders of processes that were killed. Returns their number."""
    removed = 0
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDER}*-*"):
        pid = folder.name.removeprefix(FOLDER).partition("-")[0]
        try:
            # A folder that old is of a process whose number another one has now.
            is_old = time.time() - folder.stat().st_mtime > MAX_FOLDER_AGE_SECONDS
        except OSError:  # removed meanwhile
            continue
        if pid.isdecimal() and (is_old or not _is_running(int(pid))):
            rmtree(folder, ignore_errors=True)
            removed += 1
    return removed


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):  # of another user; no number of a process
        return True
    return True


def disposition(filename: str) -> str:
    """RFC 6266: the file name in UTF-8, and in ASCII for clients that do not support that."""
    ascii_name = "".join(each if each.isascii() else "_" for each in filename)
    return f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(filename, safe='')}"
